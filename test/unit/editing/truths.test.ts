// What was written where a model had answered: each answer is told of once, when its line is finished, and as right only if it is what was written.

import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defaults } from '../../../src/editing/settings';
import { Truths } from '../../../src/editing/truths';
import type { Answering } from '../../../src/engine/engine';
import { replay } from '../../../src/measure/replay';
import { typed } from '../../../src/measure/typist';
import type { Completion, Known, Prompt } from '../../../src/protocol';
import { randomSource } from '../random';
import { answer } from './marked';

const at = (marked: string): Prompt => {
  const [prefix = '', suffix = ''] = marked.split('|');
  return { path: 'a.ts', languageId: 'typescript', prefix, suffix, related: [] };
};

/** Of an answer at a mark, what is told when the cursor is at another one. */
function told(marked: string, completion: Completion, ...later: string[]): boolean[] {
  const known: Known[] = [];
  const truths = new Truths((one) => known.push(one));
  truths.answered(at(marked), completion);
  for (const each of later) truths.at(at(each));
  return known.map(({ answer: { exact } }) => exact);
}

const says = (text: string, more: Partial<Completion> = {}): Completion =>
  answer(text, { likelihood: 0.5, ...more });

describe('what was written where a model had answered', () => {
  const rows: [string, string, string, string, boolean[]][] = [
    ['the same', 'let a = |;', 'b + c', 'let a = b + c;\n|', [true]],
    ['something else', 'let a = |;', 'b + c', 'let a = b - c;\n|', [false]],
    ['the same and more', 'let a = |', 'b', 'let a = b + c;\n|', [false]],
    ['the same, with CRLF', 'let a = |\r\n', 'b;', 'let a = b;\r\n|', [true]],
    ['white space at the end', 'let a = |', 'b;', 'let a = b; \n|', [true]],
    ['something behind a bracket that was closed', 'f(|)', 'a, b', 'f(a, b);\n|', [true]],
    ['more before that bracket', 'f(|)', 'a', 'f(a, b);\n|', [false]],
    ['the head of a block', 'if (|) {}', 'a) {\n  b();', 'if (a) {\n  |', [true]],
    ['nothing yet', 'let a = |', 'b', 'let a = b|', []],
    ['nothing where the cursor is elsewhere', 'x = |\ny = 1\nz = 2', 'f()', 'x = \ny = 1\nz = 2\nq|', []],
    ['nothing on the way there', 'x = |;\r\n  y = 1\r\n', 'f()', 'x = ;\r\n  y|', []],
    ['a line that is left as it was', 'f();|\ny = 1', ' // g', 'f();\ng();\n|y = 1', [false]],
    ['the last line, left as it was', 'f();|', ' // g', 'f();\n|', [false]],
    ['a text that was changed above', 'x\nlet a = |', 'b', 'y\nlet a = b;\n|', []],
    ['a place above', 'x\nlet a = |', 'b', 'x|\nlet a = ', []],
  ];
  for (const [what, asked, text, later, expected] of rows)
    it(`tells of ${what}`, () => {
      assert.deepEqual(told(asked, says(text), later), expected);
    });

  it('tells of the language that an answer was held to, which in markup may be that of a script', () => {
    const known: Known[] = [];
    const truths = new Truths((one) => known.push(one));
    const vue = (marked: string): Prompt => ({ ...at(marked), languageId: 'vue' });
    truths.answered(vue('let a = |'), says('b', { bar: { wanted: 0, language: 'javascript', least: 0 } }));
    truths.at(vue('let a = b\n|'));
    truths.answered(vue('<p>|'), says('</p>'));
    truths.at(vue('<p></p>\n|'));
    assert.deepEqual(
      known.map(({ answer: { language } }) => language),
      ['javascript', 'vue'],
    );
  });

  it('tells once, of answers that are hidden for being unsure, and of no others', () => {
    const [asked, later] = ['let a = |', 'let a = b;\n|'];
    assert.deepEqual(told(asked, says('b;'), later, later), [true]);
    assert.deepEqual(told(asked, says('b;', { shown: false, hidden: 'confidence' }), later), [true]);
    assert.deepEqual(told(asked, says('b;', { shown: false, hidden: 'syntax' }), later), []);
    assert.deepEqual(told(asked, says('b;', { likelihood: undefined }), later), []);
    assert.deepEqual(told(asked, says(''), later), []);
  });

  it('tells what each of two models said', () => {
    const known: Known[] = [];
    const truths = new Truths((one) => known.push(one));
    const other = { model: 'large', shown: false, confidence: 0.1, milliseconds: 9 };
    const said = { text: 'b;', hidden: 'confidence', likelihood: 0.3 } as const;
    truths.answered(at('let a = |'), says('c;', { other: { ...other, said } }));
    truths.at(at('let a = b;\n|'));
    assert.deepEqual(
      known.map(({ model, answer: { confidence, exact } }) => [model, confidence, exact]),
      [
        ['test', 0.5, false],
        ['large', 0.3, true],
      ],
    );
  });

  it('holds for every line that is typed of real code, true where the model knew it and false where it did not', async function () {
    this.timeout(60_000);
    const { below } = randomSource(7);
    for (const name of ['src/statistics.ts', 'src/editing/offers.ts', 'training/gguf.py']) {
      const text = readFileSync(path.resolve(name), 'utf8').slice(0, 1500);
      /** By likelihood, a number for each answer: whether it was what the file has. */
      const truth = new Map<number, boolean>();
      const known: Known[] = [];
      const engine = {
        info: { name: 'test', kernel: 'none', threads: 1 },
        complete: ({ prefix }: Prompt): Promise<Completion> => {
          const rest = /^[^\n]*/.exec(text.slice(prefix.length))![0].trimEnd();
          const isTrue = text.startsWith(prefix) && below(2) === 0;
          const likelihood = (truth.size + 1) / 1e5;
          truth.set(likelihood, isTrue && rest !== '');
          const said = isTrue ? rest : `${rest}~`;
          return Promise.resolve(says(said, { likelihood, shown: false, hidden: 'confidence' }));
        },
        prefill: () => Promise.resolve({ promptTokens: 0, reusedTokens: 0, prefillMs: 0 }),
        known: (one: Known) => known.push(one),
      } as unknown as Answering;
      const file = { path: name, languageId: name.endsWith('py') ? 'python' : 'typescript', text };
      await replay(engine, typed(file), { ...defaults, deadline: 1e6 }, () => undefined);
      const wrong = known.filter(({ answer: { confidence, exact } }) => truth.get(confidence) !== exact);
      assert.ok(known.length > 15, `${name}: ${known.length}`);
      assert.deepEqual(wrong, [], name);
      assert.equal(new Set(known.map(({ answer: { confidence } }) => confidence)).size, known.length);
    }
  });
});
