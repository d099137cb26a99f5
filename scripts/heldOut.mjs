// Held-out files, by language: those that the frozen evaluation sets name report, of the others of the same sources some choose and most teach.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './steps.mjs';

export const trainingCache = path.join(os.homedir(), '.cache', 'ryzanstein-training');
export const heldOutFolder = process.env.RYZANSTEIN_EVAL ?? path.join(trainingCache, 'eval');

const languages = {
  ...{ c: /\.c$/, cpp: /\.(cc|cpp|hpp)$/, go: /\.go$/, java: /\.java$/, javascript: /\.m?js$/ },
  ...{ python: /\.py$/, rust: /\.rs$/, typescript: /\.tsx?$/, csharp: /\.cs$/, css: /\.css$/ },
  ...{ html: /\.html$/, json: /\.json$/, shellscript: /\.(sh|bash|zsh)$/, yaml: /\.ya?ml$/ },
};
/** Of a file, in bytes: shorter ones say little, longer ones would be most of a language's keys. */
const size = { least: 1000, most: 6000 };
/** One of which only some places are asked about may be as long as most that people have. */
const mostToTeach = 24_000;
const mostOfASource = { report: 3, choose: 8, teach: 40 };

/** So many files of each language, in an order that only their paths decide; `use` is `report`, `choose` or `teach`. */
export function heldOutFiles(use, perLanguage, folder = heldOutFolder) {
  if (!existsSync(folder)) throw new Error(`There is no ${folder}; training/README.md says how to make it.`);
  const drawn = allFiles(folder)
    .filter((one) => useOf(one) === use && isOfSize(one.file, use))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  return Object.values(languages).flatMap((ending) => {
    const taken = {};
    return drawn
      .filter(({ file }) => ending.test(file))
      .filter(({ source }) => (taken[source] = (taken[source] ?? 0) + 1) <= mostOfASource[use])
      .slice(0, perLanguage);
  });
}

/** Paths of files that are typed from top to bottom. */
export function filesToType(use, perLanguage, folder) {
  return heldOutFiles(use, perLanguage, folder).map(({ file }) => file);
}

function allFiles(folder) {
  const named = new Map();
  for (const { name, files = [] } of ['eval.json', 'eval-more.json'].flatMap(listed))
    named.set(name, [...(named.get(name) ?? []), ...files]);
  return [...named].flatMap(([name, files]) => {
    const own = path.join(folder, name);
    if (!existsSync(own)) return [];
    return readdirSync(own, { recursive: true }).map((file) => ({
      ...{ source: name, path: file, file: path.join(own, file), isNamed: files.includes(file) },
      digest: createHash('sha256').update(path.posix.join(name, file)).digest('hex'),
    }));
  });
}

function listed(list) {
  const { sources, development = [] } = JSON.parse(readFileSync(path.join(root, 'training', list), 'utf8'));
  return [...sources, ...development];
}

/** What a file is for, so that none is for two things. */
function useOf({ isNamed, digest }) {
  if (isNamed) return 'report';
  return digest < 'c' ? 'teach' : 'choose';
}

function isOfSize(file, use) {
  const { size: bytes } = statSync(file);
  return bytes >= size.least && bytes <= (use === 'teach' ? mostToTeach : size.most);
}
