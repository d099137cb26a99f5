// Source files of known languages, by name or under a folder, without what was built or what others wrote.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { diskTree, slashed } from '../editing/tree';
import { isForeignFolder } from '../editing/foreignFolders';
import { ignoreFile } from '../editing/ignoreFiles';
import { Judge, type Judgement } from '../editing/judge';
import { languageOf } from '../language/languages';

const mostBytes = 200_000;
/** Files with longer lines are made by programs. */
const longestLine = 1000;

export interface SourceFile {
  /** The repository or package that it belongs to, where there are several. */
  source?: string;
  /** As it is shown to the model: relative to the folder that was asked for. */
  path: string;
  languageId: string;
  text: string;
}

/** In the order of their paths, without those that are `barred`. Throws an Error that names the path where one cannot be read. */
export function sourceFiles(paths: string[], barred: ReadonlySet<string> = new Set()): SourceFile[] {
  return paths.flatMap((given) => {
    const whole = stat(given).isDirectory();
    const files = whole ? filesUnder(given) : [given];
    return files.flatMap((file) => {
      if (barred.has(file)) return [];
      const shown = whole ? path.relative(given, file).replaceAll(path.sep, '/') : path.basename(file);
      const text = readText(file);
      return isMade(text) ? [] : [{ path: shown, languageId: languageOf(file) ?? 'plaintext', text }];
    });
  });
}

/** The same without what may not be read in the folders that are named; a file that is named is meant. */
export async function readableSourceFiles(paths: string[]): Promise<SourceFile[]> {
  const judge = new Judge(diskTree);
  const judgementOf = (file: string): Promise<Judgement> => judge.judge(slashed(path.resolve(file)));
  const barred = new Set<string>();
  for (const folder of paths.filter((given) => stat(given).isDirectory())) {
    // Who names a folder that Git ignores means what is in it.
    const isMeant = (await judgementOf(path.join(folder, ignoreFile))) === 'ignored by Git';
    for (const file of filesUnder(folder)) {
      const judgement = await judgementOf(file);
      if (judgement !== 'readable' && !(isMeant && judgement === 'ignored by Git')) barred.add(file);
    }
  }
  return sourceFiles(paths, barred);
}

/** The files of these names that can be read and are neither huge nor made by programs. */
export function readSources(files: readonly { file: string; path: string }[]): SourceFile[] {
  return files.flatMap(({ file, path: shown }) => {
    try {
      const text = fs.statSync(file).size <= mostBytes ? fs.readFileSync(file, 'utf8') : '\0';
      return isMade(text) ? [] : [{ path: shown, languageId: languageOf(file) ?? 'plaintext', text }];
    } catch {
      // It was there when it was listed; what is gone by now is not scored.
      return [];
    }
  });
}

export function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`, { cause: error });
  }
}

function stat(file: string): fs.Stats {
  try {
    return fs.statSync(file);
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`, { cause: error });
  }
}

function filesUnder(folder: string): string[] {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return isForeignFolder(entry.name) ? [] : filesUnder(file);
      const known = entry.isFile() && languageOf(entry.name) !== undefined;
      return known && fs.statSync(file).size <= mostBytes ? [file] : [];
    });
}

function isMade(text: string): boolean {
  return text.includes('\0') || text.split('\n').some((line) => line.length > longestLine);
}
