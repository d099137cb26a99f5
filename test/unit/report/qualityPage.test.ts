// The quality page and its charts: with every figure in them, and only of reports that can be compared.

import assert from 'node:assert/strict';
import { type GivenAnswer, score } from '../../../src/measure/evaluate';
import type { Hole } from '../../../src/measure/holes';
import { chartsOf, describeReport, pageOf } from '../../../src/report/qualityPage';
import type { Evaluation } from '../../../src/reports';
import { elementsOf, textsOf, valuesOf } from './svg';

describe('the quality page', () => {
  const holes = ['go', 'python'].flatMap((language) =>
    ['rest', 'line', 'block', 'comment', 'string'].map((kind): Hole => ({
      path: 'a',
      language,
      kind,
      prefix: `${kind} `,
      suffix: '',
      expected: 'right',
    })),
  );
  const report = (model: string, right: number, context = false): Promise<Evaluation> => {
    const answers = holes.map((_, i): GivenAnswer => ({
      text: i < right ? 'right' : 'wrong',
      shown: true,
      confidence: 1 - i / 100,
      promptTokens: 812,
      reusedTokens: 0,
      prefillMs: 30 + i,
      decodeMs: 10,
    }));
    return score(
      { engine: 'e', model, file: 'f', type: 'TQ2_0', kernel: 'avx2', threads: 2, context },
      holes,
      answers,
    );
  };
  let set: { name: string; reports: Evaluation[] };

  before(async () => {
    set = { name: 'quick', reports: [await report('small', 3), await report('large', 7, true)] };
  });

  it('has a line for each report in each chart, and the figures', () => {
    const charts = chartsOf(set);
    assert.deepEqual(Object.keys(charts), [
      ...['precision.svg', 'reliability.svg', 'kinds.svg', 'languages.svg', 'latency.svg'],
    ]);
    for (const [file, svg] of Object.entries(charts)) {
      elementsOf(svg);
      for (const { model } of set.reports)
        assert.ok(
          textsOf(svg).some((text) => text.includes(`e: ${model}, TQ2_0`)),
          `${file} without ${model}`,
        );
    }
    assert.deepEqual(valuesOf(charts['languages.svg']!), ['60', '100', '0', '40']);
    assert.deepEqual(valuesOf(charts['latency.svg']!), ['45', '45', '49', '49']);
  });

  it('tells figures with their conditions', () => {
    const page = pageOf([set]);
    assert.match(page, /## The quick set: 10 holes/);
    assert.match(page, /\| e: small, TQ2_0 \| 30 % \| 30 % \|/);
    assert.match(page, /\| e: large, TQ2_0, with code of other files \| 70 % \|/);
    assert.match(page, /\| e: small, TQ2_0 \| 2 \| avx2 \| 812 \| 45 ms \| 49 ms \| 0 % \|/);
    for (const file of Object.keys(chartsOf(set))) assert.ok(page.includes(`(quality/quick/${file})`), file);
    assert.ok(page.includes(set.reports[0]!.digest.slice(0, 16)));
  });

  it('tells by language and in all what somebody who types has of it', () => {
    const counts = { files: 1, keys: 2000, offers: 40, right: 30, taken: 10, keysSaved: 100, wrongMs: 4000 };
    const more = { ...counts, keys: 8000, right: 10, wrongMs: 16000 };
    const conditions = { model: 'small', kernel: 'avx2', threads: 2 };
    const page = pageOf([set], { normal: { ...conditions, byLanguage: { rust: more, go: counts } } });
    assert.match(page, /### normal: 75 % are to be right\n\nsmall, avx2, 2 threads\./);
    assert.match(page, /\| go \| 1 \| 2,000 \| 2\.0 \| 75 % \| 25 % \| 5 % \| 0\.2 \|/);
    assert.match(page, /\| all \| 2 \| 10,000 \| 0\.8 \| 50 % \| 25 % \| 2 % \| 0\.2 \|/);
    assert.doesNotMatch(pageOf([set]), /While somebody types/);
  });

  it('is not made of reports on different holes', async () => {
    const other = { ...(await report('other', 1)), digest: 'f'.repeat(64) };
    assert.throws(
      () => pageOf([{ name: 'quick', reports: [set.reports[0]!, other] }]),
      new RegExp(`${describeReport(other)} in docs/quality/quick are of different holes: run both again`),
    );
  });
});
