// How a model is best used on this machine: by how many threads, and how far ahead its text is guessed; by measured passes.

import { performance } from 'node:perf_hooks';
import type { NativeModel, NativeSession } from './addon';

export interface Fit {
  threads: number;
  /** Tokens worth guessing after 1, 2, 3 equal ones, and after more. */
  draftTokens: number[];
}

/** Milliseconds of passes over one token and over four, with the logits of each, and over so many as are read like a prompt. */
export interface PassTimes {
  threads: number;
  one: number;
  four: number;
  many: number;
}

const many = 32;
/** Tokens before those that are measured. */
const head = 16;
/** A pass that takes long is measured fewer times. */
const fewest = 2;
const most = 20;
const longestMs = 30;

/** An answer as it is typed for: so many passes over one token behind one over `many`. */
const passesOfAnswer = 8;
/** All threads are used unless fewer are so much faster: what is measured in a moment is not exact. */
const worthIt = 0.9;
/** Where so many times the best is taken, fewer threads cannot be better. */
const farBehind = 2;

/** Of what follows as many equal tokens in code: how often the next token is what followed them before. */
const foretold = [0.45, 0.65, 0.77, 0.88];
/** With what is chosen before them they fit into one native call. */
const mostDrafted = 7;

/**
 * Nothing else may compute meanwhile; the threads in use are other ones afterwards. Ends soon, with an error, where
 * `signal` is aborted.
 */
export async function measurePasses(
  native: NativeModel,
  threads: number,
  signal: AbortSignal,
): Promise<PassTimes> {
  native.use(threads);
  const session = native.session({ contextLength: head + many });
  const ids = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i % 8);
  const stop = (): void => session.cancel();
  signal.addEventListener('abort', stop);
  try {
    await session.evaluate(ids(head));
    const timed = async (pass: () => Promise<unknown>): Promise<number> => {
      signal.throwIfAborted();
      const began = performance.now();
      await pass();
      signal.throwIfAborted();
      return performance.now() - began;
    };
    return {
      threads,
      one: await least(session, () => timed(() => session.evaluateAll(ids(1)))),
      four: await least(session, () => timed(() => session.evaluateAll(ids(4)))),
      many: await least(session, () => timed(() => session.evaluate(ids(many)))),
    };
  } finally {
    signal.removeEventListener('abort', stop);
    session.free();
  }
}

/** The least of several times behind the head: what else the machine does only adds to it. */
async function least(session: NativeSession, pass: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let spent = 0; times.length < fewest || (spent < longestMs && times.length < most);) {
    session.truncate(head);
    times.push(await pass());
    spent += times.at(-1)!;
  }
  return Math.min(...times);
}

function answerMs({ one, many }: PassTimes): number {
  return many + passesOfAnswer * one;
}

/** Whether fewer threads than these need no look. */
export function isFarBehind(times: PassTimes, measured: readonly PassTimes[]): boolean {
  return answerMs(times) > farBehind * Math.min(...measured.map(answerMs));
}

/** The best of what was measured, at least once. */
export function fitBy(measured: readonly PassTimes[]): Fit {
  const byTime = [...measured].sort((a, b) => answerMs(a) - answerMs(b));
  const widest = measured.reduce((a, b) => (b.threads > a.threads ? b : a));
  const best = answerMs(byTime[0]!) < worthIt * answerMs(widest) ? byTime[0]! : widest;
  return { threads: best.threads, draftTokens: draftsAt((best.four - best.one) / (3 * best.one)) };
}

/**
 * How far to guess where each further token of a pass costs `cost` passes over one: as long as it is likelier than that
 * that the pass gives one token more, which takes all guesses up to there to be right.
 */
export function draftsAt(cost: number): number[] {
  return foretold.map((chance) => {
    let count = 0;
    while (count < mostDrafted && chance ** (count + 1) > cost) count++;
    return count;
  });
}
