// The menu behind the status bar item, and the small commands that it offers.

import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { type Eagerness, wantedPrecision } from '../eagerness';
import type { LocalEngine } from '../editing/localEngine';
import { displayName, languageName } from '../language/languages';
import { languageIsOn, type Settings } from '../editing/settings';
import { decimal, percent } from '../numbers';
import { namesIn } from '../specialists';
import { eagernessWords } from '../wording';
import type { LastEditor } from './lastEditor';
import { notify } from './notify';
import { failureIn, remedy } from './problems';
import type { Status } from './status';
import { changeInTurn, readSettings, writeLanguage, writeSetting } from './settings';

interface Choice extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

interface MenuParts {
  readonly status: Status;
  readonly engine: LocalEngine;
  readonly lastEditor: LastEditor;
}

export async function openMenu({ status, engine, lastEditor }: MenuParts): Promise<void> {
  const chosen = await vscode.window.showQuickPick(choices(engine, lastEditor), {
    title: 'Ryzanstein',
    placeHolder: status.current.sentence,
  });
  await chosen?.run?.();
}

function choices({ state }: LocalEngine, lastEditor: LastEditor): Choice[] {
  const { document } = lastEditor;
  const settings = readSettings(document);
  const languages = document && [languageName(document.languageId)];
  const model = state.name === 'ready' ? namesIn(state.model, languages) : undefined;
  const failure = failureIn(state);
  return [
    ...(failure
      ? [
          separator(failure.title),
          ...failure.remedies.map(({ remedy: name, label }) => ({
            label: `$(wrench) ${label}`,
            run: () => remedy(name),
          })),
          separator(t`More`),
        ]
      : []),
    command('graph-line', t`Live view`, 'ryzanstein.showLiveView'),
    separator(t`Completions`),
    ticked(settings.enabled, t`On`, () => toggle(lastEditor)),
    ...(document
      ? [
          ticked(
            languageIsOn(settings, document.languageId),
            t`On in ${displayName(document.languageId)}`,
            () => toggleLanguage(lastEditor),
          ),
        ]
      : []),
    ...eagernessChoices(settings, document),
    {
      ...command('sparkle', t`Complete now`, 'ryzanstein.completeNow'),
      description: isMac ? '⌥\\' : 'Alt+\\',
    },
    command('question', t`Why no suggestion here?`, 'ryzanstein.whyNothing'),
    separator(t`Model`),
    { ...command('file-binary', t`Choose model`, 'ryzanstein.chooseModel'), description: model },
    command('pulse', t`Show diagnostics`, 'ryzanstein.showDiagnostics'),
    command('dashboard', t`Benchmark`, 'ryzanstein.showBenchmark'),
    command('beaker', t`Evaluate on this workspace`, 'ryzanstein.evaluate'),
    command('settings', t`Tune to this workspace`, 'ryzanstein.tune'),
    command('debug-restart', t`Restart engine`, 'ryzanstein.restartEngine'),
    separator(t`More`),
    command('output', t`Show log`, 'ryzanstein.showLog'),
    command('clear-all', t`Erase last completions`, 'ryzanstein.eraseLog'),
    command('gear', t`Settings`, 'workbench.action.openSettings', '@ext:ryzanstein.ryzanstein'),
  ];
}

const isMac = process.platform === 'darwin';

const separator = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });

function command(icon: string, label: string, ...[name, ...parameters]: [string, ...unknown[]]): Choice {
  return { label: `$(${icon}) ${label}`, run: () => vscode.commands.executeCommand(name, ...parameters) };
}

/** The tick tells what is so; choosing the line turns it round. */
function ticked(isSo: boolean, label: string, run: Choice['run']): Choice {
  return { label: `$(${isSo ? 'check' : 'blank'}) ${label}`, run };
}

/** How often what is shown has to be right; a confidence that is set counts instead. */
function eagernessChoices({ eagerness, confidence }: Settings, scope?: vscode.TextDocument): Choice[] {
  if (confidence !== null)
    return [
      {
        ...command('filter', t`What is shown`, 'workbench.action.openSettings', 'ryzanstein.confidence'),
        description: t`from a confidence of ${decimal(confidence)} on, as is set`,
      },
    ];
  return (Object.keys(wantedPrecision) as Eagerness[]).map((each) => ({
    ...ticked(each === eagerness, eagernessWords(each), () => writeSetting('eagerness', each, scope)),
    description: t`${percent(wantedPrecision[each])} of what is shown is to be right`,
  }));
}

/** Turns completions on or off, as they are in the last editor. */
export function toggle({ document }: LastEditor): Promise<void> {
  return changeInTurn(() => writeSetting('enabled', !readSettings(document).enabled, document));
}

/** Turns the last editor's language on or off. */
export async function toggleLanguage({ document }: LastEditor): Promise<void> {
  if (!document) {
    void notify('inform', t`Ryzanstein: open a file whose language is to be turned on or off.`);
    return;
  }
  await changeInTurn(() =>
    writeLanguage(document, !languageIsOn(readSettings(document), document.languageId)),
  );
}

/** Asks for a completion at the cursor, however long it takes. */
export async function completeNow(lastEditor: LastEditor): Promise<void> {
  if (!(await lastEditor.bringToFront()))
    return void notify('inform', `Ryzanstein: ${t`No file is being edited.`}`);
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
}
