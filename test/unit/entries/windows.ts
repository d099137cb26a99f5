// Windows without an editor on the engine that is built, and what tests ask of the process that serves them.

import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { connect as connectTo, type Socket } from 'node:net';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { LocalEngine, type LocalEngineOptions } from '../../../src/editing/localEngine';
import { addonFile } from '../../../src/engine/addon';
import type { Completion } from '../../../src/protocol';
import { runtimeFolder } from '../editing/fakeEngine';

export const bundle = path.resolve('dist/engine.js');
export const tiny = path.resolve('test/fixtures/tiny.gguf');
export const never = new CancellationTokenSource().token;

/** Has what windows and servers share lie in a folder of these tests. */
export function useOwnFolder(): void {
  const [variable, folder] =
    process.platform === 'win32'
      ? ['LOCALAPPDATA', path.join(runtimeFolder, 'Jörg Müller 名')]
      : ['XDG_RUNTIME_DIR', runtimeFolder];
  const before = process.env[variable];
  beforeEach(() => {
    process.env[variable] = folder;
  });
  afterEach(() => {
    process.env[variable] = before;
    if (before === undefined) delete process.env[variable];
  });
}

/** Windows on the engine that is built, and what is in their logs. */
export class Windows {
  readonly all: LocalEngine[] = [];
  readonly processes: ChildProcess[] = [];
  readonly log: string[] = [];
  /** A copy of the bundle has a server of its own. */
  readonly file: string;

  constructor() {
    const folder = fs.mkdtempSync(path.join(runtimeFolder, 'bündle of '));
    this.file = path.join(folder, 'engine.js');
    fs.copyFileSync(bundle, this.file);
    const addon = addonFile(folder);
    fs.mkdirSync(path.dirname(addon), { recursive: true });
    fs.copyFileSync(addonFile(path.dirname(bundle)), addon);
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

  /** A window that is a process of its own, once it is at work; tells the id of the process that serves it. */
  async openProcess(): Promise<{ window: ChildProcess; served: number }> {
    const program = path.join(__dirname, 'windowProcess.js');
    const window = spawn(process.execPath, [program, this.file, tiny], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.processes.push(window);
    const served = await new Promise((resolve, reject) => {
      window.stdout.once('data', resolve);
      window.once('exit', (code) => reject(new Error(`A window ended with code ${code}.`)));
    });
    return { window, served: Number(served) };
  }

  close(): void {
    for (const engine of this.all) engine.dispose();
    for (const each of this.processes) each.kill('SIGKILL');
  }
}

export async function withWindows(work: (windows: Windows) => Promise<void>): Promise<void> {
  const windows = new Windows();
  try {
    await work(windows);
  } catch (error) {
    throw new Error(`${String(error)}\nlog:\n  ${windows.log.join('\n  ')}`, { cause: error });
  } finally {
    windows.close();
  }
}

export function complete(engine: LocalEngine, prefix: string, token = never): Promise<Completion> {
  const prompt = { path: 'a.py', languageId: 'python', prefix, suffix: '\n', related: [] };
  const limits = { maxTokens: 16, maxLines: 1, minConfidence: 0 };
  return engine.complete({ prompt, limits }, token, () => undefined);
}

export const processesOf = (windows: Windows): Set<number | undefined> =>
  new Set(windows.all.map(({ processId }) => processId));

export async function until(what: string, holds: () => boolean, patience = 10_000): Promise<void> {
  for (const end = Date.now() + patience; !holds(); await pause(20))
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}.`);
}

export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    // One that has ended stays listed until its parent hears of it, which may be nobody.
    return process.platform !== 'linux' || !/\) Z /.test(fs.readFileSync(`/proc/${processId}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The other end of the server's pipe, or of one that says it is. */
export async function pipeTo(address: string): Promise<Socket> {
  const pipe = connectTo(address);
  pipe.on('error', () => undefined);
  await new Promise((resolve) => pipe.once('connect', resolve));
  return pipe;
}

export const closed = (pipe: Socket): Promise<void> =>
  new Promise((resolve) => (pipe.destroyed ? resolve() : pipe.resume().once('close', () => resolve())));
