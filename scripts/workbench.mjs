// Starts the VS Code workbench (code-server) on this machine with a VSIX installed and a profile of its own.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { installed } from './setup.mjs';

/** The wanted port if it is free, else any that is. */
export function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on('error', (error) => (wanted === 0 ? reject(error) : resolve(freePort())));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** The environment without what another VS Code, in whose terminal this may run, has put into it. */
function cleanEnvironment(extra) {
  const env = { ...process.env, ...extra };
  for (const name of Object.keys(env))
    if (/^VSCODE_|^ELECTRON_|^PASSWORD$|^HASHED_PASSWORD$|^PORT$/.test(name)) delete env[name];
  return env;
}

/**
 * Starts a workbench and returns { url, home, log, stop() }. `home` is a temporary folder unless given: profile,
 * extensions and log lie there, and `stop` removes it if it is temporary; then the user's own home folder, and the
 * models in it, are out of sight as well. A kept one keeps its settings. One that is not
 * `trusting` opens folders in Restricted Mode.
 */
export async function startWorkbench({
  vsix,
  settings = {},
  env = {},
  home,
  port,
  flags = [],
  trusting = true,
}) {
  const kept = home !== undefined;
  home ??= mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-workbench-'));
  if (!kept) {
    const elsewhere = ['OLLAMA_MODELS', 'HF_HOME', 'HF_HUB_CACHE', 'XDG_CACHE_HOME', 'XDG_DATA_HOME'];
    const none = Object.fromEntries(elsewhere.map((name) => [name, undefined]));
    env = { HOME: path.join(home, 'user'), ...none, ...env };
    mkdirSync(path.join(home, 'user'));
  }
  const data = path.join(home, 'data');
  mkdirSync(path.join(home, 'extensions'), { recursive: true });
  // A workbench in a browser takes settings of the scope "machine" from the second of these alone.
  for (const profile of ['User', 'Machine']) {
    mkdirSync(path.join(data, profile), { recursive: true });
    const settingsFile = path.join(data, profile, 'settings.json');
    if (!existsSync(settingsFile)) writeFileSync(settingsFile, JSON.stringify(settings, null, 2));
  }
  const log = path.join(home, 'server.log');
  const output = openSync(log, 'a');
  const common = ['--user-data-dir', data, '--extensions-dir', path.join(home, 'extensions')];
  common.push('--config', path.join(home, 'config.yaml'));
  const start = (args) =>
    spawn(installed.node24, [installed.codeServer, ...common, ...args], {
      env: cleanEnvironment(env),
      stdio: ['ignore', output, output],
    });

  if (vsix) {
    const code = await new Promise((resolve) =>
      start(['--install-extension', vsix, '--force']).on('exit', resolve),
    );
    if (code !== 0)
      throw new Error(`The workbench could not install ${vsix} (code ${code}); its log is ${log}.`);
  }
  port ??= await freePort();
  const quiet = ['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'];
  if (trusting) quiet.push('--disable-workspace-trust');
  const server = start(['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, ...quiet, ...flags]);
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise((resolve) => server.on('exit', resolve));
  const stop = async () => {
    server.kill('SIGTERM');
    await ended;
    if (!kept) rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  for (const patience = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    if (
      await fetch(`${url}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      break;
    if (server.exitCode !== null || Date.now() > patience) {
      server.kill('SIGTERM');
      throw new Error(`The workbench did not start on ${url}; its log is ${log}.`);
    }
  }
  return { url, home, log, stop, ended };
}

/** The address that opens a folder, and files in it (absolute paths), in a workbench. */
export function address(url, folder, files = [], payload = []) {
  const remote = (file) => `vscode-remote://${new URL(url).host}${file}`;
  const entries = [...files.map((file) => ['openFile', remote(file)]), ...payload];
  const query = new URLSearchParams({ folder });
  if (entries.length > 0) query.set('payload', JSON.stringify(entries));
  return `${url}/?${query}`;
}

/** A throwaway copy of a folder to work in, so that nothing typed in a test reaches the tree. */
export function copyOf(folder) {
  const copy = path.join(mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-work-')), path.basename(folder));
  cpSync(folder, copy, { recursive: true });
  return copy;
}
