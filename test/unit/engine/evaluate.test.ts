// The measure that answers are scored by.

import * as assert from 'node:assert/strict';
import { similarity } from '../../../src/engine/evaluate';

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
