// Bits per byte on the tiny model: scores equal the trainer's logits, rows are cut as the trainer cuts them.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { addonFile, loadAddon } from '../../../src/engine/addon';
import { bitsPerByte } from '../../../src/measure/bitsPerByte';
import { Engine } from '../../../src/engine/engine';
import type { SourceFile } from '../../../src/measure/sourceFiles';

interface Golden {
  /**
   * `scores` are the natural log-probabilities of all ids but the first, `tolerance` the largest difference of a logit
   * that rounding explains.
   */
  cases: { ids: number[]; scores: number[]; tolerance: number }[];
}

/**
 * Of the sum over all cases: the engine adds floats in another order, which moves an activation over a rounding boundary
 * now and then, up or down; over many ids that nearly cancels out.
 */
const sumTolerance = 0.0005;

const modelFile = 'test/fixtures/tiny.gguf';
const golden = JSON.parse(fs.readFileSync('test/fixtures/tiny.json', 'utf8')) as Golden;
const addon = loadAddon(addonFile(path.resolve('dist')));
const levels = addon.cpu().levels.filter((level) => level.supported);

async function withEngine<T>(work: (engine: Engine) => Promise<T>, kernel?: string): Promise<T> {
  const engine = await Engine.load(
    addon,
    kernel ? { modelFile, threads: 2, kernel } : { modelFile, threads: 2 },
  );
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** The natural log-probability of `id` under the softmax of `logits`. */
function logProbability(logits: ArrayLike<number>, id: number): number {
  return logits[id]! - Math.log(Array.from(logits).reduce((sum, logit) => sum + Math.exp(logit), 0));
}

function file(name: string, languageId: string, text: string): SourceFile {
  return { path: name, languageId, text };
}

/** Bits of `ids` from `start` on, by the logits of the engine. */
function bitsOf(engine: Engine, ids: number[], start: number): Promise<number> {
  return engine.withSession(async (session) => {
    const logits = await session.evaluateAll(Int32Array.from(ids));
    const width = logits.length / ids.length;
    const row = (i: number): Float32Array => logits.subarray(i * width, (i + 1) * width);
    const scored = ids.slice(start);
    return scored.reduce((sum, id, i) => sum - logProbability(row(start + i - 1), id), 0) / Math.LN2;
  });
}

const none = (): void => undefined;

describe('bits per byte', () => {
  for (const level of levels) {
    it(`scores ids as the trainer does on ${level.name}`, async () => {
      await withEngine(async (engine) => {
        let [ours, theirs] = [0, 0];
        for (const { ids, scores: expected, tolerance } of golden.cases) {
          const scores = await engine.withSession((session) => session.score(Int32Array.from(ids)));
          assert.equal(scores.length, ids.length - 1);
          for (const [i, score] of scores.entries()) {
            const off = Math.abs(score - expected[i]!);
            assert.ok(off <= 2 * tolerance, `id ${i + 1} of ${ids.length}: off by ${off}`);
            ours += score;
            theirs += expected[i]!;
          }
        }
        assert.ok(theirs < -1000, 'too few ids for their sum to mean anything');
        const off = Math.abs(ours / theirs - 1);
        assert.ok(off <= sumTolerance, `the sums ${ours} and ${theirs} differ by ${off}`);
      }, level.name);
    });
  }

  it('counts the bits of the text behind the path, and its bytes', async () => {
    await withEngine(async (engine) => {
      const { tokenizer } = engine.model;
      const texts = ['def f(x):\n    return x + 1\n', "naïve = 'Grüße, 世界'\n"];
      const files = texts.map((text, i) => file(`src/${i}.py`, 'python', text));
      const title = (name: string): number[] => [
        tokenizer.control.fileSeparator!,
        ...tokenizer.encode(`${name}\n`),
      ];
      let bits = 0;
      for (const { path: name, text } of files) {
        const head = title(name);
        bits += await bitsOf(engine, [...head, ...tokenizer.encode(text)], head.length);
      }
      const score = await bitsPerByte(engine, files, undefined, none);
      const bytes = Buffer.byteLength(texts.join(''));
      const tokens = texts.flatMap((text) => tokenizer.encode(text)).length;
      assert.deepEqual(score.text, { python: { files: 2, tokens, bytes } });
      const off = Math.abs(score.bitsPerByte.python! - bits / bytes);
      assert.ok(off < 1e-5, `off by ${off} bits per byte`);
    });
  });

  it('begins a text as prompts begin, where a model is never without that', async () => {
    await withEngine(async (engine) => {
      const { tokenizer } = engine.model;
      const text = 'def f(x):\n    return x + 1\n';
      const begin = tokenizer.encode('#')[0]!;
      const title = [tokenizer.control.fileSeparator!, ...tokenizer.encode('a.py\n')];
      const ids = [begin, ...title, ...tokenizer.encode(text)];
      const bits = await bitsOf(engine, ids, 1 + title.length);
      Object.assign(tokenizer.control, { beginOfText: begin });
      const score = await bitsPerByte(engine, [file('a.py', 'python', text)], undefined, none);
      assert.ok(Math.abs(score.bitsPerByte.python! - bits / Buffer.byteLength(text)) < 1e-5);
      Object.assign(tokenizer.control, { fileSeparator: undefined });
      const plain = await bitsOf(engine, [begin, ...tokenizer.encode(text)], 1);
      const untitled = await bitsPerByte(engine, [file('a.py', 'python', text)], undefined, none);
      assert.ok(Math.abs(untitled.bitsPerByte.python! - plain / Buffer.byteLength(text)) < 1e-5);
    });
  });

  it('takes the head of a file, with line feeds, and as many files of each language as told', async () => {
    await withEngine(async (engine) => {
      const line = 'total = total + items[i].price\n';
      const files = [
        file('a.ts', 'typescript', line.replace('\n', '\r\n').repeat(500)),
        file('b.ts', 'typescript', line),
        file('c.ts', 'typescript', line.repeat(500)),
        file('d.ts', 'typescript', line),
        file('e.py', 'python', line),
      ];
      const { text } = await bitsPerByte(engine, files, 2, none);
      const head = engine.model.tokenizer.encode(line.repeat(500).slice(0, 2000)).slice(0, 500);
      const bytes = Buffer.byteLength(engine.model.tokenizer.decode(head));
      assert.deepEqual(text.typescript, { files: 2, tokens: 2 * head.length, bytes: 2 * bytes });
      assert.deepEqual([text.python!.files, text.python!.bytes], [1, line.length]);
    });
  });

  it('is lower for text that the model was trained on than for noise', async () => {
    await withEngine(async (engine) => {
      const known = fs.readFileSync('training/model.py', 'utf8');
      const noise = [...known].map((_, i) => String.fromCharCode(33 + ((i * 7919) % 94))).join('');
      const score = await bitsPerByte(
        engine,
        [file('model.py', 'python', known), file('noise.sh', 'shellscript', noise)],
        undefined,
        none,
      );
      assert.ok(score.bitsPerByte.python! < 3 && score.bitsPerByte.shellscript! > 6, JSON.stringify(score));
    });
  });
});
