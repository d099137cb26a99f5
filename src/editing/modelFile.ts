// Which model file to load: the one that was chosen, or the one that came with the extension.

import { existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Problem } from './backend';

/** The path of the chosen file, or of the bundled one where none was chosen; throws a `Problem` where there is none. */
export function findModelFile(chosen: string, bundledFolder: string): string {
  if (chosen !== '') {
    const file = chosen.startsWith('~/') ? path.join(os.homedir(), chosen.slice(2)) : chosen;
    if (existsSync(file)) return file;
    throw new Problem('model', `The model file ${file} does not exist. Choose another one.`);
  }
  const bundled = existsSync(bundledFolder)
    ? readdirSync(bundledFolder).filter((name) => name.endsWith('.gguf'))
    : [];
  const first = bundled.sort()[0];
  if (first) return path.join(bundledFolder, first);
  throw new Problem(
    'model',
    'This build of Ryzanstein came without a model. Choose a GGUF file to complete with.',
  );
}
