// The menu behind the status bar item, and the small commands that it offers.

import * as vscode from 'vscode';
import type { Status } from './status';
import { languageIsOn } from '../editing/settings';
import { readSettings, writeLanguage, writeSetting } from './settings';

interface Choice extends vscode.QuickPickItem {
  readonly run?: readonly [command: string, ...parameters: unknown[]];
}

export async function openMenu(status: Status): Promise<void> {
  const chosen = await vscode.window.showQuickPick(choices(), {
    title: 'Ryzanstein',
    placeHolder: status.current.sentence,
  });
  if (chosen?.run) await vscode.commands.executeCommand(...chosen.run);
}

function choices(): Choice[] {
  const document = vscode.window.activeTextEditor?.document;
  const settings = readSettings(document);
  const separator = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const languageId = document?.languageId;
  const language: Choice[] = languageId
    ? [
        {
          label: languageIsOn(settings, languageId)
            ? `$(circle-slash) Turn off for ${languageId}`
            : `$(check) Turn on for ${languageId}`,
          run: ['ryzanstein.toggleLanguage'],
        },
      ]
    : [];
  return [
    { label: '$(graph-line) Live view', run: ['ryzanstein.showLiveView'] },
    {
      label: settings.enabled ? '$(circle-slash) Turn completions off' : '$(check) Turn completions on',
      run: ['ryzanstein.toggle'],
    },
    ...language,
    { label: '$(sparkle) Complete now', run: ['ryzanstein.completeNow'] },
    { label: '$(question) Why no suggestion here?', run: ['ryzanstein.whyNothing'] },
    separator('Engine'),
    { label: '$(pulse) Show diagnostics', run: ['ryzanstein.showDiagnostics'] },
    { label: '$(dashboard) Run benchmark', run: ['ryzanstein.runBenchmark'] },
    { label: '$(beaker) Evaluate on this workspace', run: ['ryzanstein.evaluate'] },
    { label: '$(settings) Tune to this workspace', run: ['ryzanstein.tune'] },
    { label: '$(file-binary) Choose model', run: ['ryzanstein.chooseModel'] },
    { label: '$(debug-restart) Restart engine', run: ['ryzanstein.restartEngine'] },
    separator('More'),
    { label: '$(output) Show log', run: ['ryzanstein.showLog'] },
    { label: '$(clear-all) Erase log of completions', run: ['ryzanstein.eraseLog'] },
    { label: '$(gear) Settings', run: ['workbench.action.openSettings', '@ext:ryzanstein.ryzanstein'] },
  ];
}

export async function toggle(): Promise<void> {
  await writeSetting('enabled', !readSettings().enabled);
}

/** Turns the active editor's language on or off. */
export async function toggleLanguage(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) {
    void vscode.window.showInformationMessage(
      'Ryzanstein: open a file whose language is to be turned on or off.',
    );
    return;
  }
  await writeLanguage(document.languageId, !languageIsOn(readSettings(document), document.languageId));
}

/** Asks for a completion at the cursor, however long it takes. */
export async function completeNow(): Promise<void> {
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
}
