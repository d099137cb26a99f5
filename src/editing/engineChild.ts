// An engine process as a child of this one: forked, asked over IPC, and ended; it knows no policy.

import { type ChildProcess, fork, type ForkOptions } from 'node:child_process';
import {
  type CancellationToken,
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
} from 'vscode-jsonrpc/node';
import {
  benchProgress,
  benchRequest,
  completeRequest,
  diagnoseRequest,
  evaluateProgress,
  evaluateRequest,
  examineRequest,
  glanceRequest,
  joinRequest,
  machineRequest,
  loadProgress,
  loadRequest,
  prefillRequest,
  type BenchParams,
  type BenchProgress,
  type CompleteParams,
  type Completion,
  type EvaluateParams,
  type EvaluateProgress,
  type ExamineParams,
  type Examination,
  type LoadParams,
  type LoadProgress,
  type Prefill,
  type PrefillParams,
  type Sooner,
  soonerProgress,
} from '../protocol';
import type { BenchReport, Diagnosis, Evaluation, MachineSpeed, ModelGlance, ModelInfo } from '../reports';
import type { Log } from './backend';

/** Every request fails with the engine's own words, or with what `onEnd` makes of the end of the process. */
export class EngineChild {
  private readonly child: ChildProcess;
  private readonly connection: MessageConnection;
  /** Rejects when the process has ended. */
  private readonly ended: Promise<never>;
  /** Completions so far; the number of each names its progress. */
  private completions = 0;

  /** `file` is a script for Node. `onEnd` gets how the process ended, as the rest of a sentence about the engine. */
  constructor(file: string, log: Log, onEnd: (how: string) => Error) {
    const port = process.env.RYZANSTEIN_INSPECT;
    const child = fork(file, [], {
      // The host's own flags are not for its child, which listens to a debugger only where it is told a port.
      execArgv: port ? [`--inspect=127.0.0.1:${port}`] : [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Handed on to `spawn`, though the types do not say so: no console window.
      windowsHide: true,
    } as ForkOptions);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => log.debug(text.trimEnd()));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => log.warn(text.trimEnd()));
    this.child = child;

    this.connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child), {
      error: (message) => log.error(message),
      warn: (message) => log.warn(message),
      info: (message) => log.info(message),
      log: (message) => log.debug(message),
    });
    this.ended = new Promise<never>((_, reject) => {
      const end = (how: string): void => {
        reject(onEnd(how));
        this.connection.dispose();
      };
      child.once('error', (error) => end(`could not be run: ${error.message}`));
      child.once('exit', (code, signal) => end(`ended by itself (${signal ?? `code ${code}`})`));
    });
    // Those who wait for an answer get the error; where nobody waits, `onEnd` has been called all the same.
    this.ended.catch(() => undefined);
    child.once('disconnect', () => this.kill());
    child.on('message', (message) => {
      if (isJsonRpc(message)) return;
      log.error(`The engine sent something that is not a message: ${JSON.stringify(message).slice(0, 200)}`);
      this.kill();
    });
    this.connection.listen();
  }

  get processId(): number | undefined {
    return this.child.pid;
  }

  async load(params: LoadParams, progress: (done: LoadProgress) => void): Promise<ModelInfo> {
    const subscription = this.connection.onNotification(loadProgress, progress);
    try {
      return await this.answer(this.connection.sendRequest(loadRequest, params));
    } finally {
      subscription.dispose();
    }
  }

  async complete(
    params: CompleteParams,
    token: CancellationToken,
    onSooner: (sooner: Sooner) => void,
  ): Promise<Completion> {
    const sooner = ++this.completions;
    const subscription = this.connection.onProgress(soonerProgress, sooner, onSooner);
    try {
      return await this.answer(this.connection.sendRequest(completeRequest, { ...params, sooner }, token));
    } finally {
      subscription.dispose();
    }
  }

  prefill(params: PrefillParams, token: CancellationToken): Promise<Prefill> {
    return this.answer(this.connection.sendRequest(prefillRequest, params, token));
  }

  async bench(params: BenchParams, progress: (done: BenchProgress) => void): Promise<BenchReport> {
    const subscription = this.connection.onNotification(benchProgress, progress);
    try {
      return await this.answer(this.connection.sendRequest(benchRequest, params));
    } finally {
      subscription.dispose();
    }
  }

  async evaluate(
    params: EvaluateParams,
    token: CancellationToken,
    progress: (done: EvaluateProgress) => void,
  ): Promise<Evaluation> {
    const subscription = this.connection.onNotification(evaluateProgress, progress);
    try {
      return await this.answer(this.connection.sendRequest(evaluateRequest, params, token));
    } finally {
      subscription.dispose();
    }
  }

  diagnose(): Promise<Diagnosis> {
    return this.answer(this.connection.sendRequest(diagnoseRequest));
  }

  examine(params: ExamineParams): Promise<Examination> {
    return this.answer(this.connection.sendRequest(examineRequest, params));
  }

  glance(file: string): Promise<ModelGlance> {
    return this.answer(this.connection.sendRequest(glanceRequest, { file }));
  }

  measureMachine(): Promise<MachineSpeed> {
    return this.answer(this.connection.sendRequest(machineRequest));
  }

  join(parts: string[], whole: string): Promise<void> {
    return this.answer(this.connection.sendRequest(joinRequest, { parts, whole }));
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private async answer<T>(answer: Promise<T>): Promise<T> {
    try {
      return await Promise.race([answer, this.ended]);
    } catch (error) {
      if (!(error instanceof ResponseError) || error.code !== ErrorCodes.MessageWriteError) throw error;
      // Nothing can be sent any more: the end of the process says why.
      this.kill();
      return this.ended;
    }
  }
}

function isJsonRpc(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && (message as { jsonrpc?: unknown }).jsonrpc === '2.0'
  );
}
