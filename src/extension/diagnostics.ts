// The diagnostics page: model, kernel, threads, the engine's self-test, and why each completion was shown or not.

import * as vscode from 'vscode';
import type { Diagnosis, ModelInfo, Recent } from '../reports';
import type { LocalEngine } from '../editing/localEngine';
import {
  completionLine,
  contextLine,
  grouped,
  megabytes,
  milliseconds,
  opinionsLine,
  roomsLine,
  millions,
  recentLine,
  tokensPerSecond,
} from '../report/figures';
import {
  type DiagnosticsMessage,
  type DiagnosticsState,
  type EntryRow,
  isDiagnosticsMessage,
  type LevelRow,
} from '../report/pages';
import type { CompletionLog, Entry } from '../editing/completionLog';
import { Page } from './page';

export class DiagnosticsPage implements vscode.Disposable {
  private readonly page: Page<DiagnosticsState, DiagnosticsMessage>;
  private diagnosis: Diagnosis | string | undefined;
  private readonly subscription: { dispose(): void };

  constructor(
    extension: vscode.Uri,
    private readonly engine: LocalEngine,
    private readonly completions: CompletionLog,
  ) {
    const actions: Record<DiagnosticsMessage, () => void> = {
      examine: () => void this.examine(),
      erase: () => completions.erase(),
      copy: () => void vscode.env.clipboard.writeText(JSON.stringify(this.report(), undefined, 2)),
    };
    this.page = new Page(extension, {
      ...{ name: 'diagnostics', title: 'Ryzanstein Diagnostics' },
      state: () => this.state(),
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
    if (this.engine.occupation) return;
    this.diagnosis = 'The engine is being examined …';
    this.post();
    try {
      this.diagnosis = await this.engine.diagnose();
    } catch (error) {
      this.diagnosis = error instanceof Error ? error.message : String(error);
    }
    this.post();
  }

  /** Everything, for a report: without any text of the user's files. */
  private report(): object {
    return {
      state: this.engine.state,
      diagnosis: this.diagnosis,
      entries: this.completions.entries.map(withoutText),
    };
  }

  private state(): DiagnosticsState {
    const { state } = this.engine;
    const diagnosis = this.diagnosis;
    return {
      state: state.name === 'failed' ? `failed: ${state.problem.message}` : state.name,
      model:
        state.name === 'ready'
          ? modelRows(state.model, this.completions.recent)
          : [['Model', 'none is loaded']],
      examined: typeof diagnosis === 'object' ? examinedRows(diagnosis) : [['Engine', diagnosis ?? '']],
      levels: typeof diagnosis === 'object' ? levelRows(diagnosis) : [],
      entries: this.completions.entries.slice(0, 50).map(entryRow),
    };
  }
}

function modelRows(model: ModelInfo, recent: Recent | undefined): [string, string][] {
  return [
    ['Model', model.name],
    ['File', model.file],
    ['Form', `${model.architecture}, ${model.type}, ${millions(model.weights)} weights`],
    ['Memory', megabytes(model.bytes)],
    ...(model.second
      ? [['Second opinion', `${model.second.name}, ${megabytes(model.second.bytes)}`] as [string, string]]
      : []),
    ['Context', contextLine(model)],
    ['Prompts', model.prompts ?? ''],
    ...(model.caution === undefined ? [] : [['Caution', model.caution] as [string, string]]),
    ['Loaded in', milliseconds(model.loadMs)],
    ['Kernel', model.kernel],
    ['Threads', `${model.threads} at most, fewer while other work keeps cores busy`],
    ...(recent ? [['Speed', recentLine(recent)] as [string, string]] : []),
  ];
}

function examinedRows(diagnosis: Diagnosis): [string, string][] {
  const { environment, throughput, tmac, issues, recommendations } = diagnosis;
  const { physicalCores, fastCores } = environment;
  const slow = fastCores < physicalCores ? `, ${fastCores} of them fast` : '';
  const cores = `${physicalCores} physical${slow}, ${environment.logicalCores} logical, ${environment.availableCores} available`;
  return [
    ['CPU', environment.cpu],
    ['Cores', cores],
    ['Prefill now', tokensPerSecond(throughput.prefillTokensPerSecond)],
    ['Decode now', tokensPerSecond(throughput.tokensPerSecond)],
    ['Longest prompt', `with the answer ${roomsLine(diagnosis.rooms)}: as many as are read in time`],
    ['Self-test', `${grouped(tmac.cases)} products of ternary weights, largest error ${tmac.error}`],
    ...issues.map(({ severity, issue, impact }): [string, string] => [
      capital(severity),
      `${issue} ${impact}`,
    ]),
    ...recommendations.map(({ action, expectedGain }): [string, string] => [
      'Advice',
      `${action} ${expectedGain}`,
    ]),
  ];
}

function levelRows(diagnosis: Diagnosis): LevelRow[] {
  return diagnosis.simd.levels.map(({ name, supported, selected, selftest }) => ({
    name,
    state: selected ? 'in use' : supported ? 'can run here' : 'not on this CPU',
    selftest,
    active: selected,
  }));
}

function entryRow(entry: Entry): EntryRow {
  const { time, where, trigger, result, outcome = '', waitedMs, completion } = entry;
  const text = entry.text ?? completion?.text;
  return {
    time: new Date(time).toTimeString().slice(0, 8),
    ...{ where, trigger, result, outcome },
    waited: milliseconds(waitedMs),
    text: text === undefined ? '' : JSON.stringify(text),
    answer: completion
      ? `stopped: ${completion.reason} · confidence ${completion.confidence.toFixed(2)} · ${completionLine(completion)} · by ${opinionsLine(completion)}`
      : '',
  };
}

function withoutText(entry: Entry): object {
  return {
    ...entry,
    where: undefined,
    text: undefined,
    completion: entry.completion && { ...entry.completion, text: undefined, alternatives: undefined },
  };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
