// The backend on this machine: an engine process that is reached at the first request, and again when it has died.

import { t } from '@vscode/l10n';
import { existsSync } from 'node:fs';
import { CancellationToken, ResponseError } from 'vscode-jsonrpc/node';
import {
  cannotCompute,
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
  type Prefill,
  type PrefillParams,
  type Sooner,
  type Usage,
} from '../protocol';
import type { BenchReport, Diagnosis, Evaluation, ModelInfo } from '../reports';
import { grouped } from '../numbers';
import type { Ending, Occupation } from '../results';
import { type Backend, type BackendState, type Examinable, type Log, Problem } from './backend';
import { EngineLink } from './engineLink';
import { endingSentence, messageOf, occupationWords, sentenceOf } from '../wording';
import { inLog } from './engineProcesses';
import { isMemoryShort } from './memory';
import { reachEngine } from './reach';

export type LocalState = BackendState<ModelInfo>;

export interface LocalEngineOptions {
  /** The bundled engine, a script for Node. */
  file: string;
  /** What to load; read at each start. May throw a `Problem`. */
  load(): LoadParams;
  /** What to load in the place of what was refused, if anything. */
  instead?(): LoadParams | undefined;
  log: Log;
  /** Also where it is occupied from now on, or no more. */
  onState(state: LocalState): void;
  /** How long a cancelled request may go on before the engine counts as hung, in milliseconds. */
  patienceMs?: number;
  /** How long the loading of a model may stand still. */
  loadPatienceMs?: number;
  /** How long nothing is completed before the models are given back where memory is short. */
  idleMs?: number;
  isMemoryShort?: (available?: number) => boolean;
}

const restarts = { most: 3, withinMs: 5 * 60_000 };
const defaultPatienceMs = 5_000;
/** A large model on a slow disk takes its time. */
const defaultLoadPatienceMs = 120_000;
const defaultIdleMs = 5 * 60_000;

interface Running {
  readonly link: Promise<EngineLink>;
  readonly loaded: Promise<ModelInfo>;
  /** A second model answers before the chosen one is loaded. */
  readonly isEarly: boolean;
  processId?: number;
  /** Which file it loads that another one could take the place of, until that is loaded. */
  loading?: string;
}

export class LocalEngine implements Backend, Examinable {
  private running: Running | undefined;
  /** When processes have died within the last minutes while they were asked for something. */
  private deaths: number[] = [];
  /** The file during whose loading a process has died, while no other one was asked for. */
  private suspect: string | undefined;
  private occupied: Occupation | undefined;
  private isFocused = false;
  private lastUse = performance.now();
  private idle: NodeJS.Timeout | undefined;
  private disposed = false;
  private current: LocalState = { name: 'idle' };

  constructor(private readonly options: LocalEngineOptions) {}

  get state(): LocalState {
    return this.current;
  }

  get processId(): number | undefined {
    return this.running?.processId;
  }

  get occupation(): Occupation | undefined {
    return this.occupied;
  }

  /** Starts the engine where it does not run, and waits for its model. */
  loadModel(): Promise<ModelInfo> {
    return this.outliving(CancellationToken.None, () => this.request((_, { loaded }) => loaded));
  }

  async complete(
    params: CompleteParams,
    token: CancellationToken,
    onSooner: (sooner: Sooner) => void,
  ): Promise<Completion> {
    this.used();
    return this.outliving(token, () =>
      this.cancellable(token, (link) => link.complete(params, token, onSooner)),
    );
  }

  prefill(params: PrefillParams, token: CancellationToken): Promise<Prefill> {
    return this.cancellable(token, (link) => link.prefill(params, token));
  }

  /** Cancelling leaves the engine, which stops what nobody waits for. */
  async bench(
    paramsFor: (model: ModelInfo) => BenchParams,
    token: CancellationToken,
    progress: (done: BenchProgress) => void = () => undefined,
  ): Promise<BenchReport> {
    const subscription = token.onCancellationRequested(() => this.reload('the benchmark was cancelled'));
    try {
      return await this.occupy('benchmark', async (link, { loaded }) =>
        link.bench(paramsFor(await loaded), progress),
      );
    } finally {
      subscription.dispose();
    }
  }

  /** A cancelled one ends within a hole, with a `Problem`. */
  evaluate(
    params: EvaluateParams,
    token: CancellationToken,
    progress: (done: EvaluateProgress) => void,
  ): Promise<Evaluation> {
    return this.occupy('evaluation', (link) =>
      this.watched(link, token, link.evaluate(params, token, progress)),
    );
  }

  /** A cancelled one ends soon, with a `Problem`. */
  diagnose(token: CancellationToken): Promise<Diagnosis> {
    return this.occupy('diagnosis', (link) => this.watched(link, token, link.diagnose(token)));
  }

  /** Starts nothing. */
  known(known: Known): void {
    this.tell((link) => link.known(known));
  }

  /** Undefined where no engine runs; starts nothing. */
  async usage(): Promise<Usage | undefined> {
    const { running } = this;
    return running?.link.then((link) => link.usage()).catch(() => undefined);
  }

  /** Has an answer given again, with all that the model read and wrote; starts nothing. */
  async examine(params: ExamineParams): Promise<Examination> {
    if (this.current.name !== 'ready') throw new Problem('request', t`The engine is not ready.`);
    if (this.occupied) throw new Problem('request', sentenceOf(occupationWords(this.occupied)));
    return this.request((link) => link.examine(params));
  }

  /** Gives the models back; the next request loads what is to be loaded then. Earlier deaths are forgotten. */
  reload(reason: string): void {
    this.deaths = [];
    this.suspect = undefined;
    if (this.running) this.options.log.info(`The engine is left, and asked anew: ${reason}.`);
    this.end();
    this.become({ name: 'idle' });
  }

  /** The same with a new process, for all windows: the one at work is ended. */
  restart(reason: string): void {
    this.tell((link) => link.kill());
    this.reload(reason);
  }

  /** Whether the user looks at this window: the engine serves it first then. */
  focus(isFocused: boolean): void {
    this.isFocused = isFocused;
    if (isFocused) this.tell((link) => link.focus());
  }

  /** Gives the models back if memory is short and nothing was completed for long. */
  unloadIfIdle(): void {
    if (performance.now() - this.lastUse >= this.idleMs) void this.unloadIfMemoryIsShort();
  }

  private async unloadIfMemoryIsShort(): Promise<void> {
    const { log, isMemoryShort: isShort = isMemoryShort } = this.options;
    const { lastUse } = this;
    const usage = await this.usage();
    if (this.current.name !== 'ready') return;
    const isInUse = this.occupied !== undefined || this.lastUse !== lastUse;
    // Memory may become short later.
    if (isInUse || !isShort(usage?.availableBytes)) return this.lookLater();
    log.info('The engine is left: it was idle, and memory is short.');
    this.end();
    this.become({ name: 'idle' });
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.idle);
    this.end();
  }

  private get loadPatienceMs(): number {
    return this.options.loadPatienceMs ?? defaultLoadPatienceMs;
  }

  private get idleMs(): number {
    return this.options.idleMs ?? defaultIdleMs;
  }

  private used(): void {
    this.lastUse = performance.now();
    this.lookLater();
  }

  private lookLater(): void {
    clearTimeout(this.idle);
    // A timer may go off a moment before its time by the other clock: how long ago the last use was is not asked again.
    if (!this.disposed) this.idle = setTimeout(() => void this.unloadIfMemoryIsShort(), this.idleMs);
  }

  /** Asks a new process, once, where the one at work ends meanwhile: nobody would press a key for that. */
  private async outliving<T>(token: CancellationToken, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (this.current.name !== 'idle' || this.disposed || token.isCancellationRequested) throw error;
      return ask();
    }
  }

  /** One request to an engine that is loaded; `early`: or has a second model that is. */
  private async request<T>(
    send: (link: EngineLink, running: Running) => Promise<T>,
    early = false,
  ): Promise<T> {
    const running = this.start();
    if (!early || !running.isEarly) await running.loaded;
    try {
      return await send(await running.link, running);
    } catch (error) {
      throw asProblem('request', error);
    }
  }

  private cancellable<T>(token: CancellationToken, send: (link: EngineLink) => Promise<T>): Promise<T> {
    return this.request((link) => {
      // Other work may have begun while this request waited for the start, and would be disturbed.
      if (this.occupied) throw new Problem('request', sentenceOf(occupationWords(this.occupied)));
      if (token.isCancellationRequested) throw new Problem('request', t`Cancelled while the engine started.`);
      return this.watched(link, token, send(link));
    }, true);
  }

  private async occupy<T>(
    occupation: Occupation,
    send: (link: EngineLink, running: Running) => Promise<T>,
  ): Promise<T> {
    if (this.occupied)
      throw new Problem(
        'request',
        t`${sentenceOf(occupationWords(this.occupied))} Try again when it is done.`,
      );
    const become = (occupied: Occupation | undefined): void => {
      this.occupied = occupied;
      this.become(this.current);
    };
    become(occupation);
    try {
      return await this.request(send);
    } finally {
      become(undefined);
    }
  }

  /** The process at work, or a new one; throws while there is no sense in starting one. */
  private start(): Running {
    if (this.disposed) throw new Problem('engine', t`Ryzanstein is shutting down.`);
    if (this.current.name === 'failed') throw this.current.problem;
    this.running ??= this.launch();
    return this.running;
  }

  private launch(): Running {
    let params: LoadParams;
    try {
      params = this.options.load();
    } catch (error) {
      return this.launchInstead(asProblem('model', error));
    }
    return this.launchWith(params);
  }

  /** Loads what there is for a model that was refused; throws where there is nothing. */
  private launchInstead(refused: Problem): Running {
    const params = this.options.instead?.();
    if (!params) throw this.fail(refused);
    this.options.log.error(refused.message);
    return this.launchWith(params, refused);
  }

  /** The same where somebody waits for what was refused, and is to hear of it. */
  private replace(refused: Problem): Problem {
    try {
      this.running = this.launchInstead(refused);
      return refused;
    } catch (error) {
      return asProblem('engine', error);
    }
  }

  private launchWith(params: LoadParams, refused?: Problem): Running {
    const { file, log } = this.options;
    if (!existsSync(file))
      throw this.fail(new Problem('engine', t`The engine ${file} is missing. Reinstall Ryzanstein.`));
    log.info(`Starting the engine with ${params.modelFile}.`);
    const reach = async (): Promise<EngineLink> => {
      // Where memory is short the system may refuse to start a process.
      const wire = await reachEngine(file, log).catch((error: unknown) => {
        throw this.died(running, { kind: 'not run', message: messageOf(error) }, true);
      });
      const reached = new EngineLink(
        wire,
        log,
        (ending, wasAsked) => this.died(running, ending, wasAsked),
        (model) => {
          const { current } = this;
          if (this.running === running && current.name === 'ready') this.become({ ...current, model });
        },
      );
      running.processId = reached.processId;
      if (this.isFocused) reached.focus();
      return reached;
    };
    const link = reach();
    this.become({ name: 'starting' });
    const loaded = link.then((reached) => this.load(running, reached, params, refused));
    loaded.catch(() => undefined);
    const running: Running = { link, loaded, isEarly: params.second !== undefined };
    return running;
  }

  private async load(
    running: Running,
    link: EngineLink,
    params: LoadParams,
    refused?: Problem,
  ): Promise<ModelInfo> {
    const { log } = this.options;
    const patience = this.loadPatienceMs;
    const hung = setTimeout(() => {
      log.error(`The engine has loaded nothing of ${params.modelFile} for ${patience} ms.`);
      link.kill();
    }, patience);
    let model: ModelInfo;
    if (!refused && this.options.instead?.()) running.loading = params.modelFile;
    try {
      model = await link.load(params, ({ percent }) => {
        hung.refresh();
        if (this.running === running) this.become({ name: 'starting', percent });
      });
    } catch (error) {
      if (this.running !== running) throw asProblem('request', error);
      // The process lives and says no: another one would say the same.
      this.end();
      const problem = asProblem('model', error);
      throw refused || problem.kind === 'engine' ? this.fail(problem) : this.replace(problem);
    } finally {
      clearTimeout(hung);
    }
    running.loading = this.suspect = undefined;
    if (this.running === running) this.become({ name: 'ready', model, ...(refused && { refused }) });
    this.used();
    const { name, loadMs, kernel, threads } = model;
    log.info(`${name} is loaded in ${Math.round(loadMs)} ms: ${kernel}, ${threads} threads.`);
    for (const { name, languages } of model.specialists ?? [])
      log.info(`${name} answers in ${languages.join(', ')}.`);
    if (model.caution !== undefined) log.warn(model.caution);
    for (const { kernel: wrong, mismatches, cases } of model.rejected ?? [])
      log.warn(`The kernel ${wrong} computes wrongly on this CPU: ${mismatches} of ${cases} cases differ.`);
    return model;
  }

  /**
   * Ends the engine, as dead, if work that was cancelled does not come back in time. What waits for others comes back at
   * once; what it does for others may keep it from answering, of which it has told before.
   */
  private async watched<T>(link: EngineLink, token: CancellationToken, work: Promise<T>): Promise<T> {
    const { log, patienceMs: patience = defaultPatienceMs } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const wait = (waited: number): void => {
      timer = setTimeout(() => {
        if (link.isBusy && waited < this.loadPatienceMs) return wait(waited + patience);
        log.error(`The engine did not stop a cancelled request within ${waited} ms.`);
        link.kill();
      }, patience);
    };
    const subscription = token.onCancellationRequested(() => timer ?? wait(patience));
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      subscription.dispose();
    }
  }

  /** Notes that a process has ended, and decides whether another one may be started. */
  private died(running: Running, ending: Ending, wasAsked: boolean): Problem {
    if (this.running !== running) return new Problem('request', t`The engine was restarted.`);
    this.running = undefined;
    if (!wasAsked) {
      // As for another window, which has ended it.
      this.options.log.info(`The engine ${inLog(ending)}, and will be started again when it is needed.`);
      this.become({ name: 'idle' });
      return new Problem('request', endingSentence(ending));
    }
    const now = Date.now();
    this.deaths = [...this.deaths.filter((time) => now - time < restarts.withinMs), now];
    const { length: times } = this.deaths;
    this.options.log.error(`The engine ${inLog(ending)}. Such ends within five minutes: ${times}.`);
    if (times > restarts.most)
      return this.fail(
        new Problem(
          'engine',
          t`${endingSentence(ending)} It has ended ${grouped(times)} times within five minutes.`,
        ),
      );
    const { loading } = running;
    // Once may be chance, or another window that restarts the engine.
    if (loading !== undefined && loading === this.suspect)
      return this.replace(
        new Problem(
          'model',
          t`The engine ended twice while it loaded ${loading}: the model may need more memory than there is.`,
        ),
      );
    this.suspect = loading;
    this.become({ name: 'idle' });
    return new Problem('request', endingSentence(ending));
  }

  private end(): void {
    this.tell((link) => link.close());
    this.running = undefined;
  }

  /** What the process at work is to hear, if there is one; whoever waits for it hears why it cannot be reached. */
  private tell(say: (link: EngineLink) => void): void {
    this.running?.link.then(say, () => undefined);
  }

  private fail(problem: Problem): Problem {
    this.options.log.error(problem.message);
    this.become({ name: 'failed', problem });
    return problem;
  }

  private become(state: LocalState): void {
    this.current = state;
    if (!this.disposed) this.options.onState(state);
  }
}

/** An error in words for the user: its own message. */
function asProblem(kind: Problem['kind'], error: unknown): Problem {
  if (error instanceof Problem) return error;
  const isOfEngine = error instanceof ResponseError && error.code === cannotCompute;
  return new Problem(isOfEngine ? 'engine' : kind, error instanceof Error ? error.message : String(error));
}
