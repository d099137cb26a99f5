// Requests to the engine: never more than one at work, the newest wins, and one that still fits what was typed is joined.

import { type CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { CompleteParams, Completion, PrefillParams } from '../protocol';
import { type Place, samePlace } from './context';
import { type Fit, isTypedOn, type Shown } from './completionCache';

/** One caller's share in a request. */
export interface Request {
  /** What fits at the place, `undefined` if the request was cancelled; rejects if the engine fails. */
  readonly answer: Promise<Fit | undefined>;
  /** The same, or what is known of it sooner: the first line of a block. */
  readonly soonest: Promise<Fit | undefined>;
  /** Cancels the request, unless someone else has joined it since. */
  cancel(): void;
}

/** How a request is sent. */
export interface Sending {
  readonly onRequest: boolean;
  /** Milliseconds to wait for a newer request before this one is sent. */
  readonly after: number;
  /** Milliseconds that an answer usually takes. */
  readonly expected: number;
  /** Taken when it is sent. */
  params(): CompleteParams;
}

interface Work {
  readonly place: Place;
  readonly onRequest: boolean;
  readonly source: CancellationTokenSource;
  readonly answer: Promise<Fit | undefined>;
  readonly soonest: Promise<Fit | undefined>;
  lastToJoin?: Request;
}

/** What the engine is at; `place` is absent where it gives no completion. */
interface Occupation {
  readonly source: CancellationTokenSource;
  readonly place?: Place;
  readonly since: number;
  /** When it has ended, its answer is known already. */
  readonly ended: Promise<unknown>;
}

export interface EngineRequests {
  complete(
    params: CompleteParams,
    token: CancellationToken,
    onFirstLine: (completion: Completion) => void,
  ): Promise<Completion>;
  /** Evaluates the prompt and answers nothing. */
  prefill(params: PrefillParams, token: CancellationToken): Promise<unknown>;
}

/** Milliseconds that one at work is waited for at least, once it seems worth it. */
const leastPatience = 250;

export class Requests {
  /** The newest request, from its being asked for to its answer. */
  private newest: Work | undefined;
  /** The newest request, or an older one that may still fit or has to end first. */
  private atEngine: Occupation | undefined;

  constructor(
    private readonly engine: EngineRequests,
    /** Is told of every answer, also of one that nobody waits for any more. */
    private readonly shown: Shown,
  ) {}

  /** Sends a request as soon as the one before has ended, unless what that one says fits here as well. */
  send(place: Place, sending: Sending): Request {
    const work = this.joinable(place, sending.onRequest) ?? this.start(place, sending);
    const request: Request = {
      answer: work.answer,
      soonest: work.soonest,
      cancel: () => {
        if (work.lastToJoin === request) work.source.cancel();
      },
    };
    work.lastToJoin = request;
    return request;
  }

  /** Reads a prompt ahead of the request to come; does nothing if there is one already. */
  async prefill(params: PrefillParams): Promise<void> {
    if (this.newest || this.atEngine) return;
    const source = new CancellationTokenSource();
    // The request to come tells of what is wrong.
    await this.occupy(this.engine.prefill(params, source.token), source).catch(() => undefined);
  }

  /** Cancels all that is under way, or only what is under way for one document. */
  cancel(key?: string): void {
    for (const work of [this.newest, this.atEngine])
      if (key === undefined || key === work?.place?.key) work?.source.cancel();
  }

  /** A request by the user is answered however unsure the model is; one that is not cannot stand in for it. */
  private joinable(place: Place, onRequest: boolean): Work | undefined {
    const work = this.newest;
    if (!work || work.source.token.isCancellationRequested || (onRequest && !work.onRequest))
      return undefined;
    return samePlace(work.place, place) ? work : undefined;
  }

  private start(place: Place, sending: Sending): Work {
    const { newest, atEngine } = this;
    if (newest?.source !== atEngine?.source) newest?.source.cancel();
    if (atEngine && !isWorthJoining(atEngine, place, sending)) atEngine.source.cancel();
    const source = new CancellationTokenSource();
    const { onRequest } = sending;
    let tell: (fit: Fit) => void = () => undefined;
    const firstLine = new Promise<Fit>((resolve) => (tell = resolve));
    const answer = this.answer(place, sending, source, tell);
    const soonest = Promise.race([answer, firstLine]);
    // Whoever waits for the answer hears of a failure.
    soonest.catch(() => undefined);
    const work: Work = { place, onRequest, source, answer, soonest };
    this.newest = work;
    const done = (): void => {
      if (this.newest === work) this.newest = undefined;
    };
    work.answer.then(done, done);
    return work;
  }

  private async answer(
    place: Place,
    sending: Sending,
    source: CancellationTokenSource,
    tell: (fit: Fit) => void,
  ): Promise<Fit | undefined> {
    const { token } = source;
    try {
      const joined = await this.joined(place, sending, token);
      if (joined) return joined;
      if (sending.after > 0) await within(new Promise(() => undefined), token, sending.after);
      if (token.isCancellationRequested) return undefined;
      return await this.occupy(this.computed(place, sending, token, tell), source, place);
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    }
  }

  /** Waits for what the engine is at, but not for one that takes unusually long; if it was left to go on, it may fit. */
  private async joined(
    place: Place,
    { expected }: Sending,
    token: CancellationToken,
  ): Promise<Fit | undefined> {
    const before = this.atEngine;
    if (!before) return undefined;
    const ended = before.ended.catch(() => undefined);
    if ((await within(ended, token, Math.max(expected, leastPatience))) === 'late') before.source.cancel();
    await ended;
    if (token.isCancellationRequested || before.source.token.isCancellationRequested) return undefined;
    const fit = this.shown.find(place);
    return fit && fit.text !== '' ? { ...fit, how: 'joined' } : undefined;
  }

  private async computed(
    place: Place,
    sending: Sending,
    token: CancellationToken,
    tell: (fit: Fit) => void,
  ): Promise<Fit | undefined> {
    const completion = await this.engine.complete(sending.params(), token, (line) => {
      if (!token.isCancellationRequested) tell(this.remembered(place, line, 'first line'));
    });
    if (token.isCancellationRequested || completion.reason === 'cancelled') return undefined;
    return this.remembered(place, completion, 'computed');
  }

  private remembered(place: Place, completion: Completion, how: Fit['how']): Fit {
    this.shown.remember(place, completion);
    return { text: completion.shown ? completion.text : '', overwrites: 0, completion, how };
  }

  private async occupy<T>(ended: Promise<T>, source: CancellationTokenSource, place?: Place): Promise<T> {
    const occupation: Occupation = { source, place, since: performance.now(), ended };
    this.atEngine = occupation;
    try {
      return await ended;
    } finally {
      if (this.atEngine === occupation) this.atEngine = undefined;
    }
  }
}

/** Whether to wait for what is at work: it may fit what was typed since, and is nearer its end than one begun anew. */
function isWorthJoining({ place, since }: Occupation, now: Place, sending: Sending): boolean {
  if (sending.onRequest || !place || !isTypedOn(place, now)) return false;
  return (performance.now() - since) * 2 >= sending.expected;
}

/** What comes first: the answer, the token's cancellation, or the end of the time, which may be endless. */
export async function within<T>(
  answer: Promise<T>,
  token: CancellationToken,
  milliseconds: number,
): Promise<T | 'cancelled' | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  let subscription: { dispose(): void } | undefined;
  const cancelled = new Promise<'cancelled'>((resolve) => {
    if (token.isCancellationRequested) resolve('cancelled');
    subscription = token.onCancellationRequested(() => resolve('cancelled'));
  });
  const late = new Promise<'late'>((resolve) => {
    if (milliseconds !== Infinity) timer = setTimeout(() => resolve('late'), milliseconds);
  });
  try {
    return await Promise.race([answer, cancelled, late]);
  } finally {
    clearTimeout(timer);
    subscription?.dispose();
  }
}
