// Calibration: what is fitted to drawn answers is how they were drawn, and confidence then means what it says.

import * as assert from 'node:assert/strict';
import { type Calibration, calibrated, composed, uncalibrated } from '../../../src/completion/calibration';
import { calibrationOf, leastAnswers, type Outcome } from '../../../src/measure/calibrate';
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
function drawn(truth: Calibration, count: number): Outcome[] {
  return Array.from({ length: count }, (_, i) => {
    const confidence = uniform();
    const language = languages[i % languages.length]!;
    return { confidence, language, exact: uniform() < calibrated(confidence, language, truth) };
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
