// Which files of the workspace hold source code that may be read.

import * as vscode from 'vscode';
import { foreignGlob } from '../editing/foreignFolders';
import { sourceGlob } from '../language/languages';
import type { WorkspaceIgnoring } from './ignoring';

/**
 * Up to `most` files of known languages in the workspace's folders on this disk that may be read, evenly spread, in a steady
 * order, and how many there are, as far as that is known.
 */
export async function sourceFilesOfWorkspace(
  ignoring: WorkspaceIgnoring,
  most: number,
  token: vscode.CancellationToken,
): Promise<{ uris: vscode.Uri[]; found: number }> {
  const all = await vscode.workspace.findFiles(sourceGlob, foreignGlob, undefined, token);
  const onDisk = new Set(all.filter(({ scheme }) => scheme === 'file').map((uri) => uri.toString()));
  const isWanted = (): boolean => !token.isCancellationRequested;
  const { files, found } = await ignoring.rules.someReadable([...onDisk].sort(), most, isWanted);
  const uris = files.map((file) => vscode.Uri.parse(file)).sort((a, b) => (a.fsPath < b.fsPath ? -1 : 1));
  return { uris, found };
}
