// The diagnostics page: the engine examined, its kernels and threads as bars, and why each completion was shown or not.

import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Diagnosis } from '../reports';
import type { LocalEngine } from '../editing/localEngine';
import { diagnosticsState } from '../report/diagnosticsReport';
import { type DiagnosticsMessage, type DiagnosticsState, isDiagnosticsMessage } from '../report/pages';
import type { CompletionLog, Entry } from '../editing/completionLog';
import { Page } from './page';
import type { Problems } from './problems';
import { occupationWords, sentenceOf } from '../wording';

export class DiagnosticsPage implements vscode.Disposable {
  private readonly page: Page<DiagnosticsState, DiagnosticsMessage>;
  private diagnosis: Diagnosis | string | undefined;
  private readonly subscription: { dispose(): void };

  constructor(
    extension: vscode.Uri,
    problems: Problems,
    private readonly engine: LocalEngine,
    private readonly completions: CompletionLog,
  ) {
    const actions: Record<DiagnosticsMessage, () => void> = {
      examine: () => void this.examine(),
      erase: () => completions.erase(),
      copy: () => void vscode.env.clipboard.writeText(JSON.stringify(this.report(), undefined, 2)),
    };
    this.page = new Page(extension, problems, {
      ...{ name: 'diagnostics', title: t`Ryzanstein Diagnostics` },
      state: () =>
        diagnosticsState({
          ...{ engine: engine.state, diagnosis: this.current() },
          ...{ recent: completions.recent, requests: completions.entries },
        }),
      isMessage: isDiagnosticsMessage,
      hear: (message) => actions[message](),
    });
    this.subscription = completions.onChange(() => this.post());
  }

  /** Opens the page, or brings it to the front, and examines the engine, which starts it if need be. */
  async show(): Promise<void> {
    this.page.show();
    await this.examine();
  }

  /** Shows what has changed. */
  post(): void {
    this.page.post();
  }

  dispose(): void {
    this.subscription.dispose();
    this.page.dispose();
  }

  private async examine(): Promise<void> {
    const { occupation } = this.engine;
    if (occupation === 'diagnosis') return;
    if (occupation) {
      this.diagnosis ??= t`${sentenceOf(occupationWords(occupation))} Try again when it is done.`;
      return this.post();
    }
    this.diagnosis = t`It is being examined, which takes some seconds.`;
    this.post();
    try {
      this.diagnosis = await this.engine.diagnose();
    } catch (error) {
      this.diagnosis = error instanceof Error ? error.message : String(error);
    }
    this.post();
  }

  /** What was found, as far as it is of the engine that is at work. */
  private current(): Diagnosis | string | undefined {
    const { diagnosis, engine } = this;
    const { state } = engine;
    if (typeof diagnosis !== 'object' || state.name !== 'ready') return diagnosis;
    const { file, kernel } = state.model;
    return diagnosis.model.file === file && diagnosis.model.kernel === kernel ? diagnosis : undefined;
  }

  /** Everything, for a report: without any text of the user's files. */
  private report(): object {
    return {
      state: this.engine.state,
      diagnosis: this.diagnosis,
      entries: this.completions.entries.map(withoutText),
    };
  }
}

function withoutText(entry: Entry): object {
  return {
    ...entry,
    where: undefined,
    key: undefined,
    text: undefined,
    answer: undefined,
    completion: entry.completion && { ...entry.completion, text: undefined, alternatives: undefined },
  };
}
