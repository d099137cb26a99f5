// Runs programs one after another with progress on standard error, and skips those whose inputs have not changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const live = process.stderr.isTTY && !process.env.CI;

/** Runs `work` under a title, telling the seconds it takes while it runs and when it is done. */
export async function step(title, work) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const timer = setInterval(
    () =>
      process.stderr.write(
        live ? `\r${title} … ${seconds()}` : `${title} … still at it after ${seconds()}\n`,
      ),
    live ? 500 : 30_000,
  );
  if (live) process.stderr.write(`${title} …`);
  try {
    const result = await work();
    process.stderr.write(`${live ? '\r\x1b[K' : ''}${title}: done in ${seconds()}\n`);
    return result;
  } catch (error) {
    process.stderr.write(`${live ? '\r\x1b[K' : ''}${title}: FAILED after ${seconds()}\n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs a program to its end and returns { code, output }: standard output and error together, also handed to `show`
 * as it comes, if that is given. A non-zero exit is an error with the output's tail, unless `mayFail` is set. Where
 * `minutes` are given, a program that takes longer is ended, which its output says.
 */
export function run(command, args, { cwd = root, env = {}, show, mayFail = false, minutes } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && !path.isAbsolute(command),
    });
    let output = '';
    const take = (chunk) => {
      output += chunk;
      show?.(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const told = [command, ...args].join(' ');
    let timer = minutes && setTimeout(end, minutes * 60_000, 'SIGTERM');
    function end(signal) {
      if (signal === 'SIGTERM') {
        take(`\n\`${told}\` was ended after ${minutes} minutes.\n`);
        // It may have what closes a browser; what does not heed it is killed.
        timer = setTimeout(end, 5_000, 'SIGKILL');
      } else {
        // What it has started may hold these open for ever.
        child.stdout.destroy();
        child.stderr.destroy();
      }
      child.kill(signal);
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`Cannot run ${command}: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || mayFail) return resolve({ code: code ?? 1, output });
      const tail = show ? '' : `\n${output.trimEnd().split('\n').slice(-60).join('\n')}`;
      reject(new Error(`\`${told}\` ended with ${signal ?? `code ${code}`}.${tail}`));
    });
  });
}

/** The paths of all files at or under the given paths (relative to the root), in a fixed order. */
export function filesUnder(paths, skip = () => false) {
  const found = [];
  const visit = (file) => {
    const full = path.join(root, file);
    if (skip(file) || !existsSync(full)) return;
    if (!statSync(full).isDirectory()) found.push(file);
    else for (const name of readdirSync(full).sort()) visit(path.join(file, name));
  };
  paths.forEach(visit);
  return found;
}

export function fingerprint(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

/** Does `work` unless its `outputs` exist and `inputs` have the content that they had when it was last done. */
export async function whenChanged(name, { inputs, outputs, skip }, work) {
  const stamp = path.join(root, 'out', 'stamps', name);
  const now = fingerprint(filesUnder(inputs, skip));
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === now;
  if (done && outputs.every((file) => existsSync(path.join(root, file)))) return;
  await work();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

/** The first of the named programs that is on the PATH, as a full path. */
export function findProgram(...names) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const name of names)
    for (const folder of (process.env.PATH ?? '').split(path.delimiter))
      for (const ending of endings) {
        const file = path.join(folder, name + ending);
        if (folder && existsSync(file)) return file;
      }
  return undefined;
}

/**
 * Does `work` with the arguments if the file at this URL is the program that was started, and not merely imported.
 * Its number is the exit status; an error is told by its message, and the status is 1.
 */
export async function program(url, work) {
  if (url !== pathToFileURL(process.argv[1]).href) return;
  try {
    process.exitCode = (await work(process.argv.slice(2))) ?? 0;
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
