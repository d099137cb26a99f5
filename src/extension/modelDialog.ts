// The dialog in which somebody picks a model's file, of the machine that the extension and its engine run on.

import { t } from '@vscode/l10n';
import os from 'node:os';
import * as vscode from 'vscode';
import { notify } from './notify';

/** A window with a folder of another machine shows that one's files, which the engine cannot read, unless it is told where to begin. */
export async function pickModelFile(title: string, openLabel: string): Promise<string | undefined> {
  const [picked] =
    (await vscode.window.showOpenDialog({
      ...{ title, openLabel, defaultUri: vscode.Uri.file(os.homedir()) },
      filters: { [t`GGUF models`]: ['gguf'], [t`All files`]: ['*'] },
    })) ?? [];
  if (!picked || picked.scheme === 'file') return picked?.fsPath;
  const name = picked.path;
  void notify(
    'fail',
    t`Ryzanstein: ${name} is on another machine. A model's file has to be on the one that the extension runs on.`,
  );
  return undefined;
}
