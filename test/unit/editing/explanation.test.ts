// Why nothing is shown on a line: each result in the log has its sentence, and the setting that would change it.

import assert from 'node:assert/strict';
import type { Entry } from '../../../src/editing/completionLog';
import { explain } from '../../../src/editing/explanation';
import { failed, hidden } from '../../../src/editing/offers';
import { defaults, type Settings } from '../../../src/editing/settings';
import type { Completion } from '../../../src/protocol';
import type { Circumstance, HiddenReason, Result, Silence } from '../../../src/results';

const completion: Completion = {
  ...{ text: 'values.length;', reason: 'line', shown: false, confidence: 0.29, tokens: 4, promptTokens: 9 },
  ...{ reusedTokens: 0, prefillMs: 1, decodeMs: 1, tokensPerSecond: 1000, model: 'm' },
};

const entry = (result: Result, more: Partial<Entry> = {}): Entry => ({
  ...{ time: 0, where: 'a.ts:1', key: 'file:///a.ts', trigger: 'automatic', result, waitedMs: 1 },
  ...more,
});

const shown: Result = { kind: 'shown', how: 'computed' };

const facts = (settings: Partial<Settings> = {}) => ({
  settings: { ...defaults, ...settings },
  languageId: 'typescript',
  thresholds: { languages: { typescript: { normal: 0.55 } } },
});

describe('the explanation of a line without ghost text', () => {
  it('tells how sure the model is, how sure it had to be, and which setting says so', () => {
    const entries = [entry({ kind: 'hidden', because: 'confidence', asBefore: true }, { completion })];
    const { sentence, setting } = explain(entries, facts());
    assert.match(
      sentence,
      /29 % sure .* At “Normal” 55 % is needed in .*, so that 75 % of what is shown is right/,
    );
    assert.equal(setting, 'eagerness');
    const own = explain(entries, facts({ confidence: 0.9 }));
    assert.match(own.sentence, /Your setting asks for 90 %\.$/);
    assert.equal(own.setting, 'confidence');
  });

  it('does not say that what is just too unsure were sure enough', () => {
    const said = (confidence: number, least: number): string =>
      explain(
        [entry({ kind: 'hidden', because: 'confidence' }, { completion: { ...completion, confidence } })],
        facts({ confidence: least }),
      ).sentence;
    assert.match(said(0.747, 0.754), /74\.7 % sure .* asks for 75\.4 %/);
    assert.match(said(0.7499, 0.7501), /74\.99 % sure .* asks for 75\.01 %/);
    assert.match(said(0.29, 0.75), /29 % sure .* asks for 75 %/);
  });

  it('has another sentence for every reason', () => {
    const reasons: HiddenReason[] = [
      ...(['empty', 'duplicate', 'repetition', 'whitespace', 'unbalanced'] as const),
      ...(['syntax', 'secret', 'invisible', 'chat'] as const),
    ];
    const sentences = reasons.map(
      (reason) => explain([entry(hidden({ ...completion, hidden: reason }))], facts()).sentence,
    );
    assert.equal(new Set(sentences).size, reasons.length);
    for (const sentence of sentences) assert.match(sentence, /^[A-Z`].*\.$/);
  });

  it('goes by the newest request that was not cancelled', () => {
    const entries = [
      entry({ kind: 'cancelled', because: 'typed on' }),
      entry({ kind: 'late', after: 100 }),
      entry(shown),
    ];
    const late = explain(entries, facts());
    assert.equal(late.setting, 'deadline');
    assert.equal(late.sentence, 'The answer was not ready within 100 ms.');
    assert.match(explain(entries.slice(0, 1), facts()).sentence, /^You typed on/);
    assert.match(explain([], facts()).sentence, /while you type/);
  });

  it('names the setting to change where one keeps it silent, and none where nothing can be set', () => {
    const silences: [Silence, string | undefined][] = [
      [{ kind: 'off' }, 'enabled'],
      [{ kind: 'languageOff', languageId: 'go' }, 'languages'],
      [{ kind: 'onRequestOnly' }, 'mode'],
      [{ kind: 'unproven', languageId: 'go' }, 'eagerness'],
      [{ kind: 'secret' }, undefined],
    ];
    for (const [because, setting] of silences)
      assert.equal(explain([entry({ kind: 'silent', because })], facts()).setting, setting, because.kind);
    const circumstances: [Circumstance, string][] = [
      ['battery', 'onBattery'],
      ['build', 'whileBuilding'],
      ['debugging', 'whileBuilding'],
    ];
    for (const [because, setting] of circumstances)
      assert.equal(explain([entry({ kind: 'paused', because })], facts()).setting, setting, because);
  });

  it('repeats what was offered, or what went wrong', () => {
    const offered = entry(shown, { text: 'a + b', outcome: 'typed over' });
    assert.equal(explain([offered], facts()).sentence, '“a + b” was offered here, and typed over.');
    assert.equal(
      explain([entry(failed(new Error('the file is gone.')))], facts()).sentence,
      'The file is gone.',
    );
    assert.equal(
      explain([entry({ kind: 'paused', because: 'battery' })], facts()).sentence,
      'Completions are paused (on battery). Complete Now still works.',
    );
  });
});
