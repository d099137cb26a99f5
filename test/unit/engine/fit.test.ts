// How a model is used on a machine, by made-up and by measured passes; when it is measured, and that it is remembered.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { addonFile, loadAddon, type NativeModel, type NativeSession } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import type { LoadedModel } from '../../../src/engine/loadedModel';
import { draftsAt, fitBy, type PassTimes } from '../../../src/engine/fit';
import { Fitting } from '../../../src/engine/fitting';
import { Models } from '../../../src/engine/models';
import { Turns } from '../../../src/engine/turns';
import type { Completion, Prompt } from '../../../src/protocol';
import { temporaryFile } from '../model/ggufFile';
import { randomSource } from '../random';

const addon = loadAddon(addonFile(path.resolve('dist')));
const modelFile = 'test/fixtures/tiny.gguf';

describe('how a model is used', () => {
  it('takes fewer threads only where they are faster, and never slower ones', () => {
    const random = randomSource(7);
    for (let i = 0; i < 2_000; i++) {
      const measured = Array.from({ length: 1 + random.below(8) }, (_, at): PassTimes => {
        const [one, many] = [1 + random.below(100), 1 + random.below(1000)];
        return { threads: at + 1, one, many, four: one };
      });
      const answer = ({ one, many }: PassTimes): number => many + 8 * one;
      const { threads } = fitBy(measured);
      const [chosen, widest] = [measured[threads - 1]!, measured.at(-1)!];
      assert.ok(measured.every((each) => answer(each) >= Math.min(answer(chosen), 0.9 * answer(widest))));
      assert.ok(chosen === widest || answer(chosen) < 0.9 * answer(widest));
    }
  });

  it('guesses the further ahead the less a token more costs, and the more tokens were equal', () => {
    assert.deepEqual(draftsAt(0), [7, 7, 7, 7]);
    assert.deepEqual(draftsAt(0.4), [1, 2, 3, 7]);
    assert.deepEqual(draftsAt(1), [0, 0, 0, 0]);
    let before = draftsAt(-1);
    for (let cost = 0; cost <= 1.5; cost += 0.01) {
      const drafts = draftsAt(cost);
      assert.ok(drafts.every((count, i) => count <= before[i]! && count >= (drafts[i - 1] ?? 0)));
      before = drafts;
    }
  });
});

describe('fitting a model to the machine', () => {
  const place: Prompt = {
    ...{ path: 'a.py', languageId: 'python', related: [] },
    prefix: 'def f(x):\n    return x\n\n\ndef g(x):\n    return ',
    suffix: '\n',
  };
  const limits = { maxTokens: 32, maxLines: 4, minConfidence: 0 };
  const said = ({ text, confidence, tokens }: Completion): object => ({ text, confidence, tokens });
  const idle = { cores: 2, free: () => 2 };

  async function withEngine(work: (engine: Engine, turns: Turns) => Promise<void>): Promise<void> {
    const turns = new Turns();
    const engine = await Engine.load(addon, { modelFile, threads: 0 }, { turns, asker: {} });
    await work(engine, turns).finally(() => engine.close());
  }

  it('changes no answer, is remembered, and is not measured again', async () => {
    const file = path.join(path.dirname(temporaryFile('none', Buffer.alloc(0))), 'fits', 'fits.json');
    await withEngine(async (engine, turns) => {
      const before = await engine.complete(place, limits);
      const end = Fitting.begin(addon, engine.loaded, turns, file, { load: idle, everyMs: 5 });
      for (let waited = 0; !fs.existsSync(file) && waited < 20_000; waited += 10) await pause(10);
      end();
      assert.deepEqual(said(await engine.complete(place, limits)), said(before));
    });
    const [fit] = Object.values(
      JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, { threads: number }>,
    );
    const { mtimeMs } = fs.statSync(file);
    await withEngine(async (engine, turns) => {
      Fitting.begin(addon, engine.loaded, turns, file, { load: idle, everyMs: 1 })();
      assert.equal(engine.info.threads, fit!.threads);
      assert.equal((await engine.complete(place, limits)).mostThreads, fit!.threads);
      assert.equal(fs.statSync(file).mtimeMs, mtimeMs);
    });
  });

  it('waits until the machine is free and nobody asks, and ends with the model', async () => {
    const file = temporaryFile('fits.json', Buffer.alloc(0));
    await withEngine(async (engine, turns) => {
      const busy = Fitting.begin(addon, engine.loaded, turns, file, {
        load: { cores: 2, free: () => 1.5 },
        everyMs: 2,
      });
      await pause(100);
      busy();
      assert.equal(fs.statSync(file).size, 0);
      const asked = Fitting.begin(addon, engine.loaded, turns, file, { load: idle, everyMs: 50 });
      for (let i = 0; i < 20; i++) {
        await engine.complete(place, limits);
        await pause(10);
      }
      asked();
      assert.equal(fs.statSync(file).size, 0);
    });
    const models = new Models(() => addon);
    await (await models.open({ modelFile, threads: 0, store: path.dirname(file) }, {})).close();
    assert.equal(fs.statSync(file).size, 0);
  });

  it('makes way for who asks at once, goes on from there, and spares the slowest numbers of threads', async () => {
    const begun: number[] = [];
    let threads = 0;
    let isFirst = true;
    let cancel = (): void => undefined;
    let tellStuck = (): void => undefined;
    const isStuck = new Promise<void>((resolve) => (tellStuck = resolve));
    const pass = async (): Promise<void> => {
      if (threads !== 6 || !isFirst) return pause(threads < 5 ? 40 : 4);
      // Only `cancel` ends it.
      isFirst = false;
      const ended = new Promise<void>((resolve) => (cancel = resolve));
      tellStuck();
      await ended;
    };
    const session: Partial<NativeSession> = {
      evaluate: () => pass().then(() => ({ milliseconds: 0 })),
      evaluateAll: () => pass().then(() => new Float32Array()),
      ...{ truncate: () => undefined, free: () => undefined, cancel: () => cancel() },
    };
    const native: Partial<NativeModel> = {
      ...{ kernel: 'scalar', threads: 8, session: () => session as NativeSession },
      use(count) {
        begun.push(count);
        threads = count;
      },
    };
    const file = temporaryFile('fits.json', Buffer.alloc(0));
    const fits: unknown[] = [];
    const model = {
      ...{ native, info: { file: modelFile }, threadCounts: [1, 2, 3, 4, 5, 6, 7, 8] },
      set fit(fit: unknown) {
        fits.push(fit);
      },
    } as unknown as LoadedModel;
    const turns = new Turns();
    const end = Fitting.begin(addon, model, turns, file, { load: { cores: 8, free: () => 8 }, everyMs: 5 });
    await isStuck;
    await turns.run({}, {}, () => Promise.resolve());
    for (let waited = 0; fits.length === 0 && waited < 20_000; waited += 10) await pause(10);
    end();
    assert.deepEqual(begun, [8, 7, 6, 6, 5, 4]);
    assert.equal(fits.length, 1);
  });

  it('takes nothing from a file that holds something else, and writes over it', async () => {
    for (const text of ['', '[', 'null', '{"a":null}', '{"a":{"threads":-1,"draftTokens":[1]}}']) {
      const file = temporaryFile('fits.json', Buffer.from(text));
      await withEngine(async (engine, turns) => {
        const end = Fitting.begin(addon, engine.loaded, turns, file, { load: idle, everyMs: 2 });
        for (let waited = 0; fs.readFileSync(file, 'utf8') === text && waited < 20_000; waited += 10)
          await pause(10);
        end();
        assert.equal(Object.keys(JSON.parse(fs.readFileSync(file, 'utf8')) as object).length, 1, text);
      });
    }
  });

  it('leaves the threads alone that the user has set', async () => {
    const file = temporaryFile('fits.json', Buffer.alloc(0));
    const engine = await Engine.load(addon, { modelFile, threads: 2 });
    engine.loaded.fit = { threads: 1, draftTokens: [0, 0, 0, 0] };
    assert.deepEqual([engine.info.threads, engine.loaded.threadCounts], [2, [2]]);
    await engine.close();
    assert.equal(fs.statSync(file).size, 0);
  });
});
