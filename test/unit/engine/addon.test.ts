// What is said where a package holds no engine for this system, or one that cannot be loaded here; and of a model whose loading is given up.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { addonFile, AddonError, loadAddon } from '../../../src/engine/addon';
import { hyperparametersOf } from '../../../src/model/architectures';
import { readGguf } from '../../../src/model/gguf';

describe('the engine of another system', () => {
  let dist: string;
  beforeEach(() => {
    dist = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-addon-'));
  });
  afterEach(() => fs.rmSync(dist, { recursive: true }));

  const put = (system: string): void => {
    fs.mkdirSync(path.join(dist, 'native', system), { recursive: true });
    fs.writeFileSync(path.join(dist, 'native', system, 'ryzanstein.node'), 'no library');
  };
  const here = process.arch;
  const complaint = (): string => {
    try {
      loadAddon(addonFile(dist));
    } catch (error) {
      assert.ok(error instanceof AddonError);
      return error.message;
    }
    throw new Error('it was loaded');
  };

  it('is none in the package for all systems', () => {
    assert.match(complaint(), /^This package holds no engine: there is none at .*ryzanstein\.node\. /);
    assert.match(complaint(), new RegExp(`Install the package for \\w+-${here}, or build one`));
  });

  it('is named where the package is for another system', () => {
    put('plan9-mips');
    assert.match(complaint(), /^This package holds the engine for plan9-mips: there is none at /);
  });

  it('is not said to be there where its folder is empty, as a scanner for viruses leaves it', () => {
    fs.mkdirSync(path.join(dist, 'native', `${process.platform}-${here}`), { recursive: true });
    assert.match(complaint(), /^This package holds no engine: there is none at /);
  });

  it('tells why it cannot be loaded', () => {
    put(`${process.platform}-${here}`);
    assert.match(complaint(), /ryzanstein\.node cannot be loaded here: .+\. Install the package for /s);
  });
});

describe('loading a model', () => {
  it('ends soon, with an error, where it is aborted', async () => {
    const addon = loadAddon(addonFile(path.resolve('dist')));
    const gguf = readGguf('models/ryzanstein-14m.gguf');
    const load = (signal: AbortSignal): ReturnType<typeof addon.load> =>
      addon.load(gguf.file, gguf.tensors, hyperparametersOf(gguf), { threads: 1, signal });
    const aborting = new AbortController();
    const loading = load(aborting.signal);
    aborting.abort();
    await assert.rejects(loading, /Loading the model .*ryzanstein-14m\.gguf was given up\./);
    await assert.rejects(load(AbortSignal.abort()), /was given up\./);
    (await load(new AbortController().signal)).free();
    assert.throws(() => load({} as AbortSignal), /load: signal/);
  });
});

describe('power and memory of the machine', () => {
  const { onBattery, availableBytes = 0 } = loadAddon(addonFile(path.resolve('dist'))).supplies();

  it('are told where Node does not know them', () => {
    if (process.platform === 'linux') return assert.deepEqual([onBattery, availableBytes], [undefined, 0]);
    assert.ok(availableBytes > 0 && availableBytes <= os.totalmem(), `${availableBytes}`);
    assert.ok(onBattery === undefined || typeof onBattery === 'boolean');
  });
});
