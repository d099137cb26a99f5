// The benchmark command: measures the loaded model on this machine and shows the figures with their conditions.

import * as vscode from 'vscode';
import type { BenchParams } from '../protocol';
import type { BenchReport, ModelInfo } from '../reports';
import type { LocalEngine } from '../editing/localEngine';
import { benchmarkLine, benchmarkReport } from '../report/benchReport';

/** As much text before the answer as a completion has in a file of some length, if the model can take it. */
const paramsFor = ({ contextLength }: ModelInfo): BenchParams => ({
  promptTokens: Math.min(512, Math.floor(contextLength / 2)),
  generateTokens: Math.min(64, Math.floor(contextLength / 4)),
  threads: [],
});

/** A name that ends in `.md` makes it Markdown. */
const reportAddress = vscode.Uri.parse('ryzanstein-report:/Ryzanstein benchmark.md');

/** Gives its last report as a document that cannot be written in, so that nobody is asked to save it. */
export class Benchmark implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private report = 'Nothing was measured in this window yet: *Ryzanstein: Run Benchmark* does it.\n';
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration: vscode.Disposable;
  readonly onDidChange = this.changed.event;

  constructor(private readonly engine: LocalEngine) {
    this.registration = vscode.workspace.registerTextDocumentContentProvider(reportAddress.scheme, this);
  }

  provideTextDocumentContent(): string {
    return this.report;
  }

  /** Runs with a progress that can be cancelled; fails with a `Problem`, is silent when cancelled. */
  async run(): Promise<BenchReport | undefined> {
    const options: vscode.ProgressOptions = {
      location: vscode.ProgressLocation.Notification,
      title: 'Ryzanstein: measuring prefill and decode',
      cancellable: true,
    };
    const report = await vscode.window.withProgress(options, async (_, token) => {
      try {
        return await this.engine.bench(paramsFor, token);
      } catch (error) {
        if (token.isCancellationRequested) return undefined;
        throw error;
      }
    });
    if (report) this.keep(report);
    return report;
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  private keep(report: BenchReport): void {
    const { state } = this.engine;
    this.report = benchmarkReport(report, state.name === 'ready' ? state.model : undefined);
    this.changed.fire(reportAddress);
    void offer(benchmarkLine(report));
  }
}

async function offer(line: string): Promise<void> {
  const show = 'Show Report';
  if ((await vscode.window.showInformationMessage(line, show)) !== show) return;
  await vscode.window.showTextDocument(reportAddress, { preview: false });
}
