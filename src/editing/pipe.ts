// The pipe between windows and the engine server: a socket or a named pipe on this machine, closed to whoever lacks the secret.

import { once } from 'node:events';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import net, { type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isHeld, whenFree } from '../held';
import { Gone, greetServer, greetWindow } from './handshake';
import type { Address } from './serverAddress';

export type Pipe = Socket;

/** How long the other end may take to say who it is. */
const patienceMs = 10_000;
/** A lock is held for some milliseconds: one of this age was left behind. */
const staleLockMs = 5_000;

/** Fails where nobody listens, with the system's code. */
export async function connect({ path, secret }: Address): Promise<{ pipe: Pipe; processId: number }> {
  const pipe = net.connect(path);
  await once(pipe, 'connect');
  const processId = await inTime(pipe, greetServer(pipe, secret));
  return { pipe, processId };
}

/** Hands over every pipe whose other end knows the secret, until what it gives is called; nothing where somebody listens. */
export function listen(address: Address, onPipe: (pipe: Pipe) => void): Promise<(() => void) | undefined> {
  return locked(address.lock, async () => {
    if (await isTaken(address.path)) return undefined;
    // What a server leaves behind that was killed.
    if (process.platform !== 'win32') rmSync(address.path, { force: true });
    const server = net.createServer((pipe) => {
      inTime(pipe, greetWindow(pipe, address.secret)).then(
        () => onPipe(pipe),
        () => undefined,
      );
    });
    server.listen(address.path);
    await once(server, 'listening');
    return () => void server.close();
  });
}

/** Destroys the pipe of a greeting that fails, or takes too long. */
async function inTime<T>(pipe: Pipe, greeting: Promise<T>): Promise<T> {
  const late = setTimeout(() => pipe.destroy(new Error('The other end of the pipe is silent.')), patienceMs);
  // It may break at any time: whoever uses it hears of its end.
  pipe.on('error', () => undefined);
  try {
    return await greeting;
  } catch (error) {
    pipe.destroy();
    throw error;
  } finally {
    clearTimeout(late);
  }
}

/** Also by a server that is too busy to answer. */
async function isTaken(path: string): Promise<boolean> {
  const pipe = net.connect(path);
  try {
    await once(pipe, 'connect');
    return true;
  } catch (error) {
    return !isAbsent(error);
  } finally {
    pipe.destroy();
  }
}

/** Whether a failed connection means that nobody listens, or does so no more. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  // The last one is what Windows says where the other end closes a pipe that is written to.
  const codes = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EOF'];
  return error instanceof Gone || codes.includes(code ?? '');
}

/** Ends when the pipe is closed, for whatever reason. */
export function closed(pipe: Pipe): Promise<void> {
  // Node's own `once` would fail where an error comes first.
  return new Promise((resolve) => (pipe.closed ? resolve() : pipe.once('close', () => resolve())));
}

/** Servers that start at once make sure one after another that nobody listens: none takes the socket of another away. */
async function locked<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (const begun = Date.now(); ;) {
    try {
      closeSync(openSync(file, 'wx', 0o600));
      break;
    } catch (error) {
      // On Windows one that was deleted is in the way while somebody holds it.
      const isGoing = isHeld(error) && Date.now() - begun < staleLockMs;
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' && !isGoing) throw error;
    }
    if (ageOf(file) > staleLockMs) await remove(file);
    await pause(10);
  }
  try {
    return await work();
  } finally {
    // One that stays is stale soon.
    await remove(file).catch(() => undefined);
  }
}

function ageOf(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

function remove(file: string): Promise<void> {
  return whenFree(() => rm(file, { force: true }));
}
