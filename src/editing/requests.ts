// Requests to the engine: never more than one at work, the newest wins, and one for the same place is joined.

import { type CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { CompleteParams, Completion } from '../protocol';
import type { Place } from './context';

/** One caller's share in a request. */
export interface Request {
  /** The answer, `undefined` if the request was cancelled; rejects if the engine fails. */
  readonly answer: Promise<Completion | undefined>;
  /** Cancels the request, unless someone else has joined it since. */
  cancel(): void;
}

interface Work {
  readonly place: Place;
  readonly onRequest: boolean;
  readonly source: CancellationTokenSource;
  readonly answer: Promise<Completion | undefined>;
  lastToJoin?: Request;
}

export class Requests {
  /** What is at work in the engine, or waits for a cancelled request to end. */
  private work: Work | undefined;

  constructor(
    private readonly complete: (params: CompleteParams, token: CancellationToken) => Promise<Completion>,
    /** Is told of every answer, also of one that nobody waits for any more. */
    private readonly keep: (place: Place, completion: Completion) => void,
  ) {}

  /** Sends a request as soon as the one before has ended; `params` are taken when it is sent. */
  send(place: Place, onRequest: boolean, params: () => CompleteParams): Request {
    const work = this.joinable(place, onRequest) ?? this.start(place, onRequest, params);
    const request: Request = {
      answer: work.answer,
      cancel: () => {
        if (work.lastToJoin === request) work.source.cancel();
      },
    };
    work.lastToJoin = request;
    return request;
  }

  /** Cancels what is at work, or only what is at work for one document. */
  cancel(key?: string): void {
    if (key === undefined || key === this.work?.place.key) this.work?.source.cancel();
  }

  /** A request by the user is answered however unsure the model is; one that is not cannot stand in for it. */
  private joinable(place: Place, onRequest: boolean): Work | undefined {
    const work = this.work;
    if (!work || work.source.token.isCancellationRequested || (onRequest && !work.onRequest))
      return undefined;
    return samePlace(work.place, place) ? work : undefined;
  }

  private start(place: Place, onRequest: boolean, params: () => CompleteParams): Work {
    const before = this.work;
    before?.source.cancel();
    const source = new CancellationTokenSource();
    const work: Work = { place, onRequest, source, answer: this.answer(place, params, before, source.token) };
    this.work = work;
    const done = (): void => {
      if (this.work === work) this.work = undefined;
    };
    work.answer.then(done, done);
    return work;
  }

  private async answer(
    place: Place,
    params: () => CompleteParams,
    before: Work | undefined,
    token: CancellationToken,
  ): Promise<Completion | undefined> {
    await before?.answer.catch(() => undefined);
    if (token.isCancellationRequested) return undefined;
    try {
      const completion = await this.complete(params(), token);
      if (token.isCancellationRequested || completion.reason === 'cancelled') return undefined;
      this.keep(place, completion);
      return completion;
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    }
  }
}

export function samePlace(a: Place, b: Place): boolean {
  return a.key === b.key && a.languageId === b.languageId && a.suffix === b.suffix && a.prefix === b.prefix;
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
