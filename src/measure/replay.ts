// Replays recorded typing: the editor's own story of ghost text over the engine, with pauses passed over and the engine's time as it is.

import type { CancellationToken } from 'vscode-jsonrpc/node';
import type { Backend, BackendState } from '../editing/backend';
import type { Settings } from '../editing/settings';
import type { Answering } from '../engine/engine';
import { fixedRoom } from '../engine/room';
import { languageName } from '../language/languages';
import type { Completion, CompleteParams, Known, Prefill, PrefillParams, Sooner } from '../protocol';
import type { LatencyPercentiles, Replay } from '../reports';
import { Reader } from './reader';
import { namesIn } from '../specialists';
import { percentile, rounded, sum } from '../statistics';
import { Documents, type Recording, type Step, written } from './recording';
import { SimulatedEditor } from './simulatedEditor';
import { VirtualClock } from './virtualClock';

/** Milliseconds after the last step, for what is under way then. */
const afterwards = 10_000;

export async function replay(
  engine: Answering,
  { header, steps }: Recording,
  settings: Settings,
  progress: (done: number) => void,
): Promise<Replay> {
  const clock = new VirtualClock();
  const backend = new DirectBackend(engine, clock);
  const editor = new SimulatedEditor(
    new Documents(header),
    backend,
    clock,
    header.source.split('/').pop() || undefined,
  );
  editor.settings = settings;
  const savings = new Savings(steps);
  const reader = new Reader(steps);
  // Milliseconds: until the engine's answers, until those without it, and from cancellations to idleness.
  const waits: number[] = [];
  const hits: number[] = [];
  const cancellations: number[] = [];
  let [asked, offered, cancelled] = [0, 0, 0];
  for (const [i, step] of steps.entries()) {
    const isCutOff = editor.question && editor.question.answered === undefined;
    editor.apply(step);
    if (isCutOff) cancelled++;
    if (isCutOff && !isTypedOn(step)) {
      const end = performance.now();
      await clock.idle();
      cancellations.push(performance.now() - end);
    }
    await clock.pass(steps[i + 1]?.pause ?? afterwards);
    progress(i + 1);
    const { question, items } = editor;
    reader.see(i, items[0], clock.now() - (question?.answered ?? clock.now()));
    if (!question) continue;
    asked++;
    const { when, answered } = question;
    if (answered !== undefined) (when === 'at once' ? hits : waits).push(answered - question.asked);
    if (items[0]) {
      offered++;
      savings.count(i, items[0].text);
    }
  }
  editor.story.dispose();
  const { kernel, threads } = engine.info;
  const languages = header.files.map(({ languageId }) => languageName(languageId));
  const model = namesIn(engine.info, languages);
  const promptTokens = sum(backend.completions.map((completion) => completion.promptTokens));
  const reusedTokens = sum(backend.completions.map((completion) => completion.reusedTokens));
  return {
    ...{ model, kernel, threads, source: header.source },
    keystrokes: steps.filter(isKeystroke).length,
    requests: asked,
    cacheHits: rate(hits.length, asked),
    cancelled,
    reuse: rate(reusedTokens, promptTokens),
    promptTokens,
    latency: percentiles(waits),
    hitLatency: percentiles(hits),
    cancelLatency: percentiles(cancellations),
    shownRate: rate(offered, asked),
    charactersSaved: savings.characters,
    ...reader.seen,
  };
}

/** Jumps and switches are none: VS Code does not ask for a completion then. */
function isKeystroke(step: Step): boolean {
  return !('move' in step) && !('open' in step);
}

/** Whether what was asked for before the step may still fit: its answer may begin with what is typed. */
function isTypedOn(step: Step): boolean {
  return 'type' in step && !step.over;
}

/** The engine in this process as a backend; while it is at work, time is real. */
class DirectBackend implements Backend {
  /** What the engine has answered to every prompt, to cancelled ones too. */
  readonly completions: Completion[] = [];
  readonly state: BackendState;
  readonly occupation = undefined;

  constructor(
    private readonly engine: Answering,
    private readonly clock: VirtualClock,
  ) {
    this.state = { name: 'ready', model: engine.info };
  }

  async complete(
    { prompt, limits, ...params }: CompleteParams,
    token: CancellationToken,
    onSooner: (sooner: Sooner) => void,
  ): Promise<Completion> {
    const options = { ...params, signal: signalOf(token), room: fixedRoom, onSooner };
    const completion = await this.clock.while(this.engine.complete(prompt, limits, options));
    this.completions.push(completion);
    return completion;
  }

  known(known: Known): void {
    this.engine.known(known);
  }

  prefill({ prompt, threads }: PrefillParams, token: CancellationToken): Promise<Prefill> {
    return this.clock.while(
      this.engine.prefill(prompt, { signal: signalOf(token), threads, room: fixedRoom }),
    );
  }
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

/** Which of the characters that are written in the whole recording a ghost text would have spared. */
class Savings {
  characters = 0;
  /** Of each step, how many characters are written before it, in total. */
  private readonly starts: number[] = [];
  private spared = 0;

  constructor(private readonly steps: Step[]) {
    let total = 0;
    for (const step of steps) {
      this.starts.push(total);
      total += written(step)?.length ?? 0;
    }
  }

  /** Counts a text that is shown behind step `index`, if it is what is written there next. */
  count(index: number, text: string): void {
    let ahead = '';
    for (let i = index + 1; i < this.steps.length && ahead.length < text.length; i++) {
      const part = written(this.steps[i]!);
      if (part === undefined) break;
      ahead += part;
    }
    if (!ahead.startsWith(text)) return;
    const start = this.starts[index + 1]!;
    const end = start + text.length;
    this.characters += Math.max(0, end - Math.max(start, this.spared));
    this.spared = Math.max(this.spared, end);
  }
}

function rate(part: number, whole: number): number {
  return whole === 0 ? 0 : rounded(part / whole, 3);
}

function percentiles(values: number[]): LatencyPercentiles {
  const at = (share: number): number => rounded(percentile(values, share) ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
