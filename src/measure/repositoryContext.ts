// Gives holes code from other files of their repository, chosen by the editor's rules as if the nearest files were open.

import { openFile, RelatedChunks } from '../editing/relatedChunks';
import { languageName } from '../language/languages';
import type { Hole } from './holes';
import type { SourceFile } from './sourceFiles';

/** As many as somebody may have open. */
const openFiles = 20;

/** `filesOf` has the files of a source, each with its path there. */
export function withContext(holes: Hole[], filesOf: (source?: string) => SourceFile[]): Hole[] {
  const known = new Map<string | undefined, SourceFile[]>();
  // One for all, for it remembers the chunks of files; each hole is a place of its own.
  const choice = new RelatedChunks();
  return holes.map((hole, i) => {
    if (!known.has(hole.source)) known.set(hole.source, filesOf(hole.source));
    const open = nearest(known.get(hole.source)!, hole).slice(0, openFiles);
    const { path, language: languageId, prefix, suffix } = hole;
    const place = { key: `${i}`, path, languageId, prefix, suffix };
    return { ...hole, related: choice.at(place, open.map(openFile)) };
  });
}

/** The files that the hole's file imports, by their names, then those with which it shares the most folders. */
function nearest(files: SourceFile[], hole: Hole): SourceFile[] {
  const imports = hole.prefix
    .split('\n')
    .filter((line) => /\b(import|from|require|use|mod|include)\b/.test(line));
  const imported = new Set(imports.join(' ').match(/[\w-]+/g));
  const distance = ({ path }: SourceFile): number =>
    (imported.has(stem(path)) ? 0 : 1000) + foldersBetween(path, hole.path);
  return files
    .filter(
      ({ path, languageId }) =>
        path !== hole.path && languageName(languageId) === languageName(hole.language),
    )
    .map((file) => ({ file, distance: distance(file) }))
    .sort((a, b) => a.distance - b.distance || (a.file.path < b.file.path ? -1 : 1))
    .map(({ file }) => file);
}

function stem(path: string): string {
  return /([^/]*?)(\.[^/]*)?$/.exec(path)![1]!;
}

function foldersBetween(a: string, b: string): number {
  const [from, to] = [a.split('/').slice(0, -1), b.split('/').slice(0, -1)];
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  return from.length + to.length - 2 * shared;
}
