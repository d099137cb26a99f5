// The GGUF files of a folder, and what is known of them before they are read.

import { promises as fs } from 'node:fs';
import path from 'node:path';

/** A file that may be a model, before anything of it was read. */
export interface Found {
  file: string;
  /** Where it comes from, for people: a program's name, or the folder that the user named. */
  origin: string;
  /** What the program calls it, where the file's own name says nothing. */
  name?: string;
  /** The licence that the program keeps beside it. */
  license?: string;
}

/** No program nests its models deeper, and nobody has more of them. */
const deepest = 6;
const mostFiles = 2000;

/** The GGUF files in a folder and those below it. */
export async function modelsIn(folder: string, origin: string): Promise<Found[]> {
  const found: Found[] = [];
  await walk(folder, deepest, (file) => {
    if (/\.gguf$/i.test(file)) found.push({ file, origin });
    return found.length < mostFiles;
  });
  return found;
}

/** Calls `visit` with every file until it says that it has enough. Links to files are files; links to folders lead nowhere. */
export async function walk(
  folder: string,
  depth: number,
  visit: (file: string) => boolean,
): Promise<boolean> {
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth > 0 && !(await walk(full, depth - 1, visit))) return false;
    } else if ((entry.isFile() || entry.isSymbolicLink()) && !visit(full)) return false;
  }
  return true;
}

/** A path that begins with `~` leads home. */
export function atHome(folder: string, home: string): string {
  return /^~(?=[/\\]|$)/.test(folder) ? path.join(home, folder.slice(2)) : folder;
}

/** Whether two paths name one file. On Windows the letters' case says nothing, nor do the slashes. */
export function isSame(one: string, other: string, rules: path.PlatformPath = path): boolean {
  return one !== '' && other !== '' && rules.relative(one, other) === '';
}
