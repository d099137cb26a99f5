// Notifications: sentences with buttons, questions, and how far work has come. Nothing in them can be clicked but their buttons.

import * as vscode from 'vscode';
import { messageOf, withoutLinks } from '../wording';

const ways: Record<
  'inform' | 'warn' | 'fail',
  (sentence: string, ...buttons: string[]) => Thenable<string | undefined>
> = {
  inform: vscode.window.showInformationMessage,
  warn: vscode.window.showWarningMessage,
  fail: vscode.window.showErrorMessage,
};

/** Shows a sentence, and says which button was pressed, if one was. */
export function notify(
  how: keyof typeof ways,
  sentence: string,
  ...buttons: string[]
): Thenable<string | undefined> {
  return ways[how](withoutLinks(sentence), ...buttons);
}

/** Does what a button asks for: where it fails, nobody else would say so. */
export async function orTell(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    void notify('fail', `Ryzanstein: ${messageOf(error)}`);
  }
}

/** Whether somebody says yes to a question that nothing goes on without. */
export async function agreed(question: string, detail: string, yes: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

/** How far work has come: in words, and by how many percent more. */
export type Report = (step: { message?: string; increment?: number }) => void;

/** Shows that somebody waits for work; only what can be cancelled has a button for it. */
export function withProgress<T>(
  { title, cancellable = false }: { title: string; cancellable?: boolean },
  work: (report: Report, token: vscode.CancellationToken) => Thenable<T>,
): Thenable<T> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress(
    { location, title: withoutLinks(title), cancellable },
    (progress, token) =>
      work(
        ({ message, increment }) => progress.report({ message: message && withoutLinks(message), increment }),
        token,
      ),
  );
}
