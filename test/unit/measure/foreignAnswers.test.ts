// Answers from elsewhere: bad lists refused by what is wrong, good ones cut, cleaned and scored like our own.

import * as assert from 'node:assert/strict';
import { score } from '../../../src/measure/evaluate';
import { foreignAnswers } from '../../../src/measure/foreignAnswers';
import type { Hole } from '../../../src/measure/holes';
import type { Answerer } from '../../../src/reports';

const who = { engine: 'other', model: 'm', type: 'counts', kernel: 'numpy', threads: 1 };

const hole: Hole = {
  path: 'a.py',
  language: 'python',
  kind: 'rest',
  prefix: 'first = 1\nsecond = sum(',
  suffix: ')\nthird = 3\n',
  expected: 'numbers',
};
const block: Hole = {
  ...hole,
  kind: 'block',
  prefix: 'def f(x):',
  suffix: '\n\nf(1)\n',
  expected: '\n    return x + 1',
};

function answersTo(holes: Hole[], ...tokens: [string, number][][]): ReturnType<typeof foreignAnswers> {
  const answers = tokens.map((one, i) => ({ id: i + 1, tokens: one, milliseconds: 5 * (i + 1) }));
  return foreignAnswers({ ...who, answers }, holes, 'answers.json');
}

describe('answers from elsewhere', () => {
  it('end where ours would: at the line, before what stands behind the cursor, at the end of the block', () => {
    const { answers } = answersTo(
      [hole, block],
      [
        ['num', -0.1],
        ['bers', -0.2],
        [')', -0.3],
        ['\nfourth', -0.4],
      ],
      [
        ['\n    return', -0.1],
        [' x + 1\n', -0.1],
        ['g(2)', -9],
      ],
    );
    assert.deepEqual(
      answers.map(({ text }) => text),
      ['numbers', '\n    return x + 1'],
    );
    assert.ok(answers.every(({ shown }) => shown));
  });

  it('are as sure as the tokens that are left of them', () => {
    const { answers } = answersTo(
      [hole],
      [
        ['num', -0.2],
        ['bers', -0.4],
        [')\n', -30],
      ],
    );
    assert.ok(Math.abs(answers[0]!.confidence - Math.exp((-0.3 - 0.4) / 2)) < 1e-9);
  });

  it('are hidden for our reasons', () => {
    const { answers } = answersTo(
      [hole, { ...hole, prefix: 'first = 1\n', suffix: '\n' }],
      [],
      [['first = 1', -1]],
    );
    assert.deepEqual(
      answers.map(({ hidden }) => hidden),
      ['empty', 'duplicate'],
    );
  });

  it('are scored by the same code', async () => {
    const { answerer, answers } = answersTo([hole, block], [['numbers', -0.1]], [['\n    return None', -2]]);
    const evaluation = await score(answerer, [hole, block], answers);
    assert.equal(evaluation.engine, 'other');
    assert.equal(evaluation.firstLineExact, 0.5);
    assert.deepEqual(evaluation.latency, { p50: 5, p95: 5 });
    assert.equal(evaluation.byKind.rest!.wholeExact, 1);
    assert.equal(evaluation.byKind.block!.wholeExact, 0);
    assert.equal(evaluation.charactersSavedPerShown, (7 + '\n    return '.length) / 2);
  });

  it('are refused by what is wrong with them', () => {
    const good = { ...who, answers: [{ id: 1, tokens: [['a', -1]], milliseconds: 1 }] };
    assert.equal(foreignAnswers(good, [hole], 'a.json').answers.length, 1);
    for (const [list, message] of [
      [{}, /a\.json lists no answers: it needs "engine", "model" and "answers"/],
      [{ ...good, threads: 'two' }, /a\.json does not tell the "type", "kernel" and "threads"/],
      [{ ...good, answers: 'none' }, /lists no answers/],
      [{ ...good, answers: [{ id: 1, tokens: ['a'], milliseconds: 1 }] }, /"tokens" of text and number/],
      [{ ...good, answers: [null] }, /has an answer without/],
      [{ ...good, answers: [{ id: 1, tokens: [] }] }, /without "id", "milliseconds"/],
      [{ ...good, answers: [] }, /a\.json has no answer to hole 1 of 1/],
      [{ ...good, answers: [{ ...good.answers[0], id: 2 }] }, /no answer to hole 1/],
    ] as [object, RegExp][])
      assert.throws(() => foreignAnswers(list, [hole], 'a.json'), message);
  });
});

describe('the score', () => {
  const answerer: Answerer = { ...who, file: 'answers.json', context: false };
  const answer = { promptTokens: 10, reusedTokens: 5, prefillMs: 1, decodeMs: 2 };

  it('takes what is not fit to show for the least sure, and groups dialects with their language', async () => {
    const holes = ['javascript', 'javascriptreact', 'go'].map((language) => ({ ...hole, language }));
    const { area, shownPrecision, byLanguage, reuse, hidden, reliability } = await score(answerer, holes, [
      { ...answer, text: 'wrong', shown: false, hidden: 'repetition', confidence: 0.9 },
      { ...answer, text: 'numbers', shown: true, confidence: 0.8 },
      { ...answer, text: 'wrong', shown: true, confidence: 0.1 },
    ]);
    assert.deepEqual(
      shownPrecision
        .filter(({ shownRate }) => [0.3, 0.7, 1].includes(shownRate))
        .map(({ precision }) => precision),
      [1, 0.5, 0.3333],
    );
    assert.deepEqual(reliability, [
      { confidence: 0.1, answers: 1, exact: 0 },
      { confidence: 0.8, answers: 1, exact: 1 },
    ]);
    assert.equal(area, Math.round(((1 + 1 / 2 + 1 / 3) / 3) * 10_000) / 10_000);
    assert.deepEqual(Object.keys(byLanguage), ['go', 'javascript']);
    assert.equal(byLanguage.javascript!.firstLineExact, 0.5);
    assert.equal(reuse, 0.5);
    assert.deepEqual(hidden, { repetition: 1 });
  });
});
