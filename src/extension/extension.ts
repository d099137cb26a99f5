// Entry of the extension: builds the parts and registers them; the file of each says what it does.

import { config, t } from '@vscode/l10n';
import path from 'node:path';
import * as vscode from 'vscode';
import type { LoadParams } from '../protocol';
import type { Evaluation } from '../reports';
import { Benchmark } from './benchmark';
import { ModelChoice } from './chooseModel';
import { Circumstances } from './circumstances';
import { DiagnosticsPage } from './diagnostics';
import { silenceAt } from './documents';
import { Problem } from '../editing/backend';
import { LocalEngine, type LocalState } from '../editing/localEngine';
import { Downloads } from './downloads';
import { Evaluations } from './evaluation';
import { openExample } from './example';
import { WorkspaceIgnoring } from './ignoring';
import { CompletionLog } from '../editing/completionLog';
import type { OfferedText } from '../editing/offers';
import { LastEditor } from './lastEditor';
import { LiveView } from './liveView';
import { completeNow, openMenu, toggle, toggleLanguage } from './menu';
import { isOnBattery } from '../editing/battery';
import { bundledModel, findModelFile } from '../editing/modelFile';
import { ModelReader } from '../editing/modelReader';
import { notify, orTell } from './notify';
import { nameOtherCompleters } from './otherTools';
import { Problems } from './problems';
import { acceptedCommand, Provider } from './provider';
import { chosenModelFile, onSettingChange, readSettings } from './settings';
import { whyNothing } from './whyNothing';
import { Status } from './status';
import { RelatedFiles } from './relatedFiles';

/** The parts, for the tests that run beside them in the extension host. */
export interface Parts {
  readonly engine: LocalEngine;
  readonly circumstances: Circumstances;
  readonly completions: CompletionLog;
  readonly status: Status;
  readonly evaluations: Evaluations;
  readonly ignoring: WorkspaceIgnoring;
  readonly models: ModelChoice;
  readonly downloads: Downloads;
  readonly benchmark: Benchmark;
  readonly diagnostics: DiagnosticsPage;
}

export function activate(context: vscode.ExtensionContext): Parts {
  const { bundle, uri } = vscode.l10n;
  if (bundle) config({ contents: bundle });
  // The engine's process reads it.
  if (uri) process.env.RYZANSTEIN_WORDS = uri.fsPath;
  const log = vscode.window.createOutputChannel('Ryzanstein', { log: true });
  const completions = new CompletionLog();
  const problems = new Problems(context.globalState);
  const engineFile = path.join(context.extensionPath, 'dist', 'engine.js');
  const bundled = path.join(context.extensionPath, 'models');
  const store = context.globalStorageUri.fsPath;
  const engine = new LocalEngine({
    file: engineFile,
    load: () => {
      const { infilling } = readSettings();
      const second = bundledBeside();
      return {
        ...{ modelFile: findModelFile(chosenModelFile(), bundled), ...withCpu(), infilling, store },
        ...(second !== undefined && { second }),
      };
    },
    instead: () => {
      const modelFile = bundledBeside();
      return modelFile === undefined ? undefined : { modelFile, ...withCpu(), store };
    },
    log,
    onState,
  });
  engine.focus(vscode.window.state.focused);
  const lastEditor = new LastEditor();
  const ignoring = new WorkspaceIgnoring();
  const relatedFiles = new RelatedFiles(ignoring);
  const circumstances: Circumstances = new Circumstances(onBattery, () => status.update());
  const status: Status = new Status(engine, circumstances, completions, (document) =>
    silenceAt(document, (file) => ignoring.known(file, () => status.update())),
  );
  ignoring.onForget(() => status.update());
  const provider = new Provider({
    ...{ backend: engine, log: completions, ignoring, relatedFiles },
    throttle: (settings) => circumstances.throttle(settings),
    showWork: (work) => status.showWork(work),
  });
  const diagnostics = new DiagnosticsPage(context.extensionUri, problems, engine, completions);
  const liveView = new LiveView(context.extension, problems, engine, completions);
  const benchmark = new Benchmark(context.extensionUri, context.globalStorageUri, problems, engine);
  const reader = new ModelReader(engineFile, log);
  const downloads = new Downloads({
    ...{ reader, log },
    secrets: context.secrets,
    storage: context.globalStorageUri,
  });
  const models = new ModelChoice({
    ...{ engine, reader, downloads, bundled, memory: context.globalState },
    reload: () => beginAnew(() => engine.reload('its model was chosen again')),
  });
  const evaluations = new Evaluations(context.extensionUri, context.storageUri, problems, engine, ignoring);

  async function onBattery(): Promise<boolean> {
    return (await isOnBattery()) || (await engine.usage())?.onBattery === true;
  }
  /** What the engine may use of the machine. */
  function withCpu(): Pick<LoadParams, 'threads' | 'kernel'> {
    const { threads, kernel } = readSettings();
    return { threads, ...(kernel === 'auto' ? {} : { kernel }) };
  }
  /** The bundled model, where it answers beside another one that was chosen. */
  function bundledBeside(): string | undefined {
    const chosen = chosenModelFile();
    const file = chosen !== '' && readSettings().secondOpinion ? bundledModel(bundled) : undefined;
    return file === chosen ? undefined : file;
  }
  function onState(state: LocalState): void {
    status.update();
    diagnostics.post();
    liveView.post();
    problems.onState(state);
    models.onState(state);
  }
  /** Forgets what the models in use have said, for others are loaded next; `end` says what becomes of the engine. */
  function beginAnew(end: () => void): void {
    provider.forget();
    problems.forget();
    completions.beginAnew();
    end();
  }
  /** Runs what the user asked for, who waits for the outcome: a problem is shown. */
  async function withMessages<T>(work: () => Promise<T>): Promise<T | undefined> {
    problems.forget();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.show(error);
      return undefined;
    }
  }
  /** What is learned of the model holds for what it has said before as well. */
  async function evaluate(options: { tune?: boolean }): Promise<Evaluation | undefined> {
    const evaluation = await withMessages(() => evaluations.run(options));
    if (evaluation) provider.forget();
    return evaluation;
  }
  const commands: Record<string, () => unknown> = {
    'ryzanstein.whyNothing': () => whyNothing({ completions, ignoring, status }, lastEditor),
    'ryzanstein.completeNow': () => completeNow(lastEditor),
    'ryzanstein.toggle': () => toggle(lastEditor),
    'ryzanstein.toggleLanguage': () => toggleLanguage(lastEditor),
    'ryzanstein.runBenchmark': () => withMessages(() => benchmark.run()),
    'ryzanstein.showBenchmark': () => benchmark.show(),
    'ryzanstein.evaluate': () => evaluate({}),
    'ryzanstein.showEvaluation': () => evaluations.show(),
    'ryzanstein.tune': () => evaluate({ tune: true }),
    'ryzanstein.showLiveView': () => liveView.show(),
    'ryzanstein.showDiagnostics': () => diagnostics.show(),
    'ryzanstein.restartEngine': () => beginAnew(() => engine.restart('on command')),
    'ryzanstein.chooseModel': () => models.choose(),
    'ryzanstein.importModel': () => downloads.importModel((file) => models.load(file)),
    'ryzanstein.manageModels': () => downloads.manage(),
    'ryzanstein.setHubToken': () => downloads.setToken(),
    'ryzanstein.showLog': () => log.show(),
    'ryzanstein.eraseLog': () => {
      completions.erase();
      void notify('inform', t`Ryzanstein: the last completions are erased.`);
    },
    // Only messages and pages offer this one.
    'ryzanstein.loadAgain': () => models.load(chosenModelFile()),
    // Only the walkthrough offers this one.
    'ryzanstein.openExample': () => openExample(context.extensionUri),
    'ryzanstein.openMenu': () => openMenu({ status, engine, lastEditor }),
  };

  context.subscriptions.push(
    ...[log, engine, lastEditor, ignoring, relatedFiles, circumstances, status, provider, diagnostics],
    ...[liveView, benchmark, evaluations, reader, nameOtherCompleters(context.globalState)],
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(name, run)),
    vscode.commands.registerCommand(acceptedCommand, (offered: OfferedText) => provider.accept(offered)),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, provider),
    vscode.Disposable.from(completions.onChange(() => models.onAnswer(completions.lastCompletion))),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      engine.focus(focused);
      // Memory may have become short since the model was used last; another window in front is a time to look.
      engine.unloadIfIdle();
    }),
    onSettingChange(['threads', 'kernel', 'infilling', 'secondOpinion'], () =>
      beginAnew(() => engine.reload('its settings have changed')),
    ),
    onSettingChange(['modelFile'], () => {
      beginAnew(() => engine.reload('another model was chosen'));
      if (models.isOfThisWindow()) void orTell(() => models.speak());
    }),
    onSettingChange(['confidence', 'eagerness', 'maxLines'], () => provider.forget()),
    onSettingChange(['enabled', 'languages', 'mode'], () => provider.withdraw()),
  );
  return {
    ...{ engine, circumstances, completions, status, ignoring, evaluations, models, downloads, benchmark },
    diagnostics,
  };
}
