// Choosing a model: the bundled one, those on this disk, those that can be downloaded, or any file; and what becomes of the choice, in a sentence.

import { t } from '@vscode/l10n';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { grouped } from '../numbers';
import { Problem } from '../editing/backend';
import type { LocalEngine, LocalState } from '../editing/localEngine';
import { memoryBytes } from '../editing/memory';
import { bundledModel, findModelFile } from '../editing/modelFile';
import type { ModelReader } from '../editing/modelReader';
import { catalogueModels, modelPlaceOf } from '../library/catalogue';
import {
  bundledOrigin,
  type Candidate,
  type Choice,
  choicesOf,
  choiceToDownload,
  type Machine,
  withHabits,
  withRecommendation,
} from '../library/choices';
import { type Found, isSame } from '../library/folders';
import { modelsOnDisk, unreadFolders } from '../library/onDisk';
import { filesOf, type Habit, habitsOf } from '../library/otherTools';
import { type Speed, Speeds } from '../library/speeds';
import { downloaded } from '../library/storage';
import type { Completion } from '../protocol';
import { answerersIn } from '../specialists';
import type { MachineSpeed } from '../reports';
import { loadedLine } from '../report/figures';
import type { Downloads } from './downloads';
import { llamaCommand } from './otherTools';
import { pickModelFile } from './modelDialog';
import { agreed, notify, orTell, type Report, withProgress } from './notify';
import { chosenModelFile, readSettings, writeSetting } from './settings';

interface Line extends vscode.QuickPickItem {
  readonly choice?: Choice;
  readonly isAnyFile?: true;
}

interface ModelChoiceParts {
  engine: LocalEngine;
  reader: ModelReader;
  downloads: Downloads;
  /** Has this window's model loaded anew. */
  reload(): void;
  /** Where the bundled model lies. */
  bundled: string;
  /** Where it is kept which licences somebody has agreed to. */
  memory: vscode.Memento;
}

const agreedKey = 'ryzanstein.agreedLicences';
const speedKey = 'ryzanstein.machineSpeed';
const ranKey = 'ryzanstein.modelSpeeds';

export class ModelChoice {
  private machine: Machine | undefined;
  private habits: readonly Habit[] = [];
  private readonly speeds: Speeds;
  private reportLoading: Report | undefined;
  /** This window has chosen what the setting becomes. */
  private hasChosen = false;

  constructor(private readonly parts: ModelChoiceParts) {
    const { memory } = parts;
    this.speeds = new Speeds({
      get: () => memory.get<Record<string, Speed>>(ranKey),
      set: (speeds) => void memory.update(ranKey, speeds),
    });
  }

  /** Lets the user choose; nothing chosen changes nothing. */
  async choose(): Promise<void> {
    const line = await this.pick();
    const file = line?.isAnyFile && (await pickModelFile(t`Choose a model file`, t`Use this model`));
    if (file) await this.load(file);
    if (line?.choice) await this.use(line.choice);
  }

  /** Every window hears of a choice, and one has made it: here, or whoever looks at this one has written the setting. */
  isOfThisWindow(): boolean {
    const { hasChosen } = this;
    this.hasChosen = false;
    return hasChosen || vscode.window.state.focused;
  }

  /** Loads the model that was just chosen, and tells how that went; a failure is told by the state of the engine, if it stays in one. */
  async speak(): Promise<void> {
    const { engine } = this.parts;
    try {
      const model = await withProgress({ title: 'Ryzanstein' }, (report) => {
        this.reportLoading = report;
        report({ message: t`loading ${path.basename(this.currentFile())}` });
        return engine.loadModel();
      });
      if (engine.state.name === 'ready' && engine.state.refused) return;
      const another = t`Choose Another Model`;
      const sentence = `Ryzanstein: ${loadedLine(model)}`;
      void notify('inform', sentence, another).then((action) => {
        if (action === another) void orTell(() => this.choose());
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (engine.state.name === 'idle') void notify('fail', `Ryzanstein: ${error.message}`);
    }
  }

  /** An answer of the chosen model, or of a specialist beside it, tells how fast that is here. */
  onAnswer(completion: Completion | undefined): void {
    const { state } = this.parts.engine;
    if (!completion || completion.isSecond || state.name !== 'ready') return;
    const wrote = answerersIn(state.model).find(({ name }) => name === completion.model);
    if (wrote) this.speeds.note(wrote.file, completion);
  }

  onState(state: LocalState): void {
    if (state.name === 'starting' && state.percent !== undefined)
      this.reportLoading?.({
        message: t`loading ${path.basename(this.currentFile())}, ${grouped(state.percent)} %`,
      });
  }

  /** What can be chosen, as far as it is known; `onMore` is called whenever there is more, until `token` is cancelled. */
  async candidates(
    onMore: (candidates: readonly Candidate[]) => void,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const { reader, bundled } = this.parts;
    const candidates: Candidate[] = [];
    const look = async (found: Found): Promise<void> => {
      const glance = await reader.glance(found.file);
      candidates.push({ ...found, ...('refusal' in glance ? glance : { glance }) });
      if (!token.isCancellationRequested) onMore(candidates);
    };
    try {
      const shipped = bundledModel(bundled);
      if (shipped) await look({ file: shipped, origin: bundledOrigin });
      const surroundings = { platform: process.platform, home: os.homedir(), environment: process.env };
      const { modelFolders } = readSettings();
      this.habits = await habitsOf(os.homedir(), llamaCommand());
      const own = await downloaded(this.parts.downloads.folder);
      const onDisk = await modelsOnDisk(surroundings, modelFolders, filesOf(this.habits), own);
      const chosen = chosenModelFile();
      const known = [...(shipped === undefined ? [] : [shipped]), ...onDisk.map(({ file }) => file)];
      const isKnown = chosen === '' || known.some((file) => isSame(file, chosen));
      for (const found of isKnown ? onDisk : [{ file: chosen, origin: 'chosen' }, ...onDisk])
        if (!token.isCancellationRequested) await look(found);
      candidates.push(...(await unreadFolders(modelFolders, os.homedir())));
      // Last, for it takes longer than a header: what is there is listed meanwhile.
      if (token.isCancellationRequested) return;
      this.machine = await this.measured();
      if (!token.isCancellationRequested) onMore(candidates);
    } finally {
      reader.rest();
    }
  }

  private async pick(): Promise<Line | undefined> {
    const pick = vscode.window.createQuickPick<Line>();
    pick.title = t`Ryzanstein: choose a model`;
    pick.placeholder = t`Looking for models on this disk…`;
    pick.matchOnDescription = pick.matchOnDetail = true;
    pick.busy = true;
    const cancellation = new vscode.CancellationTokenSource();
    const chosen = new Promise<Line | undefined>((resolve) => {
      pick.onDidHide(() => resolve(undefined));
      pick.onDidAccept(() => {
        const [line] = pick.selectedItems;
        if (line?.choice?.refusal === undefined) resolve(line);
        else void notify('warn', `Ryzanstein: ${line.choice.refusal}`);
      });
    });
    // Nobody is led to a download: until the user moves, the model in use is highlighted, and none before it is found.
    let lit: Line | undefined;
    let hasMoved = false;
    let isBeingLit = false;
    const list = (lines: Line[]): void => {
      if (pick.value !== '') hasMoved = true;
      const before = pick.activeItems[0];
      pick.items = lines;
      lit = lines.find((line) => (hasMoved ? before && isSameLine(line, before) : isInUse(line)));
      isBeingLit = true;
      pick.activeItems = lit ? [lit] : [];
    };
    pick.onDidChangeActive(([line]) => {
      // The editor takes the first line before it hears of another, and tells late of lines that were there before.
      const first = pick.items.find(({ kind }) => kind !== separator);
      if (line === lit) isBeingLit = false;
      else if (!isBeingLit && line && line !== first) hasMoved = true;
    });
    list(linesOf([], this.toDownload([])));
    pick.show();
    const show = (candidates: readonly Candidate[]): void => {
      const onDisk = choicesOf(candidates, this.currentFile(), this.machine);
      const recommended = withRecommendation([...onDisk, ...this.toDownload(candidates)]);
      const all = withHabits(recommended, this.habits);
      list(
        linesOf(
          all.filter(({ download }) => !download),
          all.filter(({ download }) => download),
        ),
      );
    };
    const search = this.candidates(show, cancellation.token).then(() => {
      pick.busy = false;
      pick.placeholder = t`What is to write the completions?`;
    });
    try {
      return await Promise.race([chosen, search.then(() => chosen)]);
    } finally {
      cancellation.cancel();
      pick.dispose();
    }
  }

  /** A licence with terms is asked for once. */
  private async use({ name, file, download, license }: Choice): Promise<void> {
    if (license?.terms !== undefined && !(await this.agreed(name, license.name, license.terms))) return;
    if (download)
      await this.parts.downloads.get(`${name} ${download.type}`, download, (got) => this.load(got));
    else if (file !== undefined) await this.load(file);
  }

  /** What the catalogue has and this disk has not. */
  private toDownload(candidates: readonly Candidate[]): Choice[] {
    const { folder } = this.parts.downloads;
    const { hub } = readSettings();
    return catalogueModels
      .filter(
        (model) =>
          !candidates.some((each) => 'glance' in each && isSame(each.file, modelPlaceOf(folder, model))),
      )
      .map((model) => choiceToDownload(model, hub, this.machine))
      .sort((a, b) => Number(a.unfit !== undefined) - Number(b.unfit !== undefined));
  }

  /** Has a file used. Where it is in use already, the setting does not change, and nobody would hear of the choice: the file may be another one by now. */
  async load(chosen: string): Promise<void> {
    const before = chosenModelFile();
    const file = chosen === bundledModel(this.parts.bundled) ? '' : chosen;
    if (file === '' ? before !== '' : !isSame(before, file)) {
      this.hasChosen = true;
      await writeSetting('modelFile', file);
    } else {
      this.parts.reload();
      await this.speak();
    }
  }

  private async agreed(name: string, licence: string, terms: string): Promise<boolean> {
    const { memory } = this.parts;
    const known = memory.get<string[]>(agreedKey, []);
    const key = `${name}: ${licence}`;
    if (known.includes(key)) return true;
    const agree = t`Use It Under These Terms`;
    const detail = t`${name} is under the licence "${licence}". ${terms}`;
    if (!(await agreed(t`Ryzanstein: use ${name}?`, detail, agree))) return false;
    await memory.update(agreedKey, [...known, key]);
    return true;
  }

  /** Whoever measures while the machine is busy finds it slow: the best that was ever seen of this CPU counts. */
  private async measured(): Promise<Machine | undefined> {
    const { reader, memory } = this.parts;
    const now = await reader.machine();
    if (!now) return undefined;
    const before = memory.get<MachineSpeed>(speedKey);
    const isKnown = before?.cpu === now.cpu && before.threads === now.threads;
    const best = (figure: 'readGBs' | 'gops'): number => Math.max(now[figure], isKnown ? before[figure] : 0);
    const speed = { ...now, readGBs: best('readGBs'), gops: best('gops') };
    await memory.update(speedKey, speed);
    return { speed, memoryBytes: memoryBytes(), measured: (file) => this.speeds.of(file) };
  }

  private currentFile(): string {
    try {
      return findModelFile(chosenModelFile(), this.parts.bundled);
    } catch {
      return chosenModelFile();
    }
  }
}

const separator = vscode.QuickPickItemKind.Separator;

function isInUse({ choice }: Line): boolean {
  return choice?.current === true && choice.refusal === undefined;
}

/** What is said of a model changes while more is found out. */
function isSameLine({ choice: a, isAnyFile }: Line, { choice: b, isAnyFile: wasAnyFile }: Line): boolean {
  if (!a || !b) return isAnyFile === true && wasAnyFile === true;
  return a.file === b.file && a.download === b.download;
}

function linesOf(onDisk: readonly Choice[], toDownload: readonly Choice[]): Line[] {
  const line = (choice: Choice): Line => {
    const { name, description, detail, refusal, download, current } = choice;
    const there = current ? 'check' : choice.recommended ? 'star-full' : 'file-binary';
    const absent = choice.recommended ? 'star-full' : 'cloud-download';
    const icon = refusal !== undefined ? 'circle-slash' : download ? absent : there;
    return { choice, label: `$(${icon}) ${name}`, description, detail };
  };
  const usable = onDisk.filter(({ refusal }) => refusal === undefined);
  const refused = onDisk.filter(({ refusal }) => refusal !== undefined);
  const file: Line = {
    label: `$(folder-opened) ${t`Choose a file…`}`,
    description: t`any GGUF file`,
    isAnyFile: true,
  };
  const group = (label: string, lines: Line[]): Line[] =>
    lines.length > 0 ? [{ label, kind: separator }, ...lines] : [];
  return [
    ...group(t`on this disk`, usable.map(line)),
    ...group(t`to download`, toDownload.map(line)),
    ...group(t`elsewhere`, [file]),
    ...group(t`cannot be used`, refused.map(line)),
  ];
}
