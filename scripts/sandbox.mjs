// Runs a program that nobody has read in a child process, with limits on time, memory, network and files.
import { transform } from 'esbuild';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Of processor time; a machine that is busy gets four times as much by the clock. */
export const limits = { seconds: 5, megabytes: 1024 };

/** Whether a program can be cut off the network here: by a network namespace of its own, in which there is none. */
export const hasNoNetwork = spawnSync('unshare', ['-rn', 'true']).status === 0;

const kibibytes = 1024 * limits.megabytes;
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

/** Python has no flag like Node's --permission: what changes files, starts processes or connects is refused by a hook. */
const pythonGuard = `
import os, sys
def _guard(event, args, changing=3 | os.O_CREAT | os.O_TRUNC):
    if event == "open" and args[2] & changing or event not in ("os.listdir", "os.scandir") and event.startswith(
        ("os.", "shutil.", "subprocess.", "pty.", "socket.", "ctypes.", "mmap.")
    ):
        raise PermissionError(f"{event} is not allowed here")
sys.addaudithook(_guard)
del _guard, os
`;

/** How to run a program of each language, given on standard input so that no file has to be readable. */
const runtimes = {
  python: {
    // Asked for once: what is on the PATH may be a script that looks for the interpreter in the user's folders.
    command: () => [
      execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim(),
      ...['-I', '-S', '-B', '-'],
    ],
    source: (program, mark) => `${pythonGuard}${program}\nprint(${JSON.stringify(mark)})\n`,
  },
  typescript: {
    command: () => [
      process.execPath,
      ...['--no-warnings', `--max-old-space-size=${limits.megabytes / 4}`, permission],
      ...['--input-type=module', '-'],
    ],
    source: async (program, mark) => {
      const whole = `import assert from 'node:assert/strict';\n${program}\nconsole.log(${JSON.stringify(mark)});\n`;
      return (await transform(whole, { loader: 'ts', format: 'esm', logLevel: 'silent' })).code;
    },
  },
};

const commands = new Map();

/**
 * Runs a program to its last line -> { passed: true }, or { passed: false, failure } in words. A program that ends
 * itself before that has not passed. It is in an empty folder, may write to no file, and in TypeScript read none.
 */
export async function runProgram(language, program, seconds = limits.seconds) {
  const { command, source } = runtimes[language];
  const mark = randomUUID();
  let text;
  try {
    text = await source(program, mark);
  } catch (error) {
    return { passed: false, failure: `SyntaxError: ${error.errors?.[0]?.text ?? error.message}` };
  }
  if (!commands.has(language)) commands.set(language, command());
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-'));
  try {
    const ended = await endOf(limited(commands.get(language), seconds), text, folder, seconds * 4);
    if (ended.output.trimEnd().endsWith(mark) && ended.code === 0) return { passed: true };
    return { passed: false, failure: failureOf(ended, seconds) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function limited(command, seconds) {
  // Of data, not of addresses: Node reserves far more of these than it uses.
  const shell = `ulimit -d ${kibibytes} && ulimit -t ${seconds} && ulimit -f 0 && ulimit -c 0 && exec "$@"`;
  return ['/bin/sh', '-c', shell, 'sh', ...(hasNoNetwork ? ['unshare', '-rn'] : []), ...command];
}

function endOf([command, ...args], input, cwd, seconds) {
  return new Promise((resolve, reject) => {
    // A group of its own, so that whatever it might start ends with it.
    const child = spawn(command, args, { cwd, env: { PATH: process.env.PATH }, detached: true });
    const tail = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].setEncoding('utf8').on('data', (chunk) => (tail[name] = (tail[name] + chunk).slice(-8192)));
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), seconds * 1000);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, output: tail.stdout, errors: tail.stderr });
    });
    // A program that ends early does not read the rest of itself.
    child.stdin.on('error', () => undefined).end(input);
  });
}

function failureOf({ code, signal, errors }, seconds) {
  if (/heap out of memory|^MemoryError/m.test(errors)) return `more than ${limits.megabytes} MB of memory`;
  if (signal === 'SIGKILL' || signal === 'SIGXCPU') return `more than ${seconds} s`;
  const error = /^\w*(?:Error|Exception)\b.*/m.exec(errors)?.[0];
  return error ?? (signal ? `ended by ${signal}` : `ended with code ${code} before its last line`);
}
