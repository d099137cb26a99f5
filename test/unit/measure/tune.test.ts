// Tuning: what is weighed is what completing weighs, settings are kept only if they are better, and the command does it all.

import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { addonFile, loadAddon } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import { punchHoles } from '../../../src/measure/holes';
import { tune } from '../../../src/measure/tune';
import { chanceOf, foretoldBy, tuneCache } from '../../../src/measure/tuneCache';
import { readGguf } from '../../../src/model/gguf';
import { keepTuning, tunedModel, tuningFileOf, tuningOf } from '../../../src/model/tuning';
import { temporaryFile } from '../model/ggufFile';

const addon = loadAddon(addonFile(path.resolve('dist')));
const files = ['src/model/gguf.ts', 'src/engine/engine.ts', 'src/completion/stop.ts'].map((file) => ({
  path: file,
  languageId: 'typescript',
  text: fs.readFileSync(file, 'utf8'),
}));

async function withEngine<T>(modelFile: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await Engine.load(addon, { modelFile, threads: 1 });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

describe('tuning', () => {
  it('weighs tokens as completing does', () =>
    withEngine('models/ryzanstein-14m.gguf', async (engine) => {
      const { cache } = engine.loaded.tuning;
      const sharpness = cache.sharpness!;
      const weights = { sharpness, model: cache.modelWeight!, strengths: cache.strengths! };
      const { tokenizer } = engine.model;
      const ids = tokenizer.encode(files[0]!.text.slice(0, 1500));
      const ngramCache = {
        exclude: tokenizer.controlIds,
        overflow: Int32Array.from(tokenizer.encode(files[1]!.text.slice(0, 500))),
      };
      await engine.withSession(async (session) => {
        await session.evaluate(Int32Array.from(ids));
        const options = { max: 40, stopIds: new Int32Array(), ngramCache };
        const generated = await session.generate(options);
        session.truncate(ids.length - 1);
        await session.evaluate(Int32Array.of(ids.at(-1)!));
        const told = foretoldBy(await session.weigh(generated.ids, ngramCache, [6, sharpness]), 2);
        assert.equal(told.length, 40);
        for (const [i, row] of told.entries()) {
          const off = Math.log(chanceOf(row, weights, 1)) - generated.logProbabilities[i]!;
          assert.ok(Math.abs(off) < 1e-3, `token ${i}: ${off}`);
        }
      });
    }));

  it('finds settings that foretell true answers better than bad ones, and keeps good ones', async () => {
    const holes = punchHoles(files, 60, 3);
    await withEngine('models/ryzanstein-14m.gguf', async (engine) => {
      engine.loaded.tuning.cache = { sharpness: 48, modelWeight: 0.2, strengths: [0.2, 0.2, 0.2, 0.2, 0.2] };
      const { before, after, alone, cache, tokens } = await tuneCache(engine, holes, () => undefined);
      assert.ok(after < before && after < alone && tokens > 400, JSON.stringify({ before, after, alone }));
      engine.loaded.tuning.cache = cache;
      const again = await tuneCache(engine, holes, () => undefined);
      assert.deepEqual(again.cache, cache);
      assert.equal(again.after, again.before);
    });
  });

  it('stops in the midst of a hole when it is cancelled', async () => {
    const cancelling = new AbortController();
    let end = (): void => undefined;
    const load: typeof addon.load = async (...given) => {
      const native = await addon.load(...given);
      const open = native.session.bind(native);
      const session: typeof native.session = (options) =>
        Object.defineProperties(open(options), {
          // Only what cancels it ends it.
          evaluate: {
            value: () =>
              new Promise((resolve) => {
                end = () => resolve({ milliseconds: 1 });
                cancelling.abort();
              }),
          },
          cancel: { value: () => end() },
        });
      return Object.defineProperty(native, 'session', { value: session });
    };
    const modelFile = 'test/fixtures/tiny.gguf';
    const engine = await Engine.load({ ...addon, load }, { modelFile, threads: 1 });
    const tuning = tuneCache(engine, punchHoles(files, 3, 3), () => undefined, cancelling.signal);
    await assert.rejects(tuning, { name: 'AbortError' });
    await engine.close();
  });

  it('changes a model that is loaded as it does one that is loaded then, and refuses what cannot be', async () => {
    const model = temporaryFile('kept.gguf', fs.readFileSync('test/fixtures/tiny.gguf'));
    const settings = { sharpness: 6, modelWeight: 0.3, leastCosine: 0, strengths: [90, 40, 9, 9, 5] };
    const prompt = { path: 'a.ts', languageId: 'typescript', prefix: files[1]!.text.slice(0, 1200) };
    const answer = async (engine: Engine): Promise<unknown[]> => {
      const limits = { maxTokens: 24, maxLines: 1, minConfidence: 0 };
      const { text, confidence } = await engine.complete({ ...prompt, suffix: '\n', related: [] }, limits);
      return [text, confidence];
    };
    const [before, after] = await withEngine(model, async (engine) => {
      const untuned = await answer(engine);
      await engine.tune(settings);
      await assert.rejects(engine.tune({ strengths: [1] }), /cannot be tuned so: /);
      return [untuned, await answer(engine)];
    });
    keepTuning(tunedModel(readGguf(model)), { cache: settings });
    assert.deepEqual(await withEngine(model, answer), after);
    assert.notDeepEqual(before, after);
  });

  it('is that of the model that was measured, whatever lies in its place by then', async () => {
    const bytes = fs.readFileSync('test/fixtures/tiny.gguf');
    const modelFile = temporaryFile('replaced.gguf', bytes);
    const store = path.join(path.dirname(modelFile), 'store');
    const cache = { sharpness: 7 };
    const engine = await Engine.load(addon, { modelFile, threads: 1, store });
    const other = Buffer.from(bytes);
    other.writeUInt8(other.at(-1)! ^ 1, other.length - 1);
    const { tensors } = readGguf(modelFile);
    for (const { offset } of tensors) other.writeUInt8(other[offset]! ^ 1, offset);
    fs.writeFileSync(modelFile, other);
    engine.loaded.keep({ cache });
    await engine.close();
    const found = (): number | undefined => {
      const gguf = readGguf(modelFile);
      return tuningOf(gguf, tunedModel(gguf, store)).cache.sharpness;
    };
    assert.notEqual(found(), 7);
    fs.writeFileSync(modelFile, bytes);
    assert.equal(found(), 7);
  });

  it('leaves all as it was where it is cancelled while it evaluates', async () => {
    const modelFile = temporaryFile('cancelled.gguf', fs.readFileSync('models/ryzanstein-14m.gguf'));
    const holes = punchHoles(files, 60, 3);
    await withEngine(modelFile, async (engine) => {
      const before = { sharpness: 48, modelWeight: 0.2, strengths: [0.2, 0.2, 0.2, 0.2, 0.2] };
      await engine.tune(before);
      const controller = new AbortController();
      const progress = (done: number): void => {
        if (done > holes.length + 2) controller.abort(new Error('cancelled'));
      };
      await assert.rejects(tune(engine, holes, progress, controller.signal), /cancelled/);
      assert.deepEqual(engine.loaded.tuning.cache, before);
      assert.ok(!fs.existsSync(tuningFileOf(modelFile)));
    });
  });

  it('is a command that keeps what it found beside the model', () => {
    const model = temporaryFile('tuned.gguf', fs.readFileSync('models/ryzanstein-14m.gguf'));
    const run = (...args: string[]): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, ['dist/cli.js', 'tune', ...args, '--model', model, '--threads', '1'], {
        encoding: 'utf8',
      });
    const few = run('src/model/merges.ts', '--limit', '3');
    assert.equal(few.status, 1);
    assert.match(String(few.stderr), /There is too little code to tune by, or it has too few places\./);
    const { status, stdout, stderr } = run('src/model', '--limit', '60', '--json');
    assert.equal(status, 0, String(stderr));
    const result = JSON.parse(String(stdout)) as {
      calibration: string;
      tuned: { after: number; before: number };
    };
    assert.ok(result.tuned.after <= result.tuned.before);
    assert.match(result.calibration, /takes 100 answers/);
    const { cache, caution } = tuningOf(readGguf(model));
    assert.equal(caution, undefined);
    assert.ok(fs.existsSync(tuningFileOf(model)));
    assert.equal(cache.strengths?.length, 5);

    fs.rmSync(tuningFileOf(model));
    fs.mkdirSync(tuningFileOf(model));
    const { status: refused, stderr: why } = run('src/model', '--limit', '60');
    fs.rmdirSync(tuningFileOf(model));
    assert.equal(refused, 1);
    assert.match(
      String(why),
      /^ryzanstein: .*tuned\.tuning\.json cannot be written: .*\n$/,
      'before anything is tuned',
    );
  });
});
