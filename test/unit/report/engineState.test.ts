// What is said of an engine or a model that fails, and which buttons mend it.

import assert from 'node:assert/strict';
import { failureOf, remediesFor, type Trouble, untold } from '../../../src/report/engineState';
import { model } from './model';

const refused: Trouble = { kind: 'model', message: 'big.gguf: it is no model.' };
const crashed: Trouble = { kind: 'engine', message: 'The engine ended by itself (SIGSEGV).' };
const bundled = { model: false, kernel: false };
const own = { model: true, kernel: false };
const labels = (failure: ReturnType<typeof failureOf>): string[] =>
  failure!.remedies.map(({ label }) => label);

describe('the card of a failure', () => {
  it('is none where the chosen model answers, or will', () => {
    for (const state of [{ name: 'idle' }, { name: 'starting' }, { name: 'ready', model }] as const)
      assert.equal(failureOf(state, own), undefined);
  });

  it('says that the bundled model answers, and why', () => {
    const failure = failureOf({ name: 'ready', model, refused }, own);
    assert.equal(failure!.title, 'The bundled model answers in the place of the chosen one');
    assert.equal(failure!.text, refused.message);
    assert.deepEqual(labels(failure), [
      ...['Choose Another Model', 'Try Again', 'Use the Bundled Model', 'Show Log'],
    ]);
  });

  it('offers another model where there is none to use, and a new start where the engine has died', () => {
    const noModel = failureOf({ name: 'failed', problem: refused }, bundled);
    assert.equal(noModel!.title, 'The model cannot be used');
    assert.deepEqual(labels(noModel), ['Choose Another Model', 'Try Again', 'Show Log']);
    const dead = failureOf({ name: 'failed', problem: crashed }, own);
    assert.equal(dead!.title, 'The engine does not run');
    assert.deepEqual(labels(dead), ['Restart Engine', 'Use the Bundled Model', 'Show Log']);
  });

  it('leads to the kernel that is set, where the engine does not run', () => {
    const failure = failureOf({ name: 'failed', problem: crashed }, { model: true, kernel: true });
    assert.deepEqual(labels(failure), ['Change the Kernel', 'Restart Engine', 'Show Log']);
  });

  it('blames neither the model nor the engine for a request', () => {
    assert.deepEqual(remediesFor({ kind: 'request', message: '' }, own), ['showLog']);
  });
});

describe('kernels that compute wrongly', () => {
  it('are told of once each', () => {
    const rejected = ['avx2', 'avx512'].map((kernel) => ({ kernel, cases: 317, mismatches: 1 }));
    assert.deepEqual(untold(rejected, []), rejected);
    assert.deepEqual(untold(rejected, ['avx2']), [rejected[1]]);
    assert.deepEqual(untold(rejected, ['avx512', 'avx2']), []);
    assert.deepEqual(untold(undefined, []), []);
  });
});
