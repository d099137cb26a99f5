// The evaluation commands: score the loaded model on holes in the user's own code, tuned to it first or not, and show the runs side by side.

import { t } from '@vscode/l10n';
import path from 'node:path';
import * as vscode from 'vscode';
import { languageOf } from '../language/languages';
import { grouped } from '../numbers';
import type { Evaluation } from '../reports';
import type { LocalEngine } from '../editing/localEngine';
import { sureEnough } from '../editing/settings';
import { evaluationReport, type Run, type Wanted } from '../report/evaluationReport';
import { KeptReports } from '../report/keptReports';
import { type EvaluationState, isPlace, type Place } from '../report/pages';
import type { WorkspaceIgnoring } from './ignoring';
import { type Report, notify, withProgress } from './notify';
import { Page } from './page';
import type { Problems } from './problems';
import { sourceFilesOfWorkspace } from './sourceFiles';
import { messageOf, occupationWords } from '../wording';
import { onSettingChange, readSettings } from './settings';

const holesPerRun = 200;
/** Equal files give equal holes, so that models can be compared. */
const seed = 1;
const mostFiles = 1000;
/** Runs side by side, each of another model file. */
const mostRuns = 4;

/** A run as it is kept: with where its places are, by the path that it names a file by. */
interface KeptRun extends Run {
  readonly uris: Readonly<Record<string, string>>;
}

export class Evaluations implements vscode.Disposable {
  /** The newest last. */
  private runs: readonly KeptRun[] = [];
  private readonly kept: KeptReports<KeptRun>;
  private readonly page: Page<EvaluationState, Place>;
  private readonly subscription: vscode.Disposable;

  constructor(
    extension: vscode.Uri,
    storage: vscode.Uri | undefined,
    problems: Problems,
    private readonly engine: LocalEngine,
    private readonly ignoring: WorkspaceIgnoring,
  ) {
    const file = storage && path.join(storage.fsPath, 'evaluations.json');
    this.kept = new KeptReports(file, ({ evaluation }) => evaluation.schema === 'ryzanstein/eval/1');
    this.page = new Page(extension, problems, {
      ...{ name: 'evaluation', title: t`Ryzanstein Evaluation` },
      state: () => this.report,
      isMessage: isPlace,
      hear: (place) => this.openPlace(place),
    });
    this.subscription = onSettingChange(['confidence', 'eagerness'], () => this.page.post());
  }

  /** What the page shows. */
  get report(): EvaluationState {
    const known = new Map<string, ReturnType<Wanted>>();
    return evaluationReport(this.runs, (path) => {
      const wanted = known.get(path) ?? sureEnough(readSettings(this.scopeOf(path)));
      known.set(path, wanted);
      return wanted;
    });
  }

  /** Opens the page with the last runs on this workspace, or brings it to the front. */
  async show(): Promise<void> {
    if (this.runs.length === 0) this.runs = await this.stillReadable(this.kept.read());
    if (this.runs.length > 0) this.page.show();
    else tell(t`nothing was evaluated in this workspace yet.`);
  }

  /** Runs with a progress that can be cancelled, then opens the report; fails with an `Problem`. */
  async run({ tune = false, holes = holesPerRun } = {}): Promise<Evaluation | undefined> {
    const { occupation } = this.engine;
    if (occupation) return tell(t`${occupationWords(occupation)}. Evaluate when it is done.`);
    if (!vscode.workspace.workspaceFolders) return tell(t`open a folder with code to evaluate the model on.`);
    const options = {
      title: tune ? t`Ryzanstein: tuning to this workspace` : t`Ryzanstein: evaluating on this workspace`,
      cancellable: true,
    };
    return withProgress(options, async (report, token) => {
      try {
        return await this.evaluate(holes, tune, report, token);
      } catch (error) {
        if (token.isCancellationRequested) return undefined;
        throw error;
      }
    });
  }

  dispose(): void {
    this.subscription.dispose();
    this.page.dispose();
  }

  private async evaluate(
    holes: number,
    tune: boolean,
    report: Report,
    token: vscode.CancellationToken,
  ): Promise<Evaluation | undefined> {
    const { uris, found } = await sourceFilesOfWorkspace(this.ignoring, mostFiles, token);
    if (token.isCancellationRequested) return undefined;
    if (uris.length === 0) return tell(noFiles());
    // In several folders there may be files of one name.
    const files = uris.map((uri) => ({ file: uri.fsPath, path: vscode.workspace.asRelativePath(uri) }));
    const addresses = new Map(files.map(({ path }, i) => [path, uris[i]!.toString()]));
    const evaluation = await this.engine.evaluate(
      { files, holes, seed, tune },
      token,
      ({ done, holes: all }) =>
        report({ message: t`${grouped(done)} of ${grouped(all)} places`, increment: 100 / all }),
    );
    if (evaluation.holes === 0) return tell(t`the source files of this workspace hold too little code.`);
    const known = evaluation.results.map(({ path }) => [path, addresses.get(path)!]);
    await this.keep({
      ...{ evaluation, files: { drawnFrom: uris.length, found } },
      uris: Object.fromEntries(known) as KeptRun['uris'],
    });
    return evaluation;
  }

  /** Whose settings hold: of a file and its language. */
  private scopeOf(path: string): vscode.ConfigurationScope {
    const uri = this.uriOf(path);
    return { ...(uri && { uri }), languageId: languageOf(path) ?? 'plaintext' };
  }

  private uriOf(path: string): vscode.Uri | undefined {
    const address = this.runs.findLast(({ uris }) => path in uris)?.uris[path];
    return address === undefined ? undefined : vscode.Uri.parse(address);
  }

  /** Without the answers in files that may not be read any more. */
  private async stillReadable(runs: readonly KeptRun[]): Promise<KeptRun[]> {
    const addresses = [...new Set(runs.flatMap(({ uris }) => Object.values(uris)))];
    const readable = new Set(await this.ignoring.rules.readable(addresses));
    const isReadable = (address: string | undefined): boolean =>
      address !== undefined && readable.has(address);
    return runs.flatMap((run) => {
      const results = run.evaluation.results.filter(({ path }) => isReadable(run.uris[path]));
      return results.length > 0 ? [{ ...run, evaluation: { ...run.evaluation, results } }] : [];
    });
  }

  /** For the next window as well, beside what other windows have kept and what could not be kept of this one. */
  private async keep(run: KeptRun): Promise<void> {
    const known = new Map([...this.kept.read(), ...this.runs].map((each) => [each.evaluation.file, each]));
    known.delete(run.evaluation.file);
    this.runs = [...(await this.stillReadable([...known.values()])), run].slice(-mostRuns);
    try {
      this.kept.write(this.runs);
    } catch (error) {
      void notify('warn', `Ryzanstein: ${messageOf(error)}`);
    }
    this.page.show();
    this.page.post();
  }

  private async openPlace({ path, line, column }: Place): Promise<void> {
    const uri = this.uriOf(path);
    if (!uri) return;
    const position = new vscode.Position(line - 1, column - 1);
    await vscode.commands.executeCommand('vscode.open', uri, {
      selection: new vscode.Range(position, position),
    } satisfies vscode.TextDocumentShowOptions);
  }
}

/** Why there is nothing to evaluate on. */
function noFiles(): string {
  const isElsewhere = vscode.workspace.workspaceFolders?.some(({ uri }) => uri.scheme !== 'file');
  return isElsewhere
    ? t`the files of this workspace are on another machine, where the engine cannot read them by itself.`
    : t`there is no source file of a known language in this workspace.`;
}

function tell(sentence: string): undefined {
  void notify('inform', `Ryzanstein: ${sentence}`);
}
