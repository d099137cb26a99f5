// One client of the engine process: its requests over a connection, of which the newest completion wins.

import {
  type CancellationToken,
  ErrorCodes,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { AddonError, loadAddon, type Supplies } from '../engine/addon';
import { Chosen } from '../engine/chosen';
import type { Answering, Engine } from '../engine/engine';
import type { Models } from '../engine/models';
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
  type EvaluateParams,
  evaluateProgress,
  evaluateRequest,
  examineRequest,
  focusNotification,
  glanceRequest,
  joinRequest,
  knownNotification,
  loadProgress,
  type LoadParams,
  loadRequest,
  machineRequest,
  modelNotification,
  type Usage,
  usageRequest,
  prefillRequest,
  type Sooner,
  soonerProgress,
} from '../protocol';
import type { Evaluation, ModelInfo } from '../reports';
import { messageOf, printable } from '../wording';

/** What the clients of a process share. */
export interface Shared {
  readonly models: Models;
  /** For the logs of all clients. */
  warn(message: string): void;
  /**
   * Work that may keep this thread for seconds: all clients are told that it has begun, after which it may do so, and
   * when it has ended.
   */
  lasting<T>(work: (told: Promise<unknown>) => Promise<T>): Promise<T>;
}

export class Client {
  /** The last one answers; those before it are given back once it is loaded. */
  private chosen: readonly Chosen[] = [];
  private newest: AbortController | undefined;
  /** Of the requests that have not been answered. */
  private readonly open = new Set<AbortController>();
  private hasEnded = false;

  constructor(
    private readonly connection: MessageConnection,
    private readonly shared: Shared,
  ) {}

  /** Answers what the client sends from now on. */
  serve(): void {
    const { connection, shared } = this;
    connection.onNotification(focusNotification, () => shared.models.turns.focus(this));
    connection.onRequest(loadRequest, (params) =>
      answered(() => shared.lasting((told) => this.load(params, told))),
    );
    connection.onRequest(completeRequest, ({ prompt, limits, sooner, ...options }, token) => {
      const onSooner = (answer: Sooner): void => {
        if (sooner !== undefined) void tell(() => connection.sendProgress(soonerProgress, sooner, answer));
      };
      return this.newestOf(token, async (signal) =>
        (await this.answering).complete(prompt, limits, { ...options, signal, onSooner }),
      );
    });
    connection.onRequest(examineRequest, (params, token) =>
      this.until(controllerOf(token), async (signal) => (await this.answering).examine(params, { signal })),
    );
    connection.onNotification(knownNotification, (known) => {
      // Neither a model that could not be loaded nor a message that is none may end the process.
      this.chosen
        .at(-1)
        ?.answering.then((answering) => answering.known(known))
        .catch(() => undefined);
    });
    connection.onRequest(prefillRequest, ({ prompt, threads }, token) =>
      this.newestOf(token, async (signal) => (await this.answering).prefill(prompt, { signal, threads })),
    );
    connection.onRequest(glanceRequest, ({ file }) => answered(() => Promise.resolve(glanceAt(file))));
    connection.onRequest(joinRequest, ({ parts, whole }) =>
      answered(() => Promise.resolve(joinParts(parts, whole))),
    );
    connection.onRequest(usageRequest, usage);
    connection.onRequest(machineRequest, () => answered(() => Promise.resolve(measureMachine(loadAddon()))));
    connection.onRequest(diagnoseRequest, (token) =>
      this.lasting(token, async (signal) => diagnose(await this.engine, signal)),
    );
    connection.onRequest(benchRequest, (params, token) =>
      this.lasting(token, async (signal) => {
        const progress = (done: BenchProgress): void =>
          void tell(() => connection.sendNotification(benchProgress, done));
        return bench(await this.engine, params, progress, signal);
      }),
    );
    connection.onRequest(evaluateRequest, (params, token) =>
      this.lasting(token, (signal) => this.evaluate(params, signal)),
    );
  }

  /** The client has gone: ends what it has asked for, and gives back what it used. */
  async end(): Promise<void> {
    this.hasEnded = true;
    for (const controller of this.open) controller.abort();
    await this.giveBack(this.chosen);
  }

  /** Takes the place of what was loaded, or begun to be, before; that stays in use where the new model cannot be loaded. */
  private async load(params: LoadParams, told: Promise<unknown>): Promise<ModelInfo> {
    const { models } = this.shared;
    // A message may have been read before the client was gone.
    if (this.hasEnded) throw new Error('Whoever wanted the model has gone.');
    let last = 0;
    const onProgress = (share: number): void => {
      const percent = Math.floor(100 * share);
      if (percent > last) void tell(() => this.connection.sendNotification(loadProgress, { percent }));
      last = percent;
    };
    const next = Chosen.begin(models, this, params, {
      after: told,
      onProgress,
      onRefused: (error) => this.shared.warn(messageOf(error)),
    });
    this.chosen = [...this.chosen, next];
    try {
      const info = await next.info(
        (model) => void tell(() => this.connection.sendNotification(modelNotification, model)),
      );
      const before = this.chosen.indexOf(next);
      await this.giveBack(this.chosen.slice(0, Math.max(0, before)));
      return info;
    } catch (error) {
      await this.giveBack([next]);
      throw error;
    }
  }

  private async giveBack(all: readonly Chosen[]): Promise<void> {
    this.chosen = this.chosen.filter((each) => !all.includes(each));
    await Promise.all(all.map((each) => each.close()));
  }

  private async evaluate(params: EvaluateParams, signal: AbortSignal): Promise<Evaluation> {
    const { files, holes: count, seed, tune: tunes } = params;
    const sources = readSources(files);
    const holes = withContext(punchHoles(sources, count, seed), () => sources);
    const all = (tunes ? 2 : 1) * holes.length;
    const progress = (done: number): void =>
      void tell(() => this.connection.sendNotification(evaluateProgress, { done, holes: all }));
    const engine = await this.engine;
    for (const { loaded } of engine.models) loaded.isMeasured = true;
    try {
      if (tunes) return await tune(engine, holes, progress, signal);
      return calibrate(engine, holes, await evaluate(engine, holes, progress, signal));
    } finally {
      for (const { loaded } of engine.models) loaded.isMeasured = false;
    }
  }

  private get engine(): Promise<Engine> {
    return this.inUse.engine;
  }

  private get answering(): Promise<Answering> {
    return this.inUse.answering;
  }

  /** Requests that come in while it loads wait for it. */
  private get inUse(): Chosen {
    const last = this.chosen.at(-1);
    if (!last)
      throw new ResponseError(ErrorCodes.ServerNotInitialized, 'No model is loaded. Send "load" first.');
    return last;
  }

  /** Cancels the completion or the reading ahead before; the next one, or the token, cancels this one. */
  private newestOf<T>(token: CancellationToken, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.newest?.abort();
    this.newest = controllerOf(token);
    return this.until(this.newest, work);
  }

  private lasting<T>(token: CancellationToken, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.until(controllerOf(token), (signal) =>
      this.shared.lasting(async (told) => {
        await told;
        return work(signal);
      }),
    );
  }

  /** The answer to a request that is aborted where its client ends before. */
  private async until<T>(controller: AbortController, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.open.add(controller);
    try {
      return await answered(() => work(controller.signal));
    } finally {
      this.open.delete(controller);
    }
  }
}

/** Of the whole process, whoever it computes for. */
function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { memoryBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000, ...supplies() };
}

function supplies(): Supplies {
  try {
    return loadAddon().supplies();
  } catch {
    // Without an addon nothing is computed either.
    return {};
  }
}

/** Whoever has gone meanwhile hears nothing. */
export async function tell(send: () => Promise<void>): Promise<void> {
  await Promise.resolve()
    .then(send)
    .catch(() => undefined);
}

/** Words an error for the other side as it is, without the library's preamble. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
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
