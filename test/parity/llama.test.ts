// The same GGUF file in llama.cpp: equal token ids on a fuzz corpus, and logits as close as its rounding allows.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { addonFile, loadAddon } from '../../src/engine/addon';
import { Engine } from '../../src/engine/engine';
import { type Gguf, readGguf } from '../../src/model/gguf';
import { unfinishedWord } from '../../src/model/healing';
import { describeModel, type ModelDescription } from '../../src/model/description';
import { layoutPrompt } from '../../src/model/prompt';
import { siteOf } from '../../src/completion/site';
import { type RandomSource, randomSource } from '../unit/random';
import { openPeer, type Peer } from '../../scripts/peer/peer';
import { openPeerAddon } from '../../scripts/peer/peerAddon';
import { skipped } from '../skipped';

const long = process.env.RYZANSTEIN_TEST === 'long';
const fuzzTexts = long ? 50_000 : 3_000;
const positions = 2_000;
/** Positions that share one context; the model was trained on contexts of about this length. */
const windowLength = 500;

const bundled = fs.existsSync('models')
  ? fs
      .readdirSync('models')
      .filter((name) => name.endsWith('.gguf'))
      .map((name) => path.join('models', name))
  : [];

/** What one position shows: the peer is the reference. */
interface Position {
  agrees: boolean;
  /** By how much the peer's best token leads ours, in its log-probabilities. */
  margin: number;
  divergence: number;
  /** The largest difference of a log-probability among tokens that matter, and of all of them. */
  error: number;
}

for (const modelFile of bundled.length > 0 ? bundled : ['test/fixtures/tiny.gguf'])
  describe(`llama.cpp on ${path.basename(modelFile)}`, function () {
    const gguf = readGguf(modelFile);
    const model = describeModel(gguf);
    this.timeout(long ? 600_000 : 300_000);
    let peer: Peer | undefined;

    before(async function () {
      peer = await openPeer(modelFile);
      if (!peer) skipped(this, 'llama.cpp is not installed; `npm test` does so on linux-x64');
    });
    after(() => peer?.close());

    it(`gives the same ids for ${fuzzTexts} seeded texts of Unicode and code`, () => {
      const random = randomSource(17);
      const code = heldOutCode().slice(0, 200_000);
      let tokens = 0;
      for (let i = 0; i < fuzzTexts; i++) {
        const text = i % 3 === 0 ? excerpt(code, random) : mixture(random);
        const ids = model.tokenizer.encode(text);
        assert.deepEqual(ids, peer!.encode(text), JSON.stringify(text));
        tokens += ids.length;
      }
      assert.deepEqual(model.tokenizer.encode(code), peer!.encode(code));
      console.log(`      ${tokens} tokens equal`);
    });

    it(`gives the same next token over ${positions} positions, but where the peer's rounding decides`, async () => {
      const ids = model.tokenizer.encode(heldOutCode().slice(0, positions * 12)).slice(0, positions);
      assert.equal(ids.length, positions);
      const seen: Position[] = [];
      for (let start = 0; start < positions; start += windowLength) {
        const window = ids.slice(start, start + windowLength);
        const [theirs, ours] = [
          await peer!.logProbabilities(window, model.tokenizer.size),
          await ownLogits(gguf, model, window),
        ];
        for (const [i, reference] of theirs.entries()) seen.push(compare(reference, ours[i]!));
      }
      judge(seen);
    });

    it('completes in the place of our addon, by the same prompt, healing, stop and cleaning', async () => {
      const addon = await openPeerAddon();
      const engine = await Engine.load(addon!, { modelFile, threads: 1 });
      const code = heldOutCode().slice(0, 600);
      const prefix = code.slice(0, /\w(?=\w+[^]{0,40}$)/.exec(code)!.index + 1);
      const prompt = { path: 'a.ts', languageId: 'typescript', prefix, suffix: '\n', related: [] };
      const limits = { maxTokens: 12, maxLines: 1, minConfidence: 0 };
      const first = await engine.complete(prompt, limits);
      assert.ok(first.tokens > 0 && first.tokens <= 12 && first.confidence > 0 && first.confidence <= 1);
      assert.doesNotMatch(first.text, /\n/);
      const again = await engine.complete(prompt, limits);
      assert.deepEqual([again.text, again.reusedTokens], [first.text, first.promptTokens - 1]);
      assert.ok(Math.abs(again.confidence - first.confidence) < 1e-3);
      const site = siteOf(prompt);
      const word = unfinishedWord(site.before, model.tokenizer);
      assert.notEqual(word, '');
      const { ids } = layoutPrompt(prompt, site, model, word.length);
      const last = (await peer!.logProbabilities([...ids], model.tokenizer.size)).at(-1)!;
      const agreeing = model.tokenizer.agreeing(Buffer.from(word));
      const best = model.tokenizer.piece(agreeing.reduce((a, b) => (last[b]! > last[a]! ? b : a))).toString();
      assert.ok((word + first.text).startsWith(best), `${word} goes on with ${first.text}, not ${best}`);
      await engine.close();
      await addon!.close();
    });
  });

/**
 * llama.cpp quantises activations per 256 values, we per token, so logits differ by a rounding error whose size is
 * measured here where both choose the same token. A choice can differ only where the peer's lead is below twice that.
 */
function judge(seen: Position[]): void {
  const agreeing = seen.filter((position) => position.agrees);
  const differing = seen.filter((position) => !position.agrees);
  const agreement = agreeing.length / seen.length;
  const divergence = seen.reduce((sum, position) => sum + position.divergence, 0) / seen.length;
  const error = Math.max(...agreeing.map((position) => position.error));
  const margin = Math.max(0, ...differing.map((position) => position.margin));
  console.log(
    `      top-1 agreement ${(agreement * 100).toFixed(2)} %, mean KL ${divergence.toExponential(2)}, ` +
      `largest logit difference ${error.toFixed(3)}, largest margin of a disagreement ${margin.toFixed(3)}`,
  );
  assert.equal(seen.length, positions);
  assert.ok(margin <= 2 * error, `a disagreement has a margin of ${margin}, the logit error is ${error}`);
  assert.ok(agreement > 0.95, `only ${(agreement * 100).toFixed(1)} % agree`);
  assert.ok(divergence < 0.02, `mean KL ${divergence}`);
}

async function ownLogits(gguf: Gguf, model: ModelDescription, ids: number[]): Promise<Float64Array[]> {
  const addon = loadAddon(addonFile(path.resolve('dist')));
  const native = await addon.load(gguf.file, gguf.tensors, model.hyperparameters, { threads: 2 });
  const session = native.session({ contextLength: ids.length });
  const logits = await session.evaluateAll(Int32Array.from(ids));
  session.free();
  native.free();
  const size = model.tokenizer.size;
  return ids.map((_, i) => logProbabilities(logits.subarray(i * size, (i + 1) * size)));
}

function logProbabilities(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
  return Float64Array.from(logits, (logit) => logit - most - Math.log(sum));
}

function compare(reference: Float64Array, ours: Float64Array): Position {
  const theirBest = bestOf(reference);
  const ourBest = bestOf(ours);
  let divergence = 0;
  let error = 0;
  for (const [id, value] of reference.entries()) {
    // Probabilities that underflow in the peer's single precision say nothing.
    if (!Number.isFinite(value)) continue;
    divergence += Math.exp(value) * (value - ours[id]!);
    error = Math.max(error, Math.abs(value - ours[id]!));
  }
  return {
    agrees: theirBest === ourBest,
    margin: reference[theirBest]! - reference[ourBest]!,
    divergence,
    error,
  };
}

function bestOf(values: Float64Array): number {
  return values.reduce((best, value, id) => (value > values[best]! ? id : best), 0);
}

/** Code that the model was not trained on: the prefixes of the held-out holes, else our own sources. */
function heldOutCode(): string {
  const holes = 'test/fixtures/holes.json';
  if (fs.existsSync(holes)) return prefixesOf(JSON.parse(fs.readFileSync(holes, 'utf8')));
  return fs
    .readdirSync('src/engine')
    .sort()
    .map((name) => fs.readFileSync(path.join('src/engine', name), 'utf8'))
    .join('\n');
}

function prefixesOf(holes: unknown): string {
  const list = Array.isArray(holes) ? holes : (holes as { holes: unknown[] }).holes;
  return (list as { prefix: string }[]).map((hole) => hole.prefix).join('\n');
}

function excerpt(text: string, random: RandomSource): string {
  const start = random.below(text.length);
  return text.slice(start, start + random.below(300)).replace(/[\ud800-\udfff]/g, '');
}

const parts = [
  ...' \t\n\r\'"(){}[]<>;:,.!?=+-*/%&|^~#@$_\\`',
  ...'aAbZsStTmMdDlLrReEvV019éßЖ你가あ٣Ⅻ½\u00a0\u2003\u0085\u3000\u0301\u200d\ufeff',
  ...[
    '    ',
    '\n\n',
    '\r\n',
    "'ll",
    '123',
    'function',
    'return',
    '😀',
    '👩‍👧',
    '<|fim_middle|>',
    '</s>',
    '\u0000',
  ],
];

function mixture(random: RandomSource): string {
  return Array.from({ length: 1 + random.below(40) }, () => random.pick(parts)).join('');
}
