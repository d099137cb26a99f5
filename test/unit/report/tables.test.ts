// Tables and lines for the terminal: a completion whose backend tells all, and one whose backend tells less.

import assert from 'node:assert/strict';
import { describeCompletion } from '../../../src/report/tables';
import { answer } from '../editing/marked';

describe('a completion in one line', () => {
  it('names kernel and threads', () =>
    assert.match(describeCompletion(answer('x')), /500 tok\/s, scalar, 2 threads, test$/));

  it('leaves out what a backend does not tell', () => {
    const completion = answer('x', { kernel: undefined, threads: undefined });
    assert.match(describeCompletion(completion), /500 tok\/s, test$/);
  });
});
