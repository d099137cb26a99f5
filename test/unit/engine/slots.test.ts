// Several texts in KV caches of their own: what comes back costs nothing, memory is capped, and every answer is that of an empty cache.

import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { addonFile, loadAddon, type NativeSession } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import { readGguf } from '../../../src/model/gguf';
import { describeModel } from '../../../src/model/description';
import { Shelf, Slots } from '../../../src/engine/slots';
import type { Completion, Limits, Prompt } from '../../../src/protocol';
import { randomSource } from '../random';

const modelFile = 'test/fixtures/tiny.gguf';
const addon = loadAddon(addonFile(path.resolve('dist')));
const limits: Limits = { maxTokens: 12, maxLines: 1, minConfidence: 0 };

const texts = ['total', 'queue', 'matrix'].map((name) =>
  Array.from({ length: 12 }, (_, i) => `def ${name}_${i}(a, b):\n    return a.${name} + b[${i}]\n`).join(
    '\n',
  ),
);

function promptAt(file: number, cursor: number, text = texts[file]!): Prompt {
  const related = texts.flatMap((other, i) =>
    i === file ? [] : [{ path: `${i}.py`, text: other.slice(0, 80) }],
  );
  const [prefix, suffix] = [text.slice(0, cursor), text.slice(cursor)];
  return { path: `${file}.py`, languageId: 'python', prefix, suffix, related };
}

async function withEngine<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await Engine.load(addon, { modelFile, threads: 1 });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

const answerOf = ({ text, reason, tokens, confidence, hidden, promptTokens }: Completion): unknown[] => [
  ...[text, reason, tokens, confidence, hidden, promptTokens],
];

describe('slots', () => {
  it('hold every file and place that was left', async () => {
    await withEngine(async (engine) => {
      const places = [promptAt(0, 100), promptAt(1, 200), promptAt(0, 300), promptAt(2, 50)];
      for (const prompt of places) await engine.complete(prompt, limits);
      for (const prompt of [...places, ...places.reverse()]) {
        const { promptTokens, reusedTokens } = await engine.complete(prompt, limits);
        assert.equal(reusedTokens, promptTokens - 1);
      }
    });
  });

  const steps = process.env.RYZANSTEIN_TEST === 'long' ? 2000 : 80;
  it(`answer like an empty cache in ${steps} steps of typing, undoing, jumping and switching`, async () => {
    const random = randomSource(41);
    let reused = 0;
    await withEngine(async (engine) => {
      const states = texts.map((text) => ({ text, cursor: 60 }));
      const earlier: { file: number; text: string; cursor: number }[] = [];
      let file = 0;
      for (let n = 0; n < steps; n++) {
        const state = states[file]!;
        const move = random.below(10);
        if (move < 6) {
          const typed = random.pick(['a', '.', ' = ', '\n    ', 'total(', 'é']);
          state.text = state.text.slice(0, state.cursor) + typed + state.text.slice(state.cursor);
          state.cursor += typed.length;
        } else if (move === 6) state.cursor = random.below(state.text.length);
        else if (move === 7) file = random.below(3);
        else if (earlier.length > 0) ({ file, ...states[file] } = random.pick(earlier));
        const { text, cursor } = states[file]!;
        earlier.push({ file, text, cursor });
        const prompt = promptAt(file, cursor, text);
        const known = await engine.complete(prompt, limits);
        const fresh = await withEngine((other) => other.complete(prompt, limits));
        assert.deepEqual(answerOf(known), answerOf(fresh), `step ${n}`);
        reused += known.reusedTokens;
      }
    });
    assert.ok(reused > 0);
  }).timeout(600_000);

  interface Opened {
    bytes: number;
    isFree: boolean;
  }

  /** Slots over sessions of so many bytes, which hold nothing. */
  function slotsOf(bytes: number): { slots: Slots; sessions: Opened[]; opened: () => number } {
    const sessions: Opened[] = [];
    const open = (): NativeSession => {
      const session: Opened = { bytes, isFree: false };
      sessions.push(session);
      const free = (): void => void (session.isFree = true);
      return Object.assign(session, { copyHead: () => undefined, free }) as unknown as NativeSession;
    };
    const slots = new Slots(new Shelf(open));
    begin(slots);
    return { slots, sessions, opened: () => sessions.length };
  }

  /** Has a client at work until what it returns is called. */
  function begin(slots: Slots): () => Promise<void> {
    let end = (): void => undefined;
    const work = slots.atWork(() => new Promise<void>((resolve) => (end = resolve)));
    return async () => {
      end();
      await work;
    };
  }

  function hold(slots: Slots, first: number): number {
    const ids = Int32Array.from({ length: 50 }, (_, i) => first + i);
    const held = slots.choose(ids);
    slots.current.known = [...ids];
    return held;
  }

  it('are as many as memory allows, and at least one', () => {
    const { slots, opened } = slotsOf(100e6);
    for (const first of [1000, 2000, 3000, 4000]) assert.equal(hold(slots, first), 0);
    assert.equal(opened(), 2);
    const large = slotsOf(1e9);
    for (const first of [1000, 2000]) assert.equal(hold(large.slots, first), 0);
    assert.equal(large.opened(), 1);
    const small = slotsOf(1000);
    for (let first = 1000; first < 50_000; first += 1000) hold(small.slots, first);
    assert.equal(small.opened(), 8);
  });

  it('give up others for one that has grown', () => {
    const { slots, sessions } = slotsOf(10e6);
    for (const first of [1000, 2000, 3000]) assert.equal(hold(slots, first), 0);
    sessions[2]!.bytes = 240e6;
    assert.equal(hold(slots, 3000), 49);
    assert.deepEqual(
      sessions.map(({ isFree }) => isFree),
      [true, false, false],
    );
    assert.equal(hold(slots, 4000), 0);
    assert.equal(sessions.length, 3);
  });

  it('of all clients share the memory, but for the one that each works with', async () => {
    const sessions: Opened[] = [];
    const shelf = new Shelf(() => {
      const session: Opened = { bytes: 60e6, isFree: false };
      sessions.push(session);
      const free = (): void => void (session.isFree = true);
      return Object.assign(session, { copyHead: () => undefined, free }) as unknown as NativeSession;
    });
    const clients = Array.from({ length: 12 }, () => new Slots(shelf));
    const open = (): number => sessions.filter(({ isFree }) => !isFree).length;
    for (const client of clients) {
      const end = begin(client);
      for (const first of [1000, 2000, 3000]) assert.equal(hold(client, first), 0);
      await end();
      assert.ok(open() <= 4, `${open()} are open`);
    }
    // The last client has three of them, and the one before it none that it used last but one.
    const [last, before] = [clients.at(-1)!, clients.at(-2)!];
    begin(last);
    assert.equal(hold(last, 1000), 49);
    assert.equal(before.holds(Int32Array.from({ length: 50 }, (_, i) => 1000 + i)), 0);
    // Nobody takes away what another one is at work with, also where work before it ends only now.
    const end = begin(before);
    begin(before);
    await end();
    hold(before, 7000);
    for (const first of [4000, 5000, 6000]) hold(last, first);
    assert.equal(hold(before, 7000), 49);
    before.free();
    last.free();
    for (const client of clients) client.free();
    assert.equal(open(), 0);
  });

  it('give up the one that was not used for the longest time', () => {
    const { slots } = slotsOf(100e6);
    for (const [first, held] of [
      [1000, 0],
      [2000, 0],
      [1000, 49],
      [3000, 0],
      [1000, 49],
      [2000, 0],
    ] as const)
      assert.equal(hold(slots, first), held, `${first}`);
  });

  it('copy between open sessions of the same context only', async () => {
    const gguf = readGguf(modelFile);
    const { hyperparameters } = describeModel(gguf);
    const native = await addon.load(modelFile, gguf.tensors, hyperparameters, { threads: 1 });
    const [from, to] = [native.session({ contextLength: 64 }), native.session({ contextLength: 64 })];
    await from.evaluate(Int32Array.from([1, 2, 3, 4]));
    to.copyHead(from, 3);
    assert.deepEqual([to.length, from.length], [3, 4]);
    await to.evaluate(Int32Array.of(4));
    const [next, own] = [await to.evaluateAll(Int32Array.of(5)), await from.evaluateAll(Int32Array.of(5))];
    assert.deepEqual(next, own);
    from.copyHead(from, 2);
    assert.equal(from.length, 2);
    assert.ok(to.bytes > 64 * 1024);
    assert.throws(() => to.copyHead(from, 3), /Cannot copy 3 tokens: there are 2/);
    assert.throws(() => to.copyHead({} as NativeSession, 1), /copyHead: from/);
    const other = native.session({ contextLength: 32 });
    assert.throws(() => other.copyHead(from, 1), /of one model and context/);
    const work = from.evaluate(Int32Array.from([5]));
    assert.throws(() => to.copyHead(from, 1), /while a call on this session is at work/);
    await work;
    for (const session of [from, to, other]) session.free();
    assert.throws(() => to.copyHead(from, 1), /was freed/);
    native.free();
  });
});
