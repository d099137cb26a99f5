// The benchmark: measures the loaded model on this machine, and shows it on a page that stays, beside earlier runs.

import { t } from '@vscode/l10n';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { BenchParams, BenchProgress } from '../protocol';
import type { BenchReport, ModelInfo } from '../reports';
import type { LocalEngine } from '../editing/localEngine';
import { benchmarkReport } from '../report/benchReport';
import { benchmarkState } from '../report/benchmarkState';
import { KeptReports } from '../report/keptReports';
import { pageAlone, partsOf } from '../report/pageFile';
import { type BenchmarkMessage, type BenchmarkState, isBenchmarkMessage } from '../report/pages';
import { messageOf, unwritable } from '../wording';
import { notify, withProgress } from './notify';
import { Page } from './page';
import type { Problems } from './problems';
import { onSettingChange, readSettings, writeSetting } from './settings';

/** As much text before the answer as a completion has in a file of some length, if the model can take it. */
const paramsFor = ({ contextLength }: ModelInfo): BenchParams => ({
  promptTokens: Math.min(512, Math.floor(contextLength / 2)),
  generateTokens: Math.min(64, Math.floor(contextLength / 4)),
  threads: [],
  whole: true,
});

/** Runs that are kept. */
const capacity = 20;

export class Benchmark implements vscode.Disposable {
  private readonly page: Page<BenchmarkState, BenchmarkMessage>;
  /** The newest first. */
  private reports: readonly BenchReport[];
  private working = '';
  private progress: BenchProgress | undefined;
  private readonly kept: KeptReports<BenchReport>;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    storage: vscode.Uri,
    problems: Problems,
    private readonly engine: LocalEngine,
  ) {
    const file = path.join(storage.fsPath, 'benchmarks.json');
    this.kept = new KeptReports(file, ({ schema }) => schema === 'ryzanstein/bench/1');
    this.reports = this.kept.read();
    this.page = new Page(extension, problems, {
      ...{ name: 'benchmark', title: t`Ryzanstein Benchmark` },
      state: () => this.state,
      isMessage: isBenchmarkMessage,
      hear: (message) => this.hear(message),
    });
    this.subscription = onSettingChange(['deadline', 'threads'], () => this.page.post());
  }

  /** What the page shows. */
  get state(): BenchmarkState {
    const { deadline, threads } = readSettings();
    return benchmarkState(this.reports, { deadline, threads }, this.working, this.progress);
  }

  /** Opens the page with the runs so far, or brings it to the front. */
  show(): void {
    // Another window may have measured meanwhile.
    this.reports = this.kept.read();
    this.page.show();
    this.page.post();
  }

  /** Opens the page and measures, with a progress that can be cancelled; fails with a `Problem`, is silent when cancelled. */
  async run(): Promise<BenchReport | undefined> {
    this.page.show();
    // It is there, with how far it has come.
    if (this.working !== '') return undefined;
    const options = {
      title: t`Ryzanstein: measuring every kernel and number of threads`,
      cancellable: true,
    };
    this.become(t`Every kernel and number of threads is being measured, which may take half a minute.`);
    try {
      const report = await withProgress(options, async (report, token) => {
        try {
          return await this.engine.bench(paramsFor, token, (progress) => {
            this.progress = progress;
            this.page.post();
            report({
              message: this.state.progress?.text,
              increment: progress.done > 0 ? 100 / progress.steps : 0,
            });
          });
        } catch (error) {
          if (token.isCancellationRequested) return undefined;
          throw error;
        }
      });
      if (report) this.keep(report);
      return report;
    } finally {
      this.become('');
    }
  }

  dispose(): void {
    this.subscription.dispose();
    this.page.dispose();
  }

  private become(working: string): void {
    this.working = working;
    this.progress = undefined;
    this.page.post();
  }

  /** For the next window as well. */
  private keep(report: BenchReport): void {
    // Other windows may have measured, too.
    this.reports = [report, ...this.kept.read()].slice(0, capacity);
    try {
      this.kept.write(this.reports);
    } catch (error) {
      void notify('warn', `Ryzanstein: ${messageOf(error)}`);
    }
  }

  private async hear(message: BenchmarkMessage): Promise<void> {
    if (message === 'run') await vscode.commands.executeCommand('ryzanstein.runBenchmark');
    else if (message === 'useThreads') await this.useThreads();
    else await this.save(message);
  }

  private async useThreads(): Promise<void> {
    const { advice } = this.state;
    if (advice?.use) await writeSetting('threads', advice.use.threads);
  }

  private async save(kind: 'html' | 'json' | 'md'): Promise<void> {
    const [report] = this.reports;
    if (!report) return;
    const contents = {
      html: () => this.alone(),
      json: () => JSON.stringify(report, undefined, 2),
      md: () => benchmarkReport(report),
    };
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const uri = await vscode.window.showSaveDialog({
      ...(folder && { defaultUri: vscode.Uri.joinPath(folder, `ryzanstein-benchmark.${kind}`) }),
      filters: { [kind.toUpperCase()]: [kind] },
    });
    if (!uri) return;
    try {
      await vscode.workspace.fs.writeFile(uri, Buffer.from(contents[kind]()));
    } catch (error) {
      throw unwritable(uri.fsPath, error);
    }
  }

  /** The page as one file. */
  private alone(): string {
    const read = (...names: string[]): string =>
      readFileSync(vscode.Uri.joinPath(this.extension, ...names).fsPath, 'utf8');
    const state = benchmarkState(this.reports, readSettings());
    return pageAlone(partsOf('benchmark', read), state, vscode.l10n.bundle);
  }
}
