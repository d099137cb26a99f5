// The measure that answers are scored by.

import * as assert from 'node:assert/strict';
import { areaUnder, similarity } from '../../../src/engine/evaluate';

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

describe('the area under the precision', () => {
  it('is the mean precision over all shown rates', () => {
    assert.equal(areaUnder([]), 0);
    assert.equal(areaUnder([true, true]), 1);
    assert.equal(areaUnder([true, false]), (1 + 1 / 2) / 2);
    assert.equal(areaUnder([false, true]), (0 + 1 / 2) / 2);
  });
});
