// Reading GGUF headers: good files whole, bad ones refused with a sentence, seeded damage never more than an error.

import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import * as path from 'node:path';
import { GgufError, readGguf } from '../../../src/model/gguf';
import { type Field, type TensorField, ggufBytes, temporaryFile } from './ggufFile';
import { randomSource } from '../random';
import { skipped } from '../../skipped';

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

  it('tells blocks of 64 weights of 2 bits from those of 128 by what fits', () => {
    const types = (sizes: number[], more: TensorField[] = []): (string | number)[] => {
      const fields = sizes.map((bytes, i): TensorField => ({
        name: `w${i}`,
        shape: [512, 4],
        type: 42,
        bytes,
      }));
      return read(ggufBytes({}, [...fields, ...more])).tensors.map(({ type, bytes }) => `${type}: ${bytes}`);
    };
    assert.deepEqual(types([576, 576]), ['42: 576', '42: 576']);
    assert.deepEqual(types([544, 544]), ['142: 544', '142: 544']);
    const norm = { name: 'norm', shape: [4], type: 0, bytes: 16 };
    assert.deepEqual(types([544], [norm]), ['142: 544', '0: 16']);
    assert.deepEqual(types([576], [norm]), ['42: 576', '0: 16']);
    // 36 and 34 bytes take the same 64 in the file: it is what ggml says.
    const small = { name: 'w', shape: [128], type: 42, bytes: 36 };
    assert.equal(read(ggufBytes({}, [small, norm])).tensors[0]!.type, 42);
    const wide = { name: 'w', shape: [512, 4], type: 42, bytes: 600 };
    refused(ggufBytes({}, [wide, norm]), /have blocks of neither 64 nor 128 weights/);
    refused(ggufBytes({}, [{ ...wide, bytes: 500 }]), /"w" ends at \d+, but the file ends at \d+/);
  });

  it('takes the number of PTQ1_0 from the files that say that they are of PrismML', () => {
    const tensor = { name: 'w', shape: [256, 2], type: 143, bytes: 112 };
    const gguf = read(ggufBytes({ 'prism.hadamard.version': [4, 1] }, [tensor]));
    assert.equal(gguf.tensors[0]!.bytes, 112);
  });

  it('gives I2_S its scale behind the weights', () => {
    const gguf = read(ggufBytes({}, [{ name: 'w', shape: [256, 2], type: 36, bytes: 160 }]));
    assert.equal(gguf.tensors[0]!.bytes, 160);
  });

  it('reads a header that is longer than its window', () => {
    const names = Array.from({ length: 200_000 }, (_, i) => `name ${i}`);
    const gguf = read(ggufBytes({ names: [9, [8, names]] }));
    assert.deepEqual(gguf.metadata.get('names'), names);
  });

  const bad = (file: string, message: RegExp): void =>
    assert.throws(
      () => readGguf(file),
      (error: Error) => error instanceof GgufError && message.test(error.message),
      file,
    );

  it('refuses what is not a file', () => {
    bad('/nowhere/model.gguf', /The model file \/nowhere\/model\.gguf does not exist\. Choose another/);
    bad('.', /The model file \. is not a file, but a folder\. Choose a GGUF file/);
  });

  it('refuses a device, a circle of links and a path that no file can have', function () {
    if (process.platform === 'win32') skipped(this, 'Windows has none of them');
    bad('package.json/model.gguf', /does not exist: a part of its path is not a folder/);
    bad('x'.repeat(300), /cannot be read: its name is too long/);
    bad('/dev/null', /is not a file, but a device/);
    const circle = path.join(path.dirname(temporaryFile('case.gguf', Buffer.alloc(0))), 'circle.gguf');
    fs.symlinkSync(circle, circle);
    bad(circle, /circle\.gguf cannot be read: its links lead in a circle/);
    fs.unlinkSync(circle);
  });

  it('refuses a pipe and a socket, and waits for neither', async function () {
    if (process.platform === 'win32') skipped(this, 'Windows has no pipes as files');
    const folder = path.dirname(temporaryFile('case.gguf', Buffer.alloc(0)));
    const pipe = path.join(folder, 'pipe.gguf');
    execFileSync('mkfifo', [pipe]);
    const started = performance.now();
    assert.throws(() => readGguf(pipe), /pipe\.gguf is not a file, but a pipe\. Choose a GGUF file\./);
    const server = createServer().listen(path.join(folder, 'socket.gguf'));
    await once(server, 'listening');
    assert.throws(() => readGguf(path.join(folder, 'socket.gguf')), /is not a file, but a socket/);
    server.close();
    assert.ok(performance.now() - started < 1000);
  });

  it('names a part of a split model, and says what to do with it', () => {
    const part = ggufBytes({ 'split.no': [4, 1], 'split.count': [4, 3], 'split.tensors.count': [5, 9] });
    refused(
      part,
      /case\.gguf is part 2 of 3 of a split model\. Put the parts together with "llama-gguf-split/,
    );
    assert.equal(read(ggufBytes({ 'split.no': [4, 0], 'split.count': [4, 1] })).tensors.length, 0);
    // Cut at any byte, only the name tells.
    const name = 'model-00002-of-00003.gguf';
    const named = (bytes: Uint8Array): void =>
      assert.throws(
        () => readGguf(temporaryFile(name, bytes)),
        /By its name it is part 2 of 3 of a split model\. Put/,
      );
    named(Buffer.alloc(1000, 7));
    named(ggufBytes(metadata, tensors).subarray(0, 700));
    assert.equal(readGguf(temporaryFile(name, ggufBytes(metadata, tensors))).tensors.length, 3);
  });

  it('refuses other formats and versions', () => {
    refused(Buffer.alloc(0), /The model file .*case\.gguf is empty/);
    refused(Buffer.from('GGUF'), /is not a GGUF file/);
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
    for (const alignment of [0, 24, 2 ** 31])
      refused(
        ggufBytes({ 'general.alignment': [4, alignment] }, tensors),
        new RegExp(`"general\\.alignment" is ${alignment}\\.`),
      );
    refused(ggufBytes({ 'general.alignment': [8, 'wide'] }, tensors), /"general\.alignment" is wide/);
    const twice = ggufBytes({ k: [4, 1], l: [4, 1] });
    twice.write('k', 24 + 17 + 8);
    refused(twice, /the metadata key "k" occurs twice/);
    const huge = ggufBytes({ k: [8, 'abc'] });
    huge.writeBigUInt64LE(2n ** 62n, 24 + 9 + 4);
    refused(huge, /the length of "k"/);
  });

  it('refuses bad tensors by name', () => {
    const bad = (field: Partial<TensorField>, message: RegExp): void =>
      refused(ggufBytes({}, [{ name: 'w', shape: [256, 2], type: 35, bytes: 132, ...field }]), message);
    bad({ type: 4 }, /"w" has the type Q4_2, which ggml has given up\. Take the model in Q8_0/);
    bad({ type: 33 }, /"w" has the type Q4_0_8_8, which ggml has given up\. .*: take the model in Q4_0\./);
    bad({ type: 77 }, /"w" has the unknown type 77\. Take/);
    bad({ type: 143 }, /"w" has the type 143, which is PTQ1_0 only where "prism\." metadata says so/);
    bad({ shape: [100, 2] }, /"w" has rows of 100, not a multiple of TQ2_0's block of 256/);
    bad({ shape: [256, 0] }, /"w" has the shape 256 x 0/);
    bad({ shape: [2 ** 40, 2 ** 40] }, /"w" has the shape/);
    bad({ shape: [256, 1, 1, 1, 1] }, /"w" has 5 dimensions/);
    bad({ shape: [256, 100] }, /"w" ends at \d+, but the file ends at \d+/);
    bad({ offset: 8 }, /"w" lies at 8, not a multiple of 32/);
    const twin = { name: 'w', shape: [256], type: 0, bytes: 1024 };
    refused(ggufBytes({}, [twin, twin]), /"w" occurs twice/);
    const over = { name: 'v', shape: [256], type: 0, bytes: 1024, offset: 992 };
    refused(ggufBytes({}, [twin, over]), /the tensors "w" and "v" lie over each other/);
    const far = ggufBytes({}, [twin]);
    far.writeBigUInt64LE(2n ** 40n, 24 + 9 + 4 + 8 + 4);
    refused(far, /"w" ends at \d+, but the file ends at \d+/);
    // 88 bytes in all.
    refused(ggufBytes({}, [{ name: 'w', shape: [0], type: 0 }]).subarray(0, 88), /"w" has the shape 0/);
  });

  it('reads no more than a header into memory, whatever the file claims', () => {
    const file = temporaryFile('case.gguf', Buffer.alloc(0));
    const before = process.memoryUsage().rss;
    const claims = (at: number, count: bigint, bytes: Buffer, message: RegExp): void => {
      const header = Buffer.from(bytes);
      header.writeBigUInt64LE(count, at);
      fs.writeFileSync(file, header);
      // The file is as long as it claims to be, and takes no room on the disk.
      fs.truncateSync(file, 2 ** 40);
      const started = performance.now();
      assert.throws(() => readGguf(file), message);
      assert.ok(performance.now() - started < 5000, String(message));
    };
    const list = ggufBytes({ k: [9, [0, [1]]] });
    claims(24 + 9 + 4 + 4, 2n ** 39n, list, /the length of "k" is \d+, more than 4194304/);
    const text = ggufBytes({ k: [8, 'abc'] });
    claims(24 + 9 + 4, 2n ** 39n, text, /the length of "k" is \d+, more than 16777216/);
    claims(16, 2n ** 32n, text, /the number of metadata keys is \d+, more than 65536/);
    claims(8, 2n ** 32n, text, /the number of tensors is \d+, more than 65536/);
    claims(24, 2n ** 32n, text, /the length of metadata key 0 is \d+, more than 65535/);
    // Lists of as many items as one may have, each in its place, and one more of them than there is room for.
    const most = 1 << 22;
    const one = (key: string): Buffer => {
      const bytes = Buffer.from(ggufBytes({ [key]: [9, [0, []]] }).subarray(24, 24 + 25));
      bytes.writeBigUInt64LE(BigInt(most), 17);
      return bytes;
    };
    const keys = [...'abcdefghijklmnop'];
    const head = ggufBytes(Object.fromEntries(keys.map((key) => [key, [9, [0, []]] as Field])));
    const descriptor = fs.openSync(file, 'w');
    let at = fs.writeSync(descriptor, head, 0, 24, 0);
    for (const key of keys) at += fs.writeSync(descriptor, one(key), 0, 25, at) + most;
    fs.ftruncateSync(descriptor, at);
    fs.closeSync(descriptor);
    assert.throws(() => readGguf(file), /lies behind the first 67108864 bytes, where no header reaches/);
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 1.5e9, `it took ${(grown / 1e6).toFixed(0)} MB`);
    fs.truncateSync(file);
  }).timeout(60_000);

  it('refuses every truncation', () => {
    const whole = ggufBytes(metadata, tensors);
    for (let length = 0; length < whole.length; length += length < 1200 ? 1 : 97) {
      refused(whole.subarray(0, length), /./);
    }
  }).timeout(60_000);

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
