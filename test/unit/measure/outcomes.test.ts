// Outcomes: who answers the truth is right, who answers something else is not, and each answer comes with its features.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { siteOf } from '../../../src/completion/site';
import { addonFile, loadAddon } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import { type Asked, type Outcome, outcomesOf } from '../../../src/measure/outcomes';
import type { Completion, Prompt } from '../../../src/protocol';
import { answer } from '../editing/marked';

const files = ['src/engine/room.ts', 'src/completion/opened.ts', 'src/model/gguf.ts'].map((file) => ({
  ...{ source: 'ryzanstein', path: file, languageId: 'typescript' },
  text: fs.readFileSync(file, 'utf8'),
}));

/** Outcomes of somebody who answers what `says` makes of the truth. */
async function outcomes(text: string, says: (truth: string) => string): Promise<Outcome[]> {
  const asked: Asked = {
    weighed: (prompt) => {
      const completion: Completion = answer(says(truthAt(prompt, text)));
      return Promise.resolve({ completion, features: {} as Outcome['features'] });
    },
  };
  return outcomesOf(asked, { ...files[0]!, text }, 40);
}

/** What stands in the file to the line's end, or to what stands behind the cursor. */
function truthAt(prompt: Prompt, text: string): string {
  const { before, lineAfter } = siteOf(prompt);
  const rest = /^\s*.*/.exec(text.slice(before.length))![0];
  return lineAfter !== '' && rest.endsWith(lineAfter) ? rest.slice(0, -lineAfter.length) : rest;
}

describe('outcomes', () => {
  it('are right where the truth was answered, and wrong where anything else was', async () => {
    for (const { text } of files) {
      const right = await outcomes(text, (truth) => truth);
      assert.ok(right.length > 50);
      assert.ok(right.filter(({ exact }) => exact).length > 0.9 * right.length);
      const wrong = await outcomes(text, (truth) => `${truth}x`);
      assert.equal(wrong.filter(({ exact }) => exact).length, 0);
    }
  });

  it('have what speaks for each answer of a model', async () => {
    const addon = loadAddon(addonFile(path.resolve('dist')));
    const engine = await Engine.load(addon, { modelFile: 'models/ryzanstein-14m.gguf', threads: 1 });
    try {
      const found = await outcomesOf(engine, files[0]!, 8);
      assert.ok(found.length >= 8);
      assert.ok(found.some(({ inHole }) => inHole) && found.some(({ inHole }) => !inHole));
      for (const { features, characters, language, source } of found) {
        assert.ok(features.sum < 0 && features.tokens > 0 && characters > 0);
        assert.deepEqual([language, source], ['typescript', 'ryzanstein']);
      }
    } finally {
      await engine.close();
    }
  });
});
