// How set-up meets a system that lacks what it needs: by programs of its own on the PATH, none of which installs anything.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const script = pathToFileURL(path.resolve('scripts/setup.mjs')).href;

describe('set-up', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'ryzanstein-setup-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a call of scripts/setup.mjs where the PATH has these programs alone; what was said, and asked of apt-get. */
  function told(call: string, programs: Record<string, string>): { said: string; asked: string } {
    const asked = path.join(folder, 'asked.txt');
    writeFileSync(asked, '');
    const all = { 'apt-get': `echo "$@" >> '${asked}'; exit 100`, ...programs };
    for (const [name, lines] of Object.entries(all)) {
      writeFileSync(path.join(folder, name), `#!/bin/sh\n${lines}\n`);
      chmodSync(path.join(folder, name), 0o755);
    }
    const program = `import(${JSON.stringify(script)}).then((setup) => ${call}).then(console.log, console.log)`;
    const env = { ...process.env, PATH: folder, RYZANSTEIN_TEST_CACHE: path.join(folder, 'cache') };
    delete (env as NodeJS.ProcessEnv).RYZANSTEIN_CHROMIUM;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program, 'test'], {
      encoding: 'utf8',
      env,
    });
    return { said: stdout + stderr, asked: readFileSync(asked, 'utf8') };
  }

  it('takes no program for a Chromium that cannot run, and says what to do without one', () => {
    const stub = { 'chromium-browser': 'echo "Command requires the chromium snap"; exit 10' };
    assert.match(told('setup.findChromium()', stub).said, /^undefined$/m);
    const { said, asked } = told('setup.setUpChromium()', stub);
    assert.match(said, /^false$/m);
    assert.match(said, /RYZANSTEIN_CHROMIUM names one/);
    assert.match(asked + said, /install -y --no-install-recommends chromium$/m);
    assert.match(told('setup.findChromium()', { 'chromium-browser': 'exit 0' }).said, /chromium-browser$/m);
  });

  it('asks for pip where Python has none', () => {
    const { said, asked } = told('setup.setUpZig()', { python3: 'exit 1' });
    assert.match(asked + said, /install -y --no-install-recommends python3-pip$/m);
    assert.match(said, /Python packages cannot be installed without pip/);
  });

  it('takes the versions of Node that what npm installs takes', async () => {
    const { fitsNode } = (await import(script)) as { fitsNode: (version: string) => boolean };
    const fit = ['20.19.0', '20.20.1', '22.13.0', '24.0.0', '25.1.0'];
    const unfit = ['18.20.0', '20.18.3', '21.7.0', '22.12.0', '23.11.0'];
    assert.deepEqual([...fit, ...unfit].filter(fitsNode), fit);
  });
});
