// Replays recorded typing against the engine the way the editor asks it, with pauses passed over and the engine's own time as it is.

import { CancellationToken } from 'vscode-jsonrpc/node';
import { promptAt } from '../editing/context';
import { RelatedCode } from '../editing/relatedFiles';
import { Pace } from '../editing/pace';
import { Requests, within } from '../editing/requests';
import { Shown } from '../editing/completionCache';
import type { Completion, Limits, Prompt } from '../protocol';
import type { LatencyPercentiles, Replay } from '../reports';
import { percentile, rounded, sum } from '../statistics';
import type { Engine } from '../engine/engine';
import { Documents, type Recording, type Step, written } from './recording';

/** VS Code asks when nothing was typed for so many milliseconds. */
const quiet = 50;
/** So long the cursor rests before the text around it is read ahead, and so long an answer may take, by default. */
const restTime = 300;
const deadline = 300;

export async function replay(
  engine: Engine,
  { header, steps }: Recording,
  limits: Limits,
  progress: (done: number) => void,
): Promise<Replay> {
  const documents = new Documents(header);
  const provider = new Provider(engine, limits, header.source.split('/').pop()!);
  const savings = new Savings(steps);
  let asked = 0;
  let offered = 0;
  for (const [i, step] of steps.entries()) {
    documents.apply(step);
    progress(i + 1);
    const next = steps[i + 1];
    const pause = next?.pause ?? Infinity;
    provider.changed(documents, step);
    if (!isKeystroke(step) || pause <= quiet) await provider.pass(pause);
    else {
      asked++;
      const text = await provider.ghostText(documents, pause, next);
      if (text !== '') {
        offered++;
        savings.count(i, text);
      }
    }
    if (pause > restTime) await provider.readAhead(documents, pause - restTime);
  }
  const { prompts, waits, hits, cancellations, cancelled } = provider;
  const { name: model, kernel, threads } = engine.info;
  const promptTokens = sum(prompts.map((completion) => completion.promptTokens));
  const reusedTokens = sum(prompts.map((completion) => completion.reusedTokens));
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
  };
}

/** Jumps and switches are none: VS Code does not ask for a completion then. */
function isKeystroke(step: Step): boolean {
  return !('move' in step) && !('open' in step);
}

/** Whether what was asked for before the step may still fit: it may be what the answer begins with. */
function isTypedOn(step: Step | undefined): boolean {
  return step !== undefined && 'type' in step && !step.over;
}

/** Answers the editor's requests from what is known, else by the engine, and notes how long each took. */
class Provider {
  /** What the engine said to every prompt, cancelled ones too. */
  readonly prompts: Completion[] = [];
  /** Milliseconds: until the engine's answers, until those without it, and from cancellations to idleness. */
  readonly waits: number[] = [];
  readonly hits: number[] = [];
  readonly cancellations: number[] = [];
  cancelled = 0;
  private readonly shown = new Shown();
  private readonly related = new RelatedCode();
  private readonly pace = new Pace();
  private readonly requests: Requests;
  /** On the recording's clock. */
  private now = 0;
  private atWork: Promise<unknown> | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly limits: Limits,
    private readonly repository: string,
  ) {
    this.requests = new Requests(
      {
        complete: ({ prompt, limits }, token) => this.work(this.complete(prompt, limits, token)),
        prefill: ({ prompt }, token) => this.work(engine.prefill(prompt, { signal: signalOf(token) })),
      },
      this.shown,
    );
  }

  /** Learns the pace of typing, and ends a request that cannot fit any more. */
  changed(documents: Documents, step: Step): void {
    this.now += step.pause;
    if (isKeystroke(step)) this.pace.key(this.now);
    if (!isTypedOn(step)) this.requests.cancel(documents.place.key);
  }

  /** Lets time pass: really while the engine is at work, else at once. */
  async pass(milliseconds: number): Promise<void> {
    if (this.atWork) await within(this.atWork, CancellationToken.None, milliseconds);
  }

  /** Empty where there is nothing to show, or no answer before the next step. */
  async ghostText(documents: Documents, pause: number, next: Step | undefined): Promise<string> {
    await this.pass(quiet);
    const { place } = documents;
    const start = performance.now();
    const known = this.shown.find(place);
    if (known) {
      this.hits.push(performance.now() - start);
      return known.text;
    }
    const request = this.requests.send(place, {
      onRequest: false,
      after: this.pace.wait(deadline),
      expected: this.pace.answer,
      params: () => ({ prompt: this.prompt(documents), limits: this.limits }),
    });
    const answer = await within(request.answer, CancellationToken.None, pause - quiet);
    if (typeof answer === 'object') {
      this.waits.push(performance.now() - start);
      return answer.text;
    }
    this.cancelled++;
    if (isTypedOn(next)) return '';
    const end = performance.now();
    request.cancel();
    await this.atWork;
    this.cancellations.push(performance.now() - end);
    return '';
  }

  /** Reads the prompt of a place where the cursor rests. */
  async readAhead(documents: Documents, pause: number): Promise<void> {
    if (this.shown.find(documents.place)) return;
    await within(this.requests.prefill({ prompt: this.prompt(documents) }), CancellationToken.None, pause);
  }

  private async complete(prompt: Prompt, limits: Limits, token: CancellationToken): Promise<Completion> {
    const completion = await this.engine.complete(prompt, limits, { signal: signalOf(token) });
    this.prompts.push(completion);
    if (completion.reason !== 'cancelled') this.pace.answered(completion.prefillMs + completion.decodeMs);
    return completion;
  }

  private prompt({ place, visited }: Documents): Prompt {
    return promptAt(place, this.repository, this.related.at(place, visited));
  }

  private work<T>(work: Promise<T>): Promise<T> {
    const ended = work
      .catch(() => undefined)
      .then(() => {
        if (this.atWork === ended) this.atWork = undefined;
      });
    this.atWork = ended;
    return work;
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
