// What speaks for an answer: numbers at every place, told as the words say, and soon.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { type Features, featuresOf, surenessOf } from '../../../src/completion/features';
import { median } from '../../../src/statistics';
import { place } from './place';
import { randomSource } from '../random';

function of(marked: string, text: string, line: number[] = [-0.1, -0.5], end = -0.2): Features {
  return featuresOf(place(marked, 'typescript'), text, { all: [...line, -1], line, end });
}

describe('the features of an answer', () => {
  it('tell how sure the model was of its line', () => {
    const { sum, mean, least, first, last, end, whole, tokens } = of('a = ‸', 'b;\n  c;');
    assert.deepEqual([sum, mean, least, first, last, end], [-0.6, -0.3, -0.5, -0.1, -0.5, -0.2]);
    assert.deepEqual([whole, tokens], [-1.6, 2]);
  });

  it('hold a weak token against the others', () => {
    assert.equal(surenessOf([]), 0);
    assert.equal(surenessOf([0, 0]), 1);
    const [weakest, middle] = [0.4, Math.sqrt(0.9 * 0.4)];
    const sureness = surenessOf([Math.log(0.9), Math.log(0.4)]);
    assert.ok(sureness > weakest && sureness < middle, String(sureness));
  });

  it('tell what the line is made of', () => {
    const { characters, names, newNames, digits, quotes, opened } = of(
      'const total = ‸',
      'total + more(12, "x", {\n  y,\n});',
    );
    assert.deepEqual([characters, names, newNames, digits, quotes, opened], [23, 2, 1, 1, 2, 2]);
  });

  it('tell where it stands', () => {
    const { typed, column, behind, above, below } = of('  // re‸)\n', 'turns');
    assert.deepEqual([typed, column, behind, above, below], [5, 2, 1, 7, 2]);
  });

  it('tell of lines like it, above and below', () => {
    const text = 'a.on(1);\na.on(2);\nb();\na.on(2);\na.‸\na.on(2);\n';
    const { equal, distance, alike, agreeing, agreement } = of(text, 'on(2);');
    assert.deepEqual([equal, distance, alike, agreeing, agreement], [3, 1, 4, 3, 0.75]);
    const none = of(text, 'off();');
    assert.deepEqual([none.equal, none.distance, none.agreeing, none.agreement], [0, 10_000, 0, 0]);
  });

  it('tell, where nothing of the line is written, what stands below such a line elsewhere', () => {
    const text = 'open();\nread();\nopen();\nread();\nopen();\nskip();\nopen();\n‸';
    const { alike, agreeing, following } = of(text, 'read();');
    assert.deepEqual([alike, agreeing, following], [3, 2, 3]);
  });

  it('tell of copies, by how far the text before them is that before the cursor', () => {
    assert.deepEqual(copiesOf('x = f(1);\ny = f(1);\nx = ‸', 'f(1);'), [2, 4]);
    assert.deepEqual(copiesOf('x = ‸', 'f(1);'), [0, -1]);
  });

  it('are numbers wherever an answer stands, whatever it is', () => {
    const { below, pick } = randomSource(5);
    const parts = ['\n', '\t', ' ', '{', '}', '(', 'name', '"', '12', '// ', 'é', '🙂', 'a.b', ';', ''];
    const drawn = (): string => Array.from({ length: below(30) }, () => pick(parts)).join('');
    for (let i = 0; i < 3000; i++) {
      const line = Array.from({ length: below(4) }, () => -below(50) / pick([1, 7]));
      const features = of(`${drawn()}‸${drawn()}`, drawn(), line, -below(3));
      for (const [name, value] of Object.entries(features))
        assert.ok(Number.isFinite(value), `${name}: ${value}`);
    }
  });

  it('take no time that anybody notices in real code', () => {
    const text = fs.readFileSync('src/engine/engine.ts', 'utf8');
    const lines = [...text.matchAll(/^.*\S.*$/gm)];
    const times = lines.map(({ 0: line, index }) => {
      const at = index + line.search(/\S|$/) + 4;
      const site = place(`${text.slice(0, at)}‸${text.slice(at)}`, 'typescript');
      const begun = performance.now();
      featuresOf(site, text.slice(at, index + line.length), { all: [-1], line: [-1], end: 0 });
      return performance.now() - begun;
    });
    assert.ok(median(times)! < 1, `${median(times)} ms`);
    console.log(`      ${median(times)!.toFixed(3)} ms over ${text.length} characters`);
  });
});

function copiesOf(marked: string, text: string): number[] {
  const { copies, context } = of(marked, text);
  return [copies, context];
}
