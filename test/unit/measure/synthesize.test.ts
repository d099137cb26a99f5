// Synthetic models: each type and form loads and computes here, llama.cpp agrees, equal seeds give equal files, and what cannot be is refused.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { addonFile, loadAddon } from '../../../src/engine/addon';
import { readGguf } from '../../../src/model/gguf';
import type { Hyperparameters } from '../../../src/model/architectures';
import { count, flag, float, string } from '../../../src/model/ggufWriter';
import { describeModel, type ModelDescription } from '../../../src/model/description';
import {
  architectures,
  customShape,
  shapes,
  synthesize,
  type SynthesizeOptions,
} from '../../../src/measure/synthesize';
import { openPeer } from '../../../scripts/peer/peer';
import { skipped } from '../../skipped';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-synthesize-'));
const tiny: SynthesizeOptions = {
  name: 'tiny',
  shape: customShape('256,2,512,4,2,1000')!,
  architecture: 'bitnet',
  type: 'tq2_0',
  seed: 1,
};

function made(options: Partial<SynthesizeOptions> = {}): string {
  const file = path.join(folder, 'made.gguf');
  synthesize(file, { ...tiny, ...options });
  return file;
}

/** Positions are stretched over contexts longer than 64 tokens. */
function scaling(type: string, factor: number): [string, Buffer][] {
  return [
    ['rope.scaling.type', string(type)],
    ['rope.scaling.factor', float(factor)],
    ['rope.scaling.original_context_length', count(64)],
  ];
}

function refused(options: Partial<SynthesizeOptions>, message: RegExp): void {
  assert.throws(() => made(options), { message });
}

/** Logits of every id, one row after another. */
async function logitsOf(
  file: string,
  { hyperparameters }: ModelDescription,
  ids: number[],
): Promise<Float32Array> {
  const addon = loadAddon(addonFile(path.resolve('dist')));
  const native = await addon.load(file, readGguf(file).tensors, hyperparameters, { threads: 1 });
  const session = native.session({ contextLength: ids.length });
  const logits = await session.evaluateAll(Int32Array.from(ids));
  session.free();
  native.free();
  return logits;
}

describe('synthetic models', function () {
  this.timeout(60_000);
  after(() => fs.rmSync(folder, { recursive: true }));

  for (const type of ['tq2_0', 'tq1_0', 'i2_s'])
    for (const architecture of architectures)
      it(`of ${type} as ${architecture} load and compute`, async () => {
        const file = made({ type, architecture });
        const gguf = readGguf(file);
        const model = describeModel(gguf);
        assert.equal(model.hyperparameters.architecture, architecture);
        assert.equal(model.tokenizer.size, 1000);
        const last = gguf.tensors.at(-1)!;
        assert.equal(fs.statSync(file).size, last.offset + last.bytes);
        const ids = model.tokenizer.encode('let abc = abcde(fg);\n');
        const rows = await logitsOf(file, model, ids);
        assert.ok(rows.every(Number.isFinite));
        const deviation = Math.hypot(...rows) / Math.sqrt(rows.length);
        assert.ok(deviation > 0.05 && deviation < 20, `logits are of the size of ${deviation}`);
      });

  it('have a tokenizer whose made-up words are used, and whose line ends stand alone', () => {
    const { tokenizer } = describeModel(readGguf(made()));
    const pieces = tokenizer.encode('ab abc\n(zz)').map((id) => tokenizer.piece(id).toString());
    assert.deepEqual(pieces, ['ab', ' ', 'abc', '\n', '(', 'zz', ')']);
    assert.equal(tokenizer.lineEndIds.length, 1);
    assert.deepEqual(describeModel(readGguf(made())).fimOrders, ['psm', 'spm']);
  });

  it('are equal for equal seeds and differ for others', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => fs.readFileSync(made({ seed })));
    assert.ok(first!.equals(again!));
    assert.equal(first!.length, other!.length);
    const differing = first!.filter((byte, i) => byte !== other![i]).length;
    assert.ok(differing > first!.length / 2, `${differing} of ${first!.length} bytes differ`);
  });

  const text = 'let abc = abcde(fg);\nfor (const ab of xyz) zebra(ab, abc, 17);\n'.repeat(2);
  // Six layers: in some architectures every fourth or sixth differs.
  const shape = customShape('256,6,512,4,2,1000')!;

  /** The least correlation with llama.cpp's logits over all positions; undefined without llama.cpp. */
  async function nearness(
    options: Partial<SynthesizeOptions>,
    change: Partial<Hyperparameters> = {},
  ): Promise<number | undefined> {
    const file = made({ shape, ...options });
    const peer = await openPeer(file);
    if (!peer) return undefined;
    const model = describeModel(readGguf(file));
    const ids = model.tokenizer.encode(text);
    assert.deepEqual(ids, peer.encode(text));
    const theirs = await peer.logProbabilities(ids, 1000);
    await peer.close();
    const hyperparameters = { ...model.hyperparameters, ...change };
    const ours = await logitsOf(file, { ...model, hyperparameters }, ids);
    assert.ok(theirs.length === ids.length && ids.length > 50);
    return Math.min(
      ...theirs.map((row, at) => correlation([...row], [...ours.subarray(at * 1000, (at + 1) * 1000)])),
    );
  }

  // Both round the inputs of products, each in its own way: through six layers that leaves this much.
  const alike = 0.985;
  const cases: Partial<SynthesizeOptions>[] = [
    // llama.cpp computes no squared ReLU under the name of bitnet-b1.58.
    ...architectures.filter((name) => name !== 'bitnet-b1.58').map((architecture) => ({ architecture })),
    { type: 'tq1_0' },
    { architecture: 'llama', keys: scaling('linear', 4) },
    { architecture: 'qwen2', keys: scaling('yarn', 4) },
    { architecture: 'granite', keys: [['rope.scaling.finetuned', flag(false)]] },
    // Of 27B, whose queries have a scale of their own.
    {
      architecture: 'gemma3',
      type: 'f32',
      shape: { ...shape, width: 128, layers: 62, ffn: 64, headSize: 16 },
    },
  ];
  for (const options of cases) {
    const { architecture = 'bitnet', type = 'tq2_0', keys = [], shape: own } = options;
    const unlike = [...keys.map(([key]) => key), ...(own ? [`${own.layers} layers`] : [])];
    it(`agree with llama.cpp: ${[architecture, type, ...unlike].join(', ')}`, async function () {
      const least = await nearness(options);
      if (least === undefined) skipped(this, 'llama.cpp is not installed; `npm test` does so on linux-x64');
      // A token that two experts suit goes to the one or the other.
      assert.ok(least > (architecture === 'qwen3moe' ? 0.95 : alike), `the least correlation is ${least}`);
    });
  }

  it('do not agree with llama.cpp on a model that is slightly another', async function () {
    for (const change of [{ ropeBase: 1000 }, { attentionScale: 0.1 }, { ropeFactor: 1.5 }]) {
      const least = await nearness({ architecture: 'qwen2' }, change);
      if (least === undefined) skipped(this, 'llama.cpp is not installed; `npm test` does so on linux-x64');
      assert.ok(least < alike, `${JSON.stringify(change)}: the least correlation is ${least}`);
    }
  });

  it('of the named shapes fit together', () => {
    assert.ok(Object.keys(shapes).length >= 8);
    for (const shape of Object.values(shapes)) {
      // Nothing of this size is written: a folder that is not there is found out after all checks.
      const nowhere = path.join(folder, 'none', 'x.gguf');
      assert.throws(() => synthesize(nowhere, { ...tiny, shape }), /folder does not exist/);
    }
  });

  it('are refused where the numbers do not fit together', () => {
    const shape = (list: string): Partial<SynthesizeOptions> => ({ shape: customShape(list)! });
    refused(shape('256,2,500,4,2,1000'), /ffn of 500 is not a multiple of tq2_0's block of 32/);
    refused(shape('256,2,512,3,3,1000'), /width of 256 cannot be shared by 3 heads/);
    refused(shape('256,2,512,4,3,1000'), /4 heads cannot be shared by 3 key heads/);
    refused(shape('256,0,512,4,2,1000'), /above 0/);
    refused(shape('256,2,512,4,2,262'), /vocabulary of 262 is not in 263 to/);
    refused({ type: 'q9_0' }, /"q9_0" is not a known type of matrix. Known are tq2_0/);
    refused(
      { type: 'q4_k', ...shape('240,2,512,4,2,1000') },
      /width of 240 is not a multiple of q4_k's block of 32/,
    );
    refused({ architecture: 'mamba' }, /"mamba" is not a known architecture. Known are bitnet/);
    assert.equal(customShape('256,2,512'), undefined);
  });

  it('leave nothing behind on a full disk, and say what is needed', function () {
    if (!fs.existsSync('/dev/full')) skipped(this, 'there is no /dev/full');
    const file = path.join(folder, 'full.gguf');
    fs.symlinkSync('/dev/full', `${file}.part`);
    assert.throws(
      () => synthesize(file, tiny),
      /full\.gguf cannot be written: the disk is full, and 1 MB are needed/,
    );
    assert.deepEqual(
      fs.readdirSync(folder).filter((name) => name.startsWith('full')),
      [],
    );
  });
});

function correlation(a: number[], b: number[]): number {
  const centred = (values: number[]): number[] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [x, y] = [centred(a), centred(b)];
  const product = x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return product / (Math.hypot(...x) * Math.hypot(...y));
}
