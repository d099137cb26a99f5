// One client of the engine process: its requests over a connection, of which the newest completion wins.

import {
  type CancellationToken,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { AddonError, loadAddon } from '../engine/addon';
import type { Answering, Engine } from '../engine/engine';
import { bench } from '../measure/bench';
import { diagnose } from '../measure/diagnose';
import { evaluate } from '../measure/evaluate';
import { glanceAt } from '../model/description';
import { measureMachine } from '../measure/machine';
import { joinParts } from '../model/rewrite';
import { punchHoles } from '../measure/holes';
import { withContext } from '../measure/repositoryContext';
import { readSources } from '../measure/sourceFiles';
import { calibrate, tune } from '../measure/tune';
import {
  benchProgress,
  type BenchProgress,
  benchRequest,
  cannotCompute,
  completeRequest,
  diagnoseRequest,
  evaluateProgress,
  evaluateRequest,
  examineRequest,
  glanceRequest,
  joinRequest,
  machineRequest,
  prefillRequest,
  type Sooner,
  soonerProgress,
} from '../protocol';
import { messageOf, printable } from '../wording';

export class Client {
  private newest: AbortController | undefined;

  /**
   * `loaded` gives the engine, which may serve other clients as well, and where `anew` loads its model again; it fails
   * where none is loaded. `answering` gives what completes.
   */
  constructor(
    private readonly connection: MessageConnection,
    private readonly loaded: (anew?: boolean) => Promise<Engine>,
    private readonly answering: () => Promise<Answering> = loaded,
  ) {}

  /** Answers what the client sends from now on. */
  serve(): void {
    const { connection, loaded, answering } = this;
    connection.onRequest(completeRequest, ({ prompt, limits, sooner, ...options }, token) => {
      const signal = this.beginNewest(token);
      const onSooner = (answer: Sooner): void => {
        if (sooner !== undefined) void connection.sendProgress(soonerProgress, sooner, answer);
      };
      return answered(async () =>
        (await answering()).complete(prompt, limits, { ...options, signal, onSooner }),
      );
    });
    connection.onRequest(examineRequest, (params, token) => {
      const { signal } = controllerOf(token);
      return answered(async () => (await answering()).examine(params, { signal }));
    });
    connection.onRequest(prefillRequest, ({ prompt, threads }, token) => {
      const signal = this.beginNewest(token);
      return answered(async () => (await answering()).prefill(prompt, { signal, threads }));
    });
    connection.onRequest(glanceRequest, ({ file }) => answered(() => Promise.resolve(glanceAt(file))));
    connection.onRequest(joinRequest, ({ parts, whole }) =>
      answered(() => Promise.resolve(joinParts(parts, whole))),
    );
    connection.onRequest(machineRequest, () => answered(() => Promise.resolve(measureMachine(loadAddon()))));
    connection.onRequest(diagnoseRequest, () => answered(async () => diagnose(await loaded())));
    connection.onRequest(benchRequest, (params) => {
      const tell = (progress: BenchProgress): void =>
        void connection.sendNotification(benchProgress, progress);
      return answered(async () => bench(await loaded(), params, tell));
    });
    connection.onRequest(evaluateRequest, ({ files, holes: count, seed, tune: tunes }, token) => {
      const { signal } = controllerOf(token);
      return answered(async () => {
        const sources = readSources(files);
        const holes = withContext(punchHoles(sources, count, seed), () => sources);
        const progress = (done: number): void =>
          void connection.sendNotification(evaluateProgress, { done, holes: (tunes ? 2 : 1) * holes.length });
        if (tunes) return tune(loaded, holes, progress, signal);
        const engine = await loaded();
        const evaluation = await evaluate(engine, holes, progress, signal);
        return calibrate(engine, holes, evaluation);
      });
    });
  }

  /** Cancels the completion or the reading ahead before; the next one, or the token, cancels this one. */
  private beginNewest(token: CancellationToken): AbortSignal {
    this.newest?.abort();
    this.newest = controllerOf(token);
    return this.newest.signal;
  }
}

/** Words an error for the other side as it is, without the library's preamble. */
export async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ResponseError) throw error;
    const code = error instanceof AddonError ? cannotCompute : ErrorCodes.InternalError;
    throw new ResponseError(code, printable(messageOf(error)));
  }
}

/** A controller that is aborted when the token is cancelled. */
function controllerOf(token: CancellationToken): AbortController {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller;
}
