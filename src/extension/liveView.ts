// The live view: speed, waits and what became of each place, while one types; of a place that is clicked, what led to its completion.

import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { bundleOf } from '../editing/bundle';
import { type Asked, type CompletionLog, type Entry, keptLines } from '../editing/completionLog';
import { explain, type Explanation } from '../editing/explanation';
import type { LocalEngine } from '../editing/localEngine';
import { languageName } from '../language/languages';
import type { Completion, Examination } from '../protocol';
import type { Looked } from '../report/completionDetail';
import { wantedBy } from '../report/confidence';
import { engineSentence } from '../report/engineState';
import {
  computedWith,
  type CpuRead,
  cpuShareSince,
  lastAnswered,
  liveState,
  toldOf,
  type Use,
} from '../report/liveView';
import { isLiveMessage, type LiveMessage, type LiveState } from '../report/pages';
import type { Thresholds } from '../eagerness';
import { answerersIn } from '../specialists';
import { messageOf } from '../wording';
import { showLine } from './documents';
import { notify } from './notify';
import { Page } from './page';
import type { Problems } from './problems';
import { onSettingChange, readSettings, writeSetting } from './settings';

/** An answer of which it is known what was asked. */
interface Known {
  /** Where: the address of a document. */
  readonly key: string;
  readonly asked: Asked;
  readonly completion: Completion;
}

/** What is looked into: what became of a line, its last answer, if that is kept, and what the engine tells of it, or a sentence. */
interface Look {
  readonly where: string;
  readonly explanation: Explanation;
  readonly known: Known | undefined;
  examination: Examination | string;
}

const useEveryMs = 1000;
/** Of a core, what an engine takes that only listens. */
const atRest = 0.01;
/** How long a line that is looked into stays as it was when there is a newer answer: another one may come soon. */
const restMs = 500;

export class LiveView implements vscode.Disposable {
  private readonly page: Page<LiveState, LiveMessage>;
  private readonly subscriptions: { dispose(): void }[];
  private look: Look | undefined;
  private lookAgain: NodeJS.Timeout | undefined;
  private useAgain: NodeJS.Timeout | undefined;
  private use: Use | undefined;
  private read: CpuRead | undefined;
  /** When it was asked for last. */
  private askedAt = -Infinity;

  constructor(
    private readonly extension: vscode.Extension<unknown>,
    problems: Problems,
    private readonly engine: LocalEngine,
    private readonly completions: CompletionLog,
  ) {
    this.page = new Page(extension.extensionUri, problems, {
      ...{ name: 'live', title: t`Ryzanstein Live View` },
      state: () => this.state(),
      isMessage: isLiveMessage,
      hear: (message) => this.hear(message),
    });
    this.subscriptions = [
      completions.onChange(() => {
        this.follow();
        this.post();
      }),
      onSettingChange(['confidence', 'eagerness', 'deadline'], () => this.post()),
    ];
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
    clearTimeout(this.lookAgain);
    clearTimeout(this.useAgain);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.page.dispose();
  }

  private state(): LiveState {
    const { entries, recent } = this.completions;
    // What is erased is not looked into any more.
    if (!entries.some(({ where }) => where === this.look?.where)) this.look = undefined;
    const looked = this.look && lookedInto(this.look);
    void this.readUse();
    const scope = this.lastScope();
    const { confidence, eagerness, deadline } = readSettings(scope);
    const { completion } = lastAnswered(entries) ?? {};
    const language = completion?.bar?.language ?? languageName(scope.languageId);
    const isRunning = this.engine.state.name === 'ready';
    return liveState({
      ...{ engine: this.engineLine(), requests: entries, recent, deadline },
      wanted: wantedBy({ confidence, eagerness }, language, this.thresholdsOf(completion)),
      ...(looked && { looked }),
      ...(isRunning && this.use && { use: this.use }),
    });
  }

  /** Looks again into what is looked into, once nothing more comes of it: what is said of an answer is of that answer. */
  private follow(): void {
    const { look } = this;
    if (!look || this.knownAt(look.where)?.completion === look.known?.completion) return;
    clearTimeout(this.lookAgain);
    this.lookAgain = setTimeout(() => {
      if (this.look === look) void this.lookInto(look.where);
    }, restMs);
  }

  /** What the engine takes, at most once in a second. */
  private async readUse(): Promise<void> {
    const at = performance.now();
    if (!this.page.isSeen || at - this.askedAt < useEveryMs) return;
    this.askedAt = at;
    const usage = await this.engine.usage();
    if (!usage) return void (this.use = this.read = undefined);
    const { memoryBytes, cpuMs } = usage;
    const now: CpuRead = { at, processId: this.engine.processId, cpuMs };
    const cpuShare = cpuShareSince(this.read, now);
    this.use = { memoryBytes, ...(cpuShare !== undefined && { cpuShare }) };
    this.read = now;
    this.post();
    // Until it rests: nobody says when that is.
    clearTimeout(this.useAgain);
    if ((cpuShare ?? 1) >= atRest) this.useAgain = setTimeout(() => void this.readUse(), useEveryMs);
  }

  private engineLine(): string {
    const { state } = this.engine;
    if (state.name !== 'ready') return engineSentence(state);
    return computedWith(state.model, this.completions.lastCompletion);
  }

  /** Those of the model that has answered. */
  private thresholdsOf(answer: Completion | undefined): Thresholds | undefined {
    const { state } = this.engine;
    if (state.name !== 'ready') return undefined;
    return (answer?.isSecond ? state.model.second : state.model)?.thresholds;
  }

  /** Whose settings hold: of the last answer, if it is kept, else of the file in front. */
  private lastScope(): Scope {
    const last = lastAnswered(this.completions.entries);
    const known = last && this.known(last);
    return known ? scopeOf(known) : (vscode.window.activeTextEditor?.document ?? { languageId: 'plaintext' });
  }

  private async hear(message: LiveMessage): Promise<void> {
    switch (message.kind) {
      case 'open':
        return this.open(message.where);
      case 'look':
        return this.lookInto(message.where);
      case 'close':
        this.look = undefined;
        return this.post();
      case 'copy':
        return this.copy();
      case 'setting':
        await vscode.commands.executeCommand('workbench.action.openSettings', `ryzanstein.${message.name}`);
        return;
      case 'keep':
        return writeSetting('confidence', message.confidence ?? undefined, this.lastScope());
    }
  }

  private async open(where: string): Promise<void> {
    const [, path, line] = /^(.*):(\d+)$/.exec(where) as unknown as [string, string, string];
    const [entry] = this.at(where);
    if (entry && (await showLine(entry.key, Number(line) - 1))) return;
    void notify('inform', t`Ryzanstein: ${path} is not there any more.`);
  }

  /** Asks the engine for the tokens of the place's last answer, which costs one answer more, and only then. */
  private async lookInto(where: string): Promise<void> {
    const known = this.knownAt(where);
    const explanation = this.explained(where);
    const look: Look = {
      where,
      explanation,
      known,
      examination: known ? t`The engine is asked.` : unknown(),
    };
    this.look = look;
    this.post();
    if (!known) return;
    look.examination = await this.examine(known);
    this.post();
  }

  private async examine({ asked, completion }: Known): Promise<Examination | string> {
    const { state } = this.engine;
    const { model, isSecond, room } = completion;
    const loaded = state.name === 'ready' ? (isSecond ? state.model.second : state.model) : undefined;
    if (!loaded || !answerersIn(loaded).some(({ name }) => name === model))
      return t`The model that wrote this, ${model}, is not loaded any more.`;
    try {
      return await this.engine.examine({ ...asked, ...(room !== undefined && { room }), isSecond });
    } catch (error) {
      return messageOf(error);
    }
  }

  private knownAt(where: string): Known | undefined {
    const told = toldOf(this.at(where));
    return told && this.known(told);
  }

  private known({ key, answer }: Entry): Known | undefined {
    const asked = answer && this.completions.askedFor(answer);
    return asked && { key, asked, completion: answer };
  }

  /** What was asked on a line, the newest first. */
  private at(where: string): Entry[] {
    return this.completions.entries.filter((entry) => entry.where === where);
  }

  private explained(where: string): Explanation {
    const entries = this.at(where);
    const told = toldOf(entries);
    return explain(told ? [told, ...entries] : entries);
  }

  /** For a report of what went wrong: on the clipboard, from where nobody but the user takes it. */
  private async copy(): Promise<void> {
    const known = this.look?.known;
    if (!known) return;
    const { version } = this.extension.packageJSON as { version: string };
    const bundle = bundleOf(known.asked, known.completion, {
      extension: version,
      editor: `${vscode.env.appName} ${vscode.version}`,
      system: `${process.platform}-${process.arch}`,
      settings: readSettings(scopeOf(known)),
    });
    await vscode.env.clipboard.writeText(`${JSON.stringify(bundle, undefined, 1)}\n`);
    void notify(
      'inform',
      t`Ryzanstein: the completion is copied, with the code that the model saw. Read it before you attach it to a report.`,
    );
  }
}

const unknown = (): string =>
  t`What was asked here is not kept any more: only that of the last ${String(keptLines)} lines is, in memory.`;

/** Whose settings hold; of a document that is closed by now as well. */
type Scope = vscode.TextDocument | { readonly uri?: vscode.Uri; readonly languageId: string };

function scopeOf({ key, asked }: Known): Scope {
  return { uri: vscode.Uri.parse(key), languageId: asked.prompt.languageId };
}

function lookedInto({ known, ...look }: Look): Looked {
  return { ...look, completion: known?.completion };
}
