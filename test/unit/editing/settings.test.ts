// What is written into the user's settings when a language is turned on or off: no more than differs from the defaults.

import assert from 'node:assert/strict';
import { languagesWith } from '../../../src/editing/settings';

describe('the languages that are set', () => {
  const defaultValue = { markdown: false };

  it('are those that differ from the defaults', () => {
    const off = languagesWith({ defaultValue }, 'python', false);
    assert.deepEqual(off, { python: false });
    assert.equal(languagesWith({ defaultValue, globalValue: off }, 'python', true), undefined);
    const on = languagesWith({ defaultValue }, 'markdown', true);
    assert.deepEqual(on, { markdown: true });
    assert.equal(languagesWith({ defaultValue, globalValue: on }, 'markdown', false), undefined);
  });

  it('keep what else is set', () => {
    const globalValue = { go: false, python: false };
    assert.deepEqual(languagesWith({ defaultValue, globalValue }, 'python', true), { go: false });
    assert.deepEqual(languagesWith({}, 'c', false), { c: false });
  });
});
