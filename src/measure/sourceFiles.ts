// Source files of known languages, by name or under a folder, without what was built or what others wrote.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { diskFiles, slashed } from '../editing/files';
import { isForeignFolder } from '../editing/foreignFolders';
import { Reading } from '../editing/reading';
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

/** A file, and its path as it is shown to the model. */
export interface FoundFile {
  file: string;
  path: string;
}

/** The files of these names and under these folders, in the order of their paths. Throws an Error that names what cannot be read. */
export function findSources(paths: string[]): FoundFile[] {
  return paths.flatMap((given) =>
    stat(given).isDirectory()
      ? filesUnder(given).map((file) => ({
          file,
          path: path.relative(given, file).replaceAll(path.sep, '/'),
        }))
      : [{ file: given, path: path.basename(given) }],
  );
}

/** Their texts, but for files made by programs. */
export function sourceFiles(paths: string[]): SourceFile[] {
  return textsOf(findSources(paths));
}

/** The same without what the user's ignore files keep out and what may hold secrets. */
export async function readableSources(paths: string[]): Promise<SourceFile[]> {
  const reading = new Reading(diskFiles);
  const found = await Promise.all(
    findSources(paths).map(async (each) => {
      const judgement = await reading.judge(slashed(path.resolve(each.file)));
      return judgement === 'ignored' || judgement === 'secret' ? [] : each;
    }),
  );
  return textsOf(found.flat());
}

function textsOf(files: FoundFile[]): SourceFile[] {
  return files.flatMap(({ file, path: shown }) => {
    const text = readText(file);
    return isMade(text) ? [] : [{ path: shown, languageId: languageOf(file) ?? 'plaintext', text }];
  });
}

/** The files of these names that can be read and are neither huge nor made by programs. */
export function readSources(files: readonly FoundFile[]): SourceFile[] {
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
