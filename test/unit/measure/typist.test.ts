// Files as somebody types them, with what the editor closes; and what that person has of what is offered.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Documents, type Step } from '../../../src/measure/recording';
import { Reader } from '../../../src/measure/reader';
import { typed } from '../../../src/measure/typist';

function recordingOf(text: string): ReturnType<typeof typed> {
  return typed({ path: 'a.ts', languageId: 'typescript', text });
}

/** The text at each step, `|` at the cursor. */
function statesOf(text: string): string[] {
  const { header, steps } = recordingOf(text);
  const documents = new Documents(header);
  return steps.map((step) => {
    documents.apply(step);
    const { cursor } = documents.front;
    const now = documents.front.getText();
    return `${now.slice(0, cursor)}|${now.slice(cursor)}`;
  });
}

describe('a file that is typed', () => {
  it('is closed by the editor and typed over', () => {
    assert.deepEqual(statesOf("f('a')"), [...['f|', 'f(|)', "f('|')", "f('a|')", "f('a'|)", "f('a')|"]]);
  });

  it('has the closer of a block on a line of its own, behind which the cursor moves', () => {
    assert.deepEqual(statesOf('{\n  a\n}\n'), [
      ...['{|}', '{\n  |\n}', '{\n  a|\n}', '{\n  a\n}|', '{\n  a\n}\n|'],
    ]);
  });

  it("has no quote closed behind a letter, and none that is a word's", () => {
    assert.deepEqual(statesOf("it's").at(-2), "it'|");
    assert.deepEqual(statesOf("// '\nx")[3], "// '|");
  });

  it('comes out as it is, whatever it is', () => {
    for (const name of fs.readdirSync('src', { recursive: true, encoding: 'utf8' }).sort()) {
      if (!/^[mr].*\.ts$/.test(name)) continue;
      const text = fs.readFileSync(path.join('src', name), 'utf8');
      if (text.length > 6000) continue;
      const { header, steps } = recordingOf(text);
      const documents = new Documents(header);
      for (const step of steps) documents.apply(step);
      assert.equal(documents.front.getText(), text, name);
    }
  });
});

describe('a reader', () => {
  const typing = (text: string): Step[] => [...text].map((type) => ({ pause: 150, type }));
  /** What is offered behind each key, `confidence` and time the same for all. */
  function seen(steps: Step[], offers: Record<number, string>): Omit<Reader['seen'], 'offered'> {
    const reader = new Reader(steps);
    steps.forEach((_, i) => {
      const text = offers[i];
      reader.see(i, text === undefined ? undefined : { text, confidence: 0.8 }, 100);
    });
    const { offered, ...counts } = reader.seen;
    assert.equal(offered.length, counts.offers);
    return counts;
  }

  it('takes what is right to the end of the line and spares four keys', () => {
    assert.deepEqual(seen(typing('return total;\n'), { 2: 'urn total;', 4: 'n total;' }), {
      ...{ offers: 1, right: 1, taken: 1, keysSaved: 9, wrongMs: 0 },
    });
    assert.deepEqual(seen(typing('a = b;\n'), { 2: ' b;' }), {
      ...{ offers: 1, right: 1, taken: 0, keysSaved: 0, wrongMs: 0 },
    });
  });

  it('counts an offer once as long as it goes on, and how long a wrong one stands there', () => {
    assert.deepEqual(seen(typing('total = 1;\n'), { 0: 'otal = 0;', 1: 'tal = 0;', 2: 'al + 1;' }), {
      ...{ offers: 2, right: 0, taken: 0, keysSaved: 0, wrongMs: 300 },
    });
  });

  it('calls right what only lacks the closers that stand there', () => {
    const steps: Step[] = [
      { pause: 1, type: '(', closes: ')' },
      ...typing('total'),
      { pause: 1, type: ')', over: 1 },
      ...typing('\n'),
    ];
    assert.equal(seen(steps, { 0: 'total' }).right, 1);
    assert.equal(seen(steps, { 0: 'total)' }).right, 1);
    assert.equal(seen(steps, { 0: 'tot' }).right, 0);
    assert.equal(seen(steps, { 0: 'total);' }).right, 0);
  });
});
