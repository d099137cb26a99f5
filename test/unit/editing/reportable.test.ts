// What is copied of the diagnostics page for a report: why something failed, but no folder and no text of the user's.

import assert from 'node:assert/strict';
import { Problem } from '../../../src/editing/backend';
import type { Entry } from '../../../src/editing/completionLog';
import { reportable } from '../../../src/editing/reportable';
import type { Completion } from '../../../src/protocol';

const folders = ['/home/ada b', '/home/ada b/my models', 'C:\\Users\\Ada B', '/', '', '.', 'models'];
const places = [
  '/home/ada b/my models/m.gguf',
  '/home/ada b/m.gguf',
  '/home/ada b/.vscode/extensions/m.gguf',
  '/srv/ada/m.gguf',
  '~/ada/m.gguf',
  'C:\\Users\\Ada B\\ada\\m.gguf',
  'c:\\Users\\Ada B\\ada\\m.gguf',
  'd:\\ada\\m.gguf',
  'D:/ada/m.gguf',
  '\\\\ada\\share\\m.gguf',
  // Of a folder that was chosen earlier.
  'D:\\Ada B\\my models\\m.gguf',
  '/mnt/Ada B/my models/m.gguf',
  '\\\\nas\\Ada B\\m.gguf',
];
const ofNone = { state: { name: 'idle' } as const, diagnosis: undefined, entries: [] };

interface Told {
  state: unknown;
  diagnosis: string;
  entries: Record<string, unknown>[];
}
const told = (known: Partial<Parameters<typeof reportable>[0]>): Told =>
  JSON.parse(reportable({ ...ofNone, ...known }, folders)) as Told;

describe('what is copied for a report', () => {
  it('names files without their folders', () => {
    for (const place of places)
      for (const [before, behind] of [
        ['', ''],
        ['The file ', ' cannot be read.'],
        ["ENOENT, open '", "'"],
        ['(', '), 3/4'],
      ] as const)
        assert.equal(told({ diagnosis: before + place + behind }).diagnosis, `${before}m.gguf${behind}`);
  });

  it('leaves other texts as they are', () => {
    for (const text of [
      '120 tokens/s',
      'org/name',
      '2026/11/30',
      'and / or',
      'its models. ',
      'Ready.',
      'about ~5 ms, 1/2/3',
    ])
      assert.equal(told({ diagnosis: text }).diagnosis, text);
  });

  it('says why the engine failed, or refused a model', () => {
    const problem = new Problem('model', 'The model file /home/ada b/m.gguf does not exist.');
    const expected = { kind: 'model', message: 'The model file m.gguf does not exist.' };
    assert.deepEqual(told({ state: { name: 'failed', problem } }).state, {
      name: 'failed',
      problem: expected,
    });
  });

  it('has no text', () => {
    const completion: Completion = {
      ...{ text: 'ada', reason: 'line', shown: true, confidence: 0.5, tokens: 4, promptTokens: 15 },
      ...{ reusedTokens: 0, prefillMs: 10, decodeMs: 4, tokensPerSecond: 2000, model: 'm' },
      alternatives: [{ text: 'ada', confidence: 0.1 }],
    };
    const entry: Entry = {
      ...{
        time: 1,
        key: 'file:///ada.ts',
        where: 'ada.ts:1',
        trigger: 'automatic',
        waitedMs: 5,
        text: 'ada',
      },
      ...{ result: { kind: 'failed', problem: 'ENOENT: /home/ada b/x' }, completion, answer: completion },
    };
    const { entries } = told({ entries: [entry] });
    assert.doesNotMatch(JSON.stringify(entries), /ada/);
    assert.deepEqual(entries[0]!.result, { kind: 'failed', problem: 'ENOENT: x' });
  });
});
