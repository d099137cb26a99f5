// A tree of files with one root: this machine's, or that of one of an editor's file systems.

import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';

/** Paths are those of URIs: absolute, with `/` between their parts, and on Windows like `/c:/folder`. */
export interface Tree {
  /** The bytes of a file, `undefined` where there is none. Throws where that cannot be told or the file not be read. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** All known paths of a file: the given one, those that links lead to one by one, and the one without links. */
  pathsOf(path: string): Promise<string[]>;
  /** Whose settings count for the files; `undefined` where they are on another machine. */
  readonly user: User | undefined;
}

export interface User {
  /** The home folder. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** In bytes; what is longer is no file of rules or settings. */
const longest = 200_000;
/** As many as Linux follows. */
const mostLinks = 40;

export const diskTree: Tree = {
  async read(file) {
    try {
      const stats = await fs.stat(native(file));
      if (stats.isDirectory() || (await fs.realpath(native(file))) === os.devNull) return undefined;
      // A pipe would be read for ever.
      if (!stats.isFile() || stats.size > longest) throw new Error(`${file} is not a file of rules.`);
      return await fs.readFile(native(file));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  async pathsOf(file) {
    const paths = [file];
    for (let at = native(file); paths.length <= mostLinks; paths.push(slashed(at))) {
      const target = await fs.readlink(at).catch(() => undefined);
      if (target === undefined) break;
      at = path.resolve(path.dirname(at), target);
    }
    return [...new Set([...paths, slashed(await withoutLinks(native(file)))])];
  },
  user: { home: slashed(os.homedir()), environment: process.env },
};

/** Of what is not there yet, the path of its folder with its name. */
async function withoutLinks(file: string): Promise<string> {
  try {
    return await fs.realpath(file);
  } catch (error) {
    const folder = path.dirname(file);
    if (!isMissing(error) || folder === file) throw error;
    return path.join(await withoutLinks(folder), path.basename(file));
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** A path of this system as a tree has it. */
export function slashed(file: string): string {
  return file.replaceAll(path.sep, '/').replace(/^(?=[a-z]:)/i, '/');
}

function native(file: string): string {
  return file.replace(/^\/(?=[a-z]:)/i, '');
}
