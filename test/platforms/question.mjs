// A place in a file that every engine has to complete alike.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** Writes the file into a folder; returns the command line's words, to be given in that folder. */
export function writeQuestion(folder) {
  writeFileSync(
    path.join(folder, 'mean.py'),
    'def mean(values):\n    return sum(\n\n\nprint(mean([1, 2, 3]))\n',
  );
  return ['complete', 'mean.py:2:16', '--confidence', '0'];
}
