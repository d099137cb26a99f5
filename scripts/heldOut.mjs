// Held-out files to type, by language: those that the frozen evaluation sets name report, others of the same sources choose.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './steps.mjs';

export const trainingCache = path.join(os.homedir(), '.cache', 'ryzanstein-training');
export const heldOutFolder = process.env.RYZANSTEIN_EVAL ?? path.join(trainingCache, 'eval');

const languages = {
  ...{ c: /\.c$/, cpp: /\.(cc|cpp|hpp)$/, go: /\.go$/, java: /\.java$/, javascript: /\.m?js$/ },
  ...{ python: /\.py$/, rust: /\.rs$/, typescript: /\.tsx?$/ },
};
/** Of a file, in bytes: shorter ones say little, longer ones would be most of a language's keys. */
const size = { least: 1000, most: 6000 };
const mostOfASource = 3;

/** So many files of each language, in an order that only their paths decide; `use` is `choose` or `report`. */
export function filesToType(use, perLanguage, folder = heldOutFolder) {
  if (!existsSync(folder)) throw new Error(`There is no ${folder}; training/README.md says how to make it.`);
  const drawn = heldOutFiles(folder)
    .filter((one) => reports(one) === (use === 'report') && isOfSize(one.file))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  return Object.values(languages).flatMap((ending) => {
    const taken = {};
    return drawn
      .filter(({ file }) => ending.test(file))
      .filter(({ source }) => (taken[source] = (taken[source] ?? 0) + 1) <= mostOfASource)
      .slice(0, perLanguage)
      .map(({ file }) => file);
  });
}

function heldOutFiles(folder) {
  const { sources } = JSON.parse(readFileSync(path.join(root, 'training', 'eval.json'), 'utf8'));
  return sources.flatMap(({ name, files }) => {
    const own = path.join(folder, name);
    if (!existsSync(own)) return [];
    return readdirSync(own, { recursive: true }).map((file) => ({
      ...{ source: name, file: path.join(own, file), isNamed: files.includes(file) },
      digest: createHash('sha256').update(path.posix.join(name, file)).digest('hex'),
    }));
  });
}

/** The frozen sets have no holes in C: of its files half report. */
function reports({ file, isNamed, digest }) {
  return languages.c.test(file) ? digest < '8' : isNamed;
}

function isOfSize(file) {
  const { size: bytes } = statSync(file);
  return bytes >= size.least && bytes <= size.most;
}
