// What may be read: nothing that ignore files or Git keep out, no secrets, nothing huge, and nothing that is foreign.

import { importedPaths } from '../language/imports';
import { sourceLanguageOf } from '../language/languages';
import { isForeignFolder } from './foreignFolders';
import { Judge, type Judgement } from './judge';
import type { Tree } from './tree';

/** Where files are: the folders of an editor, or a disk. Files and folders are named as the place names them. */
export interface FileSource {
  /** A file's path as the model sees it, with `/` between its parts: in its folder, or the name alone if it lies in none. */
  placeOf(file: string): { readonly folder: string | undefined; readonly path: string };
  fileIn(folder: string, path: string): string;
  /** In bytes; undefined where there is no such file. */
  size(file: string): Promise<number | undefined>;
  bytes(file: string): Promise<Uint8Array>;
  /** The tree in which a file is judged, with its path there. */
  treeOf(file: string): { readonly tree: Tree; readonly path: string };
}

export interface TextFile {
  readonly file: string;
  readonly path: string;
  readonly languageId: string;
  readonly text: string;
}

/** In characters, and in bytes on a disk. */
export const largestFile = 200_000;

export class Ignoring {
  private readonly judges = new Map<Tree, Judge>();

  constructor(readonly files: FileSource) {}

  /** How a file was judged; `undefined` where it was not yet, which then begins. What was never saved lies in no folder with rules. */
  known(file: string): Judgement | undefined {
    const { tree, path } = this.files.treeOf(file);
    return path.startsWith('/') ? this.judgeOf(tree).known(path) : 'readable';
  }

  async judge(file: string): Promise<Judgement> {
    const { tree, path } = this.files.treeOf(file);
    return path.startsWith('/') ? this.judgeOf(tree).judge(path) : 'readable';
  }

  /** Rules have changed, or may have: every file is judged anew. */
  forget(): void {
    for (const judge of this.judges.values()) judge.forget();
  }

  /** Those of the files that may be read, each once. */
  async readable(files: readonly string[]): Promise<string[]> {
    const own = [...new Set(files)].filter((file) => !isForeign(this.files.placeOf(file).path));
    const judged = await Promise.all(own.map((file) => this.judge(file)));
    return own.filter((_, i) => judged[i] === 'readable');
  }

  /**
   * Of many files up to `most` that may be read, evenly spread, and how many there are, as far as that is known. No more than
   * `most` are judged at a time, and none any more once `isWanted` says no.
   */
  async someReadable(
    files: readonly string[],
    most: number,
    isWanted: () => boolean,
  ): Promise<{ files: string[]; found: number }> {
    const some: string[] = [];
    let found = files.length;
    const step = Math.ceil(files.length / most);
    for (let first = 0; first < step && some.length < most && isWanted(); first++) {
      const judged = files.filter((_, i) => i % step === first);
      const readable = await this.readable(judged);
      found -= judged.length - readable.length;
      some.push(...evenlySpread(readable, most - some.length));
    }
    return { files: some, found };
  }

  /** The texts of those that may be read; none where the language is not known, or the file is huge or gone. */
  async read(files: readonly string[]): Promise<TextFile[]> {
    const texts = await Promise.all((await this.readable(files)).map((file) => this.textOf(file)));
    return texts.flatMap((text) => text ?? []);
  }

  /** The files that `text` of this file imports, as far as they are in its folder; whether they may be read is another question. */
  async importedBy(file: string, languageId: string, text: string): Promise<string[]> {
    const { folder, path } = this.files.placeOf(file);
    if (folder === undefined) return [];
    const imports = importedPaths({ path, languageId, text }).map((paths) =>
      this.firstOf(
        paths.filter((each) => !each.startsWith('..')).map((each) => this.files.fileIn(folder, each)),
      ),
    );
    return (await Promise.all(imports)).flatMap((found) => found ?? []);
  }

  private judgeOf(tree: Tree): Judge {
    const judge = this.judges.get(tree) ?? new Judge(tree);
    this.judges.set(tree, judge);
    return judge;
  }

  private async firstOf(files: string[]): Promise<string | undefined> {
    for (const file of files) if ((await this.files.size(file)) !== undefined) return file;
    return undefined;
  }

  private async textOf(file: string): Promise<TextFile | undefined> {
    const { path } = this.files.placeOf(file);
    const languageId = sourceLanguageOf(path);
    if (!languageId || ((await this.files.size(file)) ?? Infinity) > largestFile) return undefined;
    const bytes = await this.files.bytes(file).catch(() => undefined);
    return bytes && { file, path, languageId, text: new TextDecoder().decode(bytes) };
  }
}

function evenlySpread<T>(all: T[], most: number): T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!);
}

/** Whether a program wrote the file, or others did. */
export function isForeign(path: string): boolean {
  const folders = path.split(/[\\/]/).slice(0, -1);
  return folders.some(isForeignFolder) || /\.min\.\w+$|\.d\.ts$/.test(path);
}
