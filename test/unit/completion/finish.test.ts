// How sure an answer is, by the tokens of what is shown of it, however its white space was written.

import * as assert from 'node:assert/strict';
import { Finishing, judge } from '../../../src/completion/finish';
import { randomSource } from '../random';
import { place } from './place';

const limits = { maxTokens: 64, maxLines: 12, minConfidence: 0 };
/** Of a token by what it spells, so that the same ones have the same. */
const chanceOf = (token: string): number =>
  token === '' ? 0 : -((token.charCodeAt(0) * 7 + token.length) % 11) / 4;

function judged(marked: string, languageId: string, tokens: readonly string[]) {
  const site = place(marked, languageId);
  const finishing = new Finishing(site, limits);
  for (const text of tokens) finishing.take({ text, logProbability: chanceOf(text.trimStart()) });
  finishing.end('end');
  return judge(site, finishing.answer, limits, undefined);
}

describe('how sure an answer is', () => {
  it('is told by all tokens of its line, also where its white space is rewritten', () => {
    const rest = ['x', '.', 'y', '()'];
    const inTabs = judged('func f() {\n\tg()\n‸\n}\n', 'go', ['\t', ...rest, '\n']);
    const inSpaces = judged('func f() {\n\tg()\n‸\n}\n', 'go', ['    ', ...rest, '\n']);
    assert.equal(inSpaces.text, inTabs.text);
    assert.deepEqual(inSpaces.features, inTabs.features);
    const typed = judged('def f():\n        ‸\n', 'python', ['return', ' foo', '(', 'b', ')', '\n']);
    const again = judged('def f():\n        ‸\n', 'python', [
      ...['        ', 'return', ' foo', '(', 'b', ')', '\n'],
    ]);
    assert.equal(again.text, typed.text);
    // The indentation is one more token, and a sure one.
    const { sum, whole, least, last, end, tokens } = typed.features;
    const { features } = again;
    assert.deepEqual(
      [features.sum, features.whole, features.least, features.last, features.end, features.tokens],
      [sum, whole, least, last, end, tokens + 1],
    );
  });

  it('is the same for the same tokens behind another indentation', () => {
    const random = randomSource(3);
    const words = ['a', 'bc', '.', ' + ', ' = ', 'return', ' x', ';', '12', ', '];
    for (let i = 0; i < 100; i++) {
      const lines = Array.from({ length: 1 + random.below(4) }, () =>
        Array.from({ length: 1 + random.below(8) }, () => random.pick(words)),
      );
      const output = (head: string): string[] => [
        ...lines.flatMap((line) => ['\n', head, 'k', ...line]),
        ...['\n', '}', '\n'],
      ];
      const [tabs, spaces] = ['\t', random.pick(['  ', '    '])].map((head) =>
        judged('void g() {\n\th();\n}\nvoid f() {‸\n', 'java', output(head)),
      );
      assert.equal(spaces!.text, tabs!.text);
      assert.deepEqual(spaces!.features, tabs!.features);
    }
  }).timeout(20_000);
});
