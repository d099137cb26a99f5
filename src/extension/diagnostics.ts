// The diagnostics page: the engine examined, its kernels and threads as bars, and why each completion was shown or not.

import { t } from '@vscode/l10n';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Diagnosis, ModelInfo } from '../reports';
import type { LocalEngine, LocalState } from '../editing/localEngine';
import { diagnosticsState } from '../report/diagnosticsReport';
import { type DiagnosticsMessage, type DiagnosticsState, isDiagnosticsMessage } from '../report/pages';
import type { CompletionLog } from '../editing/completionLog';
import { reportable } from '../editing/reportable';
import { notify } from './notify';
import { Page } from './page';
import type { Problems } from './problems';
import { chosenModelFile } from './settings';
import { messageOf, occupationWords, sentenceOf } from '../wording';

export class DiagnosticsPage implements vscode.Disposable {
  private readonly page: Page<DiagnosticsState, DiagnosticsMessage>;
  private diagnosis: Diagnosis | undefined;
  /** That under way. */
  private examination: { readonly source: vscode.CancellationTokenSource; ended: Promise<void> } | undefined;
  /** Why there is none, which holds as long as the engine's state does. */
  private failure: { readonly sentence: string; readonly of: LocalState } | undefined;
  private readonly subscription: { dispose(): void };

  constructor(
    extension: vscode.Uri,
    problems: Problems,
    private readonly engine: LocalEngine,
    private readonly completions: CompletionLog,
  ) {
    const actions: Record<DiagnosticsMessage, () => unknown> = {
      examine: () => this.examine(),
      erase: () => completions.erase(),
      copy: () => this.copy(),
    };
    this.page = new Page(extension, problems, {
      ...{ name: 'diagnostics', title: t`Ryzanstein Diagnostics` },
      state: () => this.state,
      isMessage: isDiagnosticsMessage,
      hear: (message) => actions[message](),
      closed: () => this.examination?.source.cancel(),
    });
    this.subscription = completions.onChange(() => this.post());
  }

  /** What the page shows. */
  get state(): DiagnosticsState {
    const { engine, completions } = this;
    return diagnosticsState({
      ...{ engine: engine.state, diagnosis: this.current() },
      ...{ recent: completions.recent, requests: completions.entries },
    });
  }

  /** Opens the page, or brings it to the front, and examines the engine, which starts it if need be, unless what was found still holds. */
  async show(): Promise<void> {
    this.page.show();
    // One that was ended with its page tells nothing.
    if (this.examination?.source.token.isCancellationRequested) await this.examination.ended;
    if (this.engine.state.name === 'ready' && typeof this.current() === 'object') this.post();
    else await this.examine();
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
    if (this.engine.occupation) return this.post();
    this.diagnosis = undefined;
    const source = new vscode.CancellationTokenSource();
    const ended = this.diagnose(source.token);
    this.examination = { source, ended };
    this.post();
    await ended;
    this.examination = undefined;
    this.post();
  }

  private async diagnose(token: vscode.CancellationToken): Promise<void> {
    const { engine } = this;
    try {
      this.diagnosis = await engine.diagnose(token);
    } catch (error) {
      if (!token.isCancellationRequested) this.failure = { sentence: messageOf(error), of: engine.state };
    }
  }

  /** What was found, as far as it is of the engine that is at work; else why there is nothing. */
  private current(): Diagnosis | string | undefined {
    const { diagnosis, failure, engine } = this;
    const { occupation, state } = engine;
    if (occupation === 'diagnosis')
      return t`It is being examined, which takes some seconds, with a large model half a minute.`;
    if (diagnosis && (state.name !== 'ready' || isAtWork(diagnosis.model, state.model))) return diagnosis;
    if (occupation) return t`${sentenceOf(occupationWords(occupation))} Try again when it is done.`;
    return failure?.of === state ? failure.sentence : undefined;
  }

  /** Everything, for a report. */
  private async copy(): Promise<void> {
    const { engine, completions } = this;
    const known = { state: engine.state, diagnosis: this.current(), entries: completions.entries };
    const home = os.homedir();
    const folders = [home, path.dirname(chosenModelFile())];
    await vscode.env.clipboard.writeText(reportable(known, folders));
    void notify('inform', t`Ryzanstein: the report is copied.`);
  }
}

/** Whether what was examined is what computes now: settings and what is found out of a model change the rest. */
function isAtWork(examined: ModelInfo, { file, kernel, threads }: ModelInfo): boolean {
  return examined.file === file && examined.kernel === kernel && examined.threads === threads;
}
