// Which files of the workspace hold source code that may be read.

import * as vscode from 'vscode';
import { isSecret } from '../editing/silence';
import { foreignGlob } from '../editing/foreignFolders';
import { sourceGlob } from '../language/languages';
import { type Ignoring, ignoredByGit } from './ignoring';

/** Files of known languages in the workspace's folders on this disk, in a steady order; none that is excluded, ignored, secret, built or other people's. */
export async function sourceFilesOfWorkspace(
  ignoring: Ignoring,
  token: vscode.CancellationToken,
): Promise<vscode.Uri[]> {
  await ignoring.ready;
  const found = await vscode.workspace.findFiles(sourceGlob, foreignGlob, undefined, token);
  const candidates = found.filter(
    (uri) => uri.scheme === 'file' && !isSecret(uri.path) && ignoring.ignores(uri) === false,
  );
  const ignored = await ignoredByGit(candidates);
  return candidates
    .filter(({ fsPath }) => !ignored.has(fsPath))
    .sort((a, b) => (a.fsPath < b.fsPath ? -1 : 1));
}
