// A split model made whole: the same metadata and tensors as before the split, and a word for what does not belong together.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readGguf } from '../../../src/model/gguf';
import * as write from '../../../src/model/ggufWriter';
import { joinParts, restate } from '../../../src/model/rewrite';

describe('the parts of a split model', () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-parts-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const metadata: [string, Buffer][] = [
    ['general.architecture', write.string('qwen2')],
    ['qwen2.rope.freq_base', write.float(1000000)],
    ['qwen2.block_count', write.count(3)],
    ['tokenizer.ggml.tokens', write.array(8, ['a', 'b', 'é'].map(write.text))],
    ['tokenizer.ggml.add_bos_token', write.flag(false)],
  ];
  const tensor = (name: string, value: number, length = 64): write.WrittenTensor => ({
    ...{ name, type: 0, shape: [length], bytes: 4 * length },
    data: () => [Buffer.alloc(4 * length, value)],
  });
  const tensors = [tensor('a', 1), tensor('b', 2, 7), tensor('c', 3), tensor('d', 4, 600_000)];

  function part(number: number, count: number, own: write.WrittenTensor[], all = tensors.length): string {
    const file = path.join(folder, `m-0000${number + 1}-of-0000${count}.gguf`);
    const split: [string, Buffer][] = [
      ['split.no', write.count(number)],
      ['split.count', write.count(count)],
      ['split.tensors.count', write.count(all)],
    ];
    write.writeGguf(file, number === 0 ? [...metadata, ...split] : split, own);
    return file;
  }

  it('become the file that they were made of, byte by byte', () => {
    const [whole, joined] = ['whole.gguf', 'joined.gguf'].map((name) => path.join(folder, name));
    write.writeGguf(whole!, metadata, tensors);
    joinParts([part(0, 2, tensors.slice(0, 2)), part(1, 2, tensors.slice(2))], joined!);
    assert.ok(fs.readFileSync(joined!).equals(fs.readFileSync(whole!)));
    assert.equal(readGguf(joined!).tensors.length, 4);
  });

  it('are placed as the whole is read, whatever the parts state', () => {
    const [whole, joined] = ['whole.gguf', 'joined.gguf'].map((name) => path.join(folder, name));
    write.writeGguf(whole!, metadata, tensors);
    const bytes = readGguf(whole!);
    restate(bytes, 'general.alignment', Buffer.from([4, 0, 0, 0, 32, 0, 0, 0]));
    restate(readGguf(whole!), 'a', write.flag(true));
    assert.ok(!readGguf(whole!).metadata.has('general.alignment'));
    joinParts([part(0, 1, tensors)], joined!);
    assert.equal(readGguf(joined!).tensors.length, 4);
  });

  it('are refused where one is missing, or is of another model', () => {
    const joined = path.join(folder, 'joined.gguf');
    const first = part(0, 2, tensors.slice(0, 2));
    assert.throws(() => joinParts([first], joined), /is not part 1 of 1/);
    assert.throws(() => joinParts([first, first], joined), /is not part 2 of 2/);
    assert.throws(() => joinParts([first, part(1, 2, tensors.slice(2, 3))], joined), /of which 3 are there/);
    assert.ok(!fs.existsSync(joined));
  });
});
