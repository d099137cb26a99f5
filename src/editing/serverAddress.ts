// Where windows find the engine server: a name for what it runs, in a folder of this user alone, and the secret that lies there.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { version } from '../../package.json';
import { removeIfFree } from '../held';

/** Who is to reach the server has to prove that it knows the secret, and so has the server. */
export interface Address {
  readonly path: string;
  /** A file that is there while somebody makes sure that nobody listens, and begins to. */
  readonly lock: string;
  readonly secret: Buffer;
}

/** What a socket's path may have on every system, without the byte that ends it. */
const longestPath = 103;
const secretBytes = 32;

/** Equal where one server can serve: for the same engine in the same environment on the same machine. */
export function serverName(engineFile: string): string {
  const { size, mtimeMs } = statSync(engineFile);
  const settings = Object.entries(process.env).filter(([name]) => name.startsWith('RYZANSTEIN_'));
  const parts = [
    version,
    realpathSync(engineFile),
    size,
    mtimeMs,
    process.arch,
    os.hostname(),
    settings.sort(),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** Throws an Error where there is no place that only this user can reach. */
export function addressOf(name: string): Address {
  const folder = privateFolder();
  const secret = secretIn(folder);
  const address = { lock: path.join(folder, `${name}.lock`), secret };
  // Names of pipes can be listed by everybody, and are free again when their server has ended: each secret has its own.
  const unguessable = createHmac('sha256', secret).update(name).digest('hex').slice(0, 32);
  if (process.platform === 'win32') return { ...address, path: `\\\\.\\pipe\\ryzanstein-${unguessable}` };
  const socket = path.join(folder, `${name}.sock`);
  if (Buffer.byteLength(socket) > longestPath) throw new Error(`${socket} is too long for a socket.`);
  return { ...address, path: socket };
}

/** Made where it is not there. On Windows it lies in the user's profile, which the system keeps from others. */
function privateFolder(): string {
  const { XDG_RUNTIME_DIR: runtime, LOCALAPPDATA: profile } = process.env;
  if (process.platform === 'win32') {
    if (!profile) throw new Error('LOCALAPPDATA, where files of this user alone lie, is not set.');
    const folder = path.join(profile, 'Ryzanstein');
    mkdirSync(folder, { recursive: true });
    return folder;
  }
  const user = process.getuid!();
  const folder =
    runtime && existsSync(runtime)
      ? path.join(runtime, 'ryzanstein')
      : path.join(os.tmpdir(), `ryzanstein-${user}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const state = lstatSync(folder);
  if (!state.isDirectory()) throw new Error(`${folder} is no folder.`);
  if (state.uid !== user) throw new Error(`${folder} belongs to another user.`);
  if ((state.mode & 0o077) !== 0) throw new Error(`${folder} is open to other users.`);
  return folder;
}

/** The first to come makes it, whole. What else lies in its place was damaged, and is replaced. */
function secretIn(folder: string): Buffer {
  const file = path.join(folder, 'secret');
  for (const isAgain of [false, true]) {
    if (!existsSync(file)) makeSecret(folder, file);
    const secret = readFileSync(file);
    if (secret.length === secretBytes) return secret;
    if (!isAgain) moveAway(folder, file);
  }
  throw new Error(`${file} is damaged, and cannot be replaced. Delete it, then reload all windows.`);
}

function makeSecret(folder: string, file: string): void {
  const made = temporaryIn(folder);
  try {
    // A full disk leaves a file without the bytes.
    writeFileSync(made, randomBytes(secretBytes), { mode: 0o600, flag: 'wx' });
    linkUnlessThere(made, file);
  } finally {
    removeIfFree(made);
  }
}

/** A whole one, which somebody has made in between, goes back to its place. */
function moveAway(folder: string, file: string): void {
  const damaged = temporaryIn(folder);
  try {
    renameSync(file, damaged);
    if (readFileSync(damaged).length === secretBytes) linkUnlessThere(damaged, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    removeIfFree(damaged);
  }
}

function temporaryIn(folder: string): string {
  return path.join(folder, `secret-${randomBytes(8).toString('hex')}`);
}

function linkUnlessThere(made: string, file: string): void {
  try {
    linkSync(made, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
