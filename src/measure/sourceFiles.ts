// Source files of known languages, by name or under a folder, without what was built or what others wrote.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { diskTree, slashed } from '../editing/tree';
import { isForeignFolder } from '../editing/foreignFolders';
import { ignoreFile } from '../editing/ignoreFiles';
import { isForeign, largestFile } from '../editing/ignoring';
import { Judge, type Judgement } from '../editing/judge';
import { languageOf, sourceLanguageOf } from '../language/languages';
import { unreadable } from '../wording';

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
 * and cannot be read, `leftOut` is told, and the others are given, but for those that are `barred`.
 */
export function sourceFiles(
  paths: string[],
  leftOut: (problem: Error) => void = () => undefined,
  barred: ReadonlySet<string> = new Set(),
): SourceFile[] {
  return paths.flatMap((given) => {
    if (!stat(given).isDirectory()) return sourceFile(given, path.basename(given));
    const files = filesUnder(given, leftOut).filter((file) => !barred.has(file));
    return files.flatMap((file) =>
      readable(() => sourceFile(file, path.relative(given, file).replaceAll(path.sep, '/')), leftOut),
    );
  });
}

/** What the folders that are named hold and may not be read. */
export async function barredFiles(paths: string[]): Promise<Set<string>> {
  const judge = new Judge(diskTree);
  const judgementOf = (file: string): Promise<Judgement> => judge.judge(slashed(path.resolve(file)));
  const barred = new Set<string>();
  for (const folder of paths.filter((given) => stat(given).isDirectory())) {
    // Who names a folder that Git ignores means what is in it.
    const isMeant = (await judgementOf(path.join(folder, ignoreFile))) === 'ignored by Git';
    for (const file of filesUnder(folder, () => undefined)) {
      // What cannot be reached is not judged: reading it will say why.
      if (!fs.existsSync(file)) continue;
      const judgement = await judgementOf(file);
      if (judgement !== 'readable' && !(isMeant && judgement === 'ignored by Git')) barred.add(file);
    }
  }
  return barred;
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

/** A file's text as editors show it: without the byte order mark. What is no file, or a binary one, is an Error. */
export function readText(file: string): string {
  const text = contentOf(file);
  if (text.includes('\0')) throw new Error(`${file} is a binary file, not a text.`);
  return text.replace(/^\ufeff/, '');
}

function contentOf(file: string): string {
  // Of a device there is no end.
  if (!stat(file).isFile() && !stat(file).isDirectory())
    throw new Error(`${file} is not a file, but a device, a pipe or a socket.`);
  try {
    const bytes = fs.readFileSync(file);
    return new TextDecoder(encodingOf(bytes), { ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** By its first bytes, as editors tell. */
function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
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
      const known = entry.isFile() && sourceLanguageOf(entry.name) !== undefined && !isForeign(entry.name);
      return readable(() => (known && isSmallFile(file) ? [file] : []), leftOut);
    });
}

function isSmallFile(file: string): boolean {
  const status = stat(file);
  return status.isFile() && status.size <= largestFile;
}

function isMade(text: string): boolean {
  return text.split('\n').some((line) => line.length > longestLine);
}
