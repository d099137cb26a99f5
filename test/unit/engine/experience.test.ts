// What is learned of a model at use: its confidence becomes how often it is right, is remembered with its file, and no language falls silent by it.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import path from 'node:path';
import { type Calibration, calibrated } from '../../../src/completion/calibration';
import { isTooUnsure, type KnownAnswer, leastConfidence } from '../../../src/eagerness';
import { addonFile, loadAddon } from '../../../src/engine/addon';
import { Experience, learned } from '../../../src/engine/experience';
import type { Engine } from '../../../src/engine/engine';
import { Models } from '../../../src/engine/models';
import { readGguf } from '../../../src/model/gguf';
import { keepTuning, tunedModel, tuningFileOf } from '../../../src/model/tuning';
import { mean } from '../../../src/statistics';
import { temporaryFile } from '../model/ggufFile';
import { randomSource } from '../random';

const addon = loadAddon(addonFile(path.resolve('dist')));
const { below } = randomSource(3);
const uniform = (): number => below(2 ** 31) / 2 ** 31;

/** Answers of a model that is far too modest, or far too sure of itself in Go. */
function drawn(count: number): KnownAnswer[] {
  return Array.from({ length: count }, (_, i) => {
    const language = i % 3 === 0 ? 'go' : 'python';
    const confidence = uniform();
    const chance = language === 'go' ? confidence / 4 : Math.sqrt(confidence);
    return { confidence, language, exact: uniform() < chance, characters: 12 };
  });
}

describe('what is learned of a model at use', () => {
  it('says nothing before enough is known', () => {
    assert.equal(learned(drawn(99)), undefined);
    assert.equal(learned(drawn(300).map((one) => ({ ...one, exact: true }))), undefined);
  });

  it('makes confidence how often the model is right, and lets no language fall silent', () => {
    const found = learned(drawn(900)) ?? assert.fail();
    const fresh = drawn(4000);
    for (const language of ['go', 'python']) {
      const own = fresh.filter((one) => one.language === language);
      const off = mean(
        own.map(({ confidence, exact }) => calibrated(confidence, language, found) - Number(exact)),
      );
      assert.ok(Math.abs(off) < 0.05, `${language}: ${off}`);
      for (const level of ['quiet', 'normal', 'eager'] as const) {
        assert.equal(isTooUnsure(level, language, found.thresholds), false);
        const least = leastConfidence(level, 'some answer', language, found.thresholds);
        const shown = own.filter(({ confidence }) => calibrated(confidence, language, found) >= least);
        const wanted = { quiet: 0.85, normal: 0.75, eager: 0.6 }[level];
        const share = mean(shown.map(({ exact }) => Number(exact)));
        assert.ok(shown.length < 20 || share > wanted - 0.1, `${language}, ${level}: ${share}`);
      }
    }
  });

  it('is remembered with the file, the last thousand answers, and nothing of a file that holds something else', function () {
    this.timeout(60_000);
    const modelFile = temporaryFile('m.gguf', Buffer.from('one'));
    const file = temporaryFile('answers.json', Buffer.from('{"a":[[1,2]],"b":3}'));
    let last: Calibration | undefined;
    const use = (confidence: Calibration): void => void (last = confidence);
    const first = new Experience(file, modelFile, use);
    assert.equal(last, undefined);
    for (const each of drawn(1_400)) first.add(each);
    const found = last ?? assert.fail();
    last = undefined;
    new Experience(file, modelFile, use);
    const remembered = last ?? assert.fail();
    assert.ok(Math.abs((remembered as Calibration).offset - (found as Calibration).offset) < 0.01);
    const kept = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown[]>;
    assert.deepEqual(
      Object.values(kept).map(({ length }) => length),
      [1_000],
    );
    assert.ok(fs.statSync(file).size < 40_000, `${fs.statSync(file).size}`);
    last = undefined;
    fs.writeFileSync(modelFile, 'another one');
    new Experience(file, modelFile, use);
    assert.equal(last, undefined);
  });

  it('takes no longer than a key', function () {
    this.timeout(10_000);
    const answers = drawn(1_000);
    const began = performance.now();
    for (let i = 0; i < 5; i++) learned(answers);
    const each = (performance.now() - began) / 5;
    assert.ok(each < 500, `${each} ms`);
  });
});

describe('a model that learns', () => {
  const bundled = path.resolve('models/ryzanstein-14m.gguf');

  /** A model that brings no calibration, with the folder in which it is remembered. */
  function unmeasured(): { modelFile: string; store: string } {
    const bytes = fs.readFileSync(bundled);
    const key = Buffer.from('ryzanstein.confidence');
    const at = bytes.indexOf(key);
    assert.ok(at > 0);
    Buffer.from('ryzanstein.unknownkey').copy(bytes, at);
    const modelFile = temporaryFile('unmeasured.gguf', bytes);
    return { modelFile, store: path.join(path.dirname(modelFile), 'store') };
  }

  it('is the one that nobody has measured, and goes on where it stopped', async () => {
    const { modelFile, store } = unmeasured();
    const load = (file: string): Promise<Engine> =>
      new Models(() => addon).open({ modelFile: file, threads: 1, store }, {});
    const sureness = (engine: Engine): string => JSON.stringify(engine.loaded.tuning.confidence);
    let engine = await load(modelFile);
    const before = sureness(engine);
    const { name: model } = engine.info;
    for (const answer of drawn(400)) engine.known({ model: 'another', answer });
    assert.equal(sureness(engine), before);
    for (const answer of drawn(400)) engine.known({ model, answer });
    const after = sureness(engine);
    assert.notEqual(after, before);
    await engine.close();
    engine = await load(modelFile);
    assert.notEqual(sureness(engine), before);
    await engine.close();

    engine = await load(bundled);
    const stated = sureness(engine);
    for (const answer of drawn(400)) engine.known({ model: engine.info.name, answer });
    assert.equal(sureness(engine), stated);
    await engine.close();
  });

  it('remembers what it learned in a session that was short', async () => {
    const { modelFile, store } = unmeasured();
    const file = path.join(store, 'answers.json');
    for (const all of [7, 14]) {
      const engine = await new Models(() => addon).open({ modelFile, threads: 1, store }, {});
      for (const answer of drawn(7)) engine.known({ model: engine.info.name, answer });
      await engine.close();
      const kept = Object.values(JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown[]>);
      assert.equal(kept.at(-1)?.length, all);
    }
  });

  it('learns no more once it was measured', async () => {
    const { modelFile, store } = unmeasured();
    keepTuning(tunedModel(readGguf(modelFile)), { confidence: { slope: 1, offset: -1, languages: {} } });
    assert.ok(fs.existsSync(tuningFileOf(modelFile)));
    const engine = await new Models(() => addon).open({ modelFile, threads: 1, store }, {});
    for (const answer of drawn(400)) engine.known({ model: engine.info.name, answer });
    assert.deepEqual(engine.loaded.tuning.confidence, { slope: 1, offset: -1, languages: {} });
    await engine.close();
  });
});
