// SentencePiece vocabularies: words, spaces and bytes, ids equal to llama.cpp's on fuzzed text, and what is refused.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import type { Gguf } from '../../../src/model/gguf';
import { Tokenizer } from '../../../src/model/tokenizer';
import { loadLlama } from '../../../scripts/peer/peer';
import { type Field, vocabularyFile } from './ggufFile';
import { barredAt } from './healed';
import { randomSource, type RandomSource } from '../random';
import { skipped } from '../../skipped';

const [normal, unknown, control, byte] = [1, 2, 3, 6];
const first = ['<unk>', '<s>', '</s>'];
const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);

/** What llama.cpp wants to know even of a vocabulary. */
const hyperparameters: Record<string, Field> = {
  'general.architecture': [8, 'llama'],
  ...Object.fromEntries(
    ['context_length', 'embedding_length', 'block_count', 'feed_forward_length', 'attention.head_count'].map(
      (key) => [`llama.${key}`, [4, 1]] as [string, Field],
    ),
  ),
  'llama.attention.layer_norm_rms_epsilon': [6, 1e-5],
};

/** A llama vocabulary of control tokens, bytes and `words`, of which the first ones have the best scores. */
function vocabulary(words: string[], more: Record<string, Field> = {}): Gguf {
  const tokens = [...first, ...bytes, ...words];
  const types = [unknown, control, control, ...bytes.map(() => byte), ...words.map(() => normal)];
  const scores = [...first, ...bytes].map(() => 0).concat(words.map((_, i) => -i));
  return vocabularyFile(
    [],
    {
      ...hyperparameters,
      'tokenizer.ggml.model': [8, 'llama'],
      'tokenizer.ggml.tokens': [9, [8, tokens]],
      'tokenizer.ggml.token_type': [9, [5, types]],
      'tokenizer.ggml.scores': [9, [6, scores]],
      'tokenizer.ggml.bos_token_id': [4, 1],
      'tokenizer.ggml.eos_token_id': [4, 2],
      ...more,
    },
    [],
    'pieces.gguf',
  );
}

/** The words of our own sources with all that they begin and end with, in a drawn order, then single characters. */
function wordsOfCode(random: RandomSource): string[] {
  const code = fs
    .readdirSync('src/model')
    .sort()
    .map((name) => fs.readFileSync(`src/model/${name}`, 'utf8'))
    .join('\n');
  const counts = new Map<string, number>();
  for (const [word] of code.replaceAll(' ', '▁').matchAll(/▁?(?:[A-Za-z]+|[^\sA-Za-z▁]{1,3})|▁+/g))
    counts.set(word, (counts.get(word) ?? 0) + 1);
  const frequent = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 400);
  const parts = frequent.flatMap(([word]) =>
    [...word].flatMap((_, i) => [word.slice(0, i + 1), word.slice(i)]),
  );
  const several = [...new Set(parts)].filter((part) => part.length > 1);
  const drawn = several.map((part) => ({ part, at: random.below(1_000_000) }));
  // One in some characters is a part of tokens alone.
  const single = new Set([
    '▁',
    'é',
    '世',
    ...[...code].filter((letter) => /[!-~]/.test(letter) && !'kQ;'.includes(letter)),
  ]);
  return [...drawn.sort((a, b) => a.at - b.at).map(({ part }) => part), ...single];
}

describe('SentencePiece vocabularies', function () {
  this.timeout(60_000);

  it('merge the pair of the best score first, and spell in bytes what has no token', () => {
    const words = ['ab', 'bc', 'abc', '▁a', '▁▁', '▁', 'a', 'b', 'c'];
    const tokenizer = new Tokenizer(vocabulary(words));
    const spelled = (text: string): string[] =>
      tokenizer
        .encode(text)
        .map((id) => words[id - first.length - bytes.length] ?? `byte ${id - first.length}`);
    assert.deepEqual(spelled('abc'), ['abc']);
    assert.deepEqual(spelled(' a bc'), ['▁a', '▁', 'bc']);
    assert.deepEqual(spelled('b▁ a'), ['b', '▁', '▁a']);
    assert.deepEqual(spelled('b▁  '), ['b', '▁▁', '▁']);
    assert.deepEqual(spelled('aé\n'), ['a', 'byte 195', 'byte 169', 'byte 10']);
    assert.deepEqual(
      spelled('<0x0A>'),
      [...'<0x0A>'].map((letter) => `byte ${letter.charCodeAt(0)}`),
    );
    assert.equal(tokenizer.decode(tokenizer.encode(' abc\té  <s>')), ' abc\té  <s>');
    assert.deepEqual([[...tokenizer.emptyIds], [...tokenizer.controlIds]], [[0], [1, 2]]);
    assert.deepEqual([...tokenizer.lineEndIds], [first.length + 10]);
    assert.equal(tokenizer.control.beginOfText, 1);
    assert.equal(tokenizer.lastWord('one two'), ' two');
  });

  it('take a byte token that spells no byte as text', () => {
    const odd = ['<0x-1>', '<0xZZ>', '<0x1234>'];
    const types = [unknown, control, control, ...bytes.map(() => byte), ...odd.map(() => byte)];
    const tokenizer = new Tokenizer(vocabulary(odd, { 'tokenizer.ggml.token_type': [9, [5, types]] }));
    assert.deepEqual(
      odd.map((_, i) => tokenizer.piece(first.length + bytes.length + i).toString()),
      odd,
    );
  });

  it('cut nothing where a token reaches into the next word', () => {
    const tokenizer = new Tokenizer(vocabulary(['a▁b', 'a▁', '▁', 'a', 'b']));
    assert.equal(tokenizer.encode('a b').length, 1);
  });

  it('merge characters that are no tokens to tokens', () => {
    const words = ['xy', 'yz', 'xyz', '世界', 'a'];
    const tokenizer = new Tokenizer(vocabulary(words));
    const ids = (text: string): number[] =>
      tokenizer.encode(text).map((id) => id - first.length - bytes.length);
    assert.deepEqual(ids('xyz'), [2]);
    assert.deepEqual(ids('ayz'), [4, 1]);
    assert.deepEqual(ids('世界'), [3]);
    for (const text of ['xz', '世a', 'zyx?é']) assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  });

  it('let a model spell a word again by its own tokens, though bytes are tokens, too', () => {
    const random = randomSource(31);
    const tokenizer = new Tokenizer(vocabulary(wordsOfCode(random)));
    const code = fs.readFileSync('src/model/gguf.ts', 'utf8');
    const barred = Array.from({ length: 500 }, () => {
      const start = random.below(code.length - 200);
      return barredAt(code.slice(start, start + 200), 1 + random.below(199), tokenizer);
    });
    assert.deepEqual(
      barred.filter((each) => each !== undefined),
      [],
    );
  });

  it('give the ids of llama.cpp on fuzzed text', async function () {
    const random = randomSource(23);
    const words = wordsOfCode(random);
    const gguf = vocabulary(words);
    const llama = await loadLlama();
    if (!llama) skipped(this, 'llama.cpp is not installed; `npm test` does so on linux-x64');
    // It looks for the weights first, and says that there are none.
    llama.logLevel = 'disabled';
    const peer = await llama.loadModel({ modelPath: gguf.file, gpuLayers: 0, vocabOnly: true });
    const tokenizer = new Tokenizer(gguf);
    const parts = [
      ...words.map((word) => word.replaceAll('▁', ' ')),
      ' ',
      '  ',
      '\n',
      '\t',
      'ü',
      '世界',
      '👩‍👧',
      '<s>',
      '<0x41>',
    ];
    const texts = process.env.RYZANSTEIN_TEST === 'long' ? 20_000 : 1_000;
    let tokens = 0;
    for (let i = 0; i < texts; i++) {
      const text = Array.from({ length: 1 + random.below(30) }, () => random.pick(parts)).join('');
      const ids = tokenizer.encode(text);
      // A text as a whole gets a space before it there.
      assert.deepEqual(tokenizer.encode(` ${text}`), peer.tokenize(text, false), JSON.stringify(text));
      assert.equal(tokenizer.decode(ids), text);
      tokens += ids.length;
    }
    console.log(`      ${texts} texts, ${tokens} tokens equal`);
    await peer.dispose();
    await llama.dispose();
  });

  it('are refused where something is missing', () => {
    const refused = (more: Record<string, Field>, message: RegExp): void =>
      assert.throws(() => new Tokenizer(vocabulary(['a'], more)), { message });
    refused({ 'tokenizer.ggml.scores': [9, [6, [1, 2]]] }, /scores" has 2 entries for 260 tokens/);
    refused({ 'tokenizer.ggml.scores': [8, 'x'] }, /scores" is not a list of numbers/);
    refused({ 'tokenizer.ggml.model': [8, 'bert'] }, /model" is "bert", neither "gpt2" nor "llama"/);
  });
});
