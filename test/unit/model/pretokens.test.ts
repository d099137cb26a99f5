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
  for (const name of preTokenizers) {
    it(`${name} cuts ${fixture.texts.length} texts as the reference does`, () => {
      const split = preTokenizer(name);
      const expected = fixture.splits[name]!;
      assert.equal(expected.length, fixture.texts.length);
      for (const [i, text] of fixture.texts.entries())
        assert.deepEqual(split(text).filter(Boolean), expected[i], JSON.stringify(text));
    });
  }

  it('keeps every character, broken surrogates too', () => {
    for (const name of preTokenizers) {
      for (const text of ['a\ud800b', '\udc00', ' \ud83d x', '\u0000\u0001']) {
        assert.equal(preTokenizer(name)(text).join(''), text);
      }
    }
  });
});
