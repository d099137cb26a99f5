// The choice of the model file: the chosen one, else the bundled one, else words that say what to do.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Problem } from '../../../src/editing/backend';
import { findModelFile } from '../../../src/editing/modelFile';

describe('model file', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-models-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string): string => {
    const full = path.join(folder, name);
    writeFileSync(full, '');
    return full;
  };
  const failsWith = (words: RegExp) => (error: unknown) =>
    error instanceof Problem && error.kind === 'model' && words.test(error.message);

  it('is the bundled one if none is chosen', () => {
    file('MODEL_CARD.md');
    const bundled = file('code.gguf');
    assert.equal(findModelFile('', folder), bundled);
  });

  it('is the chosen one', () => {
    file('code.gguf');
    const chosen = file('other.gguf');
    assert.equal(findModelFile(chosen, folder), chosen);
  });

  it('is not replaced when the chosen one is missing', () => {
    file('code.gguf');
    assert.throws(
      () => findModelFile('/nowhere/a.gguf', folder),
      failsWith(/\/nowhere\/a\.gguf does not exist/),
    );
  });

  it('is named with what is wrong with its path', () => {
    const inFile = path.join(file('code.gguf'), 'a.gguf');
    // Windows knows of both no more than that they are not there.
    const isWindows = process.platform === 'win32';
    assert.throws(
      () => findModelFile(inFile, folder),
      failsWith(isWindows ? /does not exist/ : /does not exist: a part of its path is not a folder/),
    );
    assert.throws(
      () => findModelFile(`/${'x'.repeat(300)}`, folder),
      failsWith(isWindows ? /does not exist/ : /its name is too long/),
    );
  });

  it('is missed with a word of what to do', () => {
    assert.throws(() => findModelFile('', folder), failsWith(/Choose a GGUF file/));
    assert.throws(() => findModelFile('', path.join(folder, 'none')), failsWith(/Choose a GGUF file/));
  });
});
