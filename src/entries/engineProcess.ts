// Entry of the engine process: answers the extension's requests over the child's IPC, and ends when its host is gone.

import {
  type CancellationToken,
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
} from 'vscode-jsonrpc/node';
import {
  benchRequest,
  completeRequest,
  type Completion,
  diagnoseRequest,
  evaluateProgress,
  evaluateRequest,
  firstLineProgress,
  type LoadParams,
  loadRequest,
  prefillRequest,
} from '../protocol';
import type { ModelInfo } from '../reports';
import { loadAddon } from '../engine/addon';
import { bench } from '../measure/bench';
import { diagnose } from '../measure/diagnose';
import { Engine } from '../engine/engine';
import { evaluate } from '../measure/evaluate';
import { punchHoles } from '../measure/holes';
import { withContext } from '../measure/repositoryContext';
import { readSources } from '../measure/sourceFiles';
import { messageOf, printable } from '../wording';

/** The engine in use or on its way: requests that come in while it loads wait for it. */
let engine: Promise<Engine> | undefined;

function loaded(): Promise<Engine> {
  if (!engine)
    throw new ResponseError(ErrorCodes.ServerNotInitialized, 'No model is loaded. Send "load" first.');
  return engine;
}

/** Takes the place of the engine before it; that one stays in use where the new one cannot be loaded. */
async function load(params: LoadParams): Promise<ModelInfo> {
  const before = engine;
  const next = Engine.load(loadAddon(), params);
  engine = next;
  try {
    const { info } = await next;
    await (await before?.catch(() => undefined))?.close();
    return info;
  } catch (error) {
    if (engine === next) engine = before;
    throw error;
  }
}

/** Words an error for the other side as it is, without the library's preamble. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ResponseError) throw error;
    throw new ResponseError(ErrorCodes.InternalError, printable(messageOf(error)));
  }
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

function listen(): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process), {
    error: (message) => process.stderr.write(`${message}\n`),
    warn: (message) => process.stderr.write(`${message}\n`),
    info: () => undefined,
    log: () => undefined,
  });
  connection.onRequest(loadRequest, (params) => answered(() => load(params)));
  connection.onRequest(completeRequest, ({ prompt, limits, threads, firstLine }, token) => {
    const signal = signalOf(token);
    const onFirstLine = (completion: Completion): void => {
      if (firstLine !== undefined) void connection.sendProgress(firstLineProgress, firstLine, completion);
    };
    return answered(async () => (await loaded()).complete(prompt, limits, { signal, threads, onFirstLine }));
  });
  connection.onRequest(prefillRequest, ({ prompt, threads }, token) => {
    const signal = signalOf(token);
    return answered(async () => (await loaded()).prefill(prompt, signal, threads));
  });
  connection.onRequest(diagnoseRequest, () => answered(async () => diagnose(await loaded())));
  connection.onRequest(benchRequest, (params) => answered(async () => bench(await loaded(), params)));
  connection.onRequest(evaluateRequest, ({ files, holes: count, seed }, token) => {
    const signal = signalOf(token);
    return answered(async () => {
      const sources = readSources(files);
      const holes = withContext(punchHoles(sources, count, seed), () => sources);
      const progress = (done: number): void =>
        void connection.sendNotification(evaluateProgress, { done, holes: holes.length });
      return evaluate(await loaded(), holes, progress, signal);
    });
  });
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
