// Entry of the engine process: holds the engine, serves its host over the child's IPC, and ends when the host is gone.

import {
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { loadAddon } from '../engine/addon';
import { Engine } from '../engine/engine';
import { type LoadParams, loadProgress, loadRequest } from '../protocol';
import type { ModelInfo } from '../reports';
import { answered, Client } from './client';

/** The engine in use or on its way: requests that come in while it loads wait for it. */
let engine: Promise<Engine> | undefined;
/** What it was loaded with. */
let loadedWith: LoadParams | undefined;

async function loaded(anew = false): Promise<Engine> {
  if (!engine)
    throw new ResponseError(ErrorCodes.ServerNotInitialized, 'No model is loaded. Send "load" first.');
  if (anew && (await engine)) await load(loadedWith!);
  return engine;
}

/** Takes the place of the engine before it; that one stays in use where the new one cannot be loaded. */
async function load(params: LoadParams, onProgress?: (share: number) => void): Promise<ModelInfo> {
  const before = engine;
  const next = Engine.load(loadAddon(), params, onProgress);
  engine = next;
  try {
    const { info } = await next;
    loadedWith = params;
    await (await before?.catch(() => undefined))?.close();
    return info;
  } catch (error) {
    if (engine === next) engine = before;
    throw error;
  }
}

function listen(): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process), {
    error: (message) => process.stderr.write(`${message}\n`),
    warn: (message) => process.stderr.write(`${message}\n`),
    info: () => undefined,
    log: () => undefined,
  });
  connection.onRequest(loadRequest, (params) => {
    let told = 0;
    const onProgress = (share: number): void => {
      const percent = Math.floor(100 * share);
      if (percent > told) void connection.sendNotification(loadProgress, { percent });
      told = percent;
    };
    return answered(() => load(params, onProgress));
  });
  new Client(connection, loaded).serve();
  // A message that is none must not end the process: the next one may be good.
  connection.onError(([error]) => process.stderr.write(`Unreadable message: ${error.message}\n`));
  connection.listen();
}

// The host may be killed without a word; the channel closes with it.
process.on('disconnect', () => process.exit(0));
if (process.send) {
  listen();
} else {
  process.stderr.write(
    'The engine process is started by the extension. Use the "ryzanstein" command in a terminal.\n',
  );
  process.exitCode = 2;
}
