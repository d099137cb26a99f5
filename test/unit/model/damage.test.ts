// Seeded damage to a real model's header, field by field: whatever it says, the outcome is a model or a sentence, soon.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { describeModel } from '../../../src/model/description';
import { GgufError, readGguf } from '../../../src/model/gguf';
import { temporaryFile } from './ggufFile';
import { randomSource, type RandomSource } from '../random';

type Kind = 'count' | 'length' | 'text' | 'type' | 'number' | 'dimensions' | 'extent' | 'offset';

/** Where a field of the header lies. */
interface Field {
  kind: Kind;
  at: number;
  bytes: number;
}

const whole = fs.readFileSync('test/fixtures/tiny.gguf');
const scalarBytes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

/** Every field of a good header, and where it ends. */
function fieldsOf(header: Buffer): { fields: Field[]; end: number } {
  const fields: Field[] = [];
  let at = 4;
  const field = (kind: Kind, bytes: number): number => {
    fields.push({ kind, at, bytes });
    at += bytes;
    return bytes < 4 ? 0 : header.readUInt32LE(at - bytes);
  };
  const text = (): void => void field('text', field('length', 8));
  const value = (type: number): void => {
    if (type === 8) return text();
    if (type !== 9) return void field('number', scalarBytes[type]!);
    const element = field('type', 4);
    for (let left = field('length', 8); left > 0; left--) value(element);
  };
  field('number', 4);
  const tensors = field('count', 8);
  for (let left = field('count', 8); left > 0; left--) {
    text();
    value(field('type', 4));
  }
  for (let i = 0; i < tensors; i++) {
    text();
    for (let left = field('dimensions', 4); left > 0; left--) field('extent', 8);
    field('type', 4);
    field('offset', 8);
  }
  return { fields, end: at };
}

const { fields, end } = fieldsOf(whole);
const kinds = [...new Set(fields.map(({ kind }) => kind))];
const awkward = [0, 1, 2, 3, 7, 9, 31, 33, 127, 128, 255, 256, 512, 1024, 4096, 65535, 2 ** 20].map(BigInt);
for (const power of [22n, 24n, 31n, 32n, 42n, 53n, 61n, 63n, 64n])
  awkward.push(2n ** power - 1n, 2n ** power, 2n ** power + 1n);

/** Makes one field say something else: of all kinds alike often, for most fields are texts of tokens. */
function damage(header: Buffer, random: RandomSource): void {
  const kind = random.pick(kinds);
  const alike = fields.filter((field) => field.kind === kind);
  const { at, bytes } = random.pick(alike);
  if (bytes === 0) return;
  const other = random.pick(alike);
  switch (random.below(3)) {
    case 0:
      // What another field of the kind says: twice the same key, tensor or place.
      header.copy(header, at, other.at, other.at + Math.min(bytes, other.bytes));
      break;
    case 1: {
      const value = Buffer.alloc(8);
      value.writeBigUInt64LE(BigInt.asUintN(64, random.pick(awkward)));
      value.copy(header, at, 0, Math.min(bytes, 8));
      break;
    }
    default:
      header[at + random.below(Math.min(bytes, 64))] = random.below(256);
  }
}

describe('a damaged header', function () {
  this.timeout(600_000);

  it('is one whose fields are all known', () => {
    assert.ok(end < whole.length && kinds.length === 8, kinds.join());
    assert.equal(readGguf('test/fixtures/tiny.gguf').tensors[0]!.offset, Math.ceil(end / 32) * 32);
  });

  const cases = process.env.RYZANSTEIN_TEST === 'long' ? 20_000 : 1_000;
  it(`gives a model or a sentence, ${cases} times`, () => {
    const file = temporaryFile('damaged.gguf', whole);
    const descriptor = fs.openSync(file, 'r+');
    const random = randomSource(2026);
    const before = process.memoryUsage().rss;
    let [refused, slowest, largest] = [0, 0, 0];
    for (let i = 0; i < cases; i++) {
      const header = Buffer.from(whole.subarray(0, end));
      for (let left = random.below(3); left >= 0; left--) damage(header, random);
      fs.writeSync(descriptor, header, 0, end, 0);
      const started = performance.now();
      try {
        const { tokenizer } = describeModel(readGguf(file));
        const text = 'def f(x):\n    return x\n';
        assert.equal(typeof tokenizer.decode(tokenizer.encode(text)), 'string');
      } catch (error) {
        assert.ok(error instanceof GgufError, `damage ${i}: ${(error as Error).stack}`);
        assert.match(error.message, /damaged\.gguf.*\. [A-Z].*\.$/s, `damage ${i}`);
        refused++;
      }
      slowest = Math.max(slowest, performance.now() - started);
      largest = Math.max(largest, process.memoryUsage().rss);
    }
    fs.closeSync(descriptor);
    assert.ok(refused > cases / 4 && refused < cases, `${refused} of ${cases} were refused`);
    assert.ok(slowest < 5000, `the slowest took ${slowest.toFixed(0)} ms`);
    // Of the process the tests before have their share, and the collector comes when it likes.
    const grown = largest - before;
    assert.ok(grown < 512e6, `memory grew by ${(grown / 1e6).toFixed(0)} MB`);
  });
});
