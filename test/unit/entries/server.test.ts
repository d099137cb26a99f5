// One engine process for many windows, with real processes and pipes: who starts it, what they share, and what becomes of it and of them when one side dies or hangs. It looks at them by what Linux tells of processes.

import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { Problem } from '../../../src/editing/backend';
import { addressOf, serverName } from '../../../src/editing/serverAddress';
import { customShape, synthesize } from '../../../src/measure/synthesize';
import { runtimeFolder, Trial } from '../editing/fakeEngine';
import { temporaryFile } from '../model/ggufFile';
import { bundle, complete, never, processesOf, tiny, until, useOwnFolder, withWindows } from './windows';
import { skipped } from '../../skipped';

/** Of a hundred megabytes: what a window has of its own is little beside it. */
function temporaryLarge(): string {
  const file = temporaryFile('large.gguf', Buffer.of());
  const shape = customShape('1024,6,4096,16,16,4000')!;
  synthesize(file, { name: 'large', shape, architecture: 'llama', type: 'q8_0', seed: 1 });
  return file;
}

/** The processes that serve by this name, as the system lists them. */
function serving(name: string): number[] {
  return fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        return fs.readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').includes(name);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const megabytesOf = (processId: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${processId}/status`, 'utf8'))![1]) / 1024;

describe('an engine for all windows', function () {
  this.timeout(120_000);
  before(function () {
    if (process.platform !== 'linux') skipped(this, 'only Linux lists processes in files');
  });
  useOwnFolder();

  it('has one copy of a model for two of them, and each gets its own answers', () =>
    withWindows(async (windows) => {
      const large = temporaryLarge();
      const one = windows.open(large);
      const { bytes } = await one.loadModel();
      await complete(one, 'x = ');
      const withOne = megabytesOf(one.processId!);
      const two = windows.open(large);
      await two.loadModel();
      const [first, second] = await Promise.all([complete(one, 'x = 1\ny = '), complete(two, 'x = ')]);
      const more = megabytesOf(one.processId!) - withOne;
      assert.equal(one.processId, two.processId);
      assert.deepEqual([first.reason, second.reason].includes('cancelled'), false);
      const copy = bytes / 2 ** 20;
      assert.ok(
        copy > 80 && more < copy / 2,
        `${more.toFixed(0)} MB more, where a copy has ${copy.toFixed(0)}`,
      );
    }));

  it('is started once by eight that want it at once', () =>
    withWindows(async (windows) => {
      for (let i = 0; i < 8; i++) windows.open();
      const answers = await Promise.all(windows.all.map((engine) => complete(engine, 'x = ')));
      assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
      assert.equal(processesOf(windows).size, 1);
      assert.ok(!windows.log.some((line) => /of its own/.test(line)));
      const name = serverName(windows.file);
      await until('the other servers to end', () => serving(name).length === 1);
      assert.deepEqual(serving(name), [windows.all[0]!.processId]);
    }));

  it('is ended by a window for which it hangs, and serves all others anew', () =>
    withWindows(async (windows) => {
      const [one, two] = [windows.open(tiny, { patienceMs: 300 }), windows.open()];
      await Promise.all([complete(one, 'x = '), complete(two, 'x = ')]);
      const first = one.processId!;
      process.kill(first, 'SIGSTOP');
      const source = new CancellationTokenSource();
      const cancelled = assert.rejects(complete(one, 'y = ', source.token), Problem);
      const waiting = complete(two, 'y = ');
      await pause(50);
      source.cancel();
      await cancelled;
      assert.equal((await waiting).model, 'ryzanstein-tiny');
      await complete(one, 'y = ');
      assert.ok(one.processId === two.processId && one.processId !== first);
    }));

  it('is not taken for hung while it works for another window', () =>
    withWindows(async (windows) => {
      const [one, two] = [windows.open(), windows.open(tiny, { patienceMs: 20 })];
      await Promise.all([complete(one, 'x = '), complete(two, 'x = ')]);
      const first = two.processId;
      const params = { promptTokens: 900, generateTokens: 100, threads: [1], whole: true };
      const work = one.bench(() => params, never);
      await pause(100);
      let cancelled = 0;
      const long = 'def f(x):\n    return x + 1\n\n\n'.repeat(60);
      for (let i = 0; i < 20; i++) {
        const source = new CancellationTokenSource();
        const answer = complete(two, `${long}${i}`, source.token);
        await pause(10);
        source.cancel();
        if ((await answer).reason === 'cancelled') cancelled++;
      }
      await work;
      assert.ok(cancelled > 5, `${cancelled} were cancelled`);
      assert.deepEqual([one.processId, two.processId], [first, first]);
    }));

  it('is another one for another version', async () => {
    const trials = [new Trial({}), new Trial({}), new Trial({ complete: 'answer({ text: "new" })' })];
    try {
      const texts = await Promise.all(trials.map((trial) => trial.complete(never)));
      assert.deepEqual(
        texts.map(({ text }) => text),
        ['ok', 'ok', 'new'],
      );
      assert.equal(new Set(trials.map(({ client }) => client.processId)).size, 3);
    } finally {
      for (const trial of trials) trial.end();
    }
    const file = path.join(runtimeFolder, 'upgraded.js');
    fs.writeFileSync(file, '1');
    const name = serverName(file);
    assert.equal(serverName(file), name);
    fs.writeFileSync(file, '12');
    assert.notEqual(serverName(file), name);
    process.env.RYZANSTEIN_KERNEL = 'scalar';
    const other = serverName(bundle);
    delete process.env.RYZANSTEIN_KERNEL;
    assert.notEqual(serverName(bundle), other);
  });

  it('is found by a window that comes as it ends', () =>
    withWindows(async (windows) => {
      const lingers = 3_000;
      for (const early of [-12, 0, 12]) {
        const engine = windows.open();
        await complete(engine, 'x = ');
        engine.dispose();
        await pause(lingers - early);
        const next = windows.open();
        assert.notEqual((await complete(next, 'x = ')).reason, 'cancelled');
        next.dispose();
      }
      assert.ok(!windows.log.some((line) => /of its own|by itself/.test(line)));
    }));

  it('goes on for a window that has come before its name was kept for good', () =>
    withWindows(async (windows) => {
      const slow = path.join(runtimeFolder, 'slow.js');
      fs.writeFileSync(
        slow,
        `const files = require('node:fs/promises');
const { rm } = files;
files.rm = (file, ...rest) => new Promise((resolve) => setTimeout(resolve, 1500)).then(() => rm(file, ...rest));
`,
      );
      const name = serverName(windows.file);
      const server = spawn(process.execPath, ['--require', slow, windows.file, '--serve', name], {
        stdio: 'ignore',
      });
      await until('its socket', () => fs.existsSync(addressOf(name).path));
      const engine = windows.open();
      await complete(engine, 'x = ');
      const { lock } = addressOf(name);
      assert.deepEqual([engine.processId, fs.existsSync(lock)], [server.pid, true]);
      await until('the name to be kept', () => !fs.existsSync(lock));
      const lingers = 3_000;
      await pause(lingers + 500);
      assert.equal(server.exitCode, null, 'it has ended');
      await complete(engine, 'y = ');
      assert.equal(engine.processId, server.pid);
    }));

  it('outlives a window that goes while its model is loaded', () =>
    withWindows(async (windows) => {
      const survivor = windows.open();
      await complete(survivor, 'x = ');
      const first = survivor.processId;
      const large = temporaryLarge();
      for (let i = 0; i < 3; i++) {
        const going = windows.open(large, {
          onState: (state) => {
            if (state.name === 'starting' && state.percent) going.dispose();
          },
        });
        // It may have been loaded by then.
        await going.loadModel().catch(() => undefined);
        assert.notEqual((await complete(survivor, `x${i} = `)).reason, 'cancelled');
      }
      await pause(500);
      assert.notEqual((await complete(survivor, 'y = ')).reason, 'cancelled');
      assert.equal(survivor.processId, first);
    }));

  const refused: [what: string, words: RegExp, make: (folder: string) => void][] = [
    ['is open to others', /is open to other users/, (folder) => fs.chmodSync(folder, 0o750)],
    ['belongs to another user', /belongs to another user/, (folder) => fs.chownSync(folder, 12345, 12345)],
    [
      'is a link',
      /is no folder/,
      (folder) => {
        fs.renameSync(folder, `${folder}-elsewhere`);
        fs.symlinkSync(`${folder}-elsewhere`, folder);
      },
    ],
    [
      'is a file',
      /is no folder/,
      (folder) => (fs.rmSync(folder, { recursive: true }), fs.writeFileSync(folder, '')),
    ],
    [
      'has too long a name',
      /too long for a socket/,
      (folder) => {
        const long = path.join(path.dirname(folder), 'x'.repeat(90));
        fs.mkdirSync(long);
        process.env.XDG_RUNTIME_DIR = long;
      },
    ],
  ];
  for (const [what, words, make] of refused)
    it(`is not used where the folder ${what}: the window has an engine of its own, and says so`, function () {
      if (/another user/.test(what) && process.getuid?.() !== 0)
        skipped(this, 'only root can give a folder to another user');
      const runtime = fs.mkdtempSync(path.join(runtimeFolder, 'bad-'));
      process.env.XDG_RUNTIME_DIR = runtime;
      const folder = path.join(runtime, 'ryzanstein');
      fs.mkdirSync(folder, { mode: 0o700 });
      make(folder);
      assert.throws(() => addressOf('0123456789abcdef'), words);
      return withWindows(async (windows) => {
        const engine = windows.open();
        assert.notEqual((await complete(engine, 'x = ')).reason, 'cancelled');
        assert.ok(windows.log.some((line) => /engine of its own/.test(line) && words.test(line)));
      });
    });
});
