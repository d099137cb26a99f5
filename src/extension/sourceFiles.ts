// Which files of the workspace hold source code that may be read.

import * as vscode from 'vscode';
import { foreignGlob } from '../editing/foreignFolders';
import { sourceGlob } from '../language/languages';
import type { WorkspaceIgnoring } from './ignoring';

/** Files of known languages in the workspace's folders on this disk that may be read, in a steady order. */
export async function sourceFilesOfWorkspace(
  ignoring: WorkspaceIgnoring,
  token: vscode.CancellationToken,
): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(sourceGlob, foreignGlob, undefined, token);
  const onDisk = found.filter(({ scheme }) => scheme === 'file').map((uri) => uri.toString());
  return (await ignoring.rules.readable(onDisk))
    .map((file) => vscode.Uri.parse(file))
    .sort((a, b) => (a.fsPath < b.fsPath ? -1 : 1));
}
