// The places to try: what examples/README.md tells people to type, and where.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

export const examples = path.join(root, 'examples');

/** Rows of the table: `line` is counted from 1, `offered` is the grey text behind what was typed. */
export function placesToTry() {
  const text = readFileSync(path.join(examples, 'README.md'), 'utf8');
  const row = /^\| `([\w.]+)` +\| (\d+) +\| `([^`]+)` +\| (`+)(.+?)\4 +\|$/gm;
  return [...text.matchAll(row)].map(([, file, line, typed, , offered]) => ({
    ...{ file, line: Number(line), typed, offered },
  }));
}

/** Where a cursor goes to at the end of a place's line, counted from 1. */
export function columnOf({ file, line }) {
  return readFileSync(path.join(examples, file), 'utf8').split('\n')[line - 1].length + 1;
}
