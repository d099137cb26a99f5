// Messages about what went wrong: one for each problem, with what can be done about it, and never the same one again.

import * as vscode from 'vscode';
import type { BackendState, Problem } from '../editing/backend';
import { readSettings, writeSetting } from './settings';

const command = (name: string) => (): Thenable<unknown> => vscode.commands.executeCommand(name);
const actions = {
  'Choose Another Model': command('ryzanstein.chooseModel'),
  'Use the Bundled Model': () => writeSetting('modelFile', ''),
  'Restart Engine': command('ryzanstein.restartEngine'),
  'Show Log': command('ryzanstein.showLog'),
} as const;
type Action = keyof typeof actions;

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
  const bundled: Action[] = readSettings().modelFile === '' ? [] : ['Use the Bundled Model'];
  const first: Action[] =
    problem.kind === 'model' ? ['Choose Another Model', ...bundled] : ['Restart Engine'];
  const chosen = await vscode.window.showErrorMessage(`Ryzanstein: ${problem.message}`, ...first, 'Show Log');
  if (chosen) await actions[chosen]();
}
