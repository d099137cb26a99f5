// Messages about what went wrong: one for each problem, with what can be done about it, and never the same one again.

import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { BackendState, Problem } from '../editing/backend';
import { readSettings, writeSetting } from './settings';

const command = (name: string) => (): Thenable<unknown> => vscode.commands.executeCommand(name);

interface Action extends vscode.MessageItem {
  readonly run: () => Thenable<unknown>;
}

export class Problems {
  /** What was shown last; it is shown again only after the engine has been well in between. */
  private shown: string | undefined;

  /** Follows the engine's state, and shows why it has failed. */
  onState(state: BackendState): void {
    if (state.name === 'failed') this.show(state.problem);
    if (state.name === 'ready' && state.refused) this.show(state.refused);
    else if (state.name === 'ready') this.shown = undefined;
  }

  /** Somebody tries again: what is wrong then is told, were it the same. */
  forget(): void {
    this.shown = undefined;
  }

  /** Shows a problem, unless it is the one shown last. */
  show(problem: Problem): void {
    if (this.shown === problem.message) return;
    this.shown = problem.message;
    void offerActions(problem);
  }
}

async function offerActions(problem: Problem): Promise<void> {
  const another: Action = { title: t`Choose Another Model`, run: command('ryzanstein.chooseModel') };
  const bundled: Action = { title: t`Use the Bundled Model`, run: () => writeSetting('modelFile', '') };
  const restart: Action = { title: t`Restart Engine`, run: command('ryzanstein.restartEngine') };
  const log: Action = { title: t`Show Log`, run: command('ryzanstein.showLog') };
  const ofModel = readSettings().modelFile === '' ? [another] : [another, bundled];
  const actions = [...(problem.kind === 'model' ? ofModel : [restart]), log];
  const chosen = await vscode.window.showErrorMessage(`Ryzanstein: ${problem.message}`, ...actions);
  await chosen?.run();
}
