// Why each request for ghost text ended as it did: the last ones, kept in memory only, for status bar and diagnostics.

import type { CompleteParams, Completion, Prompt } from '../protocol';
import type { Recent } from '../reports';
import type { Outcome, Result } from '../results';
import { median } from '../statistics';

/** What went by before the backend was asked, in milliseconds: with waiting for keys, and with gathering the prompt. */
export interface Sent {
  readonly heldMs: number;
  readonly gatheredMs: number;
}

export interface Entry {
  readonly time: number;
  /** Path of the document, as people know it, and the cursor's line, counted from 1. */
  readonly where: string;
  /** The document's address, which names it also when it is closed. */
  readonly key: string;
  readonly trigger: 'automatic' | 'on request';
  /** Why there was ghost text or not. */
  result: Result;
  /** The text that was offered, if one was. */
  text?: string;
  /** What became of the offer, as far as the document shows it. */
  outcome?: Outcome;
  /** From the editor's question to the answer, in milliseconds, also to one that it got too late; without one, to when it was told so. */
  waitedMs: number;
  /** Absent where the backend was not asked for this. */
  readonly sent?: Sent;
  /** The answer, or its alternative that was accepted, with timings, where this is the first entry of it. */
  completion?: Completion;
  /** The same, also where it was known before: what is offered or hidden here is of it. */
  answer?: Completion;
}

const capacity = 100;
/** Prompts are long: those of so many lines are kept, each with its last answers, for more come once the one that was offered is accepted. */
export const keptLines = 20;
const keptOfLine = 4;
/** So many of the last answers are looked at for how fast they come. */
const recentAnswers = 20;
/** What was asked, and what was answered. */
interface Kept {
  readonly asked: Asked;
  readonly answer: Completion;
  /** The same for the same line of the same text. */
  readonly line: string;
}

export type Asked = Pick<CompleteParams, 'prompt' | 'limits'>;

/** The first token comes with the prompt: of an answer of one or two tokens, nearly nothing was decoded. */
const enoughTokens = 4;

export class CompletionLog {
  private readonly list: Entry[] = [];
  private readonly counts = { day: '', shown: 0, accepted: 0 };
  /** The newest first. */
  private kept: Kept[] = [];
  /** Entries that are counted already, and answers: one that was undone can be accepted again. */
  private readonly counted = { shown: new WeakSet<object>(), accepted: new WeakSet<object>() };
  /** The newest entry of the model before. */
  private before: Entry | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly day = (): string => new Date().toDateString()) {}

  /** Newest first. */
  get entries(): readonly Entry[] {
    return this.list;
  }

  add(entry: Entry): Entry {
    this.list.unshift(entry);
    this.list.length = Math.min(this.list.length, capacity);
    this.count(entry);
    this.changed();
    return entry;
  }

  /** Amends an entry, when more becomes known. */
  amend(
    entry: Entry,
    more: Partial<Pick<Entry, 'result' | 'text' | 'outcome' | 'waitedMs' | 'completion' | 'answer'>>,
  ): void {
    Object.assign(entry, more);
    this.count(entry);
    this.changed();
  }

  /** Keeps what was asked, in memory alone, for who wants to look into one of the last answers. */
  keep({ prompt, limits }: Asked, answer: Completion): void {
    const line = lineOf(prompt);
    const ofLine = this.kept.filter(({ line: other }) => other === line).slice(0, keptOfLine - 1);
    const others = this.kept.filter(({ line: other }) => other !== line);
    const lines = [...new Set(others.map(({ line: other }) => other))].slice(0, keptLines - 1);
    this.kept = [
      { asked: { prompt, limits }, answer, line },
      ...ofLine,
      ...others.filter(({ line: other }) => lines.includes(other)),
    ];
  }

  /** What an answer, or an alternative to it, was the answer to, as long as that is kept. */
  askedFor(answer: Completion): Asked | undefined {
    const isAlternative = ({ text, confidence }: Pick<Completion, 'text' | 'confidence'>): boolean =>
      text === answer.text && confidence === answer.confidence;
    return this.kept.find(({ answer: known }) => known === answer || known.alternatives?.some(isAlternative))
      ?.asked;
  }

  /** Forgets all entries, and what was asked. */
  erase(): void {
    this.list.length = 0;
    this.kept = [];
    this.changed();
  }

  /** Another model may answer from now on, whose speed is not known. */
  beginAnew(): void {
    this.before = this.list[0];
    this.changed();
  }

  /** The last answer that was computed. */
  get lastCompletion(): Completion | undefined {
    return this.computed()[0];
  }

  /**
   * Of the last answers of the model that answered last, the second one where the chosen one has not spoken; undefined
   * where nothing was computed yet.
   */
  get recent(): Recent | undefined {
    const computed = this.computed();
    const last = computed.find(({ isSecond }) => !isSecond) ?? computed[0];
    if (!last) return undefined;
    const answers = computed.filter(({ model }) => model === last.model).slice(0, recentAnswers);
    const long = answers.filter(({ tokens }) => tokens >= enoughTokens);
    const speeds = (long.length > 0 ? long : answers).map(({ tokensPerSecond }) => tokensPerSecond);
    const threads = median(answers.flatMap((answer) => answer.threads ?? []));
    return {
      model: last.model,
      answers: answers.length,
      tokensPerSecond: median(speeds)!,
      latencyMs: median(answers.map(({ prefillMs, decodeMs }) => prefillMs + decodeMs))!,
      ...(last.kernel !== undefined && { kernel: last.kernel }),
      ...(threads !== undefined && { threads: Math.round(threads) }),
    };
  }

  /** How often text was shown and accepted since the day began; what was shown again or typed through counts once. */
  get today(): { readonly shown: number; readonly accepted: number } {
    this.beginDay();
    return this.counts;
  }

  /** How long the editor waited for what was computed, in milliseconds; the newest last. */
  waits(most: number): number[] {
    const computed = this.list.filter(({ completion }) => completion && completion.tokens > 0);
    return computed
      .slice(0, most)
      .map(({ waitedMs }) => waitedMs)
      .reverse();
  }

  private count(entry: Entry): void {
    this.beginDay();
    const { result } = entry;
    const isNew = result.kind === 'shown' && result.how !== 'same' && result.how !== 'typed through';
    const is = { shown: isNew, accepted: entry.outcome?.startsWith('accepted') ?? false };
    for (const name of ['shown', 'accepted'] as const) {
      if (!is[name]) continue;
      const all = [entry, ...(entry.answer ? [entry.answer] : [])];
      if (!all.some((each) => this.counted[name].has(each))) this.counts[name]++;
      for (const each of all) this.counted[name].add(each);
    }
  }

  private beginDay(): void {
    const day = this.day();
    if (day !== this.counts.day) Object.assign(this.counts, { day, shown: 0, accepted: 0 });
  }

  /** Each answer once, newest first. */
  private computed(): Completion[] {
    const end = this.before ? this.list.indexOf(this.before) : -1;
    const all = (end < 0 ? this.list : this.list.slice(0, end)).flatMap(({ completion }) =>
      completion && completion.tokens > 0 ? completion : [],
    );
    return [...new Set(all)];
  }

  onChange(listener: () => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function lineOf({ path, prefix }: Prompt): string {
  return `${path}:${prefix.split('\n').length}`;
}
