// Models that a model's file names for some languages: who answers where, and what is asked of all of them.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { addonFile, loadAddon } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import { Models } from '../../../src/engine/models';
import { readGguf } from '../../../src/model/gguf';
import { array, string, text } from '../../../src/model/ggufWriter';
import { restate } from '../../../src/model/rewrite';
import { stateConfidence } from '../../../src/model/tuning';
import type { Calibration } from '../../../src/completion/calibration';
import { calibrate } from '../../../src/measure/tune';
import { bitsPerByte } from '../../../src/measure/bitsPerByte';
import { evaluate } from '../../../src/measure/evaluate';
import type { Hole } from '../../../src/measure/holes';
import { replay } from '../../../src/measure/replay';
import type { SourceFile } from '../../../src/measure/sourceFiles';
import { typed, typeFiles } from '../../../src/measure/typist';
import { answeredBy } from '../../../src/report/figures';
import { settingsFrom } from '../../../src/editing/settings';
import type { Limits, Prompt } from '../../../src/protocol';
import type { Evaluation } from '../../../src/reports';
import { temporaryFile } from '../model/ggufFile';

const addon = loadAddon(addonFile(path.resolve('dist')));
const limits: Limits = { maxTokens: 12, maxLines: 1, minConfidence: 0 };

function prompt(languageId: string, prefix = 'a = ', file = 'a.txt'): Prompt {
  return { path: file, languageId, prefix, suffix: '\n', related: [] };
}

/** A copy of the tiny model that says something more of itself. */
function model(file: string, name: string, stated: Record<string, string[]>, confidence?: Calibration): void {
  fs.copyFileSync('test/fixtures/tiny.gguf', file);
  restate(readGguf(file), 'general.name', string(name));
  for (const [key, names] of Object.entries(stated))
    restate(readGguf(file), `ryzanstein.${key}`, array(8, names.map(text)));
  if (confidence) stateConfidence(readGguf(file), confidence);
}

/** The folder of a model with a specialist for Go and Rust, and their files. */
function family(): { main: string; other: string } {
  const folder = path.dirname(temporaryFile('folder', Buffer.alloc(0)));
  const [main, other] = ['main', 'other'].map((name) => path.join(folder, `${name}.gguf`));
  const languages = { go: { normal: 0.7 }, python: { normal: 0.6 } };
  model(main!, 'main', { specialists: ['other.gguf'] }, calibration({ languages, short: 0.5 }));
  const own = { go: { normal: 0.8 }, python: { normal: 0.9 } };
  model(
    other!,
    'other',
    { languages: ['go', 'rust'], specialists: ['main.gguf'] },
    calibration({ languages: own }),
  );
  return { main: main!, other: other! };
}

function calibration(thresholds: Calibration['thresholds']): Calibration {
  return { slope: 1, offset: 0, languages: {}, thresholds };
}

describe('a specialist', () => {
  it('answers in its languages, as it would alone, and the model itself in all others', async () => {
    const { main, other } = family();
    const engine = await Engine.load(addon, { modelFile: main, threads: 1 });
    const alone = await Engine.load(addon, { modelFile: other, threads: 1 });
    for (const place of [prompt('go'), prompt('rust', 'let a = ')]) {
      const { model: name, text: given } = await engine.complete(place, limits);
      assert.deepEqual([name, given], ['other', (await alone.complete(place, limits)).text]);
      const examined = await engine.examine({ prompt: place, limits });
      assert.equal(examined.completion.model, 'other');
    }
    for (const place of [prompt('python'), prompt('cpp'), prompt('markdown', '# Go\n')])
      assert.equal((await engine.complete(place, limits)).model, 'main');
    const { promptTokens } = await engine.prefill(prompt('go', 'b = '));
    const { reusedTokens } = await engine.complete(prompt('go', 'b = '), limits);
    assert.ok(promptTokens > 0 && reusedTokens > 0);
    await alone.close();
    await engine.close();
  });

  it('answers in the script or style that a place stands in, not in the page around it', async () => {
    const { main, other } = family();
    restate(readGguf(other), 'ryzanstein.languages', array(8, ['html', 'css'].map(text)));
    const engine = await Engine.load(addon, { modelFile: main, threads: 1 });
    const within = (page: string, open: string, close: string): Prompt => ({
      ...prompt(page, `<p>text</p>\n<${open}>\na = `, `a.${page}`),
      suffix: `\n</${close}>\n`,
    });
    const places = [
      [within('html', 'div', 'div'), 'other'],
      [within('html', 'script', 'script'), 'main'],
      [within('html', 'style', 'style'), 'other'],
      [within('vue', 'div', 'div'), 'main'],
      [within('vue', 'style', 'style'), 'other'],
    ] as const;
    for (const [place, name] of places) {
      assert.equal(engine.at(place).model.name, name, place.prefix);
      assert.equal((await engine.complete(place, limits)).model, name, place.prefix);
    }
    await engine.close();
  });

  it('has its own thresholds, and learns from its own answers', async () => {
    const { main, other } = family();
    const engine = await new Models(() => addon).open({ modelFile: main, threads: 1 }, {});
    assert.deepEqual(engine.info.thresholds, {
      short: 0.5,
      languages: { python: { normal: 0.6 }, go: { normal: 0.8 } },
    });
    const [specialist] = engine.info.specialists!;
    const { name, file, languages, bytes } = specialist!;
    assert.deepEqual([name, file, languages], ['other', other, ['go', 'rust']]);
    assert.deepEqual([bytes, 'thresholds' in specialist!], [engine.info.bytes, false]);
    const known: string[] = [];
    for (const { loaded } of engine.models) loaded.known = () => known.push(loaded.description.name);
    const answer = { confidence: 0.5, exact: true, characters: 9, language: 'go' };
    for (const name of ['other', 'main', 'another']) engine.known({ model: name, answer });
    assert.deepEqual(known, ['other', 'main']);
    await engine.close();
  });

  it('is calibrated by its own answers, and the model by its own', async () => {
    const { main } = family();
    const engine = await Engine.load(addon, { modelFile: main, threads: 1 });
    // Both are as sure of all; in Go one of four is right, in Python three of four.
    const languages = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 'go' : 'python'));
    const results = languages.map((language, i) => ({
      ...{ language, confidence: 0.5, text: 'text', hidden: undefined },
      exact: (i >> 1) % 4 === 0 ? language === 'go' : language === 'python',
    }));
    const evaluation = { results } as unknown as Evaluation;
    const holes = languages.map((language) => ({ language, path: 'a', prefix: '', suffix: '' }) as Hole);
    const { results: calibrated, calibration } = calibrate(engine, holes, evaluation);
    const [go, python] = [calibrated[0]!.confidence, calibrated[1]!.confidence];
    assert.ok(Math.abs(go - 0.25) < 0.05 && Math.abs(python - 0.75) < 0.05, `${go}, ${python}`);
    assert.match(calibration!, /main: .*; other: |other: .*; main: /);
    for (const { loaded, model } of engine.models) {
      const { offset, languages } = loaded.tuning.confidence;
      assert.deepEqual(Object.keys(languages), [model.name === 'main' ? 'python' : 'go']);
      assert.equal(offset > 0, model.name === 'main');
    }
    await engine.close();
  });

  it('is named where it answered, and where it did not, not', async () => {
    const { main } = family();
    const engine = await Engine.load(addon, { modelFile: main, threads: 1 });
    const hole = (language: string): Hole => ({
      ...{ path: 'a', language, kind: 'rest', prefix: 'a = ', expected: 'b', suffix: '\n' },
    });
    const file = (languageId: string): SourceFile => ({ path: 'a', languageId, text: 'a = b\n' });
    const settings = settingsFrom(() => undefined);
    for (const [languages, names] of [
      [['go'], 'other'],
      [['python'], 'main'],
      [['python', 'rust'], 'main, other'],
    ] as const) {
      const none = (): void => undefined;
      assert.equal(answeredBy(await evaluate(engine, languages.map(hole), none)), names);
      const files = languages.map(file);
      assert.equal((await bitsPerByte(engine, files, undefined, none)).model, names);
      assert.equal((await typeFiles(engine, files, settings, none)).model, names);
      if (languages.length > 1) continue;
      assert.equal((await replay(engine, typed(files[0]!), settings, none)).model, names);
    }
    await engine.close();
  });

  it('may be absent, and is refused by its name where it cannot be loaded', async () => {
    const { main, other } = family();
    fs.rmSync(other);
    const engine = await Engine.load(addon, { modelFile: main, threads: 1 });
    assert.equal((await engine.complete(prompt('go'), limits)).model, 'main');
    await engine.close();
    fs.writeFileSync(other, 'GGUF');
    await assert.rejects(Engine.load(addon, { modelFile: main, threads: 1 }), /other\.gguf/);
  });

  it('is looked for nowhere but beside the model', async () => {
    const { main, other } = family();
    const nested = path.join(path.dirname(main), 'nested');
    fs.mkdirSync(nested);
    const file = path.join(nested, 'main.gguf');
    model(file, 'main', { specialists: [path.join('..', path.basename(other)), '..', other] });
    const engine = await Engine.load(addon, { modelFile: file, threads: 1 });
    assert.deepEqual(engine.specialists, []);
    await engine.close();
  });
});
