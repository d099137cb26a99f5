// Token healing: what is taken back before the cursor, and which tokens may spell it again.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { addonFile, loadAddon } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import { readGguf } from '../../../src/model/gguf';
import { Healing, unfinishedWord } from '../../../src/model/healing';
import { Tokenizer } from '../../../src/model/tokenizer';
import * as path from 'node:path';
import { characterOfByte } from '../../../src/model/byteLevel';
import { temporaryFile, vocabularyFile } from './ggufFile';
import { randomSource } from '../random';

const modelFile = 'test/fixtures/tiny.gguf';
const tokenizer = new Tokenizer(readGguf(modelFile));

describe('token healing', () => {
  it('takes back the last word of the line, its sign or space with it', () => {
    const cases: [string, string][] = [
      ['', ''],
      ['return', 'return'],
      ['a.le', '.le'],
      ['a.', '.'],
      ['f(', '('],
      ['x = ', ' '],
      ['x = val', ' val'],
      ['    ', '    '],
      ['\t', '\t'],
      ['x == ', ' '],
      ['x ==', ' =='],
      ['größe', 'größe'],
      ['s = "😀', ' "😀'],
    ];
    for (const [line, word] of cases) assert.equal(unfinishedWord(line, tokenizer), word, line);
  });

  it('takes the line end along where it is a token with what stands beside it', () => {
    const joined = (pre: string, added: string[], merges: string[]): Tokenizer =>
      new Tokenizer(vocabularyFile(added, { 'tokenizer.ggml.pre': [8, pre] }, merges));
    const gpt = joined('gpt-2', ['ĊĠ', 'ĊĠĠ', 'ĊĊ', 'ĊĠĊ', 'ĊĠx'], ['Ċ Ġ', 'ĊĠ Ġ', 'Ċ Ċ']);
    const qwen = joined('qwen2', [':Ċ', 'ĠĠ'], [': Ċ', 'Ġ Ġ']);
    const cases: [string, string, string][] = [
      ['if x:\n', '\n', ':\n'],
      ['if x:\n  ', '\n  ', '  '],
      ['if x:\n\n   ', '\n\n   ', '   '],
      ['if x:\n   y', ' y', ' y'],
      ['\n', '\n', '\n'],
      ['a\nb', 'b', 'b'],
    ];
    for (const [before, byGpt, byQwen] of cases) {
      assert.equal(unfinishedWord(before, gpt), byGpt, JSON.stringify(before));
      assert.equal(unfinishedWord(before, qwen), byQwen, JSON.stringify(before));
    }
    const pieces = (healing: Healing): string[] =>
      [...healing.allowed!].map((id) => gpt.piece(id).toString()).sort();
    // A line that was begun keeps its indentation; one that was not may get any, and is not left empty.
    assert.deepEqual(pieces(new Healing('\n ', gpt)), ['\n', '\n ', '\n x']);
    assert.deepEqual(pieces(new Healing('\n', gpt)), ['\n', '\n ', '\n  ', '\n x']);
  });

  it('leaves a word that the vocabulary cannot spell as it is', () => {
    const letters = characterOfByte.filter((letter) => letter !== 'q');
    const without = new Tokenizer(vocabularyFile([], { 'tokenizer.ggml.tokens': [9, [8, letters]] }));
    assert.equal(unfinishedWord('x = queue', without), '');
    assert.equal(unfinishedWord('q = a', without), ' a');
    const letter = characterOfByte.filter((_, byte) => byte !== 0xa9);
    const whole = new Tokenizer(
      vocabularyFile([], { 'tokenizer.ggml.tokens': [9, [8, [...letter, 'Ã©']]] }, ['Ã ©']),
    );
    assert.equal(unfinishedWord('é', whole), 'é');
    const healing = new Healing('é', whole);
    healing.push(0xc3 - 1);
    assert.equal(whole.piece(0xc3 - 1)[0], 0xc3);
    assert.equal(healing.allowed, undefined);
  });

  it('leaves a very long word as it is', () => {
    assert.equal(unfinishedWord('x'.repeat(500), tokenizer), '');
  });

  it('allows the tokens that agree with what was typed, and no other', () => {
    const all = Array.from({ length: tokenizer.size }, (_, id) => id).filter(
      (id) => tokenizer.piece(id).length > 0,
    );
    for (const word of ['.', ' ret', 'ö', '😀', '    ', '(', 'self']) {
      const typed = Buffer.from(word);
      const agree = (piece: Buffer): boolean =>
        piece.subarray(0, typed.length).equals(typed.subarray(0, piece.length));
      const expected = all.filter((id) => agree(tokenizer.piece(id)));
      assert.deepEqual(
        [...tokenizer.agreeing(typed)].sort((a, b) => a - b),
        expected,
        word,
      );
      assert.ok(expected.length > 0, word);
    }
  });

  it('spells what was typed, whichever of the allowed tokens come', () => {
    const random = randomSource(5);
    for (const word of ['.length', ' value', '        ', 'größe', '😀', ' ===', '\t\t']) {
      for (let i = 0; i < 50; i++) {
        const healing = new Healing(word, tokenizer);
        const pieces: Buffer[] = [];
        for (let { allowed } = healing; allowed; { allowed } = healing) {
          const id = random.pick([...allowed]);
          pieces.push(tokenizer.piece(id));
          healing.push(id);
        }
        const spelled = Buffer.concat(pieces).toString();
        assert.ok(spelled.startsWith(word), JSON.stringify({ word, spelled }));
        if (word.trim() === '') assert.ok(spelled === word || spelled.trim() !== '', JSON.stringify(spelled));
      }
    }
  });

  it('leaves the first word to a model that has nothing else to go on', async () => {
    const words = [
      'fim_pre',
      'fim_suf',
      'fim_mid',
      'fim_sep',
      'fim_rep',
      'fim.orders',
      '<|fim',
      '<|repo',
      '<|file',
    ];
    const bytes = words.reduce(
      (text, word) => text.replaceAll(word, word.slice(0, -1) + '0'),
      fs.readFileSync(modelFile).toString('latin1'),
    );
    const plain = temporaryFile('plain.gguf', Buffer.from(bytes, 'latin1'));
    const engine = await Engine.load(loadAddon(addonFile(path.resolve('dist'))), {
      modelFile: plain,
      threads: 1,
    });
    assert.deepEqual(engine.model.fimOrders, []);
    const ask = (prefix: string) =>
      engine.complete(
        { path: 'a.py', languageId: 'python', prefix, suffix: '', related: [] },
        { maxTokens: 8, maxLines: 1, minConfidence: 0 },
      );
    assert.equal((await ask('')).hidden, 'empty');
    assert.equal((await ask('imp')).promptTokens, tokenizer.encode('imp').length);
    assert.ok((await ask('import os')).promptTokens < tokenizer.encode('import os').length);
    await engine.close();
  });

  it('gives answers that go on from every cut of a word', async () => {
    const engine = await Engine.load(loadAddon(addonFile(path.resolve('dist'))), { modelFile, threads: 2 });
    const limits = { maxTokens: 24, maxLines: 1, minConfidence: 0 };
    const ask = (prefix: string) =>
      engine.complete({ path: 'a.py', languageId: 'python', prefix, suffix: '\n', related: [] }, limits);
    const start = 'def total(items):\n    for item in items:\n        ret';
    const whole = await ask(start);
    assert.ok(whole.text.length > 0);
    // What the model said goes on fitting when it is typed: the rest of it is the answer then.
    for (let typed = 1; typed < whole.text.length && /^\w/.test(whole.text.slice(typed - 1)); typed++) {
      const next = await ask(start + whole.text.slice(0, typed));
      assert.equal(whole.text.slice(0, typed) + next.text, whole.text);
    }
    await engine.close();
  });
});
