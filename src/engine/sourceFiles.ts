// Source files of known languages, by name or under a folder, without what was built or what others wrote.

import * as fs from 'node:fs';
import * as path from 'node:path';

const languageIds: Record<string, string> = {
  '.c': 'c',
  '.cc': 'cpp',
  '.cpp': 'cpp',
  '.cts': 'typescript',
  '.go': 'go',
  '.h': 'cpp',
  '.java': 'java',
  '.cjs': 'javascript',
  '.js': 'javascript',
  '.jsx': 'javascriptreact',
  '.mjs': 'javascript',
  '.mts': 'typescript',
  '.py': 'python',
  '.rs': 'rust',
  '.sh': 'shellscript',
  '.ts': 'typescript',
  '.tsx': 'typescriptreact',
};

const foreignFolders =
  /^(\..*|node_modules|bower_components|vendor|third_party|dist|build|out|target|coverage|venv|env|__pycache__)$/;
const mostBytes = 200_000;
/** Files with longer lines are made by programs. */
const longestLine = 1000;

export interface SourceFile {
  /** As it is shown to the model: relative to the folder that was asked for. */
  path: string;
  languageId: string;
  text: string;
}

/** The language of a file by the ending of its name; `plaintext` where it is not known. */
export function languageOf(file: string): string {
  return languageIds[path.extname(file)] ?? 'plaintext';
}

/** In the order of their paths. Throws an Error that names the path where one cannot be read. */
export function sourceFiles(paths: string[]): SourceFile[] {
  return paths.flatMap((given) => {
    const whole = stat(given).isDirectory();
    const files = whole ? filesUnder(given) : [given];
    return files.flatMap((file) => {
      const shown = whole ? path.relative(given, file).replaceAll(path.sep, '/') : path.basename(file);
      const text = readText(file);
      return isMade(text) ? [] : [{ path: shown, languageId: languageOf(file), text }];
    });
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
      if (entry.isDirectory()) return foreignFolders.test(entry.name) ? [] : filesUnder(file);
      const known = entry.isFile() && languageIds[path.extname(entry.name)] !== undefined;
      return known && fs.statSync(file).size <= mostBytes ? [file] : [];
    });
}

function isMade(text: string): boolean {
  return text.includes('\0') || text.split('\n').some((line) => line.length > longestLine);
}
