// How programs are run by what `npm` runs: one that does not end by itself is ended, with all that it holds open.

import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

interface Steps {
  run: (
    command: string,
    args: string[],
    options: { mayFail?: boolean; minutes?: number },
  ) => Promise<{ code: number; output: string }>;
}

describe('a program that is run', () => {
  let steps: Steps;
  before(async () => {
    steps = (await import(pathToFileURL(path.resolve('scripts/steps.mjs')).href)) as Steps;
  });

  const node = (program: string, minutes?: number): Promise<{ code: number; output: string }> =>
    steps.run(process.execPath, ['-e', program], { mayFail: true, minutes });

  it('is ended when its time is over, and counts as failed', async () => {
    const { code, output } = await node("console.log('begun'); setInterval(() => {}, 1000)", 0.02);
    assert.notEqual(code, 0);
    assert.match(output, /^begun\n\n`.*` was ended after 0\.02 minutes\.\n$/s);
  });

  it('is ended also where it heeds no signal, and what it started holds its output', async () => {
    const child = "['-e', 'setTimeout(() => {}, 30000)'], { stdio: 'inherit' }";
    const deaf = `process.on('SIGTERM', () => {}); require('node:child_process').spawn(process.execPath, ${child})`;
    const started = Date.now();
    const { code } = await node(deaf, 0.01);
    assert.notEqual(code, 0);
    assert.ok(Date.now() - started < 25_000);
  }).timeout(60_000);

  it('is left to end by itself in its time', async () => {
    assert.deepEqual(await node("console.log('done')", 1), { code: 0, output: 'done\n' });
  });
});
