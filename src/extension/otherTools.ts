// Other tools that complete code in this editor: what the user lets them run, and a word, once, where both would speak.

import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { completersToName } from '../library/otherTools';
import { notify } from './notify';

const namedKey = 'ryzanstein.namedCompleters';
/** The editor starts its extensions one after another, in milliseconds. */
const startUp = 10_000;

/**
 * How the user lets llama.vscode start its server; what a workspace says of it is none of the user's habits. In a remote
 * window the other side's settings count as the user's, and a repository may have written them.
 */
export function llamaCommand(): string | undefined {
  if (vscode.env.remoteName !== undefined) return undefined;
  const { globalValue } =
    vscode.workspace.getConfiguration('llama-vscode').inspect<string>('launch_completion') ?? {};
  return typeof globalValue === 'string' ? globalValue : undefined;
}

/** Names each other completer once, for VS Code shows one ghost text at a time. */
export function nameOtherCompleters(memory: vscode.Memento): vscode.Disposable {
  const look = (): void => {
    const active = vscode.extensions.all.filter(({ isActive }) => isActive).map(({ id }) => id);
    const named = memory.get<string[]>(namedKey, []);
    const settings = vscode.workspace.getConfiguration();
    const found = completersToName(active, named, (setting) => settings.get(setting));
    if (found.length === 0) return;
    void memory.update(namedKey, [...named, ...found.map(({ id }) => id)]);
    const names = found.map(({ name }) => name).join(t` and `);
    const show = found.length > 1 ? t`Show Them` : t`Show It`;
    const sentence = t`${names} may complete code here, too. VS Code shows one grey text at a time, so that Ryzanstein's may stay away.`;
    const choose = t`Choose Model`;
    void notify('inform', sentence, show, choose).then((action) => {
      const query = found.map(({ id }) => `@id:${id}`).join(' ');
      if (action === show) void vscode.commands.executeCommand('workbench.extensions.search', query);
      // It lists the models that such a tool has put on this disk.
      if (action === choose) void vscode.commands.executeCommand('ryzanstein.chooseModel');
    });
  };
  const timer = setTimeout(look, startUp);
  return vscode.Disposable.from({ dispose: () => clearTimeout(timer) }, vscode.extensions.onDidChange(look));
}
