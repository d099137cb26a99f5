// The engine processes that this one starts: servers, which outlive it, and engines of its own, which it asks over IPC.

import { fork, type ForkOptions, spawn } from 'node:child_process';
import path from 'node:path';
import { IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { Log } from './backend';
import type { Ending } from '../results';
import type { Wire } from './engineLink';

/** With it and a name behind it the engine's script is a server. */
export const serverFlag = '--serve';

/** The host's own flags are not for its child, which listens to a debugger only where it is told a port. */
function flags(): string[] {
  const port = process.env.RYZANSTEIN_INSPECT;
  return port ? [`--inspect=127.0.0.1:${port}`] : [];
}

/** VS Code's own executable is Node only where it is told to be. */
const asNode = (): NodeJS.ProcessEnv => ({ ...process.env, ELECTRON_RUN_AS_NODE: '1' });

/** Starts a server, which lives as long as it has clients; tells how it ended while it was waited for. */
export function startServer(file: string, name: string): { ended?: Ending; isTaken?: boolean } {
  // Not in the folder of a workspace, which has to be free when its window is closed.
  const cwd = path.dirname(file);
  const child = spawn(process.execPath, [...flags(), file, serverFlag, name], {
    ...{ cwd, env: asNode(), detached: true, stdio: 'ignore', windowsHide: true },
  });
  child.unref();
  const started: ReturnType<typeof startServer> = {};
  child.once('error', ({ message }) => (started.ended = { kind: 'not run', message }));
  child.once('exit', (code, signal) => {
    if (code === 0) started.isTaken = true;
    else started.ended = endingOf(code, signal);
  });
  return started;
}

const endingOf = (code: number | null, signal: string | null): Ending =>
  signal ? { kind: 'killed', signal } : { kind: 'exited', code: code ?? 0 };

/** How an engine ended, as the rest of a sentence in the log, which is in English. */
export function inLog(ending: Ending): string {
  switch (ending.kind) {
    case 'not run':
      return `could not be run: ${ending.message}`;
    case 'exited':
      return `ended by itself (code ${ending.code})`;
    case 'killed':
      return `was ended (${ending.signal})`;
    case 'gone':
      return 'has ended';
  }
}

/** An engine that nobody else uses, and that ends with this process. */
export function forkEngine(file: string, log: Log): Wire {
  const child = fork(file, [], {
    ...{ execArgv: flags(), env: asNode(), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    // Handed on to `spawn`, though the types do not say so: no console window.
    windowsHide: true,
  } as ForkOptions);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => log.debug(text.trimEnd()));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => log.warn(text.trimEnd()));
  const kill = (): void => void child.kill('SIGKILL');
  child.once('disconnect', kill);
  return {
    reader: new IPCMessageReader(child),
    writer: new IPCMessageWriter(child),
    processId: child.pid,
    ended: new Promise<Ending>((resolve) => {
      child.once('error', ({ message }) => resolve({ kind: 'not run', message }));
      child.once('exit', (code, signal) => resolve(endingOf(code, signal)));
    }),
    close: kill,
    kill,
  };
}
