// Messages about what went wrong: one for each problem, with what can be done about it, and never the same one again.

import * as vscode from 'vscode';
import type { BackendState, Problem } from '../editing/backend';

const actions = {
  'Choose Model File': 'ryzanstein.chooseModelFile',
  'Restart Engine': 'ryzanstein.restartEngine',
  'Show Log': 'ryzanstein.showLog',
} as const;
type Action = keyof typeof actions;

export class Problems {
  /** What was shown last; it is shown again only after the engine has been well in between. */
  private shown: string | undefined;

  /** Follows the engine's state, and shows why it has failed. */
  onState(state: BackendState): void {
    if (state.name === 'ready') this.shown = undefined;
    if (state.name === 'failed') this.show(state.problem);
  }

  /** Shows a problem, unless it is the one shown last. */
  show(problem: Problem): void {
    if (this.shown === problem.message) return;
    this.shown = problem.message;
    void offerActions(problem);
  }
}

async function offerActions(problem: Problem): Promise<void> {
  const first: Action = problem.kind === 'model' ? 'Choose Model File' : 'Restart Engine';
  const chosen = await vscode.window.showErrorMessage(`Ryzanstein: ${problem.message}`, first, 'Show Log');
  if (chosen) await vscode.commands.executeCommand(actions[chosen]);
}
