// Source files of known languages, by name or under a folder, without what was built or what others wrote.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { diskFiles, slashed } from '../editing/files';
import { isForeignFolder } from '../editing/foreignFolders';
import { type Judgement, Reading } from '../editing/reading';
import { languageOf } from '../language/languages';
import { unreadable } from '../wording';

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

/**
 * In the order of their paths. Throws an Error that names a given path where that cannot be read; of what a folder holds
 * and cannot be read, `leftOut` is told, and the others are given.
 */
export function sourceFiles(
  paths: string[],
  leftOut: (problem: Error) => void = () => undefined,
  mayRead: (file: string) => boolean = () => true,
): SourceFile[] {
  return paths.flatMap((given) => {
    if (!stat(given).isDirectory()) return sourceFile(given, path.basename(given));
    return filesUnder(given, leftOut)
      .filter(mayRead)
      .flatMap((file) =>
        readable(() => sourceFile(file, path.relative(given, file).replaceAll(path.sep, '/')), leftOut),
      );
  });
}

/** The same without what a folder holds that the user's ignore files keep out or that may hold secrets. */
export async function allowedSourceFiles(
  paths: string[],
  leftOut: (problem: Error) => void,
): Promise<SourceFile[]> {
  const reading = new Reading(diskFiles);
  const listed = paths.filter((given) => stat(given).isDirectory());
  const files = listed.flatMap((folder) => filesUnder(folder, () => undefined));
  const judgements = await Promise.all(files.map((file) => reading.judge(slashed(path.resolve(file)))));
  // What cannot be reached is not judged: reading it will say why.
  const isKept = (file: string, judgement: Judgement): boolean =>
    !fs.existsSync(file) || (judgement !== 'ignored' && judgement !== 'secret');
  const kept = new Set(files.filter((file, i) => isKept(file, judgements[i]!)));
  return sourceFiles(paths, leftOut, (file) => kept.has(file));
}

/** The files of these names that can be read and are neither huge nor made by programs. */
export function readSources(files: readonly { file: string; path: string }[]): SourceFile[] {
  // One that was there when it was listed may be gone by now.
  return files.flatMap(({ file, path: shown }) =>
    readable(
      () => (isSmallFile(file) ? sourceFile(file, shown) : []),
      () => undefined,
    ),
  );
}

/** A file's text as editors show it: without the byte order mark. */
export function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function sourceFile(file: string, shown: string): SourceFile[] {
  const text = readText(file);
  return isMade(text) ? [] : [{ path: shown, languageId: languageOf(file) ?? 'plaintext', text }];
}

function readable<T>(read: () => T[], leftOut: (problem: Error) => void): T[] {
  try {
    return read();
  } catch (error) {
    leftOut(error as Error);
    return [];
  }
}

function stat(file: string): fs.Stats {
  try {
    return fs.statSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function filesUnder(folder: string, leftOut: (problem: Error) => void): string[] {
  return readable(() => entriesOf(folder), leftOut)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return isForeignFolder(entry.name) ? [] : filesUnder(file, leftOut);
      const known = entry.isFile() && languageOf(entry.name) !== undefined;
      return readable(() => (known && isSmallFile(file) ? [file] : []), leftOut);
    });
}

function isSmallFile(file: string): boolean {
  const status = stat(file);
  return status.isFile() && status.size <= mostBytes;
}

function isMade(text: string): boolean {
  return text.includes('\0') || text.split('\n').some((line) => line.length > longestLine);
}
