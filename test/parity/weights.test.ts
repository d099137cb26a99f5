// Real weights in the types of people's files: as good at predicting code as in llama.cpp, and the same text.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { addonFile, loadAddon, type NativeModel } from '../../src/engine/addon';
import { readGguf } from '../../src/model/gguf';
import { describeModel } from '../../src/model/description';
import { type Expected, openPeer, weights } from '../../scripts/peer/peer';
import { skipped } from '../skipped';

const long = process.env.RYZANSTEIN_TEST === 'long';
const characters = long ? 100_000 : 6_000;
const windowLength = 500;
/** One window of a long run goes on so far into its text. */
const farLength = 3_500;
/** What all positions together may differ by in perplexity: few positions leave more to chance. */
const mostDifference = long ? 0.003 : 0.01;
/**
 * Both round activations. Over 897 positions of the Q8_0 file llama.cpp chooses as it does with the same weights in
 * floats 95.9 % of the time (KL 3.6e-3), and we 95.8 % (3.8e-3): no more can be asked of the two.
 */
const leastAgreement = 0.93;

describe('llama.cpp on real weights', function () {
  this.timeout(long ? 7_200_000 : 300_000);
  const files = fs.existsSync(weights)
    ? fs.readdirSync(weights).filter((name) => name.endsWith('.gguf'))
    : [];

  it('are there', function () {
    if (files.length > 0) return;
    skipped(this, 'no real weights are installed; `npm test` does so on linux-x64');
  });

  for (const name of files) {
    it(`${name}: predicts as well and chooses the same`, async function () {
      const file = path.join(weights, name);
      const peer = await openPeer(file);
      if (!peer) skipped(this, 'llama.cpp is not installed; `npm test` does so on linux-x64');
      const gguf = readGguf(file);
      const model = describeModel(gguf);
      const text = code().slice(0, characters);
      const ids = peer.encode(text);
      assert.deepEqual(model.tokenizer.encode(text), ids);
      const addon = loadAddon(addonFile(path.resolve('dist')));
      const native = await addon.load(file, gguf.tensors, model.hyperparameters, { threads: 2 });
      const theirs: Expected[] = [];
      const ours: Expected[] = [];
      const compare = async (window: number[], from: number): Promise<void> => {
        theirs.push(...(await peer.expected(window)).slice(from));
        ours.push(...(await expected(native, window, from, model.hyperparameters.vocabulary)));
      };
      if (long && name.includes('q8_0')) await compare(ids.slice(0, farLength), farLength - windowLength);
      for (let start = 0; start < ids.length - 1; start += windowLength) {
        await compare(ids.slice(start, start + windowLength), 0);
      }
      native.free();
      await peer.close();
      const mean = (all: Expected[]): number =>
        all.reduce((sum, { logProbability }) => sum + logProbability, 0) / all.length;
      const difference = Math.exp(mean(theirs) - mean(ours)) - 1;
      const agreement = ours.filter(({ best }, i) => best === theirs[i]!.best).length / ours.length;
      const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
      console.log(
        `      ${ours.length} positions: perplexity ${Math.exp(-mean(ours)).toFixed(3)}, ` +
          `${percent(difference)} from llama.cpp's; ${percent(agreement)} of the choices alike`,
      );
      assert.ok(Math.abs(difference) < mostDifference, `the perplexity differs by ${percent(difference)}`);
      assert.ok(agreement > leastAgreement, `only ${percent(agreement)} of the choices are alike`);
    });
  }
});

/** Of those behind `ids[from]`. */
async function expected(
  native: NativeModel,
  ids: number[],
  from: number,
  vocabulary: number,
): Promise<Expected[]> {
  const session = native.session({ contextLength: ids.length });
  await session.evaluate(Int32Array.from(ids.slice(0, from)));
  const logits = await session.evaluateAll(Int32Array.from(ids.slice(from)));
  session.free();
  return ids.slice(from + 1).map((id, i) => {
    const row = logits.subarray(i * vocabulary, (i + 1) * vocabulary);
    const best = row.reduce((most, value, at) => (value > row[most]! ? at : most), 0);
    const sum = row.reduce((total, value) => total + Math.exp(value - row[best]!), 0);
    return { best, logProbability: row[id]! - row[best]! - Math.log(sum) };
  });
}

/** Code that no model was trained on: our own. */
function code(): string {
  return ['src/engine', 'src/completion', 'src/editing']
    .flatMap((folder) => fs.readdirSync(folder).map((name) => path.join(folder, name)))
    .sort()
    .map((file) => fs.readFileSync(file, 'utf8'))
    .join('\n');
}
