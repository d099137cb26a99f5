// Calibration: what is fitted to drawn answers is how they were drawn, and confidence then means what it says.

import * as assert from 'node:assert/strict';
import { type Calibration, calibrated, composed, uncalibrated } from '../../../src/completion/calibration';
import { calibrationOf, leastAnswers, strictest, thresholdsOf } from '../../../src/completion/calibrate';
import {
  isTooUnsure,
  type KnownAnswer,
  leastConfidence,
  type Thresholds,
  wantedPrecision,
} from '../../../src/eagerness';
import { mean } from '../../../src/statistics';
import { randomSource } from '../random';

const { below } = randomSource(1);
const uniform = (): number => below(2 ** 31) / 2 ** 31;
const languages = ['python', 'go', 'typescript', 'html'];
const calibrations: Calibration[] = [
  uncalibrated,
  { slope: 1.4, offset: -0.7, languages: { python: 0.5, go: -0.5 } },
  { slope: 0.4, offset: -2, languages: { typescript: 0.8 } },
];

/** Answers of a model whose confidence holds as far as `truth` says. */
function drawn(truth: Calibration, count: number): KnownAnswer[] {
  return Array.from({ length: count }, (_, i) => {
    const confidence = uniform();
    const language = languages[i % languages.length]!;
    const exact = uniform() < calibrated(confidence, language, truth);
    return { confidence, language, exact, characters: 9 };
  });
}

describe('the calibration of confidence', () => {
  it('finds how answers were drawn', () => {
    for (const truth of calibrations) {
      const found = calibrationOf(drawn(truth, 8000)) ?? assert.fail();
      assert.ok(Math.abs(found.slope - truth.slope) < 0.15, JSON.stringify(found));
      for (const language of languages)
        for (const likelihood of [0.1, 0.3, 0.5, 0.7, 0.9]) {
          const off = calibrated(likelihood, language, found) - calibrated(likelihood, language, truth);
          assert.ok(Math.abs(off) < 0.06, `${language} at ${likelihood}: ${off}`);
        }
    }
  });

  it('makes confidence the share of answers that are right, on answers that it has not seen', () => {
    for (const truth of calibrations) {
      const found = calibrationOf(drawn(truth, 4000)) ?? assert.fail();
      const fresh = drawn(truth, 4000).map(({ confidence, language, exact }) => ({
        sure: calibrated(confidence, language, found),
        exact: Number(exact),
      }));
      for (let tenth = 0; tenth < 10; tenth++) {
        const group = fresh.filter(({ sure }) => Math.min(9, Math.floor(sure * 10)) === tenth);
        if (group.length < 50) continue;
        const off = mean(group.map(({ sure }) => sure)) - mean(group.map(({ exact }) => exact));
        assert.ok(Math.abs(off) < 0.03 + 2 / Math.sqrt(group.length), `${tenth}: ${off}`);
      }
    }
  });

  it('never calls the surer answer of a language the less likely one, and stays within 0 and 1', () => {
    const worse = drawn(uncalibrated, 1000).map((one) => ({ ...one, exact: uniform() > one.confidence }));
    for (const calibration of [...calibrations, calibrationOf(worse) ?? assert.fail()])
      for (const language of [...languages, 'unheard']) {
        const values = [0, 1e-9, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-9, 1].map((likelihood) =>
          calibrated(likelihood, language, calibration),
        );
        assert.ok(
          values.every((value, i) => value >= (values[i - 1] ?? 0) && value <= 1),
          String(values),
        );
      }
  });

  it('can be calibrated again: two in a row are one', () => {
    for (const first of calibrations)
      for (const second of calibrations)
        for (const language of [...languages, 'unheard'])
          for (const likelihood of [0.01, 0.3, 0.5, 0.9]) {
            const inTurn = calibrated(calibrated(likelihood, language, first), language, second);
            const atOnce = calibrated(likelihood, language, composed(first, second));
            assert.ok(Math.abs(inTurn - atOnce) < 1e-9);
          }
  });

  it('counts a dialect with its language', () => {
    const [, second] = calibrations;
    const calibration = { ...second!, languages: { typescript: 1 } };
    assert.equal(calibrated(0.5, 'typescriptreact', calibration), calibrated(0.5, 'typescript', calibration));
  });

  it('is not made of too few answers, or of none that differ', () => {
    const answers = drawn(uncalibrated, 400);
    assert.equal(calibrationOf(answers.slice(0, leastAnswers - 1)), undefined);
    assert.equal(calibrationOf(answers.map((one) => ({ ...one, exact: true }))), undefined);
    assert.equal(calibrationOf(answers.map((one) => ({ ...one, exact: false }))), undefined);
    assert.notEqual(calibrationOf(answers), undefined);
  });
});

describe('the thresholds of confidence', () => {
  const truth = { slope: 1, offset: 0, languages: { go: -9 } };
  const outcomes = drawn(truth, 20_000);
  const thresholds = thresholdsOf(outcomes) ?? assert.fail();

  it('are the lowest from which on as many are right as is wanted', () => {
    for (const level of ['quiet', 'normal', 'eager'] as const) {
      const own = outcomes.filter(({ language }) => language === 'python');
      const least = leastConfidence(level, 'return total', 'python', thresholds);
      const precision = (from: number): number =>
        mean(own.filter(({ confidence }) => confidence >= from).map(({ exact }) => Number(exact)));
      assert.ok(precision(least) >= wantedPrecision[level] - 0.01, `${level}: ${precision(least)}`);
      assert.ok(precision(least - 0.05) < wantedPrecision[level], `${level}: ${precision(least - 0.05)}`);
    }
  });

  it('hold on answers that they were not chosen by, however few those were', () => {
    const truth: Calibration = { slope: 1.3, offset: -0.6, languages: {} };
    const count = { shown: 0, right: 0 };
    for (let draw = 0; draw < 300; draw++) {
      const chosen = thresholdsOf(drawn(truth, 4 * 110));
      for (const { confidence, language, exact } of drawn(truth, 4 * 110)) {
        if (confidence < leastConfidence('normal', 'return total', language, chosen)) continue;
        count.shown++;
        count.right += Number(exact);
      }
    }
    const precision = count.right / count.shown;
    assert.ok(precision >= wantedPrecision.normal, `${precision} of ${count.shown}`);
  });

  it('are not there for a language in which hardly an answer is right', () => {
    assert.deepEqual(thresholds.languages.go, {});
    assert.equal(leastConfidence('eager', 'return total', 'go', thresholds), Infinity);
    assert.equal(isTooUnsure('eager', 'go', thresholds), true);
    assert.equal(isTooUnsure('quiet', 'python', thresholds), false);
  });

  it('ask of short offers that nine in ten are right', () => {
    const wrong = outcomes.slice(0, 100).map((one) => ({ ...one, characters: 2, exact: false }));
    assert.equal(leastConfidence('eager', ');', 'python', thresholdsOf([...outcomes, ...wrong])), Infinity);
    const sure = drawn({ slope: 2, offset: 0, languages: {} }, 4000);
    const short = thresholdsOf(sure.map((one) => ({ ...one, characters: 3 })))?.short ?? assert.fail();
    const shown = sure.filter(({ confidence }) => confidence >= short);
    assert.ok(mean(shown.map(({ exact }) => Number(exact))) >= 0.9 - 0.01);
    assert.equal(leastConfidence('eager', ');', 'python', { ...thresholds, short }), short);
  });

  it('show the same as before in a language that a later evaluation did not see, or hardly', () => {
    const before: Calibration = { ...uncalibrated, thresholds };
    for (const truth of calibrations) {
      const seen = drawn(truth, 1200).filter(({ language }, i) => language === 'python' || i % 40 === 0);
      const found = calibrationOf(seen) ?? assert.fail();
      const { thresholds: carried, ...curve } = composed(before, found);
      const now = thresholdsOf(
        seen.map((one) => ({ ...one, confidence: calibrated(one.confidence, one.language, found) })),
        carried,
      );
      assert.notDeepEqual(now?.languages.python, carried?.languages.python);
      for (const language of ['typescript', 'go', 'html'])
        for (const level of ['quiet', 'normal', 'eager'] as const)
          for (let likelihood = 0.005; likelihood < 1; likelihood += 0.01) {
            const isShown = (by: Calibration): boolean =>
              calibrated(likelihood, language, by) >=
              leastConfidence(level, 'return total', language, by.thresholds) - 1e-9;
            assert.equal(
              isShown({ ...curve, thresholds: now }),
              isShown(before),
              `${language} ${likelihood}`,
            );
          }
      // No short ones were seen: what was known of them holds.
      assert.equal(now?.short, carried?.short);
    }
  });

  it('hold in each of several ways to work where they are the strictest of all', () => {
    const ways: Thresholds[] = [
      { short: 0.8, languages: { go: { quiet: 0.9, normal: 0.7, eager: 0.4 }, python: { eager: 0.5 } } },
      { languages: { go: { quiet: 0.8, normal: 0.75 }, rust: { normal: 0.6 } } },
    ];
    assert.deepEqual(strictest(ways), {
      short: 0.8,
      languages: { go: { quiet: 0.9, normal: 0.75 }, python: { eager: 0.5 }, rust: { normal: 0.6 } },
    });
    assert.deepEqual(strictest([thresholds]), thresholds);
  });

  it('are unknown, and nothing is hidden for that, where too little was measured', () => {
    assert.equal(thresholdsOf(outcomes.slice(0, 40)), undefined);
    const few = thresholdsOf(outcomes) ?? assert.fail();
    assert.equal(leastConfidence('normal', ')', 'python', few), Math.max(few.languages.python!.normal!, 0.9));
  });

  it('give way to a confidence that is set, and take an unmeasured language for the least sure one', () => {
    assert.equal(leastConfidence(0.2, ')', 'go', thresholds), 0.2);
    assert.equal(isTooUnsure(0.2, 'go', thresholds), false);
    const { python, typescript } = thresholds.languages;
    const other = leastConfidence('normal', 'return total', 'lua', thresholds);
    assert.ok(other >= Math.max(python!.normal!, typescript!.normal!));
    assert.equal(leastConfidence('normal', 'return total', 'lua', undefined), 0.75);
    assert.equal(leastConfidence('normal', ')', 'lua', undefined), 0.9);
  });
});
