// An engine process as a window asks it: every request, and the end of the process; it knows no policy.

import {
  type CancellationToken,
  createMessageConnection,
  ErrorCodes,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
  ResponseError,
} from 'vscode-jsonrpc/node';
import {
  benchProgress,
  benchRequest,
  busyNotification,
  completeRequest,
  diagnoseRequest,
  evaluateProgress,
  evaluateRequest,
  examineRequest,
  focusNotification,
  glanceRequest,
  joinRequest,
  knownNotification,
  machineRequest,
  modelNotification,
  type Usage,
  usageRequest,
  loadProgress,
  loadRequest,
  prefillRequest,
  remarkNotification,
  type BenchParams,
  type BenchProgress,
  type CompleteParams,
  type Completion,
  type EvaluateParams,
  type EvaluateProgress,
  type ExamineParams,
  type Examination,
  type Known,
  type LoadParams,
  type LoadProgress,
  type Prefill,
  type PrefillParams,
  type Sooner,
  soonerProgress,
} from '../protocol';
import type { BenchReport, Diagnosis, Evaluation, MachineSpeed, ModelGlance, ModelInfo } from '../reports';
import type { Ending } from '../results';
import type { Log } from './backend';

/** What carries messages to an engine process and back. */
export interface Wire {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  readonly processId: number | undefined;
  /** How the process or the way to it ended. */
  readonly ended: Promise<Ending>;
  /** Needs the process no more: it ends where it has nobody else. */
  close(): void;
  /** Ends the process, whoever uses it. */
  kill(): void;
}

/** Every request fails with the engine's own words, or with what `onEnd` makes of the end of the process. */
export class EngineLink {
  private readonly connection: MessageConnection;
  /** Rejects when the process has ended. */
  private readonly ended: Promise<never>;
  /** Completions so far; the number of each names its progress. */
  private completions = 0;
  private unanswered = 0;
  isBusy = false;

  /** `onEnd` gets how the process ended, and whether it was asked for something; `onModel` what the model in use has become. */
  constructor(
    private readonly wire: Wire,
    private readonly log: Log,
    onEnd: (how: Ending, wasAsked: boolean) => Error,
    onModel: (model: ModelInfo) => void = () => undefined,
  ) {
    const { reader, writer } = wire;
    this.connection = createMessageConnection(
      checked(reader, (what) => this.refuse(what)),
      writer,
      {
        error: (message) => log.error(message),
        warn: (message) => log.warn(message),
        info: (message) => log.info(message),
        log: (message) => log.debug(message),
      },
    );
    this.ended = new Promise<never>((_, reject) => {
      void wire.ended.then((how) => {
        reject(onEnd(how, this.unanswered > 0));
        this.connection.dispose();
      });
    });
    // Those who wait for an answer get the error; where nobody waits, `onEnd` has been called all the same.
    this.ended.catch(() => undefined);
    this.connection.onError(([error]) => {
      // One of the system's is told by the end of the wire.
      if (!('code' in error)) this.refuse(error.message);
    });
    this.connection.onNotification(remarkNotification, ({ level, message }) => log[level](message));
    this.connection.onNotification(busyNotification, ({ isBusy }) => {
      this.isBusy = isBusy;
    });
    this.connection.onNotification(modelNotification, onModel);
    this.connection.listen();
  }

  get processId(): number | undefined {
    return this.wire.processId;
  }

  get isAsked(): boolean {
    return this.unanswered > 0;
  }

  /** The user looks at this window: it comes first from now on. */
  focus(): void {
    this.tell(() => this.connection.sendNotification(focusNotification));
  }

  known(known: Known): void {
    this.tell(() => this.connection.sendNotification(knownNotification, known));
  }

  /** The process may have ended: whoever asks it next hears of that. */
  private tell(send: () => Promise<void>): void {
    void Promise.resolve()
      .then(send)
      .catch(() => undefined);
  }

  async load(params: LoadParams, progress: (done: LoadProgress) => void): Promise<ModelInfo> {
    const subscription = this.connection.onNotification(loadProgress, progress);
    return this.following(subscription, () => this.connection.sendRequest(loadRequest, params));
  }

  async complete(
    params: CompleteParams,
    token: CancellationToken,
    onSooner: (sooner: Sooner) => void,
  ): Promise<Completion> {
    const sooner = ++this.completions;
    const subscription = this.connection.onProgress(soonerProgress, sooner, onSooner);
    return this.following(subscription, () =>
      this.connection.sendRequest(completeRequest, { ...params, sooner }, token),
    );
  }

  prefill(params: PrefillParams, token: CancellationToken): Promise<Prefill> {
    return this.answer(this.connection.sendRequest(prefillRequest, params, token));
  }

  async bench(params: BenchParams, progress: (done: BenchProgress) => void): Promise<BenchReport> {
    const subscription = this.connection.onNotification(benchProgress, progress);
    return this.following(subscription, () => this.connection.sendRequest(benchRequest, params));
  }

  async evaluate(
    params: EvaluateParams,
    token: CancellationToken,
    progress: (done: EvaluateProgress) => void,
  ): Promise<Evaluation> {
    const subscription = this.connection.onNotification(evaluateProgress, progress);
    return this.following(subscription, () => this.connection.sendRequest(evaluateRequest, params, token));
  }

  diagnose(token: CancellationToken): Promise<Diagnosis> {
    return this.answer(this.connection.sendRequest(diagnoseRequest, token));
  }

  usage(): Promise<Usage> {
    return this.answer(this.connection.sendRequest(usageRequest));
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

  close(): void {
    this.wire.close();
  }

  kill(): void {
    this.wire.kill();
  }

  private refuse(what: string): void {
    this.log.error(`The engine sent something that is not a message: ${what.slice(0, 200)}`);
    this.kill();
  }

  /** The answer to what is sent; what is subscribed to lasts until then. */
  private async following<T>(subscription: { dispose(): void }, send: () => Promise<T>): Promise<T> {
    try {
      return await this.answer(send());
    } finally {
      subscription.dispose();
    }
  }

  private async answer<T>(answer: Promise<T>): Promise<T> {
    this.unanswered++;
    try {
      return await Promise.race([answer, this.ended]);
    } catch (error) {
      if (!(error instanceof ResponseError) || error.code !== ErrorCodes.MessageWriteError) throw error;
      // Nothing can be sent any more: the end of the process says why.
      this.kill();
      return await this.ended;
    } finally {
      this.unanswered--;
    }
  }
}

/** The reader without what is no message, of which `refuse` hears. */
function checked(reader: MessageReader, refuse: (what: string) => void): MessageReader {
  return {
    ...{ onError: reader.onError, onClose: reader.onClose, onPartialMessage: reader.onPartialMessage },
    dispose: () => reader.dispose(),
    listen: (hear) =>
      reader.listen((message) => (isJsonRpc(message) ? hear(message) : refuse(JSON.stringify(message)))),
  };
}

function isJsonRpc(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && (message as { jsonrpc?: unknown }).jsonrpc === '2.0'
  );
}
