// Files on a disk under one folder, for those who have no editor: the command line.

import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathAlone } from './foreignFolders';
import type { FileSource } from './ignoring';
import { diskTree, slashed, type Tree } from './tree';

/** A file is its absolute path. */
export class DiskFolder implements FileSource {
  constructor(readonly folder: string) {}

  placeOf(file: string): { folder: string | undefined; path: string } {
    const relative = path.relative(this.folder, file);
    const isInside = !relative.startsWith('..') && !path.isAbsolute(relative);
    return isInside
      ? { folder: this.folder, path: relative.replaceAll(path.sep, '/') }
      : { folder: undefined, path: pathAlone(slashed(file)) };
  }

  fileIn(folder: string, file: string): string {
    return path.join(folder, file);
  }

  async size(file: string): Promise<number | undefined> {
    const found = await stat(file).catch(() => undefined);
    return found?.isFile() ? found.size : undefined;
  }

  bytes(file: string): Promise<Uint8Array> {
    return readFile(file);
  }

  treeOf(file: string): { tree: Tree; path: string } {
    return { tree: diskTree, path: slashed(file) };
  }
}

/** The folder of the repository that a file belongs to, the one with `.git`; the file's own folder where there is none. */
export function repositoryOf(file: string): string {
  const own = path.dirname(path.resolve(file));
  for (let folder = own; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, '.git'))) return folder;
    if (folder === path.dirname(folder)) return own;
  }
}
