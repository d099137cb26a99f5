// The live view: speed, waits and what became of each place, while one types.

import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { CompletionLog } from '../editing/completionLog';
import type { LocalEngine } from '../editing/localEngine';
import { engineSentence } from '../report/engineState';
import { computedWith, liveState } from '../report/liveView';
import { isWhere, type LiveState } from '../report/pages';
import { Page } from './page';
import type { Problems } from './problems';
import { readSettings } from './settings';

export class LiveView implements vscode.Disposable {
  private readonly page: Page<LiveState, string>;
  private readonly subscription: { dispose(): void };

  constructor(
    extension: vscode.Uri,
    problems: Problems,
    private readonly engine: LocalEngine,
    private readonly completions: CompletionLog,
  ) {
    this.page = new Page(extension, problems, {
      ...{ name: 'live', title: t`Ryzanstein Live View` },
      state: () => this.state(),
      isMessage: isWhere,
      hear: (where) => void open(where),
    });
    this.subscription = completions.onChange(() => this.post());
  }

  /** Opens the page, or brings it to the front. */
  show(): void {
    this.page.show();
  }

  /** Shows what has changed. */
  post(): void {
    this.page.post();
  }

  dispose(): void {
    this.subscription.dispose();
    this.page.dispose();
  }

  private state(): LiveState {
    const { entries, recent } = this.completions;
    return liveState(this.engineLine(), entries, recent, readSettings().deadline);
  }

  private engineLine(): string {
    const { state } = this.engine;
    if (state.name !== 'ready') return engineSentence(state);
    return computedWith(state.model, this.completions.lastCompletion);
  }
}

/** A file that is closed by now is not looked for. */
async function open(where: string): Promise<void> {
  const [, path, line] = /^(.*):(\d+)$/.exec(where)!;
  const document = vscode.workspace.textDocuments.find(
    ({ uri }) => vscode.workspace.asRelativePath(uri) === path,
  );
  if (!document) return;
  const start = new vscode.Position(Number(line) - 1, 0);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(start, start) });
}
