// The walkthrough's example: a TypeScript file with a place where the bundled model is sure, and the cursor there.

import * as vscode from 'vscode';

export const beforeCursor = `// Type "of" and a space at the cursor. Tab accepts the grey text.

/** The sum of all values. */
export function sum(values: number[]): number {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}

/** The largest of all values. */
export function largest(values: number[]): number {
  let best = values[0];
  for (const value `;

export const behindCursor = `
    if (value > best) best = value;
  }
  return best;
}
`;

export async function openExample(): Promise<void> {
  const content = beforeCursor + behindCursor;
  const document = await vscode.workspace.openTextDocument({ language: 'typescript', content });
  const cursor = document.positionAt(beforeCursor.length);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(cursor, cursor) });
}
