// Why nothing is shown on a line: each result in the log has its sentence, and the setting that would change it.

import assert from 'node:assert/strict';
import { uncalibrated } from '../../../src/completion/calibration';
import { innermost } from '../../../src/completion/embedded';
import { Finishing, judge } from '../../../src/completion/finish';
import { siteOf } from '../../../src/completion/site';
import type { Entry } from '../../../src/editing/completionLog';
import { explain } from '../../../src/editing/explanation';
import { failed, hidden } from '../../../src/editing/offers';
import type { Bar, Completion } from '../../../src/protocol';
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

const unsure: Result = { kind: 'hidden', because: 'confidence' };

/** What is said of an answer so sure that was held to a bar. */
const saidOf = (confidence: number, bar: Bar) =>
  explain([entry({ ...unsure, asBefore: true }, { answer: { ...completion, confidence, bar } })]);

describe('the explanation of a line without ghost text', () => {
  it('tells how sure the model is, how sure it had to be, and which setting says so', () => {
    const language = 'typescript';
    const { sentence, setting } = saidOf(0.29, { wanted: 'normal', language, least: 0.55 });
    assert.match(
      sentence,
      /29 % sure .* At “Normal” 55 % is needed in TypeScript, so that 75 % of what is shown is right/,
    );
    assert.equal(setting, 'eagerness');
    const own = saidOf(0.29, { wanted: 0.9, language, least: 0.9 });
    assert.match(own.sentence, /Your setting asks for 90 %\.$/);
    assert.equal(own.setting, 'confidence');
    const short = saidOf(0.29, { wanted: 'normal', language, least: null });
    assert.match(short.sentence, /29 % sure .* For so short a text it cannot be sure enough\.$/);
  });

  it('names the bar of the code in a script of markup, to which the engine has held the answer', () => {
    const prefix = '<template><p/></template>\n<script>\nexport default {\n  data() {\n    return ';
    const site = innermost(
      siteOf({ path: 'App.vue', languageId: 'vue', prefix, suffix: '\n  },\n};\n</script>\n', related: [] }),
    );
    const limits = { maxTokens: 9, maxLines: 1, minConfidence: 'normal' as const };
    const finishing = new Finishing(site, limits);
    finishing.take({ text: '{ count: 0 };', logProbability: -4 });
    finishing.end('end');
    const thresholds = { languages: { javascript: { normal: 0.624 }, python: { normal: 0.84 } } };
    const judged = judge(site, finishing.answer, limits, undefined, { ...uncalibrated, thresholds });
    const { hidden: because, confidence, bar } = judged;
    assert.equal(because, 'confidence', String(confidence));
    assert.match(saidOf(confidence, bar).sentence, /At “Normal” 62 % is needed in JavaScript/);
  });

  it('does not say that what is just too unsure were sure enough', () => {
    const said = (confidence: number, least: number): string =>
      saidOf(confidence, { wanted: least, language: 'typescript', least }).sentence;
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
      (reason) => explain([entry(hidden({ ...completion, hidden: reason }))]).sentence,
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
    const late = explain(entries);
    assert.equal(late.setting, 'deadline');
    assert.equal(late.sentence, 'The answer was not ready within 100 ms.');
    assert.match(explain(entries.slice(0, 1)).sentence, /^You typed on/);
    assert.match(explain([]).sentence, /while you type/);
  });

  it('offers to end a snooze where that may be why, and nowhere else', () => {
    assert.equal(explain([]).maySnooze, true);
    for (const result of [shown, unsure, { kind: 'late', after: 100 } as const])
      assert.equal(explain([entry(result)]).maySnooze, undefined, result.kind);
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
      assert.equal(explain([entry({ kind: 'silent', because })]).setting, setting, because.kind);
    const circumstances: [Circumstance, string][] = [
      ['battery', 'onBattery'],
      ['build', 'whileBuilding'],
    ];
    for (const [because, setting] of circumstances)
      assert.equal(explain([entry({ kind: 'paused', because })]).setting, setting, because);
  });

  it('repeats what was offered, or what went wrong', () => {
    const offered = entry(shown, { text: 'a + b', outcome: 'typed over' });
    assert.equal(explain([offered]).sentence, '“a + b” was offered here, and typed over.');
    assert.equal(explain([entry(failed(new Error('the file is gone.')))]).sentence, 'The file is gone.');
    assert.equal(
      explain([entry({ kind: 'paused', because: 'battery' })]).sentence,
      'Completions are paused (on battery). Complete Now still works.',
    );
  });
});
