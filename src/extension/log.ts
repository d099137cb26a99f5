// The log channel of the output view.

import * as vscode from 'vscode';

export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('Ryzanstein', { log: true });
}
