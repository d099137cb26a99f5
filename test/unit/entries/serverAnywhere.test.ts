// What the one engine for all windows holds to on Windows as well, where pipes have names: with real processes, which die, hang or lie. The stage `platforms` runs this file once more, in Windows' own Node.

import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { greetServer } from '../../../src/editing/handshake';
import { addressOf, serverName } from '../../../src/editing/serverAddress';
import {
  closed,
  complete,
  isAlive,
  pipeTo,
  processesOf,
  until,
  useOwnFolder,
  Windows,
  withWindows,
} from './windows';
import { skipped } from '../../skipped';

const isWindows = process.platform === 'win32';

/** Its exit code, when it has ended. */
function serve(file: string): Promise<unknown> {
  const child = spawn(process.execPath, [file, '--serve', serverName(file)], { stdio: 'ignore' });
  return new Promise((resolve) => child.once('exit', resolve));
}

describe('an engine for all windows, on every system', function () {
  this.timeout(120_000);
  before(function () {
    if (process.platform === 'darwin') skipped(this, 'temporary folders have names too long for a socket');
  });
  useOwnFolder();

  it('serves several processes, outlives one that is killed at work, and ends soon after the last', () =>
    withWindows(async (windows) => {
      const survivor = windows.open();
      await complete(survivor, 'x = ');
      const others = await Promise.all([windows.openProcess(), windows.openProcess()]);
      for (const { served } of others) assert.equal(served, survivor.processId);
      await pause(100);
      for (const { window } of others) window.kill('SIGKILL');
      const { promptTokens, reusedTokens } = await complete(survivor, 'x = ');
      assert.equal(reusedTokens, promptTokens - 1);
      const last = survivor.processId!;
      survivor.dispose();
      const left = performance.now();
      await until('its end', () => !isAlive(last));
      const took = performance.now() - left;
      assert.ok(took > 2000, `it ended after ${took.toFixed(0)} ms`);
    }));
  it('tells all of its end, and is one again when they need it, whatever it has left behind', () =>
    withWindows(async (windows) => {
      const [one, two, idle] = [windows.open(), windows.open(), windows.open()];
      for (let death = 1; death <= 5; death++) {
        await Promise.all(windows.all.map((engine) => complete(engine, 'x = ')));
        const first = one.processId!;
        const asked = [one, two].map((engine) => engine.loadModel().then(() => complete(engine, 'y = ')));
        await Promise.all(asked);
        process.kill(first, 'SIGKILL');
        await until('all to notice', () => windows.all.every(({ state }) => state.name === 'idle'));
        if (!isWindows)
          assert.ok(fs.existsSync(addressOf(serverName(windows.file)).path), 'a socket is left behind');
      }
      // Nobody had asked for anything when it ended, so nobody gives up.
      await Promise.all([one, two, idle].map((engine) => complete(engine, 'x = ')));
      assert.equal(processesOf(windows).size, 1);
    }));

  it('ends where nobody ever came', async () => {
    const { file } = new Windows();
    assert.equal(await serve(file), 0);
    if (!isWindows) assert.ok(!fs.existsSync(addressOf(serverName(file)).path), 'its socket is left');
  });

  it('ends at once where another one has its name, which goes on', () =>
    withWindows(async (windows) => {
      const engine = windows.open();
      await complete(engine, 'x = ');
      const [first, began] = [engine.processId, performance.now()];
      assert.equal(await serve(windows.file), 0);
      const took = performance.now() - began;
      assert.ok(took < 3000, `it ended after ${took.toFixed(0)} ms`);
      await complete(engine, 'y = ');
      assert.equal(engine.processId, first);
    }));

  it('lives on when garbage comes in, and answers nobody who does not know the secret', () =>
    withWindows(async (windows) => {
      const engine = windows.open();
      await complete(engine, 'x = ');
      const { path: socket, secret } = addressOf(serverName(windows.file));
      const hello = 'Content-Length: 46\r\n\r\n{"jsonrpc":"2.0","id":1,"method":"diagnose"}  ';
      for (const garbage of ['', 'x', hello, Buffer.alloc(1e6, 0x5a), createHash('sha256').digest()]) {
        const pipe = await pipeTo(socket);
        pipe.write(garbage);
        if (garbage.length > 64) await closed(pipe);
        else pipe.destroy();
      }
      await assert.rejects(
        pipeTo(socket).then((pipe) => greetServer(pipe, Buffer.alloc(32))),
        /does not know/,
      );
      // One that knows it may say nonsense, which ends its own pipe.
      const pipe = await pipeTo(socket);
      assert.equal(await greetServer(pipe, secret), engine.processId);
      pipe.write('nonsense\r\n\r\n');
      await closed(pipe);
      assert.notEqual((await complete(engine, 'y = ')).reason, 'cancelled');
    }));

  it('is not looked for where somebody else serves by its name', () =>
    withWindows(async (windows) => {
      const { path: socket } = addressOf(serverName(windows.file));
      const impostor = createServer((pipe) => pipe.on('error', () => undefined).write(Buffer.alloc(68)));
      await new Promise<void>((resolve) => impostor.listen(socket, resolve));
      try {
        const engine = windows.open();
        assert.notEqual((await complete(engine, 'x = ')).reason, 'cancelled');
        assert.ok(windows.log.some((line) => /of its own: .*does not know the secret/.test(line)));
      } finally {
        impostor.close();
      }
    }));
});
