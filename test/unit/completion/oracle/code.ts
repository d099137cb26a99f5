// Real code to try completions in: our own, that of the packages which are pinned, and in the long run the held-out repositories.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Node } from 'web-tree-sitter';
import { withLineFeeds } from '../../../../src/completion/site';
import { syntaxOf } from '../../../../src/completion/syntax';
import type { Region } from './editor';

export interface Code {
  path: string;
  languageId: string;
  text: string;
}

const languageIds: Record<string, string> = {
  ...{ '.ts': 'typescript', '.mts': 'typescript', '.cts': 'typescript', '.tsx': 'typescriptreact' },
  ...{ '.js': 'javascript', '.mjs': 'javascript', '.cjs': 'javascript', '.jsx': 'javascriptreact' },
  ...{ '.py': 'python', '.go': 'go', '.rs': 'rust', '.java': 'java', '.cs': 'csharp', '.php': 'php' },
  ...{ '.c': 'c', '.h': 'cpp', '.hpp': 'cpp', '.cpp': 'cpp', '.cc': 'cpp', '.sh': 'shellscript' },
  ...{ '.css': 'css', '.scss': 'scss', '.less': 'less', '.html': 'html', '.xml': 'xml', '.md': 'markdown' },
  ...{ '.yml': 'yaml', '.yaml': 'yaml', '.json': 'json', '.jsonc': 'jsonc', '.ps1': 'powershell' },
  ...{ '.rb': 'ruby', '.lua': 'lua', '.sql': 'sql', '.swift': 'swift', '.kt': 'kotlin', '.scala': 'scala' },
  ...{ '.ex': 'elixir', '.exs': 'elixir', '.hs': 'haskell', '.pl': 'perl', '.pm': 'perl', '.r': 'r' },
  ...{ '.dart': 'dart', '.toml': 'toml', '.ini': 'ini', '.bat': 'bat', '.tex': 'latex', '.clj': 'clojure' },
};
const mostCharacters = 24_000;
const mostFiles = 60;
const foreign = new Set(['.git', 'dist', 'out', 'build', 'test-output', '.bin', 'vite']);

/** By language; of each the same files whenever they are there. */
export function codeUnder(folders: readonly string[]): Map<string, Code[]> {
  const found = new Map<string, Code[]>();
  for (const file of folders.flatMap((folder) => filesUnder(folder))) {
    const languageId = languageIdOf(file);
    if (languageId === undefined) continue;
    const files = found.get(languageId) ?? [];
    found.set(languageId, files);
    files.push({ path: file, languageId, text: '' });
  }
  for (const [languageId, files] of found) {
    const step = Math.max(1, Math.floor(files.length / (2 * mostFiles)));
    const read = files
      .filter((_, i) => i % step === 0)
      .flatMap((code) => {
        const text = withLineFeeds(fs.readFileSync(code.path, 'utf8').replace(/^\ufeff/, ''));
        return isFit(text) ? [{ ...code, text }] : [];
      })
      .slice(0, mostFiles);
    if (read.length > 0) found.set(languageId, read);
    else found.delete(languageId);
  }
  return found;
}

export interface ReadCode {
  code: Code;
  regionAt: (offset: number) => Region;
}

/** Those of the files that a grammar, where there is one, finds no error in. */
export async function soundCode(languageId: string, files: Code[]): Promise<ReadCode[]> {
  const syntax = await syntaxOf(languageId);
  return files.flatMap((code) => {
    if (!syntax) return [{ code, regionAt: regionsOf(code, undefined) }];
    return syntax.read(code.text, (root) =>
      root.hasError ? [] : [{ code, regionAt: regionsOf(code, root) }],
    );
  });
}

/** What is there of the places where code may be. */
export function codeFolders(long: boolean): string[] {
  const heldOut = path.join(os.homedir(), '.cache/ryzanstein-training/eval');
  const folders = ['src', 'test', 'scripts', 'native', 'training', 'docs', 'media', 'node_modules'];
  const more = process.env.RYZANSTEIN_CODE?.split(path.delimiter) ?? [];
  return [...folders, ...(long ? [heldOut, ...more] : [])].filter((folder) => fs.existsSync(folder));
}

function filesUnder(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (foreign.has(entry.name)) return [];
      return entry.isDirectory() ? filesUnder(file) : entry.isFile() ? [file] : [];
    });
}

function languageIdOf(file: string): string | undefined {
  if (/\.min\.|\.d\.[cm]?ts$|package-lock/.test(file)) return undefined;
  return /(^|[\\/])Makefile$/.test(file) ? 'makefile' : languageIds[path.extname(file)];
}

/** Neither empty nor huge, nor made by a program. */
function isFit(text: string): boolean {
  return (
    text.length > 200 &&
    text.length <= mostCharacters &&
    !text.includes('\0') &&
    text.split('\n').every((line) => line.length <= 300)
  );
}

const lineComments: Record<string, RegExp> = {
  slashes: /(^|\s)\/\//,
  hash: /(^|\s)#/,
  dashes: /(^|\s)--/,
  percent: /(^|[^\\])%/,
};
const commentsOf: Record<string, keyof typeof lineComments> = {
  ...{ kotlin: 'slashes', swift: 'slashes', scala: 'slashes', scss: 'slashes', less: 'slashes' },
  ...{ dart: 'slashes', jsonc: 'slashes', yaml: 'hash', toml: 'hash', makefile: 'hash', perl: 'hash' },
  ...{ r: 'hash', elixir: 'hash', ruby: 'hash', lua: 'dashes', sql: 'dashes', haskell: 'dashes' },
  latex: 'percent',
};

/** What each character is part of: as the grammar says, or else as far as comments of one line tell. */
function regionsOf({ text, languageId }: Code, root: Node | undefined): (offset: number) => Region {
  const names = ['code', 'string', 'comment'] as const;
  const regions = new Uint8Array(text.length + 1);
  if (root) paint(root, regions);
  else {
    const mark = lineComments[commentsOf[languageId] ?? ''];
    let start = 0;
    for (const line of text.split('\n')) {
      const found = mark?.exec(line);
      if (found) regions.fill(2, start + found.index, start + line.length + 1);
      start += line.length + 1;
    }
  }
  // A cursor is inside of what stands on both of its sides.
  return (offset) =>
    regions[offset] === regions[Math.max(0, offset - 1)] ? names[regions[offset]!]! : 'code';
}

function paint(node: Node, regions: Uint8Array): void {
  const { type } = node;
  if (/comment/.test(type)) regions.fill(2, node.startIndex, node.endIndex);
  else if (/interpolation|substitution|expansion/.test(type)) regions.fill(0, node.startIndex, node.endIndex);
  else if (/string|char|heredoc_body|regex|rune/.test(type)) regions.fill(1, node.startIndex, node.endIndex);
  for (const child of node.children) if (child) paint(child, regions);
}
