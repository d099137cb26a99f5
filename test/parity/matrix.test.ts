// Every architecture, type of matrix and trait of files, on random weights: logits as near to llama.cpp's as the rounding of both allows.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { addonFile, loadAddon } from '../../src/engine/addon';
import { describeModel } from '../../src/model/description';
import { readGguf } from '../../src/model/gguf';
import { float, string } from '../../src/model/ggufWriter';
import {
  architectures,
  type Shape,
  synthesize,
  type SynthesizeOptions,
  traits,
  types,
} from '../../src/measure/synthesize';
import { type Llama, loadLlama, peerOn } from '../../scripts/peer/peer';
import { skipped } from '../skipped';

const long = process.env.RYZANSTEIN_TEST === 'long';

const shape: Shape = {
  width: 256,
  layers: 2,
  ffn: 256,
  heads: 4,
  kvHeads: 2,
  vocabulary: 300,
  contextLength: 512,
  ropeBase: 10000,
};

/** What makes a file unlike the plain one: its traits, sizes and keys. */
const traps: Record<string, Partial<SynthesizeOptions>> = {
  plain: {},
  ...Object.fromEntries(traits.map((trait) => [trait, { traits: [trait] }])),
  'wide heads': { shape: { ...shape, headSize: 128 } },
  'narrow heads': { shape: { ...shape, headSize: 32 } },
  'one key head': { shape: { ...shape, kvHeads: 1 } },
  // Rows that no block of 256 fits.
  'odd rows': { shape: { ...shape, width: 320, ffn: 480, heads: 5, kvHeads: 1 } },
  linear: {
    keys: [
      ['rope.scaling.type', string('linear')],
      ['rope.scaling.factor', float(4)],
    ],
  },
  yarn: {
    keys: [
      ['rope.scaling.type', string('yarn')],
      ['rope.scaling.factor', float(4)],
    ],
  },
};

/** The architectures whose files may be so in llama.cpp; where a trap is not named, all. */
const taken: Record<string, string[]> = {
  untied: architectures.filter((name) => !['bitnet', 'gemma'].includes(name)),
  fused: architectures.filter((name) => name !== 'bitnet'),
  biased: ['llama', 'granite', 'starcoder2'],
  factors: ['llama', 'granite'],
  halfTurned: ['bitnet', 'gemma', 'gemma3'],
  'wide heads': architectures.filter((name) => !['bitnet', 'qwen2', 'starcoder2'].includes(name)),
  'narrow heads': architectures.filter((name) => !['bitnet', 'qwen2', 'starcoder2'].includes(name)),
};

/** Whether llama.cpp has code for it. A file that it refuses may leave it unable to end, so none is tried. */
function isKnownThere({ architecture, type, trap }: Cell): boolean {
  if (architecture === 'bitnet-b1.58' || ['i2_s', 'pq2_0', 'ptq1_0'].includes(type)) return false;
  return taken[trap]?.includes(architecture) ?? true;
}

interface Cell {
  architecture: string;
  type: string;
  trap: string;
}

/** All cells; by default each trap of each architecture in one type, the types by turns. */
const cells: Cell[] = architectures
  .flatMap((architecture) => Object.keys(traps).map((trap) => ({ architecture, trap })))
  .flatMap((cell, i) => (long ? types : [types[i % types.length]!]).map((type) => ({ ...cell, type })));

/**
 * What logits may differ by, as a part of their own size. Queries, keys and values are rounded here and not there: that
 * is all of it where weights are floats (0.010 at most of those tried). Otherwise both round the inputs of products,
 * each in its own way (0.082). A token that two experts suit goes to the one or the other (0.023 and 0.099).
 */
function mostDifference({ architecture, type }: Cell): number {
  return (type === 'f32' ? 0.02 : 0.12) * (architecture === 'qwen3moe' ? 2 : 1);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-matrix-'));
const file = path.join(folder, 'cell.gguf');
const addon = loadAddon(addonFile(path.resolve('dist')));

describe('random models of every kind', function () {
  this.timeout(long ? 3_600_000 : 120_000);
  let llama: Llama | undefined;
  before(async () => (llama = await loadLlama()));
  after(async () => {
    fs.rmSync(folder, { recursive: true });
    await llama?.dispose();
  });

  for (const architecture of architectures) {
    const own = cells.filter((cell) => cell.architecture === architecture);
    it(`${architecture}: ${own.length} load, and compute as in llama.cpp`, async function () {
      let [worst, compared] = [0, 0];
      for (const cell of own) {
        const what = Object.values(cell).join(', ');
        const logits = await logitsOf(cell);
        const size =
          Math.hypot(...logits.flatMap((row) => [...row])) / Math.sqrt(logits.length * logits[0]!.length);
        assert.ok(size > 0.02 && size < 50, `${what}: the logits are of the size of ${size}`);
        if (!llama || !isKnownThere(cell)) continue;
        const difference = differenceOf(await theirs(llama), logits);
        assert.ok(difference < mostDifference(cell), `${what}: differs by ${difference}`);
        [worst, compared] = [Math.max(worst, difference), compared + 1];
      }
      if (!llama) skipped(this, 'llama.cpp is not installed; `npm test` does so on linux-x64');
      console.log(`      ${compared} compared, ${worst.toFixed(3)} at most`);
    });
  }
});

const text = 'for (ab in cd) { e = f(17); }\n';

/** Of every id of the text, less their mean; the model's file is left for llama.cpp. */
async function logitsOf({ architecture, type, trap }: Cell): Promise<Float64Array[]> {
  synthesize(file, { name: 'cell', shape, architecture, type, seed: 1, ...traps[trap] });
  const gguf = readGguf(file);
  const { hyperparameters, tokenizer } = describeModel(gguf);
  const ids = Int32Array.from(tokenizer.encode(text));
  const native = await addon.load(file, gguf.tensors, hyperparameters, { threads: 1 });
  const session = native.session({ contextLength: ids.length });
  const logits = await session.evaluateAll(ids);
  session.free();
  native.free();
  const { vocabulary } = hyperparameters;
  return [...ids].map((_, i) =>
    centred(Float64Array.from(logits.subarray(i * vocabulary, (i + 1) * vocabulary))),
  );
}

async function theirs(llama: Llama): Promise<Float64Array[]> {
  const peer = await peerOn(llama, file, 1);
  const rows = await peer.logProbabilities(peer.encode(text), shape.vocabulary);
  await peer.close();
  return rows.map(centred);
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** As a part of the size of `rows`. */
function differenceOf(rows: Float64Array[], others: Float64Array[]): number {
  assert.equal(rows.length, others.length);
  const apart = rows.map((row, at) => row.map((value, id) => value - others[at]![id]!));
  const sizeOf = (all: Float64Array[]): number => Math.hypot(...all.flatMap((row) => [...row]));
  return sizeOf(apart) / sizeOf(rows);
}
