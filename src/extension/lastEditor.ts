// The editor that people mean by "here": the one in front, and where a page or the walkthrough is in front the one before it.

import * as vscode from 'vscode';

export class LastEditor implements vscode.Disposable {
  private last = typedIn(vscode.window.activeTextEditor);
  private readonly subscription = vscode.window.onDidChangeActiveTextEditor((editor) => {
    this.last = typedIn(editor) ?? this.last;
  });

  /** Whose text is typed in. */
  get document(): vscode.TextDocument | undefined {
    return this.last?.document.isClosed === false ? this.last.document : undefined;
  }

  /** Has its cursor blink again where no editor is in front; false where there is none. */
  async bringToFront(): Promise<boolean> {
    if (typedIn(vscode.window.activeTextEditor)) return true;
    const { document } = this;
    if (document) await vscode.window.showTextDocument(document, this.last?.viewColumn);
    return document !== undefined;
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

/** The panel's logs are documents to VS Code as well, in which nobody types. */
export function typedIn(editor: vscode.TextEditor | undefined): vscode.TextEditor | undefined {
  return editor?.document.uri.scheme === 'output' ? undefined : editor;
}
