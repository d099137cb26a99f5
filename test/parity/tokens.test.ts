// Token ids equal to llama.cpp's: on its vocabularies with the texts that it tests them with, and on fuzzed text; none of code's is barred where a word is spelled again.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { characterOfByte } from '../../src/model/byteLevel';
import { siteOf } from '../../src/completion/site';
import { infillingOf } from '../../src/model/infilling';
import { readGguf } from '../../src/model/gguf';
import { layoutPrompt } from '../../src/model/prompt';
import { Tokenizer } from '../../src/model/tokenizer';
import { type Llama, loadLlama, type PeerModel, vocabularies } from '../../scripts/peer/peer';
import { temporaryFile } from '../unit/model/ggufFile';
import { barredAt } from '../unit/model/healed';
import { type RandomSource, randomSource } from '../unit/random';
import { skipped } from '../skipped';

const long = process.env.RYZANSTEIN_TEST === 'long';
const fuzzTexts = long ? 20_000 : 200;

/** llama.cpp's vocabularies, and the names of pre-tokenizers without one, each tried on one that exists. */
const files: Record<string, string[]> = {
  'gpt-2': ['default'],
  starcoder: [],
  qwen2: ['seed-coder', 'gpt-4o'],
  qwen35: [],
  'llama-bpe': ['tekken', 'dbrx'],
  'deepseek-coder': [],
  'deepseek-llm': [],
  'llama-spm': [],
};
/** Those that are cut as others are. */
const alike: Record<string, string[]> = {
  'gpt-2': ['mellum', 'phi-2', 'exaone4'],
  starcoder: ['smollm', 'codeshell', 'mellum2', 'exaone', 'gpt-2'],
  refact: ['starcoder'],
  'command-r': ['starcoder'],
  qwen2: ['deepseek-r1-qwen', 'megrez', 'stablelm2', 'llama4'],
  'llama-bpe': ['llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'smaug-bpe', 'glm4', 'chatglm-bpe'],
};
if (long)
  for (const [name, others] of Object.entries(alike)) files[name] = [...(files[name] ?? []), ...others];

const vocabularyOf = (name: string): string => path.join(vocabularies, `ggml-vocab-${name}.gguf`);

/** A copy of a vocabulary that says of itself that it is cut in another way. */
function renamed(file: string, pre: string): string {
  const bytes = fs.readFileSync(file);
  const key = Buffer.from('tokenizer.ggml.pre');
  // Behind the key stand its type and the length of the text, of eight bytes.
  const at = bytes.indexOf(key) + key.length + 4;
  const length = Number(bytes.readBigUInt64LE(at));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(pre.length));
  const rest = bytes.subarray(at + 8 + length);
  return temporaryFile('renamed.gguf', Buffer.concat([bytes.subarray(0, at), size, Buffer.from(pre), rest]));
}

/** A copy of a vocabulary without the tokens of these bytes, which are spelled by two in the file. */
function withoutBytes(file: string, without: number[]): string {
  const bytes = fs.readFileSync(file);
  const entry = (text: string): Buffer =>
    Buffer.concat([Buffer.of(2, 0, 0, 0, 0, 0, 0, 0), Buffer.from(text)]);
  for (const [i, byte] of without.entries()) {
    const at = bytes.indexOf(entry(characterOfByte[byte]!));
    assert.ok(at > 0, `no token for ${byte}`);
    entry(String.fromCharCode(0x600 + i)).copy(bytes, at);
  }
  return temporaryFile('without.gguf', bytes);
}

/** What llama.cpp gives each of its texts. */
function ownTexts(file: string): [text: string, ids: number[]][] {
  const texts = fs.readFileSync(`${file}.inp`, 'utf8').split('\n__ggml_vocab_test__\n');
  const lines = fs.readFileSync(`${file}.out`, 'utf8').split('\n');
  return texts.map((text, i) => [text, (lines[i]!.match(/\d+/g) ?? []).map(Number)]);
}

const noVocabularies = `there are none in ${vocabularies}; \`npm test\` puts them there on linux-x64`;

describe("llama.cpp's vocabularies", function () {
  this.timeout(long ? 3_600_000 : 300_000);
  let llama: Llama | undefined;

  before(async function () {
    if (!fs.existsSync(vocabularies)) skipped(this, noVocabularies);
    llama = await loadLlama();
    if (!llama) skipped(this, 'llama.cpp is not installed; `npm test` does so on linux-x64');
    // It looks for the weights first, and says that there are none.
    llama.logLevel = 'disabled';
  });
  after(() => llama?.dispose());

  it('starcoder without tokens for some bytes', async () => {
    const file = withoutBytes(vocabularyOf('starcoder'), [0, 11, 27, 127, 0x85, 0xcc, 0xe4, 0xf0]);
    const peer = await llama!.loadModel({ modelPath: file, gpuLayers: 0, vocabOnly: true });
    const tokenizer = new Tokenizer(readGguf(file));
    fuzz('starcoder', tokenizer, peer);
    assert.equal(tokenizer.decode(tokenizer.encode('a\0\u001bb')), 'ab');
    await peer.dispose();
  });

  for (const [name, others] of Object.entries(files)) {
    it(`${name}: its own texts, and ${fuzzTexts} fuzzed ones`, async () => {
      const file = vocabularyOf(name);
      const tokenizer = new Tokenizer(readGguf(file));
      const peer = await llama!.loadModel({ modelPath: file, gpuLayers: 0, vocabOnly: true });
      for (const [text, ids] of ownTexts(file))
        assert.deepEqual(tokenizer.encode(started(name, text)), ids, JSON.stringify(text));
      fuzz(name, tokenizer, peer);
      await peer.dispose();
    });

    for (const pre of others)
      it(`${name} cut as ${pre}`, async () => {
        const file = renamed(vocabularyOf(name), pre);
        const peer = await llama!.loadModel({ modelPath: file, gpuLayers: 0, vocabOnly: true });
        fuzz(name, new Tokenizer(readGguf(file)), peer);
        await peer.dispose();
      });
  }
});

describe('the prompt of Qwen 2.5 Coder', function () {
  this.timeout(300_000);

  it('has the ids of its published format, and of text no token that steers', async function () {
    const llama = fs.existsSync(vocabularies) ? await loadLlama() : undefined;
    if (!llama) skipped(this, noVocabularies);
    llama.logLevel = 'disabled';
    const peer = await llama.loadModel({ modelPath: vocabularyOf('qwen2'), gpuLayers: 0, vocabOnly: true });
    const gguf = readGguf(vocabularyOf('qwen2'));
    // Where the vocabulary is filled up, that of the coder has these, and its files say that they are added text.
    const own = ['fim_prefix', 'fim_middle', 'fim_suffix', 'fim_pad', 'repo_name', 'file_sep'];
    const tokens = gguf.metadata.get('tokenizer.ggml.tokens') as string[];
    for (const [i, name] of own.entries()) tokens[151659 + i] = `<|${name}|>`;
    const tokenizer = new Tokenizer(gguf);
    const model = { tokenizer, contextLength: 2048, ...infillingOf(gguf, tokenizer) };
    const prompt = {
      ...{ path: 'app/fim.py', languageId: 'python', repository: 'shop', suffix: '\n    return x\n' },
      prefix: "MIDDLE = '<|fim_middle|>'\n\n\ndef f(x):\n    y = x -> 12345",
      related: [{ path: 'util.py', text: 'PAD = "[PAD151935]"\n' }],
    };
    const { ids } = layoutPrompt(prompt, siteOf(prompt), model);
    const text = (written: string): number[] => peer.tokenize(written, false);
    assert.deepEqual(
      [...ids],
      [
        ...[151663, ...text('shop\n'), 151664, ...text('util.py\nPAD = "[PAD'), ...text('151935]"\n')],
        ...[151664, ...text('app/fim.py\n'), 151659, ...text(prompt.prefix)],
        ...[151661, ...text(prompt.suffix), 151660],
      ],
    );
    const ends = [151643, 151645, ...own.map((_, i) => 151659 + i)];
    assert.deepEqual(
      ends.filter((id) => !tokenizer.controlIds.includes(id)),
      [],
    );
    assert.ok(tokenizer.emptyIds.includes(151935), 'what fills the vocabulary up is never chosen');
    assert.deepEqual([text('->'), text('(x):\n')], [[405], [2075, 982]]);
    await peer.dispose();
    await llama.dispose();
  });
});

/** SentencePiece has a space before each text. */
function started(name: string, text: string): string {
  return name === 'llama-spm' && text !== '' ? ` ${text}` : text;
}

function fuzz(name: string, tokenizer: Tokenizer, peer: PeerModel): void {
  const random = randomSource(29);
  const code = sources();
  for (let i = 0; i < fuzzTexts; i++) {
    const text = i % 4 === 0 ? excerpt(code, random) : mixture(random);
    const ids = tokenizer.encode(started(name, text));
    assert.deepEqual(ids, peer.tokenize(text, false), JSON.stringify(text));
    if (i % 4 === 0)
      assert.equal(barredAt(text, random.below(text.length + 1), tokenizer), undefined, JSON.stringify(text));
  }
}

function sources(): string {
  const folder = path.join('src', 'model');
  const code = fs
    .readdirSync(folder)
    // Its tokens steer a model: typed they are text to us, and one token each to the peer.
    .filter((file) => file !== 'formats.ts')
    .sort()
    .map((file) => fs.readFileSync(path.join(folder, file), 'utf8'));
  return code.join('\n');
}

function excerpt(text: string, random: RandomSource): string {
  const start = random.below(text.length);
  return text.slice(start, start + random.below(400)).replace(/[\ud800-\udfff]/g, '');
}

const parts = [
  ...' \t\n\r\v\f\0\u001b\u007f\'"(){}[]<>;:,.!?=+-*/%&|^~#@$_\\`',
  ...'aAbZsStTmMdDlLrReEvV019éßЖжΩ你가あ٣Ⅻ½ǅʰªƻ\u00a0\u2003\u2028\u0085\u3000\u0301\u0903\u200d\ufeff\ufffd',
  ...[
    '    ',
    '\t\t',
    '\n\n',
    '\r\n',
    ' \n',
    "'ll",
    "'S",
    '123',
    '4567',
    'function',
    'return',
    'camelCase',
    'HTTPServer',
  ],
  ...[
    '😀',
    '👩‍👧',
    'नमस्ते',
    'ไทย',
    'e\u0301',
    'café',
    '한국어',
    '中文字',
    'العربية',
    'İstanbul',
    '//',
    '->',
    '=>',
    '():',
  ],
  ...['<|fim_middle|>', '<|endoftext|>', '</s>', '<s>', '<fim_prefix>', '<file_sep>', '<｜fim▁hole｜>', '▁'],
];

function mixture(random: RandomSource): string {
  return Array.from({ length: 1 + random.below(40) }, () => part(random)).join('');
}

function part(random: RandomSource): string {
  switch (random.below(24)) {
    case 0:
      return random.pick(parts).repeat(1 + random.below(60));
    case 1:
      return character(random, random.pick(ranges));
    default:
      return random.pick(parts);
  }
}

/** Of these Unicode has long had nearly all; what is new is known to the one of us and not to the other. */
const ranges: [first: number, last: number][] = [
  [0, 0x24ff],
  [0x2500, 0x2bff],
  [0x2c00, 0x31e0],
  [0x4e00, 0x9fa5],
  [0xa000, 0xa48c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe00, 0xffef],
  [0x10000, 0x104ff],
  [0x1d400, 0x1d7ff],
  [0x1f300, 0x1f64f],
  [0x20000, 0x2a6d6],
];
const recent = /[\u0897\u1c89\u1c8a\u2427-\u2429\u2b96\u2ffc-\u2fff\p{Cn}]/u;

function character(random: RandomSource, [first, last]: [number, number]): string {
  const drawn = String.fromCodePoint(first + random.below(last + 1 - first));
  return recent.test(drawn) ? character(random, [first, last]) : drawn;
}
