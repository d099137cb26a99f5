// Nothing that must not be read is in a prompt, in whichever way it is kept out; what may be read is.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DiskFolder } from '../../../src/editing/diskFolder';
import { Ignoring } from '../../../src/editing/ignoring';
import { openFile, RelatedChunks } from '../../../src/editing/relatedChunks';
import { diskTree, slashed } from '../../../src/editing/tree';
import {
  appText,
  type Forbidden,
  type ForbiddenWorkspace,
  forbiddenWorkspace,
  hasLinks,
} from '../../forbidden';

describe('a prompt', () => {
  let above: string;
  let folder: string;
  let workspace: ForbiddenWorkspace;
  before(() => {
    above = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-forbidden-')));
    folder = path.join(above, 'open');
    mkdirSync(folder);
    workspace = forbiddenWorkspace(folder, path.join(above, 'gitconfig'));
  });
  after(() => rmSync(above, { recursive: true }));

  /** The folder as somebody sees it whose home is the one above. */
  const seen = (): DiskFolder => {
    const environment = { GIT_CONFIG_GLOBAL: path.join(above, 'gitconfig') };
    const user = { home: slashed(above), shared: [], environment };
    const tree = { ...diskTree, user };
    const source = new DiskFolder(folder);
    source.treeOf = (file) => ({ tree, path: slashed(file) });
    return source;
  };
  const place = () => ({
    ...{ key: workspace.app, path: 'app.py', languageId: 'python' },
    ...{ prefix: appText, suffix: '' },
  });

  /** What of these files goes before the prompt, as the editor and the command line read them. */
  async function related(...files: Pick<Forbidden, 'file'>[]): Promise<string> {
    const read = await new Ignoring(seen()).read(files.map(({ file }) => file));
    return JSON.stringify(new RelatedChunks().at(place(), read.map(openFile)));
  }

  it('holds nothing of files that are kept out, in each of many ways', async () => {
    const { allowed, forbidden } = workspace;
    assert.ok(forbidden.length >= (hasLinks ? 19 : 15));
    for (const each of forbidden) {
      const prompt = await related(each, allowed);
      assert.ok(!prompt.includes(each.mark), `kept out by ${each.way}`);
      assert.ok(prompt.includes(allowed.mark), each.way);
      // Were it another file, it would be there.
      const plain = { path: 'plain.py', languageId: 'python', text: readFileSync(each.file, 'utf8') };
      const would = JSON.stringify(new RelatedChunks().at(place(), [openFile(plain)]));
      assert.equal(would.includes(each.mark), each.way !== 'its format', each.way);
    }
  });

  it('holds nothing of them where all are offered at once', async () => {
    const { allowed, forbidden } = workspace;
    const prompt = await related(...forbidden, allowed);
    assert.deepEqual(
      forbidden.filter(({ mark }) => prompt.includes(mark)),
      [],
    );
    assert.ok(prompt.includes(allowed.mark));
  });
});
