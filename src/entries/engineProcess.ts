// Entry of the engine process: holds the engine, serves its host over the child's IPC, and ends when the host is gone.

import { setImmediate } from 'node:timers/promises';
import {
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { loadAddon } from '../engine/addon';
import { type Answering, Engine } from '../engine/engine';
import { Opinions } from '../engine/opinions';
import { type LoadParams, loadProgress, loadRequest } from '../protocol';
import type { ModelInfo } from '../reports';
import { messageOf } from '../wording';
import { answered, Client } from './client';

/** What is in use or on its way: requests that come in while it loads wait for it. */
interface Loading {
  readonly engine: Promise<Engine>;
  /** Beside the engine, or in its place while that loads. */
  readonly second: Promise<Engine> | undefined;
  readonly answering: Promise<Answering>;
  readonly params: LoadParams;
}

let current: Loading | undefined;

function inUse(): Loading {
  if (!current)
    throw new ResponseError(ErrorCodes.ServerNotInitialized, 'No model is loaded. Send "load" first.');
  return current;
}

async function loaded(anew = false): Promise<Engine> {
  const { engine, params } = inUse();
  if (!anew) return engine;
  await engine;
  await load(params);
  return inUse().engine;
}

/** Takes the place of what was loaded before; that stays in use where the new model cannot be loaded. */
async function load(params: LoadParams, onProgress?: (share: number) => void): Promise<ModelInfo> {
  const before = current;
  const next = begin(params, onProgress);
  current = next;
  try {
    await next.engine;
    await close(before);
    return (await next.answering).info;
  } catch (error) {
    if (current === next) current = before;
    await close(next);
    throw error;
  }
}

/**
 * The second model first: it is there in a moment, and answers while the other one loads. What waits for it is answered
 * before that begins, for to read a large vocabulary takes this thread for most of a second.
 */
function begin(params: LoadParams, onProgress?: (share: number) => void): Loading {
  const addon = loadAddon();
  const { second: file, threads, kernel } = params;
  if (file === undefined) {
    const engine = Engine.load(addon, params, onProgress);
    return { params, engine, second: undefined, answering: engine };
  }
  const second = Engine.load(addon, { modelFile: file, threads, kernel });
  const load = (): Promise<Engine> => Engine.load(addon, params, onProgress);
  const engine = second
    .then(async (small) => {
      await setImmediate();
      await small.idle();
    })
    .then(load, load);
  // Whoever asks for the engine hears why it could not be loaded.
  engine.catch(() => undefined);
  const answering = second.then(
    (small) => new Opinions(small, engine),
    (error) => {
      process.stderr.write(`${messageOf(error)}\n`);
      return engine;
    },
  );
  return { params, engine, second, answering };
}

async function close(loading: Loading | undefined): Promise<void> {
  for (const engine of [loading?.engine, loading?.second])
    await (await engine?.catch(() => undefined))?.close();
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
  new Client(connection, loaded, () => inUse().answering).serve();
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
