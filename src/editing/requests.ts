// The editor's requests to its backend: one at a time; what is typed on joins the one at work if its answer may still fit.

import { type CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { CompleteParams, Completion, PrefillParams } from '../protocol';
import type { Backend } from './backend';
import type { Clock } from './clock';
import { type Place, samePlace } from './context';
import { type Fit, isTypedOn, type CompletionCache } from './completionCache';

/** One caller's share in a request. */
export interface Request {
  /** What fits at the place, `undefined` if the request was cancelled; rejects if the backend fails. */
  readonly answer: Promise<Fit | undefined>;
  /** The same, or where it is not expected in time an answer before it; `late` if there is nothing to show before. */
  readonly inTime: Promise<Fit | 'late' | undefined>;
  /** The same, or the last answer before it, if there is none yet the first to come. */
  soonest(): Promise<Fit | undefined>;
  /** Cancels the request, unless someone else has joined it since. */
  cancel(): void;
}

/** How a request is sent. */
interface Sending {
  readonly onRequest: boolean;
  /** Milliseconds to wait for a newer request before this one is sent. */
  readonly after: number;
  /** Milliseconds that an answer usually takes. */
  readonly expected: number;
  /** Taken when it is sent. */
  params(): CompleteParams;
}

interface Work extends Omit<Request, 'cancel'> {
  readonly place: Place;
  readonly onRequest: boolean;
  readonly source: CancellationTokenSource;
  lastToJoin?: Request;
}

/** What the backend does for us; `place` is absent where that gives no completion. */
interface AtWork {
  readonly source: CancellationTokenSource;
  readonly place?: Place;
  readonly since: number;
  /** It will take longer than anybody waits. */
  isSlow?: boolean;
  /** When it has ended, its answer is known already. */
  readonly ended: Promise<unknown>;
}

/** Milliseconds that a request at work is waited for at least, once it seems worth it. */
const leastPatience = 250;

export class Requests {
  /** The newest request, from its being asked for to its answer. */
  private newest: Work | undefined;
  /** The newest request, or an older one that may still fit or has to end first. */
  private atWork: AtWork | undefined;

  constructor(
    private readonly backend: Pick<Backend, 'complete' | 'prefill'>,
    /** Gets every answer, also one that nobody waits for any more. */
    private readonly cache: CompletionCache,
    private readonly clock: Clock,
  ) {}

  /** Sends a request as soon as the one before has ended, unless what that one says fits here as well. */
  send(place: Place, sending: Sending): Request {
    const work = this.joinable(place, sending.onRequest) ?? this.start(place, sending);
    const { answer, inTime, soonest } = work;
    const request: Request = {
      ...{ answer, inTime, soonest },
      cancel: () => {
        if (work.lastToJoin === request) work.source.cancel();
      },
    };
    work.lastToJoin = request;
    return request;
  }

  /** Ends when nothing is asked for any more. */
  async rest(): Promise<void> {
    while (this.newest ?? this.atWork)
      await (this.newest?.answer ?? this.atWork!.ended).catch(() => undefined);
  }

  /** Has a prompt read ahead of the request to come; does nothing if there is one already. */
  async prefill(params: PrefillParams): Promise<void> {
    if (this.newest || this.atWork) return;
    const source = new CancellationTokenSource();
    // If something is wrong, the request to come fails as well, and says so.
    await this.run(this.backend.prefill(params, source.token), source).catch(() => undefined);
  }

  /** Cancels all that is under way, or only what is under way for one document. */
  cancel(key?: string): void {
    for (const work of [this.newest, this.atWork])
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
    const { newest, atWork } = this;
    if (newest?.source !== atWork?.source) newest?.source.cancel();
    if (atWork && !isWorthJoining(atWork, place, sending, this.clock.now())) atWork.source.cancel();
    const source = new CancellationTokenSource();
    const { onRequest } = sending;
    let latest: Fit | undefined;
    let first: (fit: Fit) => void;
    let last: (fit: Fit | 'late') => void;
    const firstSooner = new Promise<Fit>((resolve) => (first = resolve));
    const lastInTime = new Promise<Fit | 'late'>((resolve) => (last = resolve));
    const answer = this.answer(place, sending, source, (fit, isLast) => {
      if (fit) {
        latest = fit;
        first(fit);
      }
      // A user who asks waits for it.
      if (isLast && (fit || !onRequest)) last(fit ?? 'late');
    });
    const inTime = Promise.race([answer, lastInTime]);
    // A failure is for those who wait for the answer.
    inTime.catch(() => undefined);
    const soonest = (): Promise<Fit | undefined> => Promise.race([answer, latest ?? firstSooner]);
    const work: Work = { place, onRequest, source, answer, inTime, soonest };
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
    onSooner: (fit: Fit | undefined, isLast: boolean) => void,
  ): Promise<Fit | undefined> {
    const { token } = source;
    try {
      const joined = await this.joined(place, sending, token);
      if (joined) return joined;
      if (sending.after > 0) await within(new Promise(() => undefined), token, sending.after, this.clock);
      if (token.isCancellationRequested) return undefined;
      return await this.run(this.computed(place, sending, source, onSooner), source, place);
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    }
  }

  /** Waits for what is at work, unless that takes unusually long; if it was left to go on, its answer may fit. */
  private async joined(
    place: Place,
    { expected }: Sending,
    token: CancellationToken,
  ): Promise<Fit | undefined> {
    const before = this.atWork;
    if (!before) return undefined;
    const ended = before.ended.catch(() => undefined);
    if ((await within(ended, token, Math.max(expected, leastPatience), this.clock)) === 'late')
      before.source.cancel();
    await ended;
    if (token.isCancellationRequested || before.source.token.isCancellationRequested) return undefined;
    const fit = this.cache.find(place);
    return fit && fit.text !== '' ? { ...fit, how: 'joined' } : undefined;
  }

  private async computed(
    place: Place,
    sending: Sending,
    source: CancellationTokenSource,
    onSooner: (fit: Fit | undefined, isLast: boolean) => void,
  ): Promise<Fit | undefined> {
    const { token } = source;
    const completion = await this.backend.complete(
      sending.params(),
      token,
      ({ completion: sooner, isLast }) => {
        if (token.isCancellationRequested) return;
        if (isLast && sooner.shown && this.atWork?.source === source) this.atWork.isSlow = true;
        const how: Fit['how'] = sooner.isSecond ? 'meanwhile' : 'first line';
        onSooner(sooner.shown ? this.remembered(place, sooner, how) : undefined, isLast);
      },
    );
    if (token.isCancellationRequested || completion.reason === 'cancelled') return undefined;
    return this.remembered(place, completion, 'computed');
  }

  private remembered(place: Place, completion: Completion, how: Fit['how']): Fit {
    this.cache.remember(place, completion, how !== 'computed');
    return { text: completion.shown ? completion.text : '', overwrites: 0, completion, how };
  }

  private async run<T>(ended: Promise<T>, source: CancellationTokenSource, place?: Place): Promise<T> {
    const atWork: AtWork = { source, place, since: this.clock.now(), ended };
    this.atWork = atWork;
    try {
      return await ended;
    } finally {
      if (this.atWork === atWork) this.atWork = undefined;
    }
  }
}

/** Whether to wait for what is at work: it may fit what was typed since, and is nearer its end than a new one would be. */
function isWorthJoining(
  { place, since, isSlow }: AtWork,
  here: Place,
  sending: Sending,
  now: number,
): boolean {
  if (sending.onRequest || isSlow || !place || !isTypedOn(place, here)) return false;
  return (now - since) * 2 >= sending.expected;
}

/** What comes first: the answer, the token's cancellation, or the end of the time, which may be endless. */
export async function within<T>(
  answer: Promise<T>,
  token: CancellationToken,
  milliseconds: number,
  clock: Clock,
): Promise<T | 'cancelled' | 'late'> {
  let stopTimer: (() => void) | undefined;
  let subscription: { dispose(): void } | undefined;
  const cancelled = new Promise<'cancelled'>((resolve) => {
    if (token.isCancellationRequested) resolve('cancelled');
    subscription = token.onCancellationRequested(() => resolve('cancelled'));
  });
  const late = new Promise<'late'>((resolve) => {
    if (milliseconds !== Infinity) stopTimer = clock.after(milliseconds, () => resolve('late'));
  });
  try {
    return await Promise.race([answer, cancelled, late]);
  } finally {
    stopTimer?.();
    subscription?.dispose();
  }
}
