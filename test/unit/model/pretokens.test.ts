// The words of each tokenizer family equal those that Hugging Face's tokenizers cut.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { preTokenizer, preTokenizers } from '../../../src/model/pretokens';

interface Fixture {
  texts: string[];
  splits: Record<string, string[][]>;
}

const fixture = JSON.parse(fs.readFileSync('test/fixtures/pretokens.json', 'utf8')) as Fixture;

describe('pre-tokenizers', () => {
  for (const [name, expected] of Object.entries(fixture.splits)) {
    it(`${name} cuts ${fixture.texts.length} texts as the reference does`, () => {
      const split = preTokenizer(name);
      assert.equal(expected.length, fixture.texts.length);
      for (const [i, text] of fixture.texts.entries())
        assert.deepEqual(split(text).filter(Boolean), expected[i], JSON.stringify(text));
    });
  }

  it('cut adversarial text in time that grows with its length alone', () => {
    const rows = [' ', '\n', 'a', 'A', 'é', '1', '_', "'", 'aA', ' \n', ' é', "'s", '\u0301', '가'];
    for (const name of preTokenizers) {
      const split = preTokenizer(name);
      const taken = (text: string): number => {
        const times = [1, 2].map(() => {
          const start = performance.now();
          split(text);
          return performance.now() - start;
        });
        return Math.min(...times);
      };
      for (const row of rows)
        for (const end of ['!', '가']) {
          const [short, long] = [5_000, 40_000].map((count) => taken(row.repeat(count) + end)) as [
            number,
            number,
          ];
          // Eight times the text; sixty-four times the time where each place is looked at from each other.
          assert.ok(long < 32 * short + 300, `${name}: ${JSON.stringify(row)}, ${short} and ${long} ms`);
        }
    }
  });

  it('keeps every character, broken surrogates too', () => {
    for (const name of preTokenizers) {
      for (const text of ['a\ud800b', '\udc00', ' \ud83d x', '\u0000\u0001']) {
        assert.equal(preTokenizer(name)(text).join(''), text);
      }
    }
  });
});
