// Tables and lines for the terminal: a completion whose backend tells all, and one whose backend tells less.

import assert from 'node:assert/strict';
import { describeCompletion, typingRows } from '../../../src/report/tables';
import { answer } from '../editing/marked';

describe('what somebody who types has of ghost texts', () => {
  it('has no share where nothing was typed, as in empty files', () => {
    const none = { files: 1, keys: 0, offers: 0, right: 0, taken: 0, keysSaved: 0, wrongMs: 0 };
    const some = { files: 1, keys: 200, offers: 10, right: 5, taken: 4, keysSaved: 21, wrongMs: 3000 };
    assert.deepEqual(typingRows({ python: none, go: some }).slice(1), [
      ['go', '1', '200', '5.0', '50 %', '40 %', '10.5 %', '1.5'],
      ['python', '1', '0', '', '', '', '', ''],
      ['all', '2', '200', '5.0', '50 %', '40 %', '10.5 %', '1.5'],
    ]);
  });
});

describe('a completion in one line', () => {
  it('names kernel and threads', () =>
    assert.match(describeCompletion(answer('x')), /500 tok\/s, scalar, 2 threads, test$/));

  it('leaves out what a backend does not tell', () => {
    const completion = answer('x', { kernel: undefined, threads: undefined });
    assert.match(describeCompletion(completion), /500 tok\/s, test$/);
  });
});
