// One engine process for many windows, with real processes and pipes: who starts it, what they share, and what becomes of it and of them when one side dies, hangs or lies.

import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { connect as connectTo, createServer, type Socket } from 'node:net';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { Problem } from '../../../src/editing/backend';
import { LocalEngine, type LocalEngineOptions } from '../../../src/editing/localEngine';
import { greetServer } from '../../../src/editing/handshake';
import { addressOf, serverName } from '../../../src/editing/serverAddress';
import { customShape, synthesize } from '../../../src/measure/synthesize';
import type { Completion } from '../../../src/protocol';
import { runtimeFolder, Trial } from '../editing/fakeEngine';
import { temporaryFile } from '../model/ggufFile';

const bundle = path.resolve('dist/engine.js');
const tiny = path.resolve('test/fixtures/tiny.gguf');
const never = new CancellationTokenSource().token;

/** Windows on the engine that is built, and what is in their logs. */
class Windows {
  readonly all: LocalEngine[] = [];
  readonly log: string[] = [];
  /** A copy of the bundle has a server of its own. */
  readonly file: string;

  constructor() {
    const folder = fs.mkdtempSync(path.join(runtimeFolder, 'bundle-'));
    this.file = path.join(folder, 'engine.js');
    fs.copyFileSync(bundle, this.file);
    fs.cpSync('dist/native', path.join(folder, 'native'), { recursive: true });
    fs.cpSync('dist/grammars', path.join(folder, 'grammars'), { recursive: true });
  }

  open(modelFile = tiny, more: Partial<LocalEngineOptions> = {}): LocalEngine {
    const note = (message: string): void => void this.log.push(message);
    const engine = new LocalEngine({
      file: this.file,
      load: () => ({ modelFile, threads: 1 }),
      log: { info: note, warn: note, error: note, debug: note },
      onState: () => undefined,
      ...more,
    });
    this.all.push(engine);
    return engine;
  }

  close(): void {
    for (const engine of this.all) engine.dispose();
  }
}

async function withWindows(work: (windows: Windows) => Promise<void>): Promise<void> {
  const windows = new Windows();
  try {
    await work(windows);
  } catch (error) {
    throw new Error(`${String(error)}\nlog:\n  ${windows.log.join('\n  ')}`, { cause: error });
  } finally {
    windows.close();
  }
}

function complete(engine: LocalEngine, prefix: string, token = never): Promise<Completion> {
  const prompt = { path: 'a.py', languageId: 'python', prefix, suffix: '\n', related: [] };
  const limits = { maxTokens: 16, maxLines: 1, minConfidence: 0 };
  return engine.complete({ prompt, limits }, token, () => undefined);
}

/** Of a hundred megabytes: what a window has of its own is little beside it. */
function temporaryLarge(): string {
  const file = temporaryFile('large.gguf', Buffer.of());
  const shape = customShape('1024,6,4096,16,16,4000')!;
  synthesize(file, { name: 'large', shape, architecture: 'llama', type: 'q8_0', seed: 1 });
  return file;
}

const processesOf = (windows: Windows): Set<number | undefined> =>
  new Set(windows.all.map(({ processId }) => processId));

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

async function until(what: string, holds: () => boolean, patience = 10_000): Promise<void> {
  for (const end = Date.now() + patience; !holds(); await pause(20))
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}.`);
}

const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0);
    return !/\) Z /.test(fs.readFileSync(`/proc/${processId}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** The other end of the server's pipe, or of one that says it is. */
async function pipeTo(address: string): Promise<Socket> {
  const pipe = connectTo(address);
  pipe.on('error', () => undefined);
  await new Promise((resolve) => pipe.once('connect', resolve));
  return pipe;
}

const closed = (pipe: Socket): Promise<void> =>
  new Promise((resolve) => (pipe.destroyed ? resolve() : pipe.resume().once('close', () => resolve())));

describe('an engine for all windows', function () {
  this.timeout(120_000);
  const before = process.env.XDG_RUNTIME_DIR;
  beforeEach(function () {
    if (process.platform !== 'linux') return this.skip();
    process.env.XDG_RUNTIME_DIR = runtimeFolder;
  });
  afterEach(() => {
    process.env.XDG_RUNTIME_DIR = before;
    if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
  });

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
        assert.ok(fs.existsSync(addressOf(serverName(windows.file)).path), 'a socket is left behind');
      }
      // Nobody had asked for anything when it ended, so nobody gives up.
      await Promise.all([one, two, idle].map((engine) => complete(engine, 'x = ')));
      assert.equal(processesOf(windows).size, 1);
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

  it('outlives a window that is killed in the midst of its work, and ends soon after the last', () =>
    withWindows(async (windows) => {
      const survivor = windows.open();
      await complete(survivor, 'x = ');
      const program = path.resolve('out/test/unit/entries/windowProcess.js');
      const killed = spawn(process.execPath, [program, windows.file, tiny], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const said = await new Promise<string>((resolve) =>
        killed.stdout.once('data', (text) => resolve(String(text))),
      );
      assert.equal(Number(said), survivor.processId);
      await pause(100);
      killed.kill('SIGKILL');
      const { promptTokens, reusedTokens } = await complete(survivor, 'x = ');
      assert.equal(reusedTokens, promptTokens - 1);
      const last = survivor.processId!;
      survivor.dispose();
      const left = performance.now();
      await until('its end', () => !isAlive(last));
      const took = performance.now() - left;
      assert.ok(took > 2000, `it ended after ${took.toFixed(0)} ms`);
    }));

  it('ends where nobody ever came', async () => {
    const windows = new Windows();
    const name = serverName(windows.file);
    const child = spawn(process.execPath, [windows.file, '--serve', name], { stdio: 'ignore' });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(code, 0);
    assert.ok(!fs.existsSync(addressOf(name).path), 'its socket is left');
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
      'holds a secret that is cut off',
      /is not what it was made as/,
      (folder) => fs.writeFileSync(path.join(folder, 'secret'), 'short'),
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
      if (/another user/.test(what) && process.getuid?.() !== 0) return this.skip();
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
