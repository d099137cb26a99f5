// The prompts of each family of models, spelled out as published, and how a family is told by its file.

import * as assert from 'node:assert/strict';
import { type Gguf, GgufError } from '../../../src/model/gguf';
import { infillingOf } from '../../../src/model/infilling';
import { layoutPrompt } from '../../../src/model/prompt';
import { siteOf } from '../../../src/completion/site';
import { Tokenizer } from '../../../src/model/tokenizer';
import type { InfillingSetting, Prompt } from '../../../src/protocol';
import { type Field, vocabularyFile } from './ggufFile';
import { randomSource } from '../random';

const bytes = 256;
const tokensOf = (gguf: Gguf): string[] => gguf.metadata.get('tokenizer.ggml.tokens') as string[];

/** The prompt that a model of this file gets, with each control token as the vocabulary spells it. */
function spelled(
  gguf: Gguf,
  more: Partial<Prompt> = {},
  contextLength = 2048,
  setting: InfillingSetting = 'auto',
): string {
  const prompt: Prompt = {
    path: 'app/main.py',
    languageId: 'python',
    repository: 'shop',
    prefix: 'from utils import f\nf(',
    suffix: ', 1)\nend()\n',
    related: [{ path: 'utils.py', text: 'def f(a, b):\n    pass\n' }],
    ...more,
  };
  const tokenizer = new Tokenizer(gguf);
  const model = { tokenizer, contextLength, ...infillingOf(gguf, tokenizer, setting) };
  const ids = [...layoutPrompt(prompt, siteOf(prompt), model).ids];
  assert.ok(ids.length <= contextLength - contextLength / 16, `${ids.length} tokens`);
  const control = new Set(tokenizer.controlIds);
  return ids.map((id) => (control.has(id) ? tokensOf(gguf)[id] : tokenizer.piece(id).toString())).join('');
}

const names = (name: string): Record<string, Field> => ({ 'general.name': [8, name] });
/** A key that names the token `index` of those added to the bytes. */
const id = (key: string, index: number): Record<string, Field> => ({
  [`tokenizer.ggml.${key}_token_id`]: [4, bytes + index],
});

interface Case {
  tokens: string[];
  more?: Record<string, Field>;
  /** With a repository and another file; with neither; what continues text in the same family. */
  whole: string;
  alone: string;
  ends: string[];
}

const file = 'def f(a, b):\n    pass';
const before = 'from utils import f\nf(';
const after = ', 1)\nend()\n';

const bars = ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'];
const seeds = ['<[fim-prefix]>', '<[fim-suffix]>', '<[fim-middle]>'];
const plain = ['<fim_prefix>', '<fim_suffix>', '<fim_middle>'];

const cases: Record<string, Case> = {
  'Qwen 2.5 Coder': {
    tokens: ['<|endoftext|>', '<|im_end|>', ...bars, '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>'],
    whole: `<|repo_name|>shop\n<|file_sep|>utils.py\n${file}\n<|file_sep|>app/main.py\n<|fim_prefix|>${before}<|fim_suffix|>${after}<|fim_middle|>`,
    alone: `<|file_sep|>app/main.py\n<|fim_prefix|>${before}<|fim_suffix|>${after}<|fim_middle|>`,
    ends: ['<|endoftext|>', '<|im_end|>', '<|fim_pad|>', '<|file_sep|>', '<|fim_suffix|>'],
  },
  'StarCoder 2': {
    tokens: ['<|endoftext|>', ...plain, '<fim_pad>', '<repo_name>', '<file_sep>'],
    whole: `<repo_name>shop<file_sep>utils.py\n${file}<file_sep><fim_prefix>app/main.py\n${before}<fim_suffix>${after}<fim_middle>`,
    alone: `<file_sep><fim_prefix>app/main.py\n${before}<fim_suffix>${after}<fim_middle>`,
    ends: ['<|endoftext|>', '<file_sep>', '<repo_name>', '<fim_pad>'],
  },
  'DeepSeek Coder': {
    tokens: [
      '<｜begin▁of▁sentence｜>',
      '<｜end▁of▁sentence｜>',
      '<｜fim▁hole｜>',
      '<｜fim▁begin｜>',
      '<｜fim▁end｜>',
      '<|EOT|>',
    ],
    more: { ...id('bos', 0), ...id('eos', 1), 'tokenizer.ggml.add_bos_token': [7, 1] },
    whole: `<｜begin▁of▁sentence｜><｜fim▁begin｜>#utils.py\n${file}\n#app/main.py\n${before}<｜fim▁hole｜>${after}<｜fim▁end｜>`,
    alone: `<｜begin▁of▁sentence｜><｜fim▁begin｜>${before}<｜fim▁hole｜>${after}<｜fim▁end｜>`,
    ends: ['<｜end▁of▁sentence｜>', '<|EOT|>', '<｜fim▁begin｜>'],
  },
  'Code Llama': {
    tokens: ['<s>', '</s>', '▁<PRE>', '▁<MID>', '▁<SUF>', '▁<EOT>'],
    more: {
      ...{ ...id('bos', 0), ...id('eos', 1), 'tokenizer.ggml.add_bos_token': [7, 1] },
      ...{ ...id('prefix', 2), ...id('middle', 3), ...id('suffix', 4), ...id('eot', 5) },
    },
    whole: `<s>▁<PRE>▁<SUF>${after}▁<MID># utils.py\n${file}\n# app/main.py\n${before}`,
    alone: `<s>▁<PRE>▁<SUF>${after}▁<MID>${before}`,
    ends: ['</s>', '▁<EOT>', '▁<PRE>'],
  },
  Codestral: {
    tokens: ['<s>', '</s>', '[PREFIX]', '[MIDDLE]', '[SUFFIX]'],
    more: {
      ...{ ...id('bos', 0), ...id('eos', 1), 'tokenizer.ggml.add_bos_token': [7, 1] },
      ...names('Codestral-22B-v0.1'),
    },
    whole: `<s>[SUFFIX]${after}[PREFIX]+++++ utils.py\n${file}\n\n+++++ app/main.py\n${before}`,
    alone: `<s>[SUFFIX]${after}[PREFIX]${before}`,
    ends: ['</s>', '[MIDDLE]', '[SUFFIX]'],
  },
  CodeGemma: {
    tokens: ['<eos>', '<bos>', ...bars, '<|file_separator|>', '<end_of_turn>'],
    more: { ...id('bos', 1), 'tokenizer.ggml.add_bos_token': [7, 1] },
    whole: `<bos>utils.py\n${file}<|file_separator|>app/main.py\n<|fim_prefix|>${before}<|fim_suffix|>${after}<|fim_middle|>`,
    alone: `<bos>app/main.py\n<|fim_prefix|>${before}<|fim_suffix|>${after}<|fim_middle|>`,
    ends: ['<eos>', '<|file_separator|>', '<end_of_turn>'],
  },
  Mellum: {
    tokens: ['<|endoftext|>', ...plain, '<fim_pad>', '<filename>', '<reponame>'],
    more: { 'tokenizer.ggml.pre': [8, 'mellum'] },
    whole: `<filename>utils.py\n${file}\n<filename>app/main.py\n<fim_suffix>${after}<fim_prefix>${before}<fim_middle>`,
    alone: `<filename>app/main.py\n<fim_suffix>${after}<fim_prefix>${before}<fim_middle>`,
    ends: ['<|endoftext|>', '<filename>', '<reponame>'],
  },
  'Seed-Coder': {
    tokens: ['<[begin▁of▁sentence]>', '<[end▁of▁sentence]>', ...seeds],
    more: { ...id('bos', 0), ...id('eos', 1), 'tokenizer.ggml.add_bos_token': [7, 1] },
    whole: `<[begin▁of▁sentence]><[fim-suffix]>${after}<[fim-prefix]># utils.py\n${file}\n# app/main.py\n${before}<[fim-middle]>`,
    alone: `<[begin▁of▁sentence]><[fim-suffix]>${after}<[fim-prefix]>${before}<[fim-middle]>`,
    ends: ['<[end▁of▁sentence]>', '<[fim-middle]>'],
  },
  CodeGeeX: {
    tokens: ['<|endoftext|>', '<|code_prefix|>', '<|code_suffix|>', '<|code_middle|>', '<|user|>'],
    whole: `<|code_prefix|># utils.py\n${file}\n# app/main.py\n${before}<|code_suffix|>${after}<|code_middle|>`,
    alone: `<|code_prefix|>${before}<|code_suffix|>${after}<|code_middle|>`,
    ends: ['<|endoftext|>', '<|user|>', '<|code_suffix|>'],
  },
  'Falcon H1': {
    tokens: ['<|end_of_text|>', '<|prefix|>', '<|suffix|>', '<|middle|>'],
    whole: `<|prefix|># utils.py\n${file}\n# app/main.py\n${before}<|suffix|>${after}<|middle|>`,
    alone: `<|prefix|>${before}<|suffix|>${after}<|middle|>`,
    ends: ['<|end_of_text|>', '<|middle|>'],
  },
  SantaCoder: {
    tokens: ['<|endoftext|>', '<fim-prefix>', '<fim-middle>', '<fim-suffix>', '<fim-pad>'],
    whole: `<fim-prefix># utils.py\n${file}\n# app/main.py\n${before}<fim-suffix>${after}<fim-middle>`,
    alone: `<fim-prefix>${before}<fim-suffix>${after}<fim-middle>`,
    ends: ['<|endoftext|>', '<fim-pad>'],
  },
  'Granite, StarCoder': {
    tokens: ['<|endoftext|>', ...plain, '<fim_pad>', '<filename>', '<reponame>'],
    whole: `<fim_prefix># utils.py\n${file}\n# app/main.py\n${before}<fim_suffix>${after}<fim_middle>`,
    alone: `<fim_prefix>${before}<fim_suffix>${after}<fim_middle>`,
    ends: ['<|endoftext|>', '<filename>', '<fim_pad>'],
  },
  'Granite 4': {
    tokens: ['<|end_of_text|>', ...bars, '<|fim_pad|>', '<|filename|>', '<|reponame|>'],
    whole: `<|fim_prefix|># utils.py\n${file}\n# app/main.py\n${before}<|fim_suffix|>${after}<|fim_middle|>`,
    alone: `<|fim_prefix|>${before}<|fim_suffix|>${after}<|fim_middle|>`,
    ends: ['<|end_of_text|>', '<|filename|>'],
  },
};

const bare = { repository: '', related: [] };

describe('formats', () => {
  for (const [family, { tokens, more, whole, alone, ends }] of Object.entries(cases)) {
    it(`shows ${family} a hole as it was taught`, () => {
      const gguf = vocabularyFile(tokens, more);
      assert.equal(infillingOf(gguf, new Tokenizer(gguf)).format.family, family);
      assert.equal(spelled(gguf), whole);
      assert.equal(spelled(gguf, bare), alone);
    });

    it(`ends an answer of ${family} at its tokens`, () => {
      const gguf = vocabularyFile(tokens, more);
      const { controlIds } = new Tokenizer(gguf);
      for (const end of ends) assert.ok(controlIds.includes(tokensOf(gguf).indexOf(end)), end);
    });

    it(`keeps the budget of ${family}, and the beginning while the user types`, () => {
      const line = (i: number): string => `    value${i} = f(${i}, 'ä')\n`;
      const lines = Array.from({ length: 200 }, (_, i) => line(i)).join('');
      const gguf = vocabularyFile(tokens, more);
      const related = [1, 2, 3].map((i) => ({ path: `r${i}.py`, text: lines }));
      const at = (typed: string): string =>
        spelled(gguf, { prefix: lines + typed, suffix: `\n${lines}`, related }, 1024);
      const [first, next] = [at(''), at('x = 1')];
      const head = first.slice(0, first.indexOf('value0'));
      assert.ok(head.length > 0 && next.startsWith(head));
      assert.ok(first.length > 600, first);
    });
  }

  it('keeps every budget for texts of any kind, cut into words in any way', () => {
    const random = randomSource(11);
    const pieces = [
      '\n',
      '\n\n',
      ' ',
      '    ',
      '\t',
      '\r\n',
      'value',
      '(x)',
      '12',
      'é',
      '世界',
      '👍',
      '#',
      "'",
      '<|',
    ];
    const text = (most: number): string =>
      Array.from({ length: random.below(most) }, () => random.pick(pieces)).join('');
    const pres = ['gpt-2', 'llama-bpe', 'qwen2', 'starcoder', 'deepseek-coder'];
    for (const pre of pres) {
      for (const { tokens, more } of Object.values(cases)) {
        const merges = ['Ġ Ġ', 'ĠĠ ĠĠ', 'Ċ Ċ', 'Ċ ĠĠ'];
        const added = [...tokens, ...merges.map((merge) => merge.replace(' ', ''))];
        const gguf = vocabularyFile(added, { ...more, 'tokenizer.ggml.pre': [8, pre] }, merges);
        for (let i = 0; i < 5; i++) {
          const related = [1, 2, 3].map((number) => ({ path: `${text(9)}${number}`, text: text(300) }));
          const prompt = {
            path: text(20),
            repository: text(9),
            prefix: text(600),
            suffix: text(600),
            related,
          };
          spelled(gguf, prompt, random.pick([64, 128, 256, 1024]));
        }
      }
    }
  });

  it('continues text for a model without fill-in-the-middle', () => {
    const gguf = vocabularyFile(['<|endoftext|>']);
    assert.equal(spelled(gguf), `# utils.py\n${file}\n# app/main.py\n${before}`);
    assert.equal(spelled(gguf, bare), before);
    assert.equal(spelled(gguf, { languageId: 'html' }), before);
    const java = { languageId: 'java', path: 'B.java', related: [{ path: 'A.java', text: 'class A {}' }] };
    assert.equal(spelled(gguf, java), `// A.java\nclass A {}\n// B.java\n${before}`);
  });

  it('continues text in the way of its family for a model that states no order', () => {
    const none: Record<string, Field> = { 'ryzanstein.fim.orders': [9, [8, []]] };
    const text = (family: keyof typeof cases): string => spelled(vocabularyFile(cases[family]!.tokens, none));
    assert.equal(
      text('Qwen 2.5 Coder'),
      `<|repo_name|>shop\n<|file_sep|>utils.py\n${file}\n<|file_sep|>app/main.py\n${before}`,
    );
    assert.equal(
      text('StarCoder 2'),
      `<repo_name>shop<file_sep>utils.py\n${file}<file_sep>app/main.py\n${before}`,
    );
  });

  it('takes the order that the file states, if the format has it', () => {
    const stated = (family: keyof typeof cases, ...orders: string[]): string =>
      spelled(vocabularyFile(cases[family]!.tokens, { 'ryzanstein.fim.orders': [9, [8, orders]] }), bare);
    assert.equal(
      stated('Qwen 2.5 Coder', 'psm', 'spm'),
      `<|file_sep|>app/main.py\n<|fim_prefix|><|fim_suffix|>${after}<|fim_middle|>${before}`,
    );
    assert.equal(stated('Code Llama', 'psm'), `▁<PRE>${before}▁<SUF>${after}▁<MID>`);
    assert.equal(
      stated('StarCoder 2', 'spm', 'psm'),
      `<file_sep><fim_prefix>app/main.py\n${before}<fim_suffix>${after}<fim_middle>`,
    );
  });

  it('does not take a vocabulary with unused tokens for Codestral, whatever the file is called', () => {
    const { tokens, more } = cases.Codestral!;
    for (const file of ['mistral.gguf', 'codestral-22b.gguf']) {
      const gguf = vocabularyFile(tokens, { ...more, ...names('Mistral Nemo') }, [], file);
      assert.equal(spelled(gguf, bare), `<s>${before}`);
      assert.equal(spelled(gguf, bare, 2048, 'always'), `<s>[SUFFIX]${after}[PREFIX]${before}`);
    }
  });

  it('tells a family by its tokens, whatever model and file are called', () => {
    const { tokens, more, alone } = cases.Mellum!;
    assert.equal(spelled(vocabularyFile(tokens, { ...more, ...names('x') }, [], 'qwen.gguf'), bare), alone);
  });

  it('lets the user have the last word', () => {
    const qwen = vocabularyFile(cases['Qwen 2.5 Coder']!.tokens);
    assert.equal(spelled(qwen, bare, 2048, 'never'), `<|file_sep|>app/main.py\n${before}`);
    const none: Record<string, Field> = { 'ryzanstein.fim.orders': [9, [8, []]] };
    const closed = vocabularyFile(cases['Qwen 2.5 Coder']!.tokens, none);
    assert.equal(spelled(closed, bare, 2048, 'always'), cases['Qwen 2.5 Coder']!.alone);
    assert.equal(spelled(vocabularyFile(['<|endoftext|>']), bare, 2048, 'always'), before);
  });

  it('says what a model may suffer from', () => {
    const caution = (more: Record<string, Field>, tokens = cases['Qwen 2.5 Coder']!.tokens): string => {
      const gguf = vocabularyFile(tokens, more);
      return infillingOf(gguf, new Tokenizer(gguf)).caution ?? '';
    };
    const template: Record<string, Field> = { 'tokenizer.chat_template': [8, 'x'] };
    assert.equal(caution(names('Qwen2.5 Coder 1.5B')), '');
    assert.equal(caution({ ...names('Qwen2.5 Coder 1.5B'), ...template }), '');
    assert.match(caution(names('Qwen2.5 Coder 1.5B Instruct')), /^It was trained to chat/);
    assert.match(caution(names('gemma-2b-it'), cases.CodeGemma!.tokens), /^It was trained to chat/);
    assert.match(caution({ ...names('Qwen3 8B'), ...template }), /^It was trained to chat/);
    for (const name of ['Zeta', 'Instinct', 'Sweep Next Edit 1.5B', 'Qwen2.5 Coder 7B next-edit'])
      for (const more of [names(name), { ...names(name), ...template }])
        assert.match(caution(more), /^It was made for next edits: [^.]*\.$/, name);
    assert.match(caution(names('Zeta 2'), cases['Seed-Coder']!.tokens), /^It was made for next edits/);
    assert.match(caution(names('Qwen3 8B Base')), /trained with them is not known/);
    assert.match(caution(names('Bitnet Bits'), ['<x>']), /^It continues .* no tokens to fill in with\.$/);
    assert.match(caution(names('SmolLM2 Instruct'), ['<x>']), /^It continues .*It was trained to chat/);
    assert.match(caution(names('Mistral'), cases.Codestral!.tokens), /^It continues .*nothing shows/);
  });

  it('puts the space of SentencePiece before a text, unless the file has none', () => {
    const pieces = (more: Record<string, Field>): string => {
      const tokens = ['<s>', '</s>', '▁<PRE>', '▁<SUF>', '▁<MID>', '▁', ...letters];
      const types = tokens.map((_, i) => (i < 5 ? 3 : 1));
      return spelled(
        vocabularyFile([], {
          'tokenizer.ggml.model': [8, 'llama'],
          'tokenizer.ggml.tokens': [9, [8, tokens]],
          'tokenizer.ggml.token_type': [9, [5, types]],
          'tokenizer.ggml.scores': [9, [6, tokens.map(() => 0)]],
          'tokenizer.ggml.bos_token_id': [4, 0],
          ...more,
        }),
        bare,
      );
    };
    const letters = [...new Set([...before, ...after])].filter((letter) => letter !== ' ');
    assert.equal(pieces({}), `<s>▁<PRE>▁<SUF>${after}▁<MID> ${before}`);
    const without: Record<string, Field> = { 'tokenizer.ggml.add_space_prefix': [7, 0] };
    assert.equal(pieces(without), `<s>▁<PRE>▁<SUF>${after}▁<MID>${before}`);
    assert.equal(pieces({ 'ryzanstein.fim.orders': [9, [8, []]] }), `<s> ${before}`);
  });

  for (const keys of [
    ['prefix', 'suffix', 'middle'],
    ['fim_pre', 'fim_suf', 'fim_mid'],
  ]) {
    it(`takes tokens of any spelling that the metadata names by ${keys.join(', ')}`, () => {
      const [pre, suf, mid] = keys as [string, string, string];
      const more = { ...id(pre, 2), ...id(suf, 1), ...id(mid, 0) };
      assert.equal(spelled(vocabularyFile(['<M>', '<S>', '<P>'], more), bare), `<P>${before}<S>${after}<M>`);
      const separated = { ...more, ...id('fim_sep', 3) };
      assert.equal(
        spelled(vocabularyFile(['<M>', '<S>', '<P>', '<F>'], separated), bare),
        `<F>app/main.py\n<P>${before}<S>${after}<M>`,
      );
    });
  }

  it('refuses a control token that is none, by its key', () => {
    assert.throws(
      () => new Tokenizer(vocabularyFile([], id('middle', 7))),
      (error: Error) => error instanceof GgufError && /middle_token_id" is 263/.test(error.message),
    );
  });

  it('takes no plain word for the end of an answer', () => {
    const types = (type: number): Record<string, Field> => ({
      'tokenizer.ggml.token_type': [9, [5, [...Array<number>(bytes).fill(1), type]]],
    });
    assert.equal(new Tokenizer(vocabularyFile(['</s>'], types(1))).controlIds.length, 0);
    assert.deepEqual([...new Tokenizer(vocabularyFile(['</s>'], types(3))).controlIds], [bytes]);
  });

  it('gives llama 3 its first token, and others only if the file says so', () => {
    const begins = (pre: string, more: Record<string, Field>): string =>
      spelled(vocabularyFile(['<B>'], { ...id('bos', 0), 'tokenizer.ggml.pre': [8, pre], ...more }), bare);
    const says = (what: number): Record<string, Field> => ({ 'tokenizer.ggml.add_bos_token': [7, what] });
    assert.equal(begins('llama-bpe', {}), `<B>${before}`);
    assert.equal(begins('llama-bpe', says(0)), before);
    assert.equal(begins('qwen2', {}), before);
    assert.equal(begins('qwen2', says(1)), `<B>${before}`);
  });
});
