// What went wrong, with what can be done about it: a message for each problem, never the same one again, and the card at the top of the pages.

import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Problem } from '../editing/backend';
import type { LocalState } from '../editing/localEngine';
import {
  type Chosen,
  failureOf,
  rejectedSentence,
  remediesFor,
  remedyWords,
  type Trouble,
  untold,
} from '../report/engineState';
import type { Failure, Remedy } from '../report/pages';
import type { ModelInfo } from '../reports';
import { notify, orTell } from './notify';
import { fullName, readSettings, writeSetting } from './settings';

/** Those that are commands of ours, by their names. */
export const remedyCommands = {
  chooseModel: 'chooseModel',
  tryAgain: 'loadAgain',
  restart: 'restartEngine',
  showLog: 'showLog',
} satisfies Partial<Record<Remedy, string>>;
const command = (name: keyof typeof remedyCommands) => (): Thenable<unknown> =>
  vscode.commands.executeCommand(`ryzanstein.${remedyCommands[name]}`);
const actions: Record<Remedy, () => Thenable<unknown>> = {
  chooseModel: command('chooseModel'),
  tryAgain: command('tryAgain'),
  useBundled: () => writeSetting('modelFile', ''),
  restart: command('restart'),
  changeKernel: () => vscode.commands.executeCommand('workbench.action.openSettings', fullName('kernel')),
  showLog: command('showLog'),
};
const toldKey = 'ryzanstein.toldOfKernels';

export class Problems {
  private state: LocalState = { name: 'idle' };
  /** What was shown last; it is shown again only after the engine has been well in between. */
  private shown: string | undefined;
  private readonly listeners: (() => void)[] = [];

  /** `memory` holds which kernels somebody was told of that compute wrongly on this CPU. */
  constructor(private readonly memory: vscode.Memento) {}

  /** Follows the engine's state, and shows why it has failed. */
  onState(state: LocalState): void {
    // An engine that is occupied from now on, or no more, is as well as it was.
    if (state === this.state) return;
    this.state = state;
    if (state.name === 'failed') this.show(state.problem);
    if (state.name === 'ready' && state.refused)
      this.show(state.refused, t`The bundled model answers in its place.`);
    else if (state.name === 'ready') this.shown = undefined;
    if (state.name === 'ready') this.tellOfKernels(state.model);
    for (const listener of this.listeners) listener();
  }

  /** What keeps the chosen model from completing, if anything does. */
  get failure(): Failure | undefined {
    return failureIn(this.state);
  }

  /** Calls back when there may be another failure, or none any more. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Somebody tries again: what is wrong then is told, were it the same. */
  forget(): void {
    this.shown = undefined;
  }

  /** Shows a problem, unless it is the one shown last, and what comes of it. */
  show({ kind, message }: Problem, outcome = ''): void {
    if (this.shown === message) return;
    this.shown = message;
    void offerRemedies({ kind, message: `${message} ${outcome}`.trim() });
  }

  /** Once for each kernel: completions are right all the same, but not as fast as they could be. */
  private tellOfKernels({ rejected, kernel }: ModelInfo): void {
    const told = this.memory.get<string[]>(toldKey, []);
    const news = untold(rejected, told);
    if (news.length === 0) return;
    void this.memory.update(toldKey, [...told, ...news.map((each) => each.kernel)]);
    const sentences = news.map((each) => rejectedSentence(each, kernel)).join(' ');
    const show = t`Show Diagnostics`;
    void notify('warn', `Ryzanstein: ${sentences}`, show).then((chosen) => {
      if (chosen) void vscode.commands.executeCommand('ryzanstein.showDiagnostics');
    });
  }
}

/** What keeps the chosen model from completing in a state of the engine, if anything does. */
export function failureIn(state: LocalState): Failure | undefined {
  return failureOf(state, chosen());
}

/** Does what a button stands for. */
export function remedy(name: Remedy): Promise<void> {
  return orTell(actions[name]);
}

async function offerRemedies(trouble: Trouble): Promise<void> {
  const names = remediesFor(trouble, chosen());
  const labels = names.map((name) => remedyWords(name));
  const pressed = await notify('fail', `Ryzanstein: ${trouble.message}`, ...labels);
  const name = names.find((each) => remedyWords(each) === pressed);
  if (name) await remedy(name);
}

function chosen(): Chosen {
  const { modelFile, kernel } = readSettings();
  return { model: modelFile !== '', kernel: kernel !== 'auto' };
}
