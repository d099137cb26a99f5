// What may be read, by whatever path: ignore files of all folders above, secrets by the names of links and of their targets.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ignore from 'ignore';
import { diskTree, slashed, type Tree } from '../../../src/editing/tree';
import { Judge, type Judgement } from '../../../src/editing/judge';
import { itWithLinks } from '../../skipped';

let home: string;
let judges: Judge;
beforeEach(() => {
  home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-reading-')));
  judges = new Judge({ ...diskTree, user: { home: slashed(home), shared: [], environment: {} } });
});
afterEach(() => fs.rmSync(home, { recursive: true }));

function write(file: string, text: string | Buffer = ''): void {
  fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
  fs.writeFileSync(path.join(home, file), text);
}
function link(file: string, target: string): void {
  fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
  fs.symlinkSync(target, path.join(home, file));
}
const judge = (file: string): Promise<Judgement> => judges.judge(slashed(path.join(home, file)));
async function judged(wanted: Record<string, Judgement>): Promise<void> {
  for (const [file, judgement] of Object.entries(wanted)) assert.equal(await judge(file), judgement, file);
}

describe('what may be read', () => {
  it('is judged by the ignore files of every folder above, the nearest first', async () => {
    write('.ryzansteinignore', 'private/\n*.gen.ts\n');
    write('w/.ryzansteinignore', '/top.ts\n!keep.gen.ts\n');
    write('w/a/b/.ryzansteinignore', 'low.ts\n');
    await judged({
      'w/a/b/private/x.ts': 'ignored',
      'w/a.gen.ts': 'ignored',
      'w/a/keep.gen.ts': 'readable',
      'w/private/keep.gen.ts': 'ignored',
      'w/top.ts': 'ignored',
      'w/a/top.ts': 'readable',
      'w/a/b/low.ts': 'ignored',
      'w/low.ts': 'readable',
      'Private/x.ts': 'ignored',
    });
  });

  it('is judged on a drive of Windows as elsewhere', async () => {
    // What the library does of itself on Windows: a path that begins with a drive is no relative one to it.
    (ignore as unknown as Record<symbol, () => void>)[Symbol.for('setupWindows')]!();
    const text = 'private/\n/top.ts\n';
    const tree: Tree = {
      read: (file) =>
        Promise.resolve(file === '/c:/Jörg/w/.ryzansteinignore' ? Buffer.from(text) : undefined),
      pathsOf: (file) => Promise.resolve([file]),
      user: undefined,
    };
    const onWindows = new Judge(tree);
    const files = ['a.ts', 'top.ts', 'a/top.ts', 'a/private/x.ts'];
    const judgements = await Promise.all(files.map((file) => onWindows.judge(`/c:/Jörg/w/${file}`)));
    assert.deepEqual(judgements, ['readable', 'ignored', 'readable', 'ignored']);
  });

  it('is judged alike however the system spells a letter with a mark', async () => {
    const spelled = (name: string): string => name.normalize('NFD');
    write('.ryzansteinignore', 'grün/\n/é.ts\n');
    write(`${spelled('schön')}/.ryzansteinignore`, '/größe.ts\n');
    await judged({
      [`x/${spelled('grün')}/a.ts`]: 'ignored',
      [spelled('é.ts')]: 'ignored',
      [spelled('schön/größe.ts')]: 'ignored',
      [spelled('schön/grün.ts')]: 'readable',
      [spelled('x/é.ts')]: 'readable',
    });
  });

  for (const [encoding, mark] of [
    ['utf8', ''],
    ['utf8', '\uFEFF'],
    ['utf16le', '\uFEFF'],
    ['utf16be', '\uFEFF'],
  ] as const)
    it(`follows an ignore file in ${encoding}${mark && ' with a byte order mark'}`, async () => {
      const text = `${mark}first.ts\r\ngrün/\r\n# ende`;
      const bytes = Buffer.from(text, encoding === 'utf16be' ? 'utf16le' : encoding);
      write('.ryzansteinignore', encoding === 'utf16be' ? bytes.swap16() : bytes);
      await judged({ 'first.ts': 'ignored', 'x/grün/a.ts': 'ignored', 'x/a.ts': 'readable' });
    });

  itWithLinks('is judged by the path behind links and by the path that is opened', async () => {
    write('.ryzansteinignore', '/private/\n/by-name/\n');
    write('private/a.ts');
    write('open/b.ts');
    link('notes/alias', '../private');
    link('notes/direct.ts', '../private/a.ts');
    link('by-name/b.ts', '../open/b.ts');
    link('chain/first', 'second');
    link('chain/second', '../private');
    await judged({
      'notes/alias/a.ts': 'ignored',
      'notes/direct.ts': 'ignored',
      'chain/first/a.ts': 'ignored',
      'chain/first/not-there-yet.ts': 'ignored',
      'by-name/b.ts': 'ignored',
      'open/b.ts': 'readable',
    });
  });

  itWithLinks('is judged by each folder that a chain of linked folders goes through', async () => {
    write('.ryzansteinignore', 'private/\n/hidden\n');
    write('real/deep/a.ts');
    link('private', 'real');
    link('alias', 'private');
    link('far/off', '../alias/deep');
    link('hidden', 'far');
    link('open', 'hidden/off');
    await judged({
      'real/deep/a.ts': 'readable',
      'alias/deep/a.ts': 'ignored',
      'far/off/a.ts': 'ignored',
      'far/off/new.ts': 'ignored',
      'open/a.ts': 'ignored',
    });
  });

  itWithLinks('is judged by the name of a link, of its target and of what is between', async () => {
    write('.env.local');
    write('store/4711');
    write('plain.sh');
    link('settings.sh', '.env.local');
    link('credentials.py', 'store/4711');
    link('step.sh', '.envrc');
    link('.envrc', 'plain.sh');
    await judged({
      'settings.sh': 'secret',
      'credentials.py': 'secret',
      'step.sh': 'secret',
      'plain.sh': 'readable',
      'store/4711': 'readable',
    });
  });

  itWithLinks('is judged by Git of the folder where a file really is as well', async () => {
    write('r/.git/HEAD', 'ref: refs/heads/main\n');
    write('r/.gitignore', 'local.py\n');
    write('r/local.py');
    link('w/other.py', '../r/local.py');
    await judged({
      'r/local.py': 'ignored by Git',
      'w/other.py': 'ignored by Git',
      'w/local.py': 'readable',
    });
  });

  itWithLinks('is nothing where it cannot be told', async () => {
    write('r/.git/HEAD', 'ref: refs/heads/main\n');
    write('r/.git/config', '[core\n');
    link('loop.ts', 'loop.ts');
    link('x/.ryzansteinignore', '/dev/zero');
    await judged({ 'r/a.ts': 'ignored by Git', 'loop.ts': 'ignored', 'x/a.ts': 'ignored' });
  });

  it('is not known before it is judged, and not any more when rules have changed', async () => {
    const file = slashed(path.join(home, 'a.ts'));
    write('a.ts');
    assert.equal(judges.known(file), undefined);
    assert.equal(await judges.judge(file), 'readable');
    assert.equal(judges.known(file), 'readable');
    write('.ryzansteinignore', 'a.ts\n');
    const late = judges.judge(file);
    judges.forget();
    assert.equal(judges.known(file), undefined);
    assert.equal(await late, 'ignored');
    assert.equal(judges.known(file), 'ignored');
  });
});
