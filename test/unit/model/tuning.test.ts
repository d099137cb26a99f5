// What was tuned for a model: kept and read again, of that file alone, and never in the way of the model.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { GgufError, readGguf } from '../../../src/model/gguf';
import { count, string } from '../../../src/model/ggufWriter';
import { restate } from '../../../src/model/rewrite';
import { keepTuning, stateConfidence, tunedModel, tuningFileOf, tuningOf } from '../../../src/model/tuning';
import { randomSource } from '../random';
import { temporaryFile } from './ggufFile';

const cache = {
  sharpness: 20,
  modelWeight: 3,
  leastCosine: 0.3,
  strengths: [9, 8, 7, 6, 5],
  draftTokens: [1, 2],
};
const confidence = { slope: 0.9, offset: -0.4, languages: { python: 0.2 } };

const key = 'ryzanstein.confidence';

/** The tiny model in a file of its own, where nothing is tuned. */
function model(): ReturnType<typeof readGguf> {
  return readGguf(temporaryFile('tuned.gguf', fs.readFileSync('test/fixtures/tiny.gguf')));
}

describe('the tuning of a model', () => {
  afterEach(() => fs.rmSync(tuningFileOf(model().file), { force: true, recursive: true }));

  it('is kept beside its file, one part after the other, and read again', () => {
    const gguf = model();
    const plain = tuningOf(gguf);
    assert.equal(plain.caution, undefined);
    assert.equal(keepTuning(tunedModel(gguf), { cache }), tuningFileOf(gguf.file));
    assert.deepEqual(tuningOf(gguf), { cache, confidence: plain.confidence, isCalibrated: false });
    keepTuning(tunedModel(gguf), { confidence });
    assert.deepEqual(tuningOf(gguf), { cache, confidence, isCalibrated: true });
    const kept = JSON.parse(fs.readFileSync(tuningFileOf(gguf.file), 'utf8')) as Record<string, unknown>;
    assert.equal(kept.identity, tunedModel(gguf).identity);
    assert.match(String(kept.date), /^\d{4}-\d\d-\d\dT/);
  });

  it('is not taken over by another file of that name, and is written over by its own', () => {
    const gguf = model();
    const plain = tuningOf(gguf);
    keepTuning(tunedModel(gguf), { cache, confidence });
    const bytes = fs.readFileSync(gguf.file);
    fs.writeFileSync(gguf.file, Buffer.concat([bytes, Buffer.alloc(32)]));
    const longer = readGguf(gguf.file);
    assert.match(
      tuningOf(longer).caution ?? '',
      /tuning\.json was made for another file of that name: .* Tune/,
    );
    assert.deepEqual(tuningOf(longer).cache, plain.cache);
    const renamed = Buffer.from(bytes);
    renamed.write('x', renamed.indexOf('general.name') + 'general.name'.length + 12);
    fs.writeFileSync(gguf.file, renamed);
    assert.match(tuningOf(readGguf(gguf.file)).caution ?? '', /another file/);
    fs.writeFileSync(gguf.file, Buffer.concat([bytes, Buffer.alloc(32)]));
    keepTuning(tunedModel(readGguf(gguf.file)), { confidence });
    assert.deepEqual(tuningOf(readGguf(gguf.file)), { cache: plain.cache, confidence, isCalibrated: true });
  });

  it('is not taken over by weights that were trained again, whichever they are', () => {
    const gguf = model();
    const bytes = fs.readFileSync(gguf.file);
    keepTuning(tunedModel(gguf), { cache });
    for (const { name, offset } of gguf.tensors) {
      const trained = Buffer.from(bytes);
      trained.writeUInt8(trained[offset]! ^ 1, offset);
      fs.writeFileSync(gguf.file, trained);
      assert.match(tuningOf(readGguf(gguf.file)).caution ?? '', /another file/, name);
    }
  });

  it('is kept in a folder of our own, and counts wherever the file lies', () => {
    const gguf = model();
    const store = path.join(path.dirname(gguf.file), 'store');
    const file = keepTuning(tunedModel(gguf, store), { cache });
    assert.equal(path.dirname(file), path.join(store, 'tunings'));
    assert.ok(!fs.existsSync(tuningFileOf(gguf.file)));
    const elsewhere = readGguf(temporaryFile('moved.gguf', fs.readFileSync(gguf.file)));
    const found = (): number | undefined => tuningOf(elsewhere, tunedModel(elsewhere, store)).cache.sharpness;
    assert.equal(found(), cache.sharpness);
    assert.notEqual(tuningOf(elsewhere).cache.sharpness, cache.sharpness, 'without the store');
    fs.copyFileSync(file, tuningFileOf(elsewhere.file));
    assert.equal(tuningOf(elsewhere).cache.sharpness, cache.sharpness, 'without the store, beside the model');
    fs.writeFileSync(tuningFileOf(elsewhere.file), 'nonsense');
    assert.equal(tuningOf(elsewhere, tunedModel(elsewhere, store)).caution, undefined);
    assert.equal(found(), cache.sharpness);
    const dated = (date: string): void => {
      const kept = JSON.parse(fs.readFileSync(file, 'utf8')) as object;
      const beside = { ...kept, cache: { sharpness: 3 }, date };
      fs.writeFileSync(tuningFileOf(elsewhere.file), JSON.stringify(beside));
    };
    dated('2001-01-01T00:00:00.000Z');
    assert.equal(found(), cache.sharpness);
    dated('2999-01-01T00:00:00.000Z');
    assert.equal(found(), 3, 'the one that was kept last');
    fs.rmSync(tuningFileOf(elsewhere.file));
  });

  it('stays what it was where a new one cannot be written whole', () => {
    const tuned = tunedModel(model());
    const file = keepTuning(tuned, { cache });
    const before = fs.readFileSync(file, 'utf8');
    fs.mkdirSync(`${file}.${process.pid}`);
    assert.throws(() => keepTuning(tuned, { confidence }), /cannot be written/);
    fs.rmdirSync(`${file}.${process.pid}`);
    assert.equal(fs.readFileSync(file, 'utf8'), before);
  });

  it('is left alone with a word where it is damaged', () => {
    const gguf = model();
    const { cache: usual } = tuningOf(gguf);
    keepTuning(tunedModel(gguf), { cache, confidence });
    const file = tuningFileOf(gguf.file);
    const text = fs.readFileSync(file, 'utf8');
    const { below } = randomSource(7);
    const damaged = [
      ...['', '[]', 'null', '1', '{}', '{"schema":"ryzanstein/tuning/2"}'],
      text.replace('20', '"20"'),
      text.replace('0.9', '-0.9'),
      text.replace('"python": 0.2', '"python": null'),
      text.replace('9,', '"x",'),
      ...Array.from({ length: 300 }, () => text.slice(0, below(text.length))),
      ...Array.from({ length: 300 }, () => {
        const at = below(text.length);
        return text.slice(0, at) + String.fromCharCode(32 + below(95)) + text.slice(at + 1);
      }),
    ];
    let cautions = 0;
    for (const one of damaged) {
      fs.writeFileSync(file, one);
      const tuning = tuningOf(gguf);
      if (tuning.caution !== undefined) {
        cautions++;
        assert.deepEqual(tuning.cache, usual);
        assert.ok(tuning.caution.startsWith(file), tuning.caution);
      }
    }
    assert.ok(cautions > 400, `${cautions} of ${damaged.length}`);
  });

  it('never keeps the engine from taking the model, whatever its numbers', () => {
    const gguf = model();
    const odd: object[] = [
      ...[{ sharpness: -1 }, { modelWeight: 0 }, { leastCosine: 2 }, { strengths: [1] }],
      ...[{ strengths: [1, 1, 1, 1, -1] }, { draftTokens: [] }, { draftTokens: [64] }],
    ];
    for (const one of odd) {
      keepTuning(tunedModel(gguf), { cache: { ...cache, ...one } });
      assert.match(tuningOf(gguf).caution ?? '', /has settings under "cache" that the engine does not take/);
    }
  });

  it('says where it cannot be kept', () => {
    const gguf = model();
    fs.mkdirSync(tuningFileOf(gguf.file));
    assert.throws(
      () => keepTuning(tunedModel(gguf), { cache }),
      /tuning\.json cannot be written: it is a folder/,
    );
    assert.match(tuningOf(gguf).caution ?? '', /cannot be read/);
    fs.rmdirSync(tuningFileOf(gguf.file));
  });

  it('of confidence can stand in the file itself, whose tensors stay what they are', () => {
    const before = model();
    const bytesOf = (gguf: typeof before): Buffer[] =>
      gguf.tensors.map(({ offset, bytes }) => fs.readFileSync(gguf.file).subarray(offset, offset + bytes));
    const tensors = bytesOf(before);
    const thresholds = { short: 0.95, languages: { go: { normal: 0.6, eager: 0.4 } } };
    for (const stated of [confidence, { ...confidence, thresholds }]) {
      stateConfidence(readGguf(before.file), stated);
      const gguf = readGguf(before.file);
      assert.deepEqual(tuningOf(gguf).confidence, stated);
      assert.deepEqual([...gguf.metadata.keys()].sort(), [...before.metadata.keys(), key].sort());
      for (const name of before.metadata.keys())
        assert.deepEqual(gguf.metadata.get(name), before.metadata.get(name), name);
      assert.ok(bytesOf(gguf).every((bytes, i) => bytes.equals(tensors[i]!)));
    }
  });

  it('is refused with its key where the file itself says nonsense', () => {
    const text = JSON.stringify(confidence);
    const wrong = [
      '',
      '[]',
      'null',
      text.replace('0.9', '"0.9"'),
      text.replace('{"python":0.2}', 'null'),
      JSON.stringify({ ...confidence, thresholds: { languages: { go: null } } }),
      ...[...text].map((_, i) => text.slice(0, i)),
    ];
    const { file } = model();
    for (const value of [...wrong.map(string), count(3)]) {
      restate(readGguf(file), key, value);
      assert.throws(
        () => tuningOf(readGguf(file)),
        (error: Error) => error instanceof GgufError && error.message.includes(`"${key}"`),
        value.toString(),
      );
    }
  });

  it('has a name of its own for every model', () => {
    const names = ['/m/a.gguf', '/m/a.GGUF', '/m/a', '/m/a.b.gguf'].map(tuningFileOf);
    assert.deepEqual(
      names.map((name) => path.basename(name)),
      ['a.tuning.json', 'a.tuning.json', 'a.tuning.json', 'a.b.tuning.json'],
    );
  });
});
