// Repository context of holes: the files that are imported and those nearby, never the hole's own.

import * as assert from 'node:assert/strict';
import type { Hole } from '../../../src/measure/holes';
import { withContext } from '../../../src/measure/repositoryContext';
import type { SourceFile } from '../../../src/measure/sourceFiles';

const hole: Hole = {
  source: 'some/one',
  path: 'src/deep/here.ts',
  language: 'typescript',
  kind: 'rest',
  prefix: "import { area } from '../../lib/shapes';\n\nconst all = ",
  suffix: ';\n',
  expected: 'area(1, 2)',
};
const file = (path: string, languageId = 'typescript'): SourceFile => ({
  path,
  languageId,
  text: `export const ${path.replace(/\W/g, '_')} = 1;\n`,
});
const files = [
  file('lib/shapes.ts'),
  file('src/deep/near.ts'),
  file('src/deep/here.ts'),
  file('src/deep/near.py', 'python'),
  ...Array.from({ length: 30 }, (_, i) => file(`other/far/file${i}.tsx`, 'typescriptreact')),
];

describe('repository context', () => {
  it('is of files that are imported or near, in the same language, and not of the file itself', () => {
    const [{ related }] = withContext([hole], () => files) as [Hole];
    const paths = related!.map(({ path }) => path);
    assert.ok(paths.includes('lib/shapes.ts') && paths.includes('src/deep/near.ts'), paths.join());
    assert.ok(!paths.includes('src/deep/here.ts') && !paths.includes('src/deep/near.py'), paths.join());
    assert.deepEqual(
      related!.find(({ path }) => path === 'lib/shapes.ts')!.text.trim(),
      'export const lib_shapes_ts = 1;',
    );
  });

  it('asks for the files of a source once, and leaves all else of the hole as it is', () => {
    const asked: (string | undefined)[] = [];
    const holes = withContext([hole, hole, { ...hole, source: 'two' }], (source) => {
      asked.push(source);
      return [];
    });
    assert.deepEqual(asked, ['some/one', 'two']);
    assert.deepEqual(holes[0], { ...hole, related: [] });
  });
});
