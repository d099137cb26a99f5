// Reading GGUF headers: good files whole, bad ones refused with a sentence, seeded damage never more than an error.

import * as assert from 'node:assert/strict';
import { GgufError, readGguf } from '../../../src/model/gguf';
import { type Field, type TensorField, ggufBytes, temporaryFile } from './ggufFile';
import { randomSource } from '../random';

const metadata: Record<string, Field> = {
  'general.architecture': [8, 'bitnet'],
  'general.name': [8, 'tïny'],
  'a.flag': [7, true],
  'a.count': [4, 4_000_000_000],
  'a.negative': [5, -7],
  'a.float': [6, 0.5],
  'a.double': [12, 1e-5],
  'a.long': [10, 1234567890123],
  'a.longest': [10, 2n ** 63n + 1n],
  'a.names': [9, [8, ['x', '', 'Ġy']]],
  'a.numbers': [9, [5, [1, -2, 3]]],
  'a.nothing': [9, [8, []]],
};
const tensors: TensorField[] = [
  { name: 'token_embd.weight', shape: [256, 4], type: 8, bytes: 1088 },
  { name: 'blk.0.attn_q.weight', shape: [256, 2], type: 35, bytes: 132 },
  { name: 'output_norm.weight', shape: [256], type: 0, bytes: 1024 },
];

function read(bytes: Uint8Array): ReturnType<typeof readGguf> {
  return readGguf(temporaryFile('case.gguf', bytes));
}

function refused(bytes: Uint8Array, message: RegExp): void {
  assert.throws(
    () => read(bytes),
    (error: Error) => {
      assert.ok(error instanceof GgufError, `${error.name}: ${error.message}`);
      assert.match(error.message, message);
      assert.match(error.message, /case\.gguf/);
      return true;
    },
  );
}

describe('gguf', () => {
  for (const version of [2, 3]) {
    it(`reads metadata and tensors of version ${version}`, () => {
      const gguf = read(ggufBytes(metadata, tensors, version));
      assert.equal(gguf.version, version);
      assert.deepEqual(Object.fromEntries(gguf.metadata), {
        'general.architecture': 'bitnet',
        'general.name': 'tïny',
        'a.flag': true,
        'a.count': 4_000_000_000,
        'a.negative': -7,
        'a.float': 0.5,
        'a.double': 1e-5,
        'a.long': 1234567890123,
        'a.longest': 2n ** 63n + 1n,
        'a.names': ['x', '', 'Ġy'],
        'a.numbers': [1, -2, 3],
        'a.nothing': [],
      });
      assert.deepEqual(
        gguf.tensors.map((tensor) => tensor.bytes),
        [1088, 132, 1024],
      );
      const size = ggufBytes(metadata, tensors, version).length;
      const last = gguf.tensors[2]!;
      assert.equal(last.offset + last.bytes, size);
      assert.equal(last.offset % 32, 0);
    });
  }

  it('gives I2_S its scale behind the weights', () => {
    const gguf = read(ggufBytes({}, [{ name: 'w', shape: [256, 2], type: 36, bytes: 160 }]));
    assert.equal(gguf.tensors[0]!.bytes, 160);
  });

  it('reads a header that is longer than its window', () => {
    const names = Array.from({ length: 200_000 }, (_, i) => `name ${i}`);
    const gguf = read(ggufBytes({ names: [9, [8, names]] }));
    assert.deepEqual(gguf.metadata.get('names'), names);
  });

  it('refuses what is not a file', () => {
    assert.throws(() => readGguf('/nowhere/model.gguf'), /\/nowhere\/model\.gguf does not exist/);
    assert.throws(() => readGguf('.'), GgufError);
  });

  it('refuses other formats and versions', () => {
    refused(Buffer.alloc(0), /is not a GGUF file/);
    refused(Buffer.from('PK\u0003\u0004 something else entirely'), /is not a GGUF file/);
    refused(ggufBytes({}, [], 1), /version 1/);
    refused(ggufBytes({}, [], 0x03000000), /big-endian/);
  });

  it('refuses bad metadata by key', () => {
    refused(ggufBytes({ k: [9, [8, ['x']]] }).subarray(0, 50), /"k"/);
    const nested = ggufBytes({ k: [9, [4, [9, 8]]] });
    nested.writeUInt32LE(9, 24 + 9 + 4);
    refused(nested, /"k" is an array of arrays/);
    const unknown = ggufBytes({ k: [4, 1] });
    unknown.writeUInt32LE(77, 24 + 9);
    refused(unknown, /"k" has the unknown type 77/);
    refused(ggufBytes({ 'general.alignment': [4, 24] }, tensors), /"general\.alignment" is 24/);
    const huge = ggufBytes({ k: [8, 'abc'] });
    huge.writeBigUInt64LE(2n ** 62n, 24 + 9 + 4);
    refused(huge, /the length of "k"/);
  });

  it('refuses bad tensors by name', () => {
    const bad = (field: Partial<TensorField>, message: RegExp): void =>
      refused(ggufBytes({}, [{ name: 'w', shape: [256, 2], type: 35, bytes: 132, ...field }]), message);
    bad({ type: 4 }, /"w" has the unknown type 4\. Convert/);
    bad({ shape: [100, 2] }, /"w" has rows of 100, not a multiple of TQ2_0's block of 256/);
    bad({ shape: [256, 0] }, /"w" has the shape 256 x 0/);
    bad({ shape: [2 ** 40, 2 ** 40] }, /"w" has the shape/);
    bad({ shape: [256, 1, 1, 1, 1] }, /"w" has 5 dimensions/);
    bad({ shape: [256, 100] }, /"w" ends at \d+, but the file ends at \d+/);
    bad({ offset: 8 }, /"w" lies at 8, not a multiple of 32/);
    const twin = { name: 'w', shape: [256], type: 0, bytes: 1024 };
    refused(ggufBytes({}, [twin, twin]), /"w" occurs twice/);
  });

  it('refuses every truncation', () => {
    const whole = ggufBytes(metadata, tensors);
    for (let length = 0; length < whole.length; length += length < 1200 ? 1 : 97) {
      refused(whole.subarray(0, length), /./);
    }
  });

  const damages = process.env.RYZANSTEIN_TEST === 'long' ? 50_000 : 1_000;
  it(`survives ${damages} seeded damages without anything but a GgufError`, () => {
    const whole = ggufBytes(metadata, tensors);
    const random = randomSource(11);
    const before = process.memoryUsage().arrayBuffers;
    let refusals = 0;
    for (let i = 0; i < damages; i++) {
      const bytes = Buffer.from(whole);
      for (let n = random.below(4); n >= 0; n--) damage(bytes, random);
      try {
        read(bytes);
      } catch (error) {
        assert.ok(error instanceof GgufError, `damage ${i}: ${String(error)}`);
        refusals++;
      }
    }
    assert.ok(refusals > damages / 4, `only ${refusals} of ${damages} were refused`);
    assert.ok(process.memoryUsage().arrayBuffers - before < 512e6, 'a damaged file made the reader allocate');
  }).timeout(600_000);
});

/** Overwrites a byte, a 32-bit or a 64-bit field somewhere in the header with an awkward number. */
function damage(bytes: Buffer, random: ReturnType<typeof randomSource>): void {
  const awkward = [
    0n,
    1n,
    2n,
    3n,
    0x7fn,
    0xffn,
    0xffffn,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 53n,
    2n ** 63n,
    2n ** 64n - 1n,
  ];
  const value = awkward[random.below(awkward.length)]!;
  const at = random.below(900);
  if (random.below(3) === 0) bytes.writeUInt8(random.below(256), at);
  else if (random.below(2) === 0) bytes.writeUInt32LE(Number(value & 0xffffffffn), at);
  else bytes.writeBigUInt64LE(value, at);
}
