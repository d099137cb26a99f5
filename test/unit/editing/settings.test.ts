// What is read of the user's settings, whatever they hold, and what is written into the user's settings when a language is turned on or off: no more than differs from the defaults.

import assert from 'node:assert/strict';
import { defaults, languagesWith, type Settings, settingsFrom } from '../../../src/editing/settings';

describe('the languages that are set', () => {
  const beneath = { markdown: false };

  it('are those that differ from what holds without', () => {
    const off = languagesWith(undefined, beneath, 'python', false);
    assert.deepEqual(off, { python: false });
    assert.equal(languagesWith(off, beneath, 'python', true), undefined);
    const on = languagesWith(undefined, beneath, 'markdown', true);
    assert.deepEqual(on, { markdown: true });
    assert.equal(languagesWith(on, beneath, 'markdown', false), undefined);
  });

  it('keep what else is set', () => {
    assert.deepEqual(languagesWith({ go: false, python: false }, beneath, 'python', true), { go: false });
    assert.deepEqual(languagesWith(undefined, {}, 'c', false), { c: false });
  });
});

describe('a setting', () => {
  const names = Object.keys(defaults) as (keyof Settings)[];
  const values = [true, false, 0, 7, '', 'always', [], ['a', 7, null, ' '], {}, { python: false }, null];

  it('is its default where it has another type, alone', () => {
    for (const name of names)
      for (const wrong of values) {
        const read = settingsFrom((each) => (each === name ? wrong : undefined));
        assert.deepEqual({ ...read, [name]: defaults[name] }, defaults);
        const type =
          name === 'confidence' && typeof read[name] === 'number' ? 'number' : typeof defaults[name];
        assert.equal(typeof read[name], type, `${name}: ${JSON.stringify(wrong)}`);
        assert.equal(Array.isArray(read[name]), Array.isArray(defaults[name]), name);
      }
  });

  it('that lists folders has those alone', () => {
    const read = settingsFrom((name) => (name === 'modelFolders' ? [' a', 7, null, ' ', 'b'] : undefined));
    assert.deepEqual(read.modelFolders, ['a', 'b']);
  });
});
