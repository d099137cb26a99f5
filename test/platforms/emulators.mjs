// How a program of another system is run on a Linux: by qemu on another processor, by Wine for Windows; each says what it lacks here.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setUpNodeOf } from '../../scripts/setup.mjs';
import { findProgram, root } from '../../scripts/steps.mjs';

const sysroot = '/usr/aarch64-linux-gnu';
const musl = '/lib/ld-musl-x86_64.so.1';
const wine = findProgram('wine64', 'wine') ?? ['/usr/lib/wine/wine64'].find((file) => existsSync(file));
const qemu = findProgram('qemu-aarch64');
const qemuX64 = findProgram('qemu-x86_64');
const onX64 = process.platform === 'linux' && process.arch === 'x64';

/** Node of Alpine ends at once with an older one than that. */
function hasMusl() {
  if (!onX64 || !existsSync(musl)) return false;
  const [, minor, patch] = /Version 1\.(\d+)\.(\d+)/.exec(spawnSync(musl).stderr.toString()) ?? [];
  return Number(minor) > 2 || (minor === '2' && Number(patch) >= 5);
}

const nothing = () => ({ lacks: 'a machine of that system' });

/** Wine has the whole disk as a drive. */
const inWine = {
  WINEDEBUG: '-all',
  NODE_OPTIONS: `--require="Z:${path.join(root, 'test', 'platforms', 'wine.cjs')}"`,
};

/** By target: what is lacking here, or what a program is started with. */
const ways = {
  'linux-x64': () => (onX64 ? { prefix: [], node: process.execPath } : nothing()),
  'linux-arm64': () =>
    qemu && existsSync(path.join(sysroot, 'lib', 'libstdc++.so.6'))
      ? { prefix: [qemu], env: { QEMU_LD_PREFIX: sysroot } }
      : { lacks: 'qemu-user, libc6-arm64-cross and libstdc++6-arm64-cross' },
  'the oldest x64': () =>
    onX64 && qemuX64
      ? { prefix: [qemuX64, '-cpu', 'Nehalem'], node: process.execPath }
      : { lacks: 'qemu-user' },
  'alpine-x64': () => (hasMusl() ? { prefix: [] } : { lacks: 'musl 1.2.5' }),
  'win32-x64': () => (onX64 && wine ? { prefix: [wine], env: inWine } : { lacks: 'wine64' }),
};

export const wayTo = (target) => (ways[target] ?? nothing)();

/**
 * Runs a program of another system, in `scratch` if not elsewhere; returns its code and what it wrote to both streams.
 * They are files: Node in Wine takes no pipe.
 */
export function runBy({ prefix, env }, program, args, { scratch, cwd = scratch, more = {} }) {
  const [command, ...rest] = [...prefix, program, ...args];
  const files = ['output', 'errors'].map((name) => path.join(scratch, `${name}.txt`));
  const [output, errors] = files.map((file) => openSync(file, 'w'));
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, {
      cwd,
      env: { ...process.env, WINEPREFIX: path.join(scratch, 'wine'), ...env, ...more },
      stdio: ['ignore', output, errors],
      timeout: 1_200_000,
    });
    child.on('error', reject);
    child.on('close', (code) => {
      closeSync(output);
      closeSync(errors);
      const [told, complained] = files.map((file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
      resolve({ code: code ?? 1, output: told, errors: complained });
    });
  });
}

/** Node of the target's system, once Wine calls itself a Windows that this Node knows. */
export async function nodeOf(target, way, scratch) {
  if (way.node) return way.node;
  const node = await setUpNodeOf(target);
  const key = ['add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f'];
  if (target.startsWith('win32')) await runBy(way, 'reg', key, { scratch });
  return node;
}
