// What VS Code knows of a document, in the terms of the parts that do not know VS Code: its place, silence, path.

import * as vscode from 'vscode';
import { type Place, placeAt, placeInNotebook } from '../editing/context';
import { pathAlone } from '../editing/foreignFolders';
import type { Judgement } from '../editing/judge';
import { silentBecause } from '../editing/silence';
import type { Silence } from '../results';

/** The place of a completion in a document or, joined with its neighbours, in a notebook's cell. */
export function placeOf(document: vscode.TextDocument, position: vscode.Position): Place {
  const names = { key: document.uri.toString(), path: pathOf(fileOf(document)) };
  const place = placeAt(document, position, names);
  const cells = notebookOf(document)
    ?.getCells()
    .map((cell) => cell.document);
  return cells ? placeInNotebook(place, cells, cells.indexOf(document)) : place;
}

/** Why nothing is offered here whatever the settings; `undefined` where it is. `known` may not know yet. */
export function silenceAt(
  document: vscode.TextDocument,
  known: (file: vscode.Uri) => Judgement | undefined,
): Silence | undefined {
  const reason = silentBecause({
    scheme: document.uri.scheme,
    path: document.uri.path,
    characters: charactersOf(document),
    writable: vscode.workspace.fs.isWritableFileSystem(document.uri.scheme),
    judged: () => known(fileOf(document)),
  });
  if (reason) return reason;
  const editor = vscode.window.activeTextEditor;
  if (editor?.document === document && editor.selections.length > 1) return { kind: 'severalCursors' };
  return undefined;
}

/** A document's path as its workspace folder sees it, or what `pathAlone` says of one that lies in none. */
export function pathOf(uri: vscode.Uri): string {
  const isInFolder = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  return isInFolder ? vscode.workspace.asRelativePath(uri, false) : pathAlone(uri.path);
}

/** What a document is called in front of a line of it: its path as people know it, with the number of a notebook's cell. */
export function nameOf(document: vscode.TextDocument): string {
  const path = vscode.workspace.asRelativePath(fileOf(document));
  const cells = notebookOf(document)?.getCells() ?? [];
  const index = cells.findIndex((cell) => cell.document === document);
  return index < 0 ? path : `${path} [${index + 1}]`;
}

/** Shows a line, counted from 0, of the document of an address, which may be closed by now; false where it is gone. */
export async function showLine(key: string, line: number): Promise<boolean> {
  const { textDocuments, fs } = vscode.workspace;
  const open = textDocuments.find(({ uri }) => uri.toString() === key);
  const file = open?.uri ?? savedAs(vscode.Uri.parse(key));
  const isThere = open !== undefined || (await fs.stat(file).then(Boolean, () => false));
  const start = new vscode.Position(line, 0);
  const options: vscode.TextDocumentShowOptions = { selection: new vscode.Range(start, start) };
  if (isThere) await vscode.commands.executeCommand('vscode.open', file, options);
  return isThere;
}

/** A cell is saved in its notebook's file, an untitled document in the place that it has, if it has one. */
function savedAs(uri: vscode.Uri): vscode.Uri {
  const { scheme, authority, path } = uri;
  if (scheme !== 'untitled' && scheme !== 'vscode-notebook-cell') return uri;
  return vscode.Uri.from({ scheme: schemeOnDisk(authority), authority, path });
}

/** That of the addresses of files on this machine, or on another one. */
export function schemeOnDisk(authority: string): string {
  return authority === '' ? 'file' : 'vscode-remote';
}

export function repositoryOf(document: vscode.TextDocument): string | undefined {
  return vscode.workspace.getWorkspaceFolder(fileOf(document))?.name;
}

/** A cell's address lies in no folder: that of its notebook does. */
export function fileOf(document: vscode.TextDocument): vscode.Uri {
  return notebookOf(document)?.uri ?? document.uri;
}

export function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== 'vscode-notebook-cell') return undefined;
  return vscode.workspace.notebookDocuments.find((notebook) =>
    notebook.getCells().some((cell) => cell.document === document),
  );
}

export function charactersOf(document: vscode.TextDocument): number {
  return document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
}
