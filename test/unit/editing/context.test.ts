// Prompts out of documents: what stands before and behind the cursor, in long files and in notebooks.

import assert from 'node:assert/strict';
import { placeAt, placeInNotebook, promptAt } from '../../../src/editing/context';
import { atMark, documentOf, placeOf } from './marked';

const names = { key: 'file:///w/a.ts', path: 'src/a.ts' };

describe('context', () => {
  const texts: [title: string, marked: string][] = [
    ['an empty document', '|'],
    ['the start', '|const a = 1;\n'],
    ['the end', 'const a = 1;\n|'],
    ['the middle of a line', 'const a = |;\nconst b = 2;\n'],
    ['CRLF line ends', 'a();\r\nb(|);\r\nc();\r\n'],
    ['tabs', 'if (a) {\n\t\tb(|\n\t}\n'],
    ['characters outside the basic plane', 'const a = "😀😀|😀";\n'],
  ];
  for (const [title, marked] of texts)
    it(`cuts at the cursor: ${title}`, () => {
      const { prefix, suffix } = placeOf(marked);
      assert.equal(`${prefix}|${suffix}`, marked);
    });

  describe('in a long file', () => {
    const line = 'const value = compute(1, 2, 3);\n';
    const marked = `${line.repeat(3000)}const last = |\n${line.repeat(3000)}`;

    it('keeps whole lines around the cursor, no more than is of use', () => {
      const { prefix, suffix } = placeOf(marked);
      assert.ok(prefix.length > 12_000 && prefix.length <= 24_000, `${prefix.length} characters before`);
      assert.ok(suffix.length > 4_000 && suffix.length <= 8_000, `${suffix.length} characters behind`);
      assert.ok(prefix.startsWith('const value') && prefix.endsWith('\nconst last = '));
      assert.ok(suffix.startsWith('\nconst value') && suffix.endsWith(line));
    });

    it('does not move its start while a line is typed', () => {
      const first = placeOf(marked);
      const typed = 'someFunction(withArguments, andMore);';
      let moves = 0;
      for (let length = 1; length <= typed.length; length++) {
        const next = placeOf(marked.replace('|', `${typed.slice(0, length)}|`));
        if (!next.prefix.startsWith(first.prefix)) moves++;
        assert.equal(next.suffix, first.suffix);
      }
      assert.ok(moves <= 1, `the start moved ${moves} times in ${typed.length} keys`);
    });

    it('cuts one endless line, but no character, in two', () => {
      const { prefix, suffix } = placeOf(`${'😀'.repeat(30_000)}|${'😀'.repeat(30_000)}`);
      assert.ok(prefix.length > 12_000 && prefix.length <= 24_000);
      assert.ok(suffix.length > 4_000 && suffix.length <= 8_000);
      assert.match(prefix + suffix, /^(😀)+$/u);
    });
  });

  it('joins the cells of a notebook that are of its language', () => {
    const { document, position } = atMark('frame.|\n', 'python');
    const cells = [
      documentOf('import pandas', 'python'),
      documentOf('# Title', 'markdown'),
      document,
      documentOf('plot()', 'python'),
    ];
    const place = placeAt(document, position, { key: 'cell', path: 'analysis.ipynb' });
    const { prefix, suffix, path, notebook } = placeInNotebook(place, cells, 2);
    assert.deepEqual([notebook, place.notebook], [true, undefined]);
    assert.equal(`${prefix}|${suffix}`, 'import pandas\n\nframe.|\n\n\nplot()');
    assert.equal(path, 'analysis.py');
  });

  it('tells the language of a cell by the command that it begins with', () => {
    const at = (marked: string): unknown[] => {
      const { document, position } = atMark(marked, 'python');
      const others = ['import a', '%%bash\nls', '%%time\na.b()', '%%sql\nselect 1'];
      const cells = [...others.map((text) => documentOf(text, 'python')), document];
      const place = placeAt(document, position, { key: 'cell', path: 'x.ipynb' });
      const { languageId, path, prefix, suffix } = placeInNotebook(place, cells, others.length);
      return [languageId, path, `${prefix}|${suffix}`];
    };
    const python = 'import a\n\n%%time\na.b()\n\n';
    assert.deepEqual(at('%%bash\ncd |\n'), ['shellscript', 'x.sh', 'ls\n\ncd |\n']);
    assert.deepEqual(at('%%sql a\n|'), ['sql', 'x.sql', 'select 1\n\n|']);
    assert.deepEqual(at('%%html\n<p>|'), ['html', 'x.html', '<p>|']);
    assert.deepEqual(at('%%writefile b.rs\nfn |'), ['rust', 'x.rs', 'fn |']);
    assert.deepEqual(at('%%unheard of\n|'), ['plaintext', 'x.ipynb', '|']);
    assert.deepEqual(at('%%timeit\nb|'), ['python', 'x.py', `${python}%%timeit\nb|`]);
    // It is not written yet.
    assert.deepEqual(at('%%ba|'), ['python', 'x.py', `${python}%%ba|`]);
  });

  it('joins cells also around the last and the first one', () => {
    const cells = ['a = 1', 'b = 2'].map((text) => documentOf(text, 'python'));
    const at = (index: number) =>
      placeInNotebook(
        placeAt(cells[index] ?? documentOf(''), { line: 0, character: 5 }, names),
        cells,
        index,
      );
    assert.equal(at(0).suffix, '\n\nb = 2');
    assert.equal(at(0).prefix, 'a = 1');
    assert.equal(at(1).prefix, 'a = 1\n\nb = 2');
    assert.equal(at(1).suffix, '');
  });

  it('names an untitled document by its language', () => {
    const { document, position } = atMark('x|', 'python');
    assert.equal(
      placeAt(document, position, { key: 'untitled:1', path: 'Untitled-1' }).path,
      'Untitled-1.py',
    );
    assert.equal(placeAt(document, position, { key: 'file:///b', path: 'src/b.pyw' }).path, 'src/b.pyw');
  });

  it('shows the model slashes in paths on every system', () => {
    const { document, position } = atMark('x|', 'typescript');
    const names = { key: 'file:///c%3A/w/a.ts', path: 'C:\\w\\src\\a.ts' };
    assert.equal(placeAt(document, position, names).path, 'C:/w/src/a.ts');
  });

  it('makes a prompt of a place', () => {
    const related = [{ path: 'b.ts', text: 'export {};' }];
    const { prefix, suffix, path, languageId } = placeOf('a|b');
    const expected = { path, languageId, repository: 'project', prefix, suffix, related };
    assert.deepEqual(promptAt(placeOf('a|b'), 'project', related), expected);
  });
});
