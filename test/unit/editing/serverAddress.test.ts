// Where windows find the server: the secret that lies there is made whole or not at all, and mended where it is damaged.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { addressOf } from '../../../src/editing/serverAddress';

describe('the secret of a server', () => {
  const place = process.platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_RUNTIME_DIR';
  const before = process.env[place];
  let folder: string;
  const file = (): string =>
    path.join(folder, process.platform === 'win32' ? 'Ryzanstein' : 'ryzanstein', 'secret');
  const files = (): string[] => fs.readdirSync(path.dirname(file()));

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'address-'));
    process.env[place] = folder;
  });
  afterEach(() => {
    if (before === undefined) delete process.env[place];
    else process.env[place] = before;
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('is made once, and found by all', () => {
    const { secret } = addressOf('a');
    assert.equal(secret.length, 32);
    assert.deepEqual(addressOf('b').secret, secret);
    assert.deepEqual(files(), ['secret']);
  });

  it('is made anew where it is damaged, and nothing is left of that', () => {
    const { secret } = addressOf('a');
    for (const damaged of ['', 'short', 'x'.repeat(99)]) {
      fs.writeFileSync(file(), damaged);
      const mended = addressOf('a').secret;
      assert.equal(mended.length, 32);
      assert.notDeepEqual(mended, secret);
      assert.deepEqual(addressOf('a').secret, mended);
      assert.deepEqual(files(), ['secret']);
    }
  });

  it('leaves no file behind where the disk is full', () => {
    addressOf('a');
    fs.rmSync(file());
    const { writeSync } = fs;
    // What a full disk does: the file is there, its bytes are not.
    fs.writeSync = () => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
    try {
      assert.throws(() => addressOf('a'), /ENOSPC/);
    } finally {
      fs.writeSync = writeSync;
    }
    assert.deepEqual(files(), []);
    assert.equal(addressOf('a').secret.length, 32);
  });
});
