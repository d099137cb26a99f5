// The frozen evaluation sets: holes drawn by seed from listed files, with a digest that tells whether they are the same ones.

import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { languageName, languageOf } from '../language/languages';
import { type Hole, punchHoles } from './holes';
import { readText, type SourceFile } from './sourceFiles';

export interface EvalSet {
  name: string;
  seed: number;
  holesPerLanguage: number;
  /** Of the holes that belong to the set. */
  digest: string;
  sources: { name: string; files: string[] }[];
}

/** The set `name` of a list of sets, whose `file` is named in errors. */
export function evalSetOf(list: object, name: string, file: string): EvalSet {
  const { sets, sources } = list as {
    sets: Record<string, Omit<EvalSet, 'name'>> | null | undefined;
    sources: unknown;
  };
  if (typeof sets !== 'object' || sets === null)
    throw new Error(`${file} needs "sets", each under its name.`);
  const set = Object.hasOwn(sets, name) ? sets[name] : undefined;
  if (!set) throw new Error(`${file} has no set "${name}", only ${Object.keys(sets).join(', ')}.`);
  if (!isCount(set.seed) || !isCount(set.holesPerLanguage) || typeof set.digest !== 'string')
    throw new Error(`The set "${name}" of ${file} needs "seed", "holesPerLanguage" and "digest".`);
  if (!isSources(sources))
    throw new Error(
      `${file} needs "sources", each with its "name" and the "files" that holes are drawn from.`,
    );
  return { name, ...set, sources };
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}

function isSources(value: unknown): value is EvalSet['sources'] {
  return (
    Array.isArray(value) &&
    value.every((source: Partial<Record<'name' | 'files', unknown>> | null) => {
      const { name, files } = source ?? {};
      return (
        typeof name === 'string' && Array.isArray(files) && files.every((file) => typeof file === 'string')
      );
    })
  );
}

/**
 * The holes of a set in the files under `folder/<name of the source>`: as many of each language, the languages in
 * turn. Throws an Error that says so where they are not the ones that the set was frozen with.
 */
export function drawSet(set: EvalSet, folder: string): Hole[] {
  const missing = set.sources.find(({ name }) => !fs.existsSync(path.join(folder, name)));
  if (missing)
    throw new Error(`${folder} has no ${missing.name}. Bring the sources' files by training/eval_set.py.`);
  const byLanguage = new Map<string, SourceFile[]>();
  for (const { name, files } of set.sources) {
    for (const file of files) {
      const languageId = languageOf(file) ?? 'plaintext';
      const text = readText(path.join(folder, name, file));
      const language = languageName(languageId);
      byLanguage.set(language, [
        ...(byLanguage.get(language) ?? []),
        { source: name, path: file, languageId, text },
      ]);
    }
  }
  const drawn = [...byLanguage]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, files]) => punchHoles(files, set.holesPerLanguage, set.seed));
  const holes = inTurn(drawn);
  const digest = digestOf(holes);
  if (digest !== set.digest)
    throw new Error(
      `The ${holes.length} holes drawn from ${folder} are not those of the set "${set.name}": their digest is ` +
        `${digest}, the set's is ${set.digest}. Scores on them could not be compared with others.`,
    );
  return holes;
}

function inTurn<T>(lists: T[][]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}

/** SHA-256 of all that a hole asks and expects; equal for equal holes in equal order. */
export function digestOf(holes: Hole[]): string {
  const hash = createHash('sha256');
  for (const { source, path, language, kind, prefix, suffix, expected } of holes)
    hash.update(JSON.stringify([source ?? '', path, language, kind, prefix, suffix, expected]));
  return hash.digest('hex');
}
