// Tells of what went wrong: one message per problem, with what can be done about it, and never the same one again.

import * as vscode from 'vscode';
import type { BackendState, Problem } from '../editing/backend';

const actions = {
  'Choose Model File': 'ryzanstein.chooseModelFile',
  'Restart Engine': 'ryzanstein.restartEngine',
  'Show Log': 'ryzanstein.showLog',
} as const;
type Action = keyof typeof actions;

export class Problems {
  /** What was told last; told again only after the engine has been well in between. */
  private told: string | undefined;

  /** Follows the engine's state, and tells when it has failed. */
  onState(state: BackendState): void {
    if (state.name === 'ready') this.told = undefined;
    if (state.name === 'failed') this.tell(state.problem);
  }

  /** Tells of a problem, unless this was done already. */
  tell(problem: Problem): void {
    if (this.told === problem.message) return;
    this.told = problem.message;
    void show(problem);
  }
}

async function show(problem: Problem): Promise<void> {
  const first: Action = problem.kind === 'model' ? 'Choose Model File' : 'Restart Engine';
  const chosen = await vscode.window.showErrorMessage(`Ryzanstein: ${problem.message}`, first, 'Show Log');
  if (chosen) await vscode.commands.executeCommand(actions[chosen]);
}
