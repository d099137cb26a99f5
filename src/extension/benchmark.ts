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

/** Runs with a progress that can be cancelled; fails with an `Problem`, is silent when cancelled. */
export async function runBenchmark(engine: LocalEngine): Promise<BenchReport | undefined> {
  const options: vscode.ProgressOptions = {
    location: vscode.ProgressLocation.Notification,
    title: 'Ryzanstein: measuring prefill and decode',
    cancellable: true,
  };
  const report = await vscode.window.withProgress(options, async (_, token) => {
    try {
      return await engine.bench(paramsFor, token);
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    }
  });
  if (report) void offer(report, engine);
  return report;
}

async function offer(report: BenchReport, engine: LocalEngine): Promise<void> {
  const show = 'Show Report';
  const model = engine.state.name === 'ready' ? engine.state.model : undefined;
  if ((await vscode.window.showInformationMessage(benchmarkLine(report), show)) !== show) return;
  const content = benchmarkReport(report, model);
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ language: 'markdown', content }),
  );
}
