// Which numbers of threads are measured, each that a machine of today has, and few of a large one; how often the model is loaded for that.

import assert from 'node:assert/strict';
import path from 'node:path';
import { type Addon, addonFile, loadAddon, type NativeSession } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import { threadCounts } from '../../../src/engine/environment';
import { bench } from '../../../src/measure/bench';
import { diagnose } from '../../../src/measure/diagnose';

describe('the numbers of threads that are measured', () => {
  it('are each one up to eight, whatever the machine', () => {
    for (let cores = 1; cores <= 8; cores++)
      assert.deepEqual(
        threadCounts(cores, 1),
        Array.from({ length: cores }, (_, i) => i + 1),
      );
  });

  it('end with the cores, have the one in use among them, and are few', () => {
    for (let cores = 1; cores <= 256; cores++)
      for (const inUse of [1, Math.ceil(cores / 3), cores, cores + 3]) {
        const counts = threadCounts(cores, inUse);
        assert.deepEqual(
          counts,
          [...new Set(counts)].sort((a, b) => a - b),
        );
        assert.ok(counts.includes(cores) && counts.includes(inUse) && counts[0] === 1);
        assert.equal(counts.at(-1), Math.max(cores, inUse));
        assert.ok(counts.length <= 26, counts.join());
      }
  });
});

describe('measuring a model by threads and kernels', () => {
  const addon = loadAddon(addonFile(path.resolve('dist')));
  const cores = 8;
  const work = { threads: [], promptTokens: 16, generateTokens: 4, whole: true };

  /** Which kernel and how many threads the model was loaded with while `measure` was at work, and how many at once. */
  async function loads(
    threads: number,
    measure: (engine: Engine) => Promise<unknown>,
  ): Promise<{ loaded: [kernel: string, threads: number][]; atOnce: number }> {
    const loaded: [string, number][] = [];
    let [now, atOnce] = [0, 0];
    const counting: Addon = {
      ...addon,
      cpu: () => ({ ...addon.cpu(), physicalCores: cores }),
      selftest: () => ({ cases: 1, mismatches: 0, maximumError: 0 }),
      benchKernels: () => addon.cpu().levels.map(({ name }) => ({ level: name, gops: 100 })),
      readBandwidth: () => 10,
      async load(...given) {
        const model = await addon.load(...given);
        const { kernel } = model;
        loaded.push([kernel, given[3].threads]);
        atOnce = Math.max(atOnce, ++now);
        const fields = { kernel, threads: given[3].threads, rejected: [], bytesPerToken: 1 };
        return {
          ...{ ...fields, bytes: model.bytes, loadMilliseconds: 0 },
          session: (options) => model.session(options),
          use: (count) => model.use(count),
          tune: (cache) => model.tune(cache),
          free() {
            now--;
            model.free();
          },
        };
      },
    };
    const engine = await Engine.load(counting, { modelFile: 'test/fixtures/tiny.gguf', threads });
    await measure(engine).finally(() => engine.close());
    return { loaded: loaded.slice(1), atOnce };
  }

  it('loads it once more where more threads are to compute, and not at all for fewer', async () => {
    const few = await loads(2, (engine) => diagnose(engine));
    assert.deepEqual([few.loaded.map(([, threads]) => threads), few.atOnce], [[cores], 2]);
    const all = await loads(cores, (engine) => diagnose(engine));
    assert.deepEqual([all.loaded, all.atOnce], [[], 1]);
  });

  it('takes for the first token as long as for the prompt, whose last pass it is chosen from', async () => {
    const session = {
      truncate: () => undefined,
      evaluate: () => Promise.resolve({ milliseconds: 5 }),
      generate: ({ max }: { max: number }) =>
        Promise.resolve({ ids: new Int32Array(max), milliseconds: 100 * max }),
    } as unknown as NativeSession;
    await loads(cores, async (engine) => {
      engine.withSession = (measure) => measure(session);
      const { firstToken } = await bench(engine, work);
      assert.ok(firstToken!.length > 0 && firstToken!.every(({ milliseconds }) => milliseconds.median === 5));
      const { targets } = await diagnose(engine);
      assert.equal(targets.find(({ phase }) => phase.startsWith('first token'))!.measured, 5);
    });
  });

  it('loads it once more for each other kernel, one at a time', async () => {
    let own = '';
    const { loaded, atOnce } = await loads(cores, (engine) => {
      own = engine.info.kernel;
      return bench(engine, work);
    });
    const others = addon.cpu().levels.filter(({ name, supported }) => supported && name !== own);
    assert.deepEqual(loaded.map(([kernel]) => kernel).sort(), others.map(({ name }) => name).sort());
    assert.equal(atOnce, Math.min(2, 1 + others.length));
  });
});
