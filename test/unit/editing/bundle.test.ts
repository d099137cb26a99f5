// What goes along with a report: everything to ask again, nothing that names the user's folders, and no line with a key.

import assert from 'node:assert/strict';
import { bundleOf } from '../../../src/editing/bundle';
import { defaults } from '../../../src/editing/settings';
import { readBundle } from '../../../src/measure/bundle';
import type { Completion } from '../../../src/protocol';
import { randomSource } from '../random';
import { drawn, formats, words } from './secretCases';

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
    // Of the line on which the answer would show it, nothing is told.
    assert.equal(bundle.prompt.prefix, '\nlet total = 1;\n');
    assert.equal(bundle.origin!.linesLeftOut, true);
  });

  it('tells no part of a secret of its document, wherever the cursor stands', () => {
    const random = randomSource(23);
    const statements = ["password = '§'", 'const dbPassword = "§";', "connect('postgres://app:§@db/shop')"];
    for (let i = 0; i < 1500; i++) {
      const { plain, odd } = words(random);
      const format = random.pick(Object.values(formats).filter((each) => !/[|:/= ]/.test(each)));
      const isKey = random.below(2) === 0;
      const secret = isKey ? drawn(format, random) : random.pick([plain, odd.replace('#', 'x')]);
      const statement = (isKey ? `const it = '§';` : random.pick(statements)).replace('§', () => secret);
      const lines = Array.from({ length: 2 + random.below(6) }, (_, n) => `step${n}(all, of, them);`);
      lines.splice(random.below(lines.length), 0, statement);
      const text = lines.join('\n');
      const at = text.indexOf(secret);
      const cursor = random.pick([at + random.below(secret.length + 1), random.below(text.length + 1)]);
      // What the model says may repeat it, go on with it, or speak of something else.
      const says = random.pick([secret, `log('${secret}');`, secret.slice(random.below(4)), 'total', '']);
      const bundle = bundleOf(
        {
          ...asked,
          prompt: {
            ...{ ...prompt, prefix: text.slice(0, cursor), suffix: text.slice(cursor) },
            related: [{ path: 'b.ts', text: `seen('${secret}');\nother();` }],
          },
        },
        { ...completion, text: says, alternatives: [{ text: `log(${secret})`, confidence: 0.1 }] },
        origin,
      );
      const told = [
        ...[bundle.prompt.prefix, bundle.prompt.suffix, bundle.completion.text],
        ...bundle.prompt.related.map((each) => each.text),
        ...(bundle.completion.alternatives ?? []).map((each) => each.text),
      ];
      const most = Math.min(8, Math.ceil(secret.length / 2));
      for (let n = 0; n + most <= secret.length; n++)
        assert.ok(
          !told.some((each) => each.includes(secret.slice(n, n + most))),
          `${secret} at ${cursor - at} of it, in ${JSON.stringify(told)}`,
        );
      assert.equal(bundle.origin!.linesLeftOut, true);
      assert.equal(bundle.prompt.prefix.split('\n').length, text.slice(0, cursor).split('\n').length);
    }
  });
});
