// The walkthrough's example: a copy of one of the examples' files, with the cursor at its first place to try.

import * as vscode from 'vscode';

export async function openExample(extension: vscode.Uri): Promise<void> {
  const file = vscode.Uri.joinPath(extension, 'examples', 'shop.ts');
  const content = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  const document = await vscode.workspace.openTextDocument({ language: 'typescript', content });
  const cursor = document.positionAt(firstPlace(content));
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(cursor, cursor) });
}

/** The end of the first line that has nothing but spaces. */
function firstPlace(text: string): number {
  const spaces = /^ +$/m.exec(text);
  return spaces ? spaces.index + spaces[0].length : 0;
}
