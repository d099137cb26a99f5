// Which files a text imports, language by language: the first path that exists is meant.

import assert from 'node:assert/strict';
import { importedPaths } from '../../../src/language/imports';

/** What each import leads to among the files that exist. */
function found(
  path: string,
  languageId: string,
  text: string,
  ...existing: string[]
): (string | undefined)[] {
  return importedPaths({ path, languageId, text }).map((paths) =>
    paths.find((each) => existing.includes(each)),
  );
}

type Case = [title: string, path: string, languageId: string, text: string, expected: string, decoy?: string];

const cases: Case[] = [
  ['a module beside', 'src/a.ts', 'typescript', "import { b } from './b';", 'src/b.ts'],
  ['a module above', 'src/x/a.ts', 'typescript', "import b from '../b';", 'src/b.ts', 'src/x/b.ts'],
  ['a folder of modules', 'src/a.tsx', 'typescriptreact', "export * from './b';", 'src/b/index.ts'],
  ['the source of a compiled name', 'a.ts', 'typescript', "import './b.js';", 'b.ts'],
  ['a compiled name as it is', 'a.mjs', 'javascript', "import './b.mjs';", 'b.mjs'],
  ['a name with a dot', 'a.ts', 'typescript', "import x from './b.test';", 'b.test.ts'],
  ['a required module', 'lib/a.js', 'javascript', "const b = require('./b')", 'lib/b.js'],
  ['a module at need', 'lib/a.js', 'javascript', "await import('./b')", 'lib/b.js'],
  ['the folder itself', 'lib/a.js', 'javascript', "require('..')", 'index.js'],
  ['several lines', 'a.ts', 'typescript', "import {\n  one,\n  two,\n} from './b';", 'b.ts'],
  ['a package', 'app/a.py', 'python', 'import app.util.text', 'app/util/text.py'],
  ['names of a module', 'app/a.py', 'python', 'from app.util import f, g', 'app/util.py'],
  ['a module of a package', 'app/a.py', 'python', 'from app import util', 'app/util.py', 'app/__init__.py'],
  ['a package by its names', 'app/a.py', 'python', 'from app.util import (\n  f,\n)', 'app/util/__init__.py'],
  ['a module beside', 'app/a.py', 'python', 'from . import b', 'app/b.py', 'b.py'],
  ['names of a module beside', 'app/a.py', 'python', 'from .b import f', 'app/b.py', 'b.py'],
  ['a module above', 'app/x/a.py', 'python', '    from ..b import f', 'app/b.py', 'app/x/b.py'],
  ['a module under src', 'src/app/a.py', 'python', 'import app.b', 'src/app/b.py'],
  ['a header beside', 'native/a.cpp', 'cpp', '#include "b.h"', 'native/b.h', 'b.h'],
  ['a header from the root', 'native/model/a.cpp', 'cpp', '#  include "base/b.h"', 'native/base/b.h'],
  ['a header in include', 'src/a.c', 'c', '#include "x/b.h"', 'include/x/b.h'],
  ['a class', 'src/main/java/a/b/C.java', 'java', 'import a.d.E;', 'src/main/java/a/d/E.java'],
  ['a member', 'src/a/C.java', 'java', 'import static a.d.E.f;', 'src/a/d/E.java'],
  [
    'a package of the module',
    'cmd/a.go',
    'go',
    'import "example.org/x/y/store"',
    'store/store.go',
    'y/store/y.go',
  ],
  ['a package by another name', 'a.go', 'go', 'import s "app/store"', 'store/store.go'],
  [
    'a package in a list',
    'a.go',
    'go',
    'import (\n\t_ "example.org/x/store/disk"\n)',
    'store/disk/disk.go',
    'disk/disk.go',
  ],
  ['a module in a folder', 'go/cmd/a.go', 'go', 'import "example.org/x/store"', 'go/store/store.go'],
  ['a module', 'src/main.rs', 'rust', 'pub mod engine;', 'src/engine.rs'],
  ['a module in a folder', 'src/lib.rs', 'rust', 'mod engine;', 'src/engine/mod.rs'],
  ['a module of a module', 'src/engine.rs', 'rust', 'mod prompt;', 'src/engine/prompt.rs', 'src/prompt.rs'],
  ['a name of the crate', 'src/a.rs', 'rust', 'use crate::engine::prompt::Layout;', 'src/engine/prompt.rs'],
];

describe('imports', () => {
  for (const [title, path, languageId, text, expected, decoy] of cases)
    it(`of ${languageId}: ${title}`, () =>
      assert.deepEqual(found(path, languageId, text, expected, ...(decoy ? [decoy] : [])), [expected]));

  const none: [languageId: string, text: string][] = [
    ['typescript', "import * as fs from 'node:fs';\nimport x from 'package/file';"],
    ['typescript', "const from = './b';"],
    ['cpp', '#include <vector>'],
    ['python', 'x = important.thing'],
    ['go', 'var path = "example.org/x/store"'],
    ['plaintext', "import './b'"],
    ['go', 'import "fmt"'],
  ];
  for (const [languageId, text] of none)
    it(`finds none in ${JSON.stringify(text)}`, () =>
      assert.deepEqual(importedPaths({ path: 'src/a', languageId, text }), []));

  it('does not lead to the file itself', () =>
    assert.deepEqual(found('a.ts', 'typescript', "import './a';", 'a.ts'), [undefined]));

  it('shows where a path leads out of the folder', () => {
    const [paths] = importedPaths({ path: 'a.ts', languageId: 'typescript', text: "import '../../b';" });
    assert.ok(paths && paths.length > 0 && paths.every((path) => path.startsWith('../..')));
  });

  it('keeps an absolute path absolute', () => {
    assert.deepEqual(found('/w/src/a.ts', 'typescript', "import '../b';", '/w/b.ts'), ['/w/b.ts']);
  });

  it('looks at a bounded number of them, in good time', () => {
    const text = Array.from({ length: 5000 }, (_, i) => `import x${i} from './file${i}';`).join('\n');
    assert.ok(importedPaths({ path: 'a.ts', languageId: 'typescript', text }).length < 100);
    const nasty = 'from ' + '.'.repeat(50_000) + '\nimport ' + ' '.repeat(50_000);
    for (const languageId of ['python', 'typescript', 'java', 'rust', 'cpp'])
      importedPaths({ path: 'a', languageId, text: nasty });
  });
});
