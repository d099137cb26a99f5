// What goes along with a report: everything to ask again, nothing that names the user's folders, and no line with a key.

import assert from 'node:assert/strict';
import { bundleOf } from '../../../src/editing/bundle';
import { defaults } from '../../../src/editing/settings';
import { readBundle } from '../../../src/measure/bundle';
import type { Completion } from '../../../src/protocol';

const completion: Completion = {
  ...{
    text: 'total',
    reason: 'line',
    shown: true,
    confidence: 0.5,
    tokens: 4,
    promptTokens: 15,
    reusedTokens: 0,
  },
  ...{ prefillMs: 10, decodeMs: 4, tokensPerSecond: 2000, model: 'm', room: 512 },
};
const prompt = {
  ...{ path: 'a.ts', languageId: 'typescript', prefix: 'let total = 1;\nreturn ', suffix: ';\n' },
  related: [{ path: 'b.ts', text: 'export const b = 1;' }],
};
const asked = { prompt, limits: { maxTokens: 64, maxLines: 1, minConfidence: 'normal' as const } };
const settings = {
  ...defaults,
  ...{
    modelFile: '/home/ada/m.gguf',
    modelFolders: ['/home/ada'],
    hub: 'https://hub.example',
    downloadFolder: '/d',
  },
  confidence: 0.4,
};
const origin = { extension: '0.1.0', editor: 'Code 1.102.0', system: 'linux-x64', settings };

describe('a bundle for a report', () => {
  it('is one that can be replayed, with versions and settings', () => {
    const bundle = bundleOf(asked, completion, origin);
    assert.deepEqual(readBundle(JSON.stringify(bundle), 'bundle'), bundle);
    assert.deepEqual([bundle.prompt, bundle.limits, bundle.completion], [prompt, asked.limits, completion]);
    assert.equal(bundle.origin!.settings.confidence, 0.4);
    assert.equal(bundle.origin!.linesLeftOut, undefined);
    assert.doesNotMatch(JSON.stringify(bundle), /ada|hub\.example/);
  });

  it('leaves lines with keys out, and says so', () => {
    const key = `AKIA${'ABCD2345'.repeat(2)}`;
    const line = `const key = '${key}';\n`;
    const withKey = {
      ...asked,
      prompt: { ...prompt, prefix: `${line}${prompt.prefix}`, suffix: `;\n${line}` },
    };
    const alternatives = [{ text: `'${key}'`, confidence: 0.1 }];
    const bundle = bundleOf(withKey, { ...completion, text: `'${key}'`, alternatives }, origin);
    assert.doesNotMatch(JSON.stringify(bundle), /AKIA/);
    assert.equal(bundle.prompt.prefix, `\n${prompt.prefix}`);
    assert.equal(bundle.origin!.linesLeftOut, true);
  });
});
