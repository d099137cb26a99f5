// How a window comes by its engine: it asks the server for all windows, starts that where it does not run, and else forks one of its own.

import { setTimeout as pause } from 'node:timers/promises';
import { SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node';
import { messageOf } from '../wording';
import type { Log } from './backend';
import type { Wire } from './engineLink';
import { forkEngine, inLog, startServer } from './engineProcesses';
import { closed, connect, isAbsent, type Pipe } from './pipe';
import { addressOf, serverName } from './serverAddress';

/** How long a server may take to start, on a busy machine. */
const patienceMs = 20_000;
const mostStarts = 3;

/** `file` is the bundled engine, a script for Node. */
export async function reachEngine(file: string, log: Log): Promise<Wire> {
  try {
    return await reachServer(file);
  } catch (error) {
    log.warn(
      `No engine can be shared with other windows, so that this one has an engine of its own: ${messageOf(error)}`,
    );
    return forkEngine(file, log);
  }
}

async function reachServer(file: string): Promise<Wire> {
  const name = serverName(file);
  const address = addressOf(name);
  const began = Date.now();
  let starts = 0;
  let server: ReturnType<typeof startServer> | undefined;
  for (;;) {
    try {
      const { pipe, processId } = await connect(address);
      return wireOf(pipe, processId);
    } catch (error) {
      // One that is about to end takes up nobody any more.
      if (!isAbsent(error)) throw error;
    }
    if (server?.ended) throw new Error(`The server ${inLog(server.ended)}.`);
    // Another one was faster, and may have ended since.
    if (server?.isTaken) server = undefined;
    if (Date.now() - began > patienceMs || (!server && starts++ === mostStarts))
      throw new Error('The server cannot be reached.');
    server ??= startServer(file, name);
    await pause(20);
  }
}

function wireOf(pipe: Pipe, processId: number): Wire {
  return {
    processId,
    reader: new SocketMessageReader(pipe),
    writer: new SocketMessageWriter(pipe),
    ended: closed(pipe).then(() => ({ kind: 'gone' })),
    close: () => pipe.destroy(),
    kill: () => {
      // It is there as long as the pipe is, for it holds the other end.
      if (!pipe.destroyed) end(processId);
      pipe.destroy();
    },
  };
}

function end(processId: number): void {
  try {
    process.kill(processId, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
