// What may be read: nothing that the user's ignore file or Git keeps out, no secrets, nothing huge, and nothing that is foreign.

import ignore from 'ignore';
import { importedPaths } from '../language/imports';
import { languageOf } from '../language/languages';
import { isForeignFolder } from './foreignFolders';
import { ignoreFile } from './ignoreFiles';
import { isSecret } from './secretNames';

/** Where files are: the folders of an editor, or a disk. Files and folders are named as the place names them. */
export interface FileSource {
  /** A file's path as the model sees it, with `/` between its parts: in its folder, or the name alone if it lies in none. */
  placeOf(file: string): { readonly folder: string | undefined; readonly path: string };
  fileIn(folder: string, path: string): string;
  /** In bytes; undefined where there is no such file. */
  size(file: string): Promise<number | undefined>;
  bytes(file: string): Promise<Uint8Array>;
  /** Those of the files that Git keeps out of their repositories. */
  ignoredByGit(files: readonly string[]): Promise<ReadonlySet<string>>;
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
  /** By folder; one whose ignore file has not been read yet is missing. */
  private readonly rules = new Map<string, (path: string) => boolean>();

  constructor(readonly files: FileSource) {}

  /** Reads the ignore file of a folder, once more if that has changed. */
  async readRules(folder: string): Promise<void> {
    // Most folders have none.
    const bytes = await this.files.bytes(this.files.fileIn(folder, ignoreFile)).catch(() => undefined);
    this.rules.set(folder, ignoreRules(bytes ? new TextDecoder().decode(bytes) : ''));
  }

  forgetRules(folder: string): void {
    this.rules.delete(folder);
  }

  /** Whether an ignore file keeps a file out; undefined until that has been read. */
  ignores(file: string): boolean | undefined {
    const { folder, path } = this.files.placeOf(file);
    return folder === undefined ? false : this.rules.get(folder)?.(path);
  }

  /** Those of the files that may be read, each once. */
  async readable(files: readonly string[]): Promise<string[]> {
    const allowed = [...new Set(files)].filter((file) => {
      const { path } = this.files.placeOf(file);
      return !isSecret(path) && !isForeign(path) && this.ignores(file) === false;
    });
    const ignored = await this.files.ignoredByGit(allowed);
    return allowed.filter((file) => !ignored.has(file));
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

  private async firstOf(files: string[]): Promise<string | undefined> {
    for (const file of files) if ((await this.files.size(file)) !== undefined) return file;
    return undefined;
  }

  private async textOf(file: string): Promise<TextFile | undefined> {
    const { path } = this.files.placeOf(file);
    const languageId = languageOf(path);
    if (!languageId || ((await this.files.size(file)) ?? Infinity) > largestFile) return undefined;
    const bytes = await this.files.bytes(file).catch(() => undefined);
    return bytes && { file, path, languageId, text: new TextDecoder().decode(bytes) };
  }
}

/** The rules of an ignore file: whether a path, relative to the folder of that file, is kept out. */
export function ignoreRules(text: string): (path: string) => boolean {
  const rules = ignore().add(text);
  return (path) => ignore.isPathValid(path) && rules.ignores(path);
}

/** Whether a program wrote the file, or others did. */
export function isForeign(path: string): boolean {
  const folders = path.split(/[\\/]/).slice(0, -1);
  return folders.some(isForeignFolder) || /\.min\.\w+$|\.d\.ts$/.test(path);
}
