// Says why there is no ghost text where the cursor is, and offers what would change it.

import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { CompletionLog } from '../editing/completionLog';
import { type Explanation, explain } from '../editing/explanation';
import { nameOf, silenceAt } from './documents';
import { silenceSentence } from '../wording';
import type { LastEditor } from './lastEditor';
import type { WorkspaceIgnoring } from './ignoring';
import { notify } from './notify';
import { fullName, readSettings } from './settings';
import type { Status, StatusName } from './status';

interface WhyParts {
  readonly completions: CompletionLog;
  readonly ignoring: WorkspaceIgnoring;
  readonly status: Status;
}

/** Where nothing is offered when it is asked for, either. */
const unasked: ReadonlySet<StatusName> = new Set(['off', 'error', 'occupied'] as const);

export async function whyNothing(parts: WhyParts, lastEditor: LastEditor): Promise<void> {
  await lastEditor.bringToFront();
  const { sentence, setting, isFinal, maySnooze } = explanation(parts);
  const open = t`Open the Setting`;
  const now = t`Complete Now`;
  const wake = t`End Snooze`;
  const actions = [...(setting ? [open] : []), ...(isFinal ? [] : [now]), ...(maySnooze ? [wake] : [])];
  const chosen = await notify('inform', `Ryzanstein: ${sentence}`, ...actions);
  if (chosen === open && setting)
    await vscode.commands.executeCommand('workbench.action.openSettings', fullName(setting));
  if (chosen === now) await vscode.commands.executeCommand('ryzanstein.completeNow');
  if (chosen === wake) await vscode.commands.executeCommand('editor.action.inlineSuggest.cancelSnooze');
}

export function explanation({ completions, ignoring, status }: WhyParts): Explanation {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return { sentence: t`No file is being edited.`, isFinal: true };
  const { document, selection } = editor;
  const silence = silenceAt(document, (file) => ignoring.known(file));
  if (silence) return { sentence: silenceSentence(silence), isFinal: true };
  // What holds for every line.
  const { name, sentence, setting } = status.current;
  if (name !== 'ready' && name !== 'working')
    return { sentence, ...(setting && { setting }), ...(unasked.has(name) && { isFinal: true }) };
  const settings = readSettings(document);
  const where = `${nameOf(document)}:${selection.active.line + 1}`;
  const entries = completions.entries.filter((entry) => entry.where === where);
  if (entries.length === 0 && settings.mode === 'onRequest') return { sentence, setting: 'mode' };
  return explain(entries);
}
