// The engine process seen from the extension: started at the first request, asked over IPC, restarted when it dies.

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ErrorCodes,
  ResponseError,
} from 'vscode-jsonrpc/node';
import {
  benchRequest,
  completeRequest,
  diagnoseRequest,
  evaluateProgress,
  evaluateRequest,
  firstLineProgress,
  loadRequest,
  prefillRequest,
  type BenchParams,
  type CompleteParams,
  type Completion,
  type EvaluateParams,
  type EvaluateProgress,
  type LoadParams,
  type Prefill,
  type PrefillParams,
} from '../protocol';
import type { BenchReport, Diagnosis, Evaluation, ModelInfo } from '../reports';

/** `model`: it could not be loaded; `engine`: the process cannot be run or keeps dying; `request`: one request failed. */
export type ProblemKind = 'model' | 'engine' | 'request';

/** What went wrong, as a sentence for the user. */
export class EngineProblem extends Error {
  constructor(
    readonly kind: ProblemKind,
    message: string,
  ) {
    super(message);
  }
}

/** `idle`: not started, or ended and not yet wanted again. */
export type EngineState =
  | { readonly name: 'idle' | 'starting' }
  | { readonly name: 'ready'; readonly model: ModelInfo }
  | { readonly name: 'failed'; readonly problem: EngineProblem };

export interface EngineLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  debug(message: string): void;
}

export interface EngineOptions {
  /** The bundled engine, a script for Node. */
  file: string;
  /** What to load; read at each start. May throw an `EngineProblem`. */
  load(): LoadParams;
  log: EngineLog;
  onState(state: EngineState): void;
  /** How long a cancelled request may go on before the engine counts as hung, in milliseconds. */
  patienceMs?: number;
  /** How long a model may take to load. */
  loadPatienceMs?: number;
}

const restarts = { most: 3, withinMs: 5 * 60_000 };
const defaultPatienceMs = 5_000;
/** A large model on a slow disk takes its time. */
const defaultLoadPatienceMs = 120_000;

interface Process {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  /** Rejects when the process has ended or was ended. */
  readonly ended: Promise<never>;
}

interface Running extends Process {
  readonly loaded: Promise<ModelInfo>;
}

export class EngineClient {
  private running: Running | undefined;
  /** Completions so far. */
  private asked = 0;
  private deaths: number[] = [];
  private occupied: string | undefined;
  private disposed = false;
  private current: EngineState = { name: 'idle' };

  constructor(private readonly options: EngineOptions) {}

  get state(): EngineState {
    return this.current;
  }

  get processId(): number | undefined {
    return this.running?.child.pid;
  }

  /** What the engine is at that leaves no time for completions, in words. */
  get occupation(): string | undefined {
    return this.occupied;
  }

  /**
   * One completion; of a block, its first line is told of as soon as that is whole. A cancelled one ends soon, with what
   * the engine answers then or with an `EngineProblem`.
   */
  complete(
    params: CompleteParams,
    token: CancellationToken,
    onFirstLine: (completion: Completion) => void,
  ): Promise<Completion> {
    return this.cancellable(token, async ({ connection }) => {
      const firstLine = ++this.asked;
      const subscription = connection.onProgress(firstLineProgress, firstLine, onFirstLine);
      try {
        return await connection.sendRequest(completeRequest, { ...params, firstLine }, token);
      } finally {
        subscription.dispose();
      }
    });
  }

  /** Has a prompt read ahead of its completion; ends as a completion does. */
  prefill(params: PrefillParams, token: CancellationToken): Promise<Prefill> {
    return this.cancellable(token, ({ connection }) => connection.sendRequest(prefillRequest, params, token));
  }

  /** Measures speed, of as much work as fits the model; cancelling restarts the engine, which stops at once. */
  async bench(paramsFor: (model: ModelInfo) => BenchParams, token: CancellationToken): Promise<BenchReport> {
    const subscription = token.onCancellationRequested(() => this.restart('the benchmark was cancelled'));
    try {
      return await this.occupy('runs a benchmark', async ({ connection, loaded }) =>
        connection.sendRequest(benchRequest, paramsFor(await loaded)),
      );
    } finally {
      subscription.dispose();
    }
  }

  /** Scores the model on holes in files; a cancelled one ends within a hole, with an `EngineProblem`. */
  evaluate(
    params: EvaluateParams,
    token: CancellationToken,
    progress: (done: EvaluateProgress) => void,
  ): Promise<Evaluation> {
    return this.occupy('evaluates the model', async (running) => {
      const watch = this.endIfHung(running, token);
      const subscription = running.connection.onNotification(evaluateProgress, progress);
      try {
        return await running.connection.sendRequest(evaluateRequest, params, token);
      } finally {
        subscription.dispose();
        watch.dispose();
      }
    });
  }

  diagnose(): Promise<Diagnosis> {
    return this.occupy('examines itself', ({ connection }) => connection.sendRequest(diagnoseRequest));
  }

  /** Ends the process; the next request starts another one, with what is to be loaded then. Earlier failures are forgotten. */
  restart(reason: string): void {
    this.deaths = [];
    if (this.running) this.options.log.info(`The engine is restarted: ${reason}.`);
    this.end();
    this.become({ name: 'idle' });
  }

  /** Ends the process to give its memory back, until the next request starts another one. */
  unload(reason: string): void {
    if (this.current.name !== 'ready' || this.occupied) return;
    this.options.log.info(`The engine is ended: ${reason}.`);
    this.end();
    this.become({ name: 'idle' });
  }

  dispose(): void {
    this.disposed = true;
    this.end();
  }

  /** One request to a loaded engine. Fails with an `EngineProblem` in words for the user. */
  private async request<T>(send: (running: Running) => Promise<T>): Promise<T> {
    const running = this.start();
    await running.loaded;
    return answerOf(running, send(running));
  }

  private cancellable<T>(token: CancellationToken, send: (running: Running) => Promise<T>): Promise<T> {
    return this.request(async (running) => {
      // Who waited for the engine to start may find it at other work, which this would break into.
      if (this.occupied) throw new EngineProblem('request', `The engine ${this.occupied}.`);
      if (token.isCancellationRequested)
        throw new EngineProblem('request', 'Cancelled while the engine started.');
      const watch = this.endIfHung(running, token);
      try {
        return await send(running);
      } finally {
        watch.dispose();
      }
    });
  }

  private async occupy<T>(occupation: string, send: (running: Running) => Promise<T>): Promise<T> {
    if (this.occupied)
      throw new EngineProblem('request', `The engine ${this.occupied}. Try again when it is done.`);
    this.occupied = occupation;
    try {
      return await this.request(send);
    } finally {
      this.occupied = undefined;
    }
  }

  /** The process at work, or a new one; throws while there is no sense in starting one. */
  private start(): Running {
    if (this.disposed) throw new EngineProblem('engine', 'Ryzanstein is shutting down.');
    if (this.current.name === 'failed') throw this.current.problem;
    this.running ??= this.launch();
    return this.running;
  }

  private launch(): Running {
    const { file, log } = this.options;
    let params: LoadParams;
    try {
      params = this.options.load();
      if (!existsSync(file))
        throw new EngineProblem('engine', `The engine ${file} is missing. Reinstall Ryzanstein.`);
    } catch (error) {
      throw this.fail(error instanceof EngineProblem ? error : new EngineProblem('model', sentence(error)));
    }
    log.info(`Starting the engine with ${params.modelFile}.`);
    const child = fork(file, [], {
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => log.debug(text.trimEnd()));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => log.warn(text.trimEnd()));

    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child), {
      error: (message) => log.error(message),
      warn: (message) => log.warn(message),
      info: (message) => log.info(message),
      log: (message) => log.debug(message),
    });
    const ended = new Promise<never>((_, reject) => {
      const end = (how: string): void => {
        reject(this.died(child, how));
        connection.dispose();
      };
      child.once('error', (error) => end(`could not be run: ${error.message}`));
      child.once('exit', (code, signal) => end(`ended by itself (${signal ?? `code ${code}`})`));
    });
    // Whoever waits for an answer hears of the end; where nobody waits, it is only logged.
    ended.catch(() => undefined);
    child.once('disconnect', () => child.kill('SIGKILL'));
    child.on('message', (message) => {
      if (isJsonRpc(message)) return;
      log.error(`The engine sent what is no message: ${JSON.stringify(message).slice(0, 200)}`);
      child.kill('SIGKILL');
    });
    connection.listen();

    this.become({ name: 'starting' });
    const loaded = this.load({ child, connection, ended }, params);
    loaded.catch(() => undefined);
    return { child, connection, ended, loaded };
  }

  private async load(process: Process, params: LoadParams): Promise<ModelInfo> {
    let model: ModelInfo;
    const patience = this.options.loadPatienceMs ?? defaultLoadPatienceMs;
    const hung = setTimeout(() => {
      this.options.log.error(`The engine did not load ${params.modelFile} within ${patience} ms.`);
      process.child.kill('SIGKILL');
    }, patience);
    try {
      model = await answerOf(process, process.connection.sendRequest(loadRequest, params));
    } catch (error) {
      if (this.running?.child !== process.child) throw error;
      // The process lives and says no: another one would say the same.
      this.end();
      throw this.fail(new EngineProblem('model', sentence(error)));
    } finally {
      clearTimeout(hung);
    }
    if (this.running?.child === process.child) this.become({ name: 'ready', model });
    const { name, loadMs, kernel, threads } = model;
    this.options.log.info(`${name} is loaded in ${Math.round(loadMs)} ms: ${kernel}, ${threads} threads.`);
    return model;
  }

  /** Ends the engine, as dead, if a cancelled request does not come back in time. */
  private endIfHung(running: Running, token: CancellationToken): { dispose(): void } {
    const patience = this.options.patienceMs ?? defaultPatienceMs;
    let timer: NodeJS.Timeout | undefined;
    const hung = (): void => {
      this.options.log.error(`The engine did not stop a cancelled request within ${patience} ms.`);
      running.child.kill('SIGKILL');
    };
    const watch = (): void => void (timer ??= setTimeout(hung, patience));
    if (token.isCancellationRequested) watch();
    const subscription = token.onCancellationRequested(watch);
    return {
      dispose: () => {
        clearTimeout(timer);
        subscription.dispose();
      },
    };
  }

  /** Notes that a process has ended, and decides whether another one may be started. */
  private died(child: ChildProcess, how: string): EngineProblem {
    if (this.running?.child !== child) return new EngineProblem('request', 'The engine was restarted.');
    this.running = undefined;
    const now = Date.now();
    this.deaths = [...this.deaths.filter((time) => now - time < restarts.withinMs), now];
    this.options.log.error(`The engine ${how}; time ${this.deaths.length} of late.`);
    if (this.deaths.length > restarts.most)
      return this.fail(
        new EngineProblem('engine', `The engine ${how}, ${this.deaths.length} times within five minutes.`),
      );
    this.become({ name: 'idle' });
    return new EngineProblem('request', `The engine ${how}.`);
  }

  private end(): void {
    const child = this.running?.child;
    this.running = undefined;
    child?.kill('SIGKILL');
  }

  private fail(problem: EngineProblem): EngineProblem {
    this.options.log.error(problem.message);
    this.become({ name: 'failed', problem });
    return problem;
  }

  private become(state: EngineState): void {
    this.current = state;
    if (!this.disposed) this.options.onState(state);
  }
}

/** An answer, or an `EngineProblem`: the engine's own words, or that it has ended. */
async function answerOf<T>(process: Process, answer: Promise<T>): Promise<T> {
  try {
    return await Promise.race([answer, process.ended]);
  } catch (error) {
    if (error instanceof EngineProblem) throw error;
    if (error instanceof ResponseError && error.code === ErrorCodes.MessageWriteError) {
      // Nothing can be sent any more; what ends then is told by the process's end.
      process.child.kill('SIGKILL');
      return process.ended;
    }
    throw new EngineProblem('request', sentence(error));
  }
}

function isJsonRpc(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && (message as { jsonrpc?: unknown }).jsonrpc === '2.0'
  );
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
