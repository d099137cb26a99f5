// The engine on the tiny model, through the real addon: golden logits and ids, reuse, turns, cancellation.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Addon, addonFile, AddonError, loadAddon, type NativeModel } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import { GgufError, readGguf } from '../../../src/model/gguf';
import { unfinishedWord } from '../../../src/model/healing';
import { describeModel } from '../../../src/model/description';
import { layoutPrompt } from '../../../src/model/prompt';
import { siteOf } from '../../../src/completion/site';
import type { Completion, Limits, Prompt, Sooner } from '../../../src/protocol';
import { ggufBytes, temporaryFile } from '../model/ggufFile';
import { randomSource } from '../random';

interface Case {
  ids: number[];
  /** The largest difference of a logit that rounding of floats explains. */
  tolerance: number;
  logits: { position: number; values: number[] }[];
  greedy?: number[];
  greedyMargin?: number;
}

interface Golden {
  cases: Case[];
  /** The same file as `bitnet-b1.58`. */
  squaredRelu: Case[];
}

const modelFile = 'test/fixtures/tiny.gguf';
const golden = JSON.parse(fs.readFileSync('test/fixtures/tiny.json', 'utf8')) as Golden;
const addon = loadAddon(addonFile(path.resolve('dist')));
const limits: Limits = { maxTokens: 24, maxLines: 1, minConfidence: 0 };

function prompt(prefix: string, suffix = '\n'): Prompt {
  return { path: 'a.py', languageId: 'python', prefix, suffix, related: [] };
}

async function withEngine<T>(work: (engine: Engine) => Promise<T>, threads = 2): Promise<T> {
  const engine = await Engine.load(addon, { modelFile, threads });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

async function loadNative(kernel: string, threads: number, architecture = 'bitnet'): Promise<NativeModel> {
  const gguf = readGguf(modelFile);
  const hyperparameters = { ...describeModel(gguf).hyperparameters, architecture };
  return addon.load(modelFile, gguf.tensors, hyperparameters, { threads, kernel });
}

async function allLogits(kernel: string, threads: number, pieces: Int32Array[]): Promise<Float32Array> {
  const native = await loadNative(kernel, threads);
  const session = native.session({ contextLength: 512 });
  const parts: Float32Array[] = [];
  for (const piece of pieces) parts.push(await session.evaluateAll(piece));
  session.free();
  native.free();
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

const levels = addon.cpu().levels.filter((level) => level.supported);

describe('engine', () => {
  for (const level of levels) {
    it(`gives the trainer's logits and greedy ids on ${level.name}`, async () => {
      const native = await loadNative(level.name, 2);
      assert.equal(native.kernel, level.name);
      let compared = 0;
      let texts = 0;
      for (const each of golden.cases) {
        const session = native.session({ contextLength: 512 });
        const all = await session.evaluateAll(Int32Array.from(each.ids));
        const vocabulary = all.length / each.ids.length;
        for (const { position, values } of each.logits) {
          const row = all.subarray(position * vocabulary, position * vocabulary + values.length);
          const worst = row.reduce((most, logit, i) => Math.max(most, Math.abs(logit - values[i]!)), 0);
          assert.ok(worst <= each.tolerance, `position ${position} of ${each.ids.length}: off by ${worst}`);
          compared += values.length;
        }
        if (each.greedy && each.greedyMargin! > 2 * each.tolerance) {
          const generated = await session.generate({ max: each.greedy.length, stopIds: new Int32Array() });
          assert.deepEqual([...generated.ids], each.greedy);
          texts++;
        }
        session.free();
      }
      assert.ok(compared > 1000, `only ${compared} logits were compared`);
      assert.ok(texts > 0, 'no greedy text was compared');
      native.free();
    });
  }

  it('does not use a kernel that computes wrongly here, were it asked for, and says so', async () => {
    const broken: Addon = {
      ...addon,
      selftest: (level) =>
        level === 'scalar' ? { cases: 221, mismatches: 3, maximumError: 0 } : addon.selftest(level),
    };
    const engine = await Engine.load(broken, { modelFile, threads: 1, kernel: 'scalar' });
    assert.notEqual(engine.info.kernel, 'scalar');
    assert.deepEqual(engine.info.rejected, [{ kernel: 'scalar', cases: 221, mismatches: 3 }]);
    await engine.close();
    const sound = await Engine.load(addon, { modelFile, threads: 1, kernel: 'scalar' });
    assert.equal(sound.info.kernel, 'scalar');
    assert.equal(sound.info.rejected, undefined);
    await sound.close();
  });

  it('says which of the kernels that the addon would have chosen compute wrongly', async () => {
    const rejected = [{ kernel: 'avx2', cases: 317, mismatches: 1 }];
    const broken: Addon = {
      ...addon,
      load: async (...args) => {
        const native = await addon.load(...args);
        assert.deepEqual(native.rejected, []);
        const session: NativeModel['session'] = (options) => native.session(options);
        return { ...native, rejected, session, use: (n) => native.use(n), free: () => native.free() };
      },
    };
    const engine = await Engine.load(broken, { modelFile, threads: 1 });
    assert.deepEqual(engine.info.rejected, rejected);
    await engine.close();
  });

  it('gives the logits and greedy ids of squared ReLU as bitnet-b1.58', async () => {
    const native = await loadNative('scalar', 1, 'bitnet-b1.58');
    let texts = 0;
    for (const each of golden.squaredRelu) {
      const session = native.session({ contextLength: 512 });
      const all = await session.evaluateAll(Int32Array.from(each.ids));
      for (const { position, values } of each.logits) {
        const row = all.subarray(position * values.length, (position + 1) * values.length);
        const worst = row.reduce((most, logit, i) => Math.max(most, Math.abs(logit - values[i]!)), 0);
        assert.ok(worst <= each.tolerance, `position ${position} of ${each.ids.length}: off by ${worst}`);
      }
      if (each.greedyMargin! > 2 * each.tolerance) {
        const generated = await session.generate({ max: each.greedy!.length, stopIds: new Int32Array() });
        assert.deepEqual([...generated.ids], each.greedy);
        texts++;
      }
      session.free();
    }
    native.free();
    assert.ok(texts >= 2, `${texts} greedy texts compared`);
  });

  it('gives the same logits on every kernel level, however they are cut and threaded', async () => {
    const ids = Int32Array.from(golden.cases.reduce((a, b) => (b.ids.length > a.ids.length ? b : a)).ids);
    const expected = await allLogits(levels[0]!.name, 1, [ids]);
    for (const level of levels) {
      for (const threads of [1, 2]) {
        const pieces = [ids.subarray(0, 5), ids.subarray(5, 6), ids.subarray(6, 77), ids.subarray(77)];
        assert.deepEqual(
          await allLogits(level.name, threads, pieces),
          expected,
          `${level.name}, ${threads} threads`,
        );
      }
    }
  });

  it('answers with text, a reason and timings', async () => {
    await withEngine(async (engine) => {
      const completion = await engine.complete(prompt('def f(x):\n    return '), limits);
      assert.equal(completion.model, engine.info.name);
      assert.ok(completion.tokens >= 1 && completion.promptTokens > 10);
      assert.ok(completion.prefillMs > 0 && completion.decodeMs > 0 && completion.tokensPerSecond > 0);
      assert.ok(completion.contextMs! > 0 && completion.cleanMs! > 0);
      assert.ok(!completion.text.includes('\n'));
      assert.equal(completion.shown, completion.hidden === undefined);
      assert.deepEqual(
        [engine.info.threads, engine.info.type, engine.info.architecture],
        [2, 'TQ2_0', 'bitnet'],
      );
    });
  });

  it('gives the same answer however much of it is known', async () => {
    const typed = 'def total(items):\n    result = 0\n    for item in items:\n        result += item.price';
    await withEngine(async (engine) => {
      for (let length = 40; length <= typed.length; length += 7) {
        const reusing = await engine.complete(prompt(typed.slice(0, length)), limits);
        const fresh = await withEngine((other) => other.complete(prompt(typed.slice(0, length)), limits), 1);
        const what = (it: typeof fresh): unknown[] => [
          it.text,
          it.reason,
          it.tokens,
          it.confidence,
          it.hidden,
        ];
        assert.deepEqual(what(reusing), what(fresh));
      }
    });
  });

  it('evaluates only what is new when the user types on', async () => {
    const typed = 'def total(items):\n    result = 0\n    for item in items:\n        result += item.price';
    await withEngine(async (engine) => {
      let reused = 0;
      let asked = 0;
      await engine.complete(prompt(typed.slice(0, 30)), limits);
      for (let length = 31; length <= typed.length; length++) {
        const completion = await engine.complete(prompt(typed.slice(0, length)), limits);
        asked += completion.promptTokens;
        reused += completion.reusedTokens;
      }
      assert.ok(reused / asked > 0.9, `reused ${reused} of ${asked} tokens`);
    });
  });

  it('finds alternatives that begin otherwise, and leaves answer and cache as they are without', async () => {
    const prefixes = [
      'def f(x):\n    return ',
      'x = ',
      'import o',
      'def total(items):\n    for item in it',
      'if a.',
    ];
    let found = 0;
    for (const prefix of prefixes) {
      await withEngine(async (engine) => {
        const plain = await withEngine(async (other) => [
          await other.complete(prompt(prefix), limits),
          await other.complete(prompt(`${prefix}y`), limits),
        ]);
        const { alternatives, ...first } = await engine.complete(prompt(prefix), {
          ...limits,
          candidates: 3,
        });
        const next = await engine.complete(prompt(`${prefix}y`), limits);
        const times = { contextMs: 0, prefillMs: 0, decodeMs: 0, cleanMs: 0, tokensPerSecond: 0 };
        const what = (completion: Completion): object => ({ ...completion, ...times });
        assert.deepEqual([what(first), what(next)], plain.map(what));
        assert.ok(alternatives && alternatives.length <= 2);
        const texts = [first.text, ...alternatives.map(({ text }) => text)];
        assert.equal(new Set(texts).size, texts.length, 'equal texts');
        const sure = alternatives.map(({ confidence }) => confidence);
        assert.deepEqual(
          sure,
          [...sure].sort((a, b) => b - a),
        );
        const begin = texts.map((text) => engine.model.tokenizer.encode(text)[0]);
        found += new Set(begin).size - 1;
      });
    }
    // Where both of an answer's alternatives are cut to nothing, there are none.
    assert.ok(found > prefixes.length / 2, `only ${found} alternatives with a first token of their own`);
  });

  it('gives up alternatives when it is cancelled, and goes on rightly afterwards', async () => {
    await withEngine(async (engine) => {
      const place = prompt('def f(x):\n    return ');
      const many = { ...limits, candidates: 40 };
      const expected = await engine.complete(place, many);
      const counts = new Set<number | undefined>();
      for (let delay = 0; delay < 40; delay += 2) {
        const controller = new AbortController();
        const answer = engine.complete(place, many, { signal: controller.signal });
        setTimeout(() => controller.abort(), delay);
        counts.add((await answer).alternatives?.length);
      }
      assert.ok(
        [...counts].some((count) => (count ?? 0) < expected.alternatives!.length),
        [...counts].join(' '),
      );
      const { text, confidence, alternatives } = await engine.complete(place, many);
      assert.deepEqual(
        [text, confidence, alternatives],
        [expected.text, expected.confidence, expected.alternatives],
      );
    });
  });

  it('tells of each token that it read and wrote, with the answer as it was', async () => {
    await withEngine(async (engine) => {
      const place = prompt('def total(values):\n    res');
      const then = await engine.complete(place, limits);
      const {
        completion,
        prompt: runs,
        tokens,
      } = await engine.examine({ prompt: place, limits, room: then.room! });
      assert.equal(completion.text, then.text);
      assert.equal(tokens.length, then.tokens);
      assert.ok(tokens.every(({ probability }) => probability > 0 && probability <= 1));
      // The word before the cursor is spelled again; what follows it begins as the answer does.
      const [typed, own] = [true, false].map((is) => tokens.filter(({ isTyped }) => isTyped === is));
      const written = own!.map(({ text }) => text).join('');
      assert.ok(
        written.includes(then.text),
        `${JSON.stringify(written)} has not ${JSON.stringify(then.text)}`,
      );
      assert.ok(
        typed!.every(({ text }) => 'res'.includes(text.trim())),
        JSON.stringify(typed),
      );
      const { controlNames } = engine.model.tokenizer;
      const steering = runs.filter(({ steers }) => steers).map(({ text }) => text);
      assert.ok(steering.length > 0 && steering.every((name) => [...controlNames.values()].includes(name)));
      const read = runs
        .filter(({ steers }) => !steers)
        .map(({ text }) => text)
        .join('');
      assert.ok(read.includes('def total(values):\n   '), JSON.stringify(runs));
    });
  });

  it('need not read again what it has read ahead, and says the same', async () => {
    const place = prompt('def first(a, b):\n    return a\n\ndef second(a, b):\n    return ');
    const plain = await withEngine((engine) => engine.complete(place, limits));
    await withEngine(async (engine) => {
      const ahead = await engine.prefill(place);
      assert.deepEqual([ahead.promptTokens, ahead.reusedTokens], [plain.promptTokens, 0]);
      const completion = await engine.complete(place, limits);
      assert.equal(completion.reusedTokens, completion.promptTokens - 1);
      assert.equal(completion.text, plain.text);
    });
  });

  it('uses as many threads as it may, with the same outcome', async () => {
    await withEngine(async (engine) => {
      const place = prompt('def f(x):\n    return ');
      const all = await engine.complete(place, limits);
      const one = await engine.complete(place, limits, { threads: 1 });
      const most = await engine.complete(place, limits, { threads: 'all' });
      const { threads } = engine.info;
      assert.deepEqual([all.threads, one.threads, most.threads], [threads, 1, threads]);
      assert.deepEqual([one.text, one.confidence], [all.text, all.confidence]);
    });
  });

  it('takes requests one after another, and cancels none by itself', async () => {
    await withEngine(async (engine) => {
      const prefixes = ['x = ', 'x = 1\ny', 'def f(a, b):\n    '];
      const ask = (prefix: string): Promise<Completion> => engine.complete(prompt(prefix), limits);
      const alone = await withEngine(async (other) => {
        const texts: string[] = [];
        for (const prefix of prefixes) texts.push((await other.complete(prompt(prefix), limits)).text);
        return texts;
      });
      const ahead = engine.prefill(prompt('def g(x):\n    return '));
      const together = await Promise.all(prefixes.map(ask));
      assert.deepEqual(
        together.map(({ text }) => text),
        alone,
      );
      assert.ok((await ahead).promptTokens > 0);
    });
  });

  it('stops at once when it is cancelled, and goes on rightly afterwards', async () => {
    await withEngine(async (engine) => {
      const long = prompt('def f(x):\n    return x + 1\n\n\n'.repeat(60));
      const expected = await withEngine((other) => other.complete(long, limits));
      let cancelled = 0;
      for (const delay of [0, 1, 2, 5, 10, 20]) {
        const controller = new AbortController();
        const answer = engine.complete(long, limits, { signal: controller.signal });
        setTimeout(() => controller.abort(), delay);
        if ((await answer).reason === 'cancelled') cancelled++;
      }
      assert.ok(cancelled >= 1, 'no request was cancelled');
      const after = await engine.complete(long, limits);
      assert.deepEqual([after.text, after.confidence], [expected.text, expected.confidence]);
      const before = new AbortController();
      before.abort();
      assert.equal((await engine.complete(long, limits, { signal: before.signal })).hidden, 'cancelled');
    });
  });

  it('gives the document its own line ends back', async () => {
    await withEngine(async (engine) => {
      const block: Limits = { maxTokens: 60, maxLines: 6, minConfidence: 0 };
      const ask = (lineEnd: string): Promise<{ text: string }> =>
        engine.complete(prompt(`class A:${lineEnd}    def f(self):`, lineEnd), block);
      const unix = (await ask('\n')).text;
      assert.equal((await ask('\r\n')).text, unix.replaceAll('\n', '\r\n'));
    });
  });

  it('tells of the first line of a block before the rest is there, and of no other', async () => {
    const block: Limits = { maxTokens: 60, maxLines: 6, minConfidence: 0 };
    const told = async (prefix: string): Promise<{ lines: Completion[]; whole: Completion }> =>
      withEngine(async (engine) => {
        const lines: Completion[] = [];
        const onSooner = ({ completion }: Sooner): void => void lines.push(completion);
        return { whole: await engine.complete(prompt(prefix), block, { onSooner }), lines };
      });
    const { lines, whole } = await told('for x in y:\n    ');
    assert.deepEqual(
      lines.map(({ text, shown, reason }) => [text, shown, reason]),
      [[whole.text.split('\n')[0], true, 'line']],
    );
    assert.ok(whole.text.includes('\n') && whole.tokens > lines[0]!.tokens, whole.text);
    const single = await told('import os\n\nname = os.read(');
    assert.deepEqual(single.lines, []);
    assert.ok(single.whole.tokens > 0);
  });

  it('goes on where somebody cannot be told of the first line', async () => {
    const block: Limits = { maxTokens: 60, maxLines: 6, minConfidence: 0 };
    const uncaught: unknown[] = [];
    const note = (error: unknown): void => void uncaught.push(error);
    process.on('unhandledRejection', note);
    let told = 0;
    const onSooner = (): void => {
      told++;
      throw new Error('A trap.');
    };
    const [plain, whole] = await withEngine(async (engine) => [
      await engine.complete(prompt('for x in y:\n    '), block),
      await engine.complete(prompt('for x in y:\n    '), block, { onSooner }),
    ]);
    process.off('unhandledRejection', note);
    assert.deepEqual([told, uncaught, whole.text], [1, [], plain.text]);
  });

  it('goes on behind a first line as if nobody had been told', async () => {
    // What ends a native call is evaluated by itself: texts and probabilities may not hang on that.
    const prefixes = ['import os\n\ndef read(path):\n    ', 'def f(x):\n    ', 'if a:\n    '];
    await withEngine(async (engine) => {
      let lines = 0;
      for (const [i, prefix] of prefixes.entries()) {
        const place: Prompt = { ...prompt(prefix), path: `${i}.py` };
        const block: Limits = { maxTokens: 60, maxLines: 6, minConfidence: 0 };
        const whole = await engine.complete(place, block, { onSooner: () => lines++ });
        const site = siteOf(place);
        const word = unfinishedWord(site.before, engine.model.tokenizer);
        const { ids } = layoutPrompt(place, site, engine.model, word.length);
        const plain = await engine.withSession(async (session) => {
          await session.evaluate(ids);
          const controlIds = engine.model.tokenizer.controlIds;
          const written = await session.generate({
            max: whole.tokens,
            stopIds: Int32Array.from(controlIds),
            ngramCache: { exclude: Int32Array.from(controlIds), overflow: new Int32Array() },
          });
          return engine.model.tokenizer.decode(written.ids);
        });

        assert.ok(plain.includes(whole.text.trimEnd()), `${plain} does not hold ${whole.text}`);
      }
      assert.ok(lines > 0, 'no block had a line');
    });
  });

  it('hides what the model is less sure of than is asked for, and nothing else', async () => {
    await withEngine(async (engine) => {
      const place = prompt('def g(x):\n    print(');
      const ask = (minConfidence: number) => engine.complete(place, { ...limits, minConfidence });
      const { text, shown, confidence } = await ask(0);
      assert.ok(shown && confidence > 0 && confidence < 1, `${text}, confidence ${confidence}`);
      const same = await ask(confidence);
      assert.deepEqual([same.shown, same.hidden, same.text], [true, undefined, text]);
      const least = confidence + 1e-6;
      const unsure = await ask(least);
      assert.deepEqual([unsure.shown, unsure.hidden], [false, 'confidence']);
      assert.deepEqual(unsure.bar, { wanted: least, language: 'python', least });
    });
  });

  it('neither writes nor ends at a token that stands for nothing', async () => {
    const place = prompt('def g(x):\n    print(');
    const { text } = await withEngine((engine) => engine.complete(place, limits));
    const { tokenizer } = describeModel(readGguf(modelFile));
    const bytes = fs.readFileSync(modelFile);
    const types = bytes.indexOf('tokenizer.ggml.token_type') + 'tokenizer.ggml.token_type'.length + 16;
    const unused = new Set(tokenizer.encode(text));
    for (const id of unused) bytes.writeInt32LE(5, types + 4 * id);
    const file = temporaryFile('unused.gguf', bytes);
    const engine = await Engine.load(addon, { modelFile: file, threads: 1 });
    const other = await engine.complete(place, limits);
    await engine.close();
    assert.deepEqual([...engine.model.tokenizer.emptyIds].sort(), [...unused].sort());
    assert.ok(text !== '' && other.text !== '' && other.text !== text, `${text}, then ${other.text}`);
  });

  const damages = process.env.RYZANSTEIN_TEST === 'long' ? 10_000 : 300;
  it(`refuses or runs ${damages} damaged models, and lives on`, async () => {
    const whole = fs.readFileSync(modelFile);
    const random = randomSource(23);
    let refused = 0;
    for (let i = 0; i < damages; i++) {
      const bytes = Buffer.from(whole);
      for (let n = random.below(3); n >= 0; n--) {
        const at = random.below(random.pick([24_000, whole.length - 4]));
        if (random.below(2) === 0) bytes.writeUInt8(random.below(256), at);
        else bytes.writeUInt32LE(random.pick([0, 1, 2, 255, 1000, 65535, 2 ** 31, 2 ** 32 - 1]), at);
      }
      try {
        const engine = await Engine.load(addon, {
          modelFile: temporaryFile('damaged.gguf', bytes),
          threads: 1,
        });
        await engine.complete(prompt('def f(x'), { ...limits, maxTokens: 3 });
        await engine.close();
      } catch (error) {
        assert.match((error as Error).message, /damaged\.gguf|do not fit/);
        refused++;
      }
    }
    assert.ok(refused > damages / 4 && refused < damages, `${refused} were refused`);
  }).timeout(600_000);

  it('keeps to the room that a request names, and to the context', async () => {
    await withEngine(async (engine) => {
      const place = prompt('x = 1\n'.repeat(900) + 'y = ');
      for (const [room, most] of [
        [100, 93],
        [512, 480],
        [4096, 960],
        [undefined, 960],
      ] as const) {
        const { promptTokens, room: told } = await engine.complete(place, limits, { room });
        assert.ok(promptTokens <= most && promptTokens > most / 2, `${promptTokens} tokens in ${room}`);
        assert.equal(told, Math.min(room ?? 1024, 1024));
        const ahead = await engine.prefill(place, { room });
        assert.equal(ahead.promptTokens, promptTokens);
      }
    });
  });

  it('takes a prompt that is read in time, and the longer one once that was read ahead', async () => {
    const slow: Addon = {
      ...addon,
      load: async (...params) => {
        const native = await addon.load(...params);
        const open = native.session.bind(native);
        const session: typeof open = (options) => {
          const opened = open(options);
          const read = opened.evaluate.bind(opened);
          const evaluate: typeof read = async (ids) => ({
            ...(await read(ids)),
            milliseconds: 2 * ids.length,
          });
          return Object.defineProperty(opened, 'evaluate', { value: evaluate });
        };
        return Object.defineProperty(native, 'session', { value: session });
      },
    };
    const engine = await Engine.load(slow, { modelFile, threads: 1 });
    const text = (name: string): string =>
      Array.from({ length: 200 }, (_, i) => `def ${name}_${i}(a):\n    return a + ${i}\n`).join('\n');
    for (const name of ['one', 'two', 'three'])
      await engine.complete(prompt(text(name)), limits, { room: 512 });
    assert.deepEqual(engine.rooms, { cold: 256, rested: 1024 });
    const [here, there] = [prompt(text('here')), prompt(text('there'))];
    const { room, promptTokens } = await engine.complete(here, limits);
    assert.ok(room === 256 && promptTokens <= 256, `${promptTokens} of ${room}`);
    assert.ok(engine.expected(here) < 200 && engine.expected(there) > 200);
    const ahead = await engine.prefill(here);
    assert.ok(ahead.promptTokens > 512, `${ahead.promptTokens}`);
    for (const typed of ['', 'x', 'x = y']) {
      const longer = await engine.complete({ ...here, prefix: here.prefix + typed }, limits);
      assert.equal(longer.room, 1024);
      assert.ok(longer.reusedTokens > longer.promptTokens - 16);
    }
    assert.equal((await engine.complete(there, limits)).room, 256);
    await engine.close();
  });

  it('completes however small the context is', async () => {
    const bytes = fs.readFileSync(modelFile);
    const key = 'bitnet.context_length';
    for (const context of [1, 2, 8, 32, 64]) {
      bytes.writeUInt32LE(context, bytes.indexOf(key) + key.length + 4);
      const file = temporaryFile(`context${context}.gguf`, bytes);
      const engine = await Engine.load(addon, { modelFile: file, threads: 1 });
      assert.deepEqual([engine.info.contextLength, engine.rooms.cold], [context, context]);
      for (const prefix of [
        'a',
        'def f(x):\n    return ',
        'x'.repeat(5000),
        'x = 1\n'.repeat(900),
        '😀'.repeat(999),
      ]) {
        const related = [{ path: 'r.py', text: 'def r():\n    pass\n'.repeat(99) }];
        const place = { ...prompt(prefix, '\ny = 1'.repeat(99)), related };
        const { promptTokens, tokens, reason } = await engine.complete(place, limits);
        assert.ok(
          promptTokens + tokens <= context + 1 && reason !== 'cancelled',
          `${promptTokens}, ${tokens}`,
        );
        if (context >= 32) assert.ok(promptTokens > 0 && tokens > 0, `${promptTokens}, ${tokens}`);
      }
      await engine.close();
    }
  });

  it('says what is wrong with a file it cannot run', async () => {
    const load = (file: string, kernel?: string): Promise<unknown> =>
      Engine.load(addon, kernel ? { modelFile: file, threads: 1, kernel } : { modelFile: file, threads: 1 });
    await assert.rejects(load('/nowhere.gguf'), /\/nowhere\.gguf does not exist/);
    const other = temporaryFile('other.gguf', ggufBytes({ 'general.architecture': [8, 'gpt9'] }));
    await assert.rejects(
      load(other),
      (error: Error) => error instanceof GgufError && /"gpt9"; known are bitnet/.test(error.message),
    );
    await assert.rejects(load(modelFile, 'abacus'), /abacus/);
    const file = temporaryFile('rewritten.gguf', fs.readFileSync(modelFile));
    const rewriting: Addon = {
      ...addon,
      load: async (...args) => {
        const loaded = await addon.load(...args);
        fs.appendFileSync(file, 'more');
        return loaded;
      },
    };
    await assert.rejects(
      Engine.load(rewriting, { modelFile: file, threads: 1 }),
      /rewritten\.gguf was changed while it was loaded\. Load it again when it is whole\./,
    );
    await (await Engine.load(addon, { modelFile: file, threads: 1 })).close();
    assert.throws(() => loadAddon('/nowhere/ryzanstein.node'), AddonError);
    assert.throws(() => loadAddon(temporaryFile('bad.node', Buffer.from('x'))), AddonError);
  });
});
