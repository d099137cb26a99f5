// Which model file to load: the one that was chosen, or the one that came with the extension.

import { t } from '@vscode/l10n';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { whyUnread } from '../wording';
import { Problem } from './backend';

/** The path of the chosen file, or of the bundled one where none was chosen; throws a `Problem` where there is none. */
export function findModelFile(chosen: string, bundledFolder: string): string {
  if (chosen !== '') {
    try {
      statSync(chosen);
      return chosen;
    } catch (error) {
      const why = whyUnread(chosen, error);
      throw new Problem('model', t`The model file ${chosen} ${why}. Choose another one.`);
    }
  }
  const bundled = bundledModel(bundledFolder);
  if (bundled !== undefined) return bundled;
  throw new Problem(
    'model',
    t`This build of Ryzanstein came without a model. Choose a GGUF file to complete with.`,
  );
}

/** The one that came with the extension; undefined where none did. */
export function bundledModel(folder: string): string | undefined {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.gguf')) : [];
  const first = names.sort()[0];
  return first === undefined ? undefined : path.join(folder, first);
}
