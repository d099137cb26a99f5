// Two models as one: who speaks when, whose answer is given, and that a cancelled request stops whoever is at work.

import * as assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine, RequestOptions } from '../../../src/engine/engine';
import { Opinions } from '../../../src/engine/opinions';
import type { Completion, Limits, Prompt, Sooner } from '../../../src/protocol';
import { answer } from '../editing/marked';

const prompt: Prompt = { path: 'a.py', languageId: 'python', prefix: 'x = ', suffix: '\n', related: [] };
const limits: Limits = { maxTokens: 8, maxLines: 1, minConfidence: 0 };

/** A model that answers what it is told to, after so long, and stops when it is cancelled. */
class Model {
  expects = 0;
  takes = 5;
  asked = 0;
  wasCancelled = false;
  firstLine: Completion | undefined;
  readonly given: Completion;

  constructor(text: string, more: Partial<Completion> = {}) {
    this.given = answer(text, { model: text, ...more });
  }

  get engine(): Engine {
    return this as unknown as Engine;
  }

  expected(): number {
    return this.expects;
  }

  async complete(_: Prompt, __: Limits, { signal, onSooner }: RequestOptions): Promise<Completion> {
    this.asked++;
    if (this.firstLine) onSooner?.({ completion: this.firstLine, isLast: false });
    await pause(this.takes, undefined, signal && { signal }).catch(() => (this.wasCancelled = true));
    if (!signal?.aborted) return this.given;
    return answer('', { reason: 'cancelled', shown: false, hidden: 'cancelled' });
  }

  prefill(): Promise<unknown> {
    this.asked++;
    return Promise.resolve({ promptTokens: this.expects, reusedTokens: 0, prefillMs: 1 });
  }
}

function loading(): { loaded: Promise<Engine>; load: (model: Model) => void; fail: () => void } {
  let load: (model: Model) => void = () => undefined;
  let fail: () => void = () => undefined;
  const loaded = new Promise<Engine>((resolve, reject) => {
    load = (model: Model) => resolve(model.engine);
    fail = () => reject(new Error('no such file'));
  });
  return { loaded, load, fail };
}

/** Both as one, with the chosen one loaded. */
async function both(second: Model, chosen: Model): Promise<Opinions> {
  const opinions = new Opinions(second.engine, Promise.resolve(chosen.engine));
  await pause(0);
  return opinions;
}

interface Told {
  text: string;
  isLast: boolean;
}

function listen(): { told: Told[]; onSooner: (sooner: Sooner) => void } {
  const told: Told[] = [];
  return { told, onSooner: ({ completion: { text }, isLast }) => void told.push({ text, isLast }) };
}

describe('two opinions', () => {
  it('have the small model speak while the chosen one is still loading', async () => {
    const { loaded, load } = loading();
    const { told, onSooner } = listen();
    const opinions = new Opinions(new Model('small').engine, loaded);
    const answered = opinions.complete(prompt, limits, { onSooner });
    await pause(40);
    assert.deepEqual(told, [{ text: 'small', isLast: true }]);
    load(new Model('large', { confidence: 0.9 }));
    assert.equal((await answered).text, 'large');
  });

  it('tell whether the chosen one is expected by the deadline', async () => {
    const isLast = async (expects: number, options: RequestOptions): Promise<boolean> => {
      const chosen = new Model('large');
      chosen.expects = expects;
      const { told, onSooner } = listen();
      await (await both(new Model('small'), chosen)).complete(prompt, limits, { onSooner, ...options });
      return told[0]!.isLast;
    };
    assert.equal(await isLast(100, { deadline: 300 }), false);
    assert.equal(await isLast(400, { deadline: 300 }), true);
    assert.equal(await isLast(100, { deadline: 120, pause: 30 }), true);
    assert.equal(await isLast(1e9, {}), false);
  });

  it('give the surer one of those that are shown, and what the other one said', async () => {
    const given = async (small: Partial<Completion>, large: Partial<Completion>): Promise<Completion> =>
      (await both(new Model('small', small), new Model('large', large))).complete(prompt, limits);
    const hidden = { shown: false, hidden: 'syntax' } as const;
    const surer = await given({ confidence: 0.7, prefillMs: 3, decodeMs: 4 }, { confidence: 0.6 });
    assert.deepEqual([surer.text, surer.isSecond], ['small', true]);
    const large = { model: 'large', shown: true, confidence: 0.6, milliseconds: 3 };
    const of = (text: string): object => ({ text, hidden: undefined, likelihood: undefined });
    assert.deepEqual(surer.other, { ...large, said: of('large') });
    const other = await given({ confidence: 0.5, prefillMs: 3, decodeMs: 4 }, { confidence: 0.6 });
    assert.deepEqual([other.text, other.isSecond], ['large', undefined]);
    const small = { model: 'small', shown: true, confidence: 0.5, milliseconds: 7 };
    assert.deepEqual(other.other, { ...small, said: of('small') });
    assert.equal((await given({ confidence: 0.6 }, { confidence: 0.6 })).text, 'large');
    assert.equal((await given({ confidence: 0.1 }, { confidence: 0.9, ...hidden })).text, 'small');
    assert.equal((await given({ confidence: 0.9, ...hidden }, { confidence: 0.1 })).text, 'large');
    assert.equal((await given({ confidence: 0.9, ...hidden }, { confidence: 0.1, ...hidden })).text, 'large');
  });

  it('tell of what is hidden only as the last in time, and of a first line only where it is surer', async () => {
    const tells = async (small: Partial<Completion>, expects = 0): Promise<string[]> => {
      const chosen = new Model('large');
      chosen.firstLine = answer('line', { confidence: 0.6 });
      chosen.expects = expects;
      const { told, onSooner } = listen();
      const options = { onSooner, deadline: 300 };
      await (await both(new Model('small', small), chosen)).complete(prompt, limits, options);
      return told.map(({ text }) => text);
    };
    assert.deepEqual(await tells({ confidence: 0.5 }), ['small', 'line']);
    assert.deepEqual(await tells({ confidence: 0.7 }), ['small']);
    const hidden = { confidence: 0.7, shown: false, hidden: 'confidence' } as const;
    assert.deepEqual(await tells(hidden), ['line']);
    assert.deepEqual(await tells(hidden, 400), ['small', 'line']);
  });

  it('have the other one among the alternatives, the surest first, each once', async () => {
    const alternatives = [
      { text: 'small', confidence: 0.3 },
      { text: 'third', confidence: 0.2 },
      { text: 'fourth', confidence: 0.1 },
    ];
    const texts = async (confidence: number): Promise<string[]> => {
      const opinions = await both(new Model('small', { confidence }), new Model('large', { alternatives }));
      const completion = await opinions.complete(prompt, { ...limits, candidates: 3 });
      return [completion, ...completion.alternatives!].map(({ text }) => text);
    };
    assert.deepEqual(await texts(0.5), ['large', 'small', 'third']);
    assert.deepEqual(await texts(0.9), ['small', 'large', 'third']);
  });

  it('stop whoever is at work when they are cancelled, and ask nobody after that', async () => {
    const [slow, large] = [new Model('small'), new Model('large')];
    slow.takes = 10_000;
    const early = new AbortController();
    setTimeout(() => early.abort(), 10);
    const first = await (await both(slow, large)).complete(prompt, limits, { signal: early.signal });
    assert.deepEqual([first.reason, slow.wasCancelled, large.asked], ['cancelled', true, 0]);

    large.takes = 10_000;
    const late = new AbortController();
    setTimeout(() => late.abort(), 40);
    const opinions = await both(new Model('small'), large);
    const second = await opinions.complete(prompt, limits, { signal: late.signal });
    assert.deepEqual([second.reason, large.wasCancelled], ['cancelled', true]);

    for (const waits of [() => loading().loaded, () => Promise.resolve(large.engine)]) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 40);
      large.asked = 0;
      const waiting = new Opinions(new Model('small').engine, waits());
      const options = { signal: controller.signal, pause: 10_000 };
      const { reason, shown } = await waiting.complete(prompt, limits, options);
      assert.deepEqual([reason, shown, large.asked], ['cancelled', false, 0]);
    }
  });

  it("hold the chosen one back, not the small one's answer", async () => {
    const large = new Model('large');
    const { told, onSooner } = listen();
    const answered = (await both(new Model('small'), large)).complete(prompt, limits, {
      onSooner,
      pause: 60,
    });
    await pause(30);
    assert.deepEqual([told.length, large.asked], [1, 0]);
    await answered;
    assert.equal(large.asked, 1);
  });

  it('are that of the small one where the chosen one cannot be loaded', async () => {
    const { loaded, fail } = loading();
    const opinions = new Opinions(new Model('small').engine, loaded);
    const answered = opinions.complete(prompt, limits);
    fail();
    assert.equal((await answered).text, 'small');
  });

  it('have both read ahead, but for one that is still loading', async () => {
    const [small, large] = [new Model('small'), new Model('large')];
    large.expects = 77;
    assert.equal((await (await both(small, large)).prefill(prompt)).promptTokens, 77);
    assert.deepEqual([small.asked, large.asked], [1, 1]);
    await new Opinions(small.engine, loading().loaded).prefill(prompt);
    assert.equal(small.asked, 2);
  });
});
