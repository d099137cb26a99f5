// The measure that answers are scored by.

import * as assert from 'node:assert/strict';
import { areaUnder, parseErrorsAdded, score, similarity } from '../../../src/measure/evaluate';

describe('edit similarity', () => {
  it('is 1 for equal texts, 0 for wholly different ones, and the share that stays between', () => {
    assert.equal(similarity('', ''), 1);
    assert.equal(similarity('abc', 'abc'), 1);
    assert.equal(similarity('abc', 'xyz'), 0);
    assert.equal(similarity('', 'ab'), 0);
    assert.equal(similarity('kitten', 'sitting'), 1 - 3 / 7);
    assert.equal(similarity('sitting', 'kitten'), 1 - 3 / 7);
  });
});

describe('parse errors added', () => {
  const hole = { path: 'a.ts', kind: 'rest', prefix: 'const a = ', suffix: '\nb();\n', expected: 'f(1);' };
  const added = (
    text: string,
    language = 'typescript',
    expected = hole.expected,
  ): Promise<number | undefined> => parseErrorsAdded({ ...hole, language, expected }, text);

  it('are those that the expected text has not', async () => {
    assert.equal(await added('f(1);'), 0);
    assert.equal(await added('g([2]);'), 0);
    assert.equal(await added('f(1));'), 1);
    assert.equal(await added('f(1);', 'typescript', 'f(1));'), 0);
    assert.equal(await added('f(1));', 'typescript', 'f(1));'), 0);
  });

  it('are not known without a grammar', async () =>
    assert.equal(await added('f(1));', 'plaintext'), undefined));
});

describe('the area under the precision', () => {
  it('is the mean precision over all shown rates', () => {
    assert.equal(areaUnder([]), 0);
    assert.equal(areaUnder([true, true]), 1);
    assert.equal(areaUnder([true, false]), (1 + 1 / 2) / 2);
    assert.equal(areaUnder([false, true]), (0 + 1 / 2) / 2);
  });
});

describe('what an evaluation tells of a place', () => {
  it('is no part of a secret that stands there, though it counts as any other', async () => {
    const place = { path: 'a.ts', language: 'typescript', kind: 'rest', suffix: "';\nopen();\n" };
    const holes = [
      { ...place, prefix: "const password = 'Som", expected: 'mer2024x!' },
      { ...place, prefix: "const colour = 'gr", expected: 'een' },
    ];
    const answer = {
      shown: true,
      confidence: 1,
      promptTokens: 1,
      reusedTokens: 0,
      prefillMs: 1,
      decodeMs: 1,
    };
    const answerer = {
      engine: 'a',
      model: 'm',
      file: 'f',
      type: 't',
      kernel: 'k',
      threads: 1,
      context: false,
    };
    const answers = holes.map(({ expected }) => ({ ...answer, text: expected }));
    const { results, firstLineExact } = await score(answerer, holes, answers);
    assert.deepEqual(
      results.map(({ expected, text, exact }) => [expected, text, exact]),
      [
        ['', '', true],
        ['een', 'een', true],
      ],
    );
    assert.equal(firstLineExact, 1);
  });
});
