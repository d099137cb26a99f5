// Replays recorded typing against the engine the way the editor asks it, with pauses passed over and the engine's own time as it is.

import { CancellationToken } from 'vscode-jsonrpc/node';
import { promptAt } from '../editing/context';
import { relatedCode } from '../editing/relatedCode';
import { Requests, within } from '../editing/requests';
import { Shown } from '../editing/shown';
import type { CompleteParams, Completion, Limits } from '../protocol';
import { rounded } from './bench';
import type { Engine } from './engine';
import { Documents, type Recording, type Step, written } from './recording';

/** VS Code asks when nothing was typed for so many milliseconds. */
const quiet = 50;

/**
 * Rates are 0..1, times in milliseconds. `requests` are the times the editor asks; `cacheHits` the share of them that
 * is answered without the engine, within `hitLatency`; `cancelled` are those that the next step came before, the rest
 * took the engine `latency`. `reuse` is the share of the prompts' tokens that were in a KV cache already and not
 * evaluated. `shownRate` is the share of requests with ghost text; `charactersSaved` counts the characters of ghost
 * texts that are, to their end, what was typed next, each character once.
 */
export interface Replay {
  model: string;
  kernel: string;
  threads: number;
  source: string;
  keystrokes: number;
  requests: number;
  cacheHits: number;
  cancelled: number;
  reuse: number;
  promptTokens: number;
  latency: Percentiles;
  hitLatency: Percentiles;
  /** From a cancellation to the engine's being idle. */
  cancelLatency: Percentiles;
  shownRate: number;
  charactersSaved: number;
}

interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

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
    const pause = steps[i + 1]?.pause ?? Infinity;
    if (!isKeystroke(step) || pause <= quiet) continue;
    asked++;
    const text = await provider.ghostText(documents, pause - quiet);
    if (text === '') continue;
    offered++;
    savings.count(i, text);
  }
  const { prompts, waits, hits, cancellations } = provider;
  const { name: model, kernel, threads } = engine.info;
  const promptTokens = sum(prompts.map((completion) => completion.promptTokens));
  const reusedTokens = sum(prompts.map((completion) => completion.reusedTokens));
  return {
    ...{ model, kernel, threads, source: header.source },
    keystrokes: steps.filter(isKeystroke).length,
    requests: asked,
    cacheHits: rate(hits.length, asked),
    cancelled: cancellations.length,
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

/** Answers the editor's requests from what is known, else by the engine, and notes how long each took. */
class Provider {
  /** What the engine said to every prompt, cancelled ones too. */
  readonly prompts: Completion[] = [];
  /** Milliseconds: until the engine's answers, until those without it, and from cancellations to idleness. */
  readonly waits: number[] = [];
  readonly hits: number[] = [];
  readonly cancellations: number[] = [];
  private readonly shown = new Shown();
  private readonly requests: Requests;

  constructor(
    engine: Engine,
    private readonly limits: Limits,
    private readonly repository: string,
  ) {
    this.requests = new Requests(
      async (params, token) => {
        const completion = await engine.complete(params.prompt, params.limits, signalOf(token));
        this.prompts.push(completion);
        return completion;
      },
      (place, completion) => this.shown.remember(place, completion),
    );
  }

  /** Empty where there is nothing to show, or no answer within `pause` milliseconds: then the request is cancelled. */
  async ghostText(documents: Documents, pause: number): Promise<string> {
    const { place, visited } = documents;
    const start = performance.now();
    const known = this.shown.find(place);
    if (known) {
      this.hits.push(performance.now() - start);
      return known.text;
    }
    const params = (): CompleteParams => {
      const prompt = promptAt(place, this.repository, relatedCode(visited, place));
      return { prompt, limits: this.limits };
    };
    const request = this.requests.send(place, false, params);
    const answer = await within(request.answer, CancellationToken.None, pause);
    const end = performance.now();
    if (typeof answer === 'object') {
      this.waits.push(end - start);
      return answer.shown ? answer.text : '';
    }
    request.cancel();
    await request.answer;
    this.cancellations.push(performance.now() - end);
    return '';
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
  return whole === 0 ? 0 : Math.round((part / whole) * 1000) / 1000;
}

function percentiles(values: number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    rounded(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
