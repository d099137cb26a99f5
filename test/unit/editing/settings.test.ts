// What is read of the user's settings, whatever they hold, and what is written into the user's settings when a language is turned on or off: no more than differs from the defaults.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  defaults,
  languageChange,
  languagesWith,
  type Settings,
  settingsFrom,
} from '../../../src/editing/settings';

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

describe('a language that is turned on or off', () => {
  const standard = { markdown: false };
  const joined = (places: readonly (Settings['languages'] | undefined)[]): Settings['languages'] =>
    Object.assign({}, standard, ...places) as Settings['languages'];
  const sets: (Settings['languages'] | undefined)[] = [
    undefined,
    {},
    { go: true },
    { go: false },
    { markdown: true },
    { go: false, markdown: false },
  ];

  it('is so afterwards, by one place alone, whatever user, workspace and folder have set', () => {
    for (const user of sets)
      for (const workspace of sets)
        for (const folder of sets)
          for (const id of ['go', 'markdown'])
            for (const on of [true, false]) {
              const places = [user, workspace, folder];
              const { place, languages } = languageChange(standard, places, id, on);
              const changed = places.with(place, languages);
              const [before, after] = [joined(places), joined(changed)];
              const said = JSON.stringify({ places, id, on, changed });
              assert.equal(after[id] ?? true, on, said);
              const other = id === 'go' ? 'markdown' : 'go';
              assert.equal(after[other], before[other], said);
              // Where nobody nearer has a say, it is the user who decides.
              const nearest = places.findLastIndex((set) => set !== undefined && id in set);
              assert.equal(place, Math.max(nearest, 0), said);
            }
  });
});

describe('a setting', () => {
  it("that documents are completed by can be one folder's own, and is else the user's alone", () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      contributes: { configuration: { properties: Record<string, { scope: string }> } };
    };
    for (const [name, { scope }] of Object.entries(contributes.configuration.properties))
      assert.ok(['application', 'resource', 'language-overridable'].includes(scope), `${name}: ${scope}`);
  });

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
