// Ids and text of the tokenizer: equal to the trainer's, reversible, plain for what the user typed, and fast.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { GgufError, readGguf } from '../../../src/model/gguf';
import { characterOfByte } from '../../../src/model/byteLevel';
import { Tokenizer } from '../../../src/model/tokenizer';
import { type Field, vocabularyFile } from './ggufFile';
import { randomSource } from '../random';

interface Golden {
  text: { text: string; ids: number[] }[];
}

const golden = JSON.parse(fs.readFileSync('test/fixtures/tiny.json', 'utf8')) as Golden;
const tiny = (): Tokenizer => new Tokenizer(readGguf('test/fixtures/tiny.gguf'));
const controlToken = /<\|(?:endoftext|fim_prefix|fim_suffix|fim_middle|fim_pad|repo_name|file_sep)\|>/;

/** A tokenizer of the 256 bytes, then `added` with their merges. */
function vocabulary(
  pre: string,
  added: string[],
  merges: string[],
  change: Record<string, Field> = {},
): Tokenizer {
  return new Tokenizer(vocabularyFile(added, { 'tokenizer.ggml.pre': [8, pre], ...change }, merges));
}

describe('tokenizer', () => {
  it('gives the ids of the trainer', () => {
    const tokenizer = tiny();
    const plain = golden.text.filter(({ text }) => !controlToken.test(text));
    assert.ok(plain.length >= 4, 'too few golden texts');
    for (const { text, ids } of plain) assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text));
  });

  it('decodes what it encodes', () => {
    const tokenizer = tiny();
    const random = randomSource(7);
    const parts = [
      '\n',
      '\r\n',
      '\t',
      ' ',
      'for',
      '(x)',
      'é',
      '世界',
      '👩‍👧',
      '\u0085',
      '\ufeff',
      '"',
      "'ll",
      '12',
      '\u0000',
    ];
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: random.below(20) }, () => random.pick(parts)).join('');
      assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
    }
    assert.equal(tokenizer.decode(tokenizer.encode('a\ud800b')), 'a\ufffdb');
  });

  it('takes a typed control token for text', () => {
    const tokenizer = tiny();
    const { fimMiddle, fimSuffix } = tokenizer.control;
    assert.ok(fimMiddle !== undefined && fimSuffix !== undefined);
    for (const text of ['<|fim_middle|>', 'a<|endoftext|>b', '<|fim_prefix|><|file_sep|>']) {
      const ids = tokenizer.encode(text);
      assert.ok(ids.length > 4 && ids.every((id) => !tokenizer.controlIds.includes(id)), text);
      assert.equal(tokenizer.decode(ids), text);
    }
    assert.equal(tokenizer.decode([fimMiddle, fimSuffix]), '');
  });

  it('holds an unfinished character back', () => {
    const tokenizer = vocabulary('gpt-2', [], []);
    const decoder = tokenizer.decoder();
    const pieces = tokenizer.encode('é👍').map((id) => decoder.push(id));
    assert.deepEqual(pieces, ['', 'é', '', '', '', '👍']);
    assert.equal(decoder.end(), '');
    const cut = tokenizer.decoder();
    cut.push(tokenizer.encode('é')[0]!);
    assert.equal(cut.end(), '\ufffd');
  });

  it('merges by rank, the leftmost first, and through strings that are no token', () => {
    const added = ['ab', 'bc', 'aa', 'abcd'];
    const pieces = (text: string, merges: string[]): string[] => {
      const tokenizer = vocabulary('gpt-2', added, merges);
      return tokenizer.encode(text).map((id) => tokenizer.piece(id).toString());
    };
    assert.deepEqual(pieces('abc', ['b c', 'a b']), ['a', 'bc']);
    assert.deepEqual(pieces('abc', ['a b', 'b c']), ['ab', 'c']);
    assert.deepEqual(pieces('aaa', ['a a']), ['aa', 'a']);
    assert.deepEqual(pieces('abcd', ['a b', 'ab c', 'abc d']), ['abcd']);
    assert.deepEqual(pieces('abce', ['a b', 'ab c', 'abc d']), ['a', 'b', 'c', 'e']);
  });

  it('takes a whole word that is a token for llama-bpe', () => {
    assert.equal(vocabulary('llama-bpe', ['xyz'], []).encode('xyz').length, 1);
    assert.equal(vocabulary('qwen2', ['xyz'], []).encode('xyz').length, 3);
  });

  it('knows every token with a line end', () => {
    const tokenizer = vocabulary('qwen2', [';Ċ', 'ĊĊ', 'x'], []);
    assert.deepEqual([...tokenizer.lineEndIds], [10, 256, 257]);
    assert.deepEqual(
      [...tiny().lineEndIds].map((id) => tiny().piece(id).toString()),
      ['\n'],
    );
  });

  it('keeps the ids of entries that have the same text, or none', () => {
    const [normal, control, unused] = [1, 3, 5];
    const added: [string, number][] = [
      ...([
        ['ab', normal],
        ['', normal],
        ['ab', unused],
        ['<|fim_prefix|>', control],
      ] as [string, number][]),
      ...([
        ['', normal],
        ['<|fim_prefix|>', normal],
        ['ab', control],
        ['last', normal],
      ] as [string, number][]),
    ];
    const types = [...Array.from({ length: 256 }, () => normal), ...added.map(([, type]) => type)];
    const tokenizer = vocabulary(
      'qwen2',
      added.map(([text]) => text),
      ['a b'],
      {
        'tokenizer.ggml.token_type': [9, [5, types]],
        'tokenizer.ggml.eos_token_id': [4, 263],
      },
    );
    assert.equal(tokenizer.size, 264);
    // What is typed is spelled by the entry that is text, and a family's token is the one that is none.
    assert.deepEqual(tokenizer.encode('ab'), [256]);
    assert.ok([259, 263].every((id) => tokenizer.controlIds.includes(id)));
    assert.deepEqual(
      [257, 258, 260, 261].map((id) => tokenizer.piece(id).toString()),
      ['', '', '', '<|fim_prefix|>'],
    );
    assert.ok(![...tokenizer.agreeing(Buffer.from('a'))].includes(257));
    // Of several that are text it is the last, as llama.cpp has it.
    assert.deepEqual(vocabulary('qwen2', ['ab', 'ab', 'x'], ['a b']).encode('abab'), [257, 257]);
  });

  it('leaves out what it has no bytes for, and cuts a text that was added out of any other', () => {
    const [normal, unknown, control, user, unused] = [1, 2, 3, 4, 5];
    const added: [string, number][] = [
      ['<|fim_middle|>', user],
      ['<|mystery|>', user],
      ['<think>', user],
      ['  ', user],
      ['    ', user],
      ['õ', user],
      ['[PAD7]', user],
      ['<|end|>', control],
      ['spare', unused],
      ['<unk>', unknown],
      ['', normal],
      ['[PAD11]', normal],
      ['<|reserved_special_token_3|>', control],
      ['<unused4>', user],
      ['<unused5>', normal],
    ];
    const letters = characterOfByte.filter((letter) => letter !== 'q' && letter !== 'õ');
    const tokens = [...letters, ...added.map(([text]) => text)];
    const tokenizer = vocabulary('gpt-2', [], [], {
      'tokenizer.ggml.tokens': [9, [8, tokens]],
      'tokenizer.ggml.token_type': [9, [5, [...letters.map(() => normal), ...added.map(([, type]) => type)]]],
    });
    const spelled = (text: string): string[] =>
      tokenizer.encode(text).map((id) => tokenizer.piece(id).toString('latin1'));
    assert.deepEqual(spelled('aqb'), ['a', 'b']);
    assert.deepEqual(spelled('a<think>b'), ['a', '<think>', 'b']);
    assert.deepEqual(spelled('a       b'), ['a', '    ', '  ', ' ', 'b']);
    assert.deepEqual(spelled('õ'), ['\u00c3\u00b5']);
    for (const text of ['<|fim_middle|>', '<|mystery|>', '<|end|>', '[PAD7]', 'spare'])
      assert.deepEqual(spelled(text), [...text], text);
    const named = (ids: Int32Array): string[] => [...ids].map((id) => tokens[id]!);
    assert.deepEqual(named(tokenizer.controlIds), ['<|fim_middle|>', '<|mystery|>', '<|end|>']);
    const nothing = ['[PAD7]', 'spare', '<unk>', '', '[PAD11]', '<|reserved_special_token_3|>', '<unused4>'];
    assert.deepEqual(named(tokenizer.emptyIds), nothing);
    assert.ok([...tokenizer.emptyIds].every((id) => tokenizer.piece(id).length === 0));
  });

  it('refuses vocabularies that it does not know, by key', () => {
    const refused = (change: Record<string, Field>, message: RegExp): void => {
      assert.throws(
        () => vocabulary('qwen2', [], [], change),
        (error: Error) => error instanceof GgufError && message.test(error.message),
      );
    };
    refused({ 'tokenizer.ggml.model': [8, 'bert'] }, /"tokenizer.ggml.model" is "bert"/);
    refused({ 'tokenizer.ggml.pre': [8, 'nobody'] }, /"tokenizer.ggml.pre" is "nobody"; known are gpt-2,/);
    refused({ 'tokenizer.ggml.tokens': [4, 1] }, /"tokenizer.ggml.tokens" is not a list/);
    refused({ 'tokenizer.ggml.merges': [9, [8, ['ab']]] }, /odd entry 0: "ab"/);
    const long = [...tiny().size.toString(), 'x'.repeat(5000)];
    refused({ 'tokenizer.ggml.tokens': [9, [8, long]] }, /has 5,000 characters in entry 3, more than 1,024/);
    refused({ 'tokenizer.ggml.token_type': [9, [5, [1, 2]]] }, /has 2 entries for 256/);
    refused({ 'tokenizer.ggml.eos_token_id': [4, 999] }, /"tokenizer.ggml.eos_token_id" is 999/);
  });

  it('encodes a word of 200,000 letters and a megabyte of code in good time', () => {
    const tokenizer = tiny();
    const start = performance.now();
    assert.equal(tokenizer.decode(tokenizer.encode('abcde'.repeat(40_000))).length, 200_000);
    const long = performance.now() - start;
    assert.ok(long < 2000, `${long.toFixed(0)} ms for one long word`);
    const code = fs.readFileSync('src/model/gguf.ts', 'utf8').repeat(100);
    const before = performance.now();
    tokenizer.encode(code);
    const speed = code.length / 1000 / (performance.now() - before);
    assert.ok(speed > 1, `${speed.toFixed(1)} MB/s`);
  });
});
