// What VS Code knows of documents, in the terms of the parts that do not know VS Code: places, sites, visits.

import * as vscode from 'vscode';
import { type Place, placeAt, placeInNotebook } from '../editing/context';
import type { Visited } from '../editing/relatedCode';
import { isSecret, silentBecause } from '../editing/silence';
import { foreignGlob, sourceGlob } from '../editing/sourceNames';

/** The place of a completion in a document or, joined with its neighbours, in a notebook's cell. */
export function placeOf(
  document: vscode.TextDocument,
  position: vscode.Position,
  selected: vscode.SelectedCompletionInfo | undefined,
): Place {
  const names = { key: document.uri.toString(), path: pathOf(document.uri) };
  const place = placeAt(document, position, names, selected);
  const cells = notebookOf(document)
    ?.getCells()
    .map((cell) => cell.document);
  return cells ? placeInNotebook(place, cells, cells.indexOf(document)) : place;
}

/** Why nothing is offered here whatever the settings; `undefined` where it is. */
export function silenceAt(document: vscode.TextDocument): string | undefined {
  const reason = silentBecause({
    scheme: document.uri.scheme,
    path: document.uri.path,
    characters: charactersOf(document),
    writable: vscode.workspace.fs.isWritableFileSystem(document.uri.scheme),
  });
  if (reason) return reason;
  const editor = vscode.window.activeTextEditor;
  if (editor?.document === document && editor.selections.length > 1) return 'is edited at several cursors';
  return undefined;
}

/** A document's path as its workspace folder sees it. */
export function pathOf(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri, false);
}

export function repositoryOf(document: vscode.TextDocument): string | undefined {
  return vscode.workspace.getWorkspaceFolder(document.uri)?.name;
}

function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== 'vscode-notebook-cell') return undefined;
  return vscode.workspace.notebookDocuments.find((notebook) =>
    notebook.getCells().some((cell) => cell.document === document),
  );
}

function charactersOf(document: vscode.TextDocument): number {
  return document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
}

/** The documents that had the focus, newest first, as long as they are open. */
export class Visits implements vscode.Disposable {
  private visited: vscode.TextDocument[] = [];
  private readonly ignored = new Set<string>();
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.visit(editor.document)),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.visited = this.visited.filter((other) => other !== document);
      }),
    ];
    for (const editor of vscode.window.visibleTextEditors) this.visit(editor.document);
  }

  get documents(): Visited[] {
    return this.visited.map((document) => ({
      key: document.uri.toString(),
      path: pathOf(document.uri),
      languageId: document.languageId,
      ignored: this.ignored.has(document.uri.toString()),
      characters: charactersOf(document),
      text: () => document.getText(),
    }));
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private visit(document: vscode.TextDocument): void {
    if (silenceAt(document) !== undefined || notebookOf(document)) return;
    this.visited = [document, ...this.visited.filter((other) => other !== document)].slice(0, 12);
    void this.noteIgnored(document.uri);
  }

  private async noteIgnored(uri: vscode.Uri): Promise<void> {
    if ((await ignoredAmong([uri])).size > 0) this.ignored.add(uri.toString());
  }
}

/** Files of known languages in the workspace's folders on this disk, in a steady order; none that is excluded, ignored, secret, built or other people's. */
export async function sourceFilesOfWorkspace(token: vscode.CancellationToken): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(sourceGlob, foreignGlob, undefined, token);
  const candidates = found.filter(({ scheme, path }) => scheme === 'file' && !isSecret(path));
  const ignored = await ignoredAmong(candidates);
  return candidates
    .filter(({ fsPath }) => !ignored.has(fsPath))
    .sort((a, b) => (a.fsPath < b.fsPath ? -1 : 1));
}

/** Asks the built-in Git extension, where it runs, which files are kept out of their repositories. */
async function ignoredAmong(uris: vscode.Uri[]): Promise<Set<string>> {
  const git = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (!git?.isActive || !git.exports.enabled) return new Set();
  const api = git.exports.getAPI(1);
  const byRepository = new Map<GitRepository, string[]>();
  for (const uri of uris) {
    const repository = uri.scheme === 'file' ? api.getRepository(uri) : null;
    if (!repository) continue;
    if (!byRepository.has(repository)) byRepository.set(repository, []);
    byRepository.get(repository)!.push(uri.fsPath);
  }
  // A repository that cannot tell ignores nothing.
  const ignored = [...byRepository].map(([repository, paths]) =>
    repository.checkIgnore(paths).catch(() => new Set<string>()),
  );
  return new Set((await Promise.all(ignored)).flatMap((paths) => [...paths]));
}

/** The part of the built-in Git extension's API that is used. */
interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): { getRepository(uri: vscode.Uri): GitRepository | null };
}

interface GitRepository {
  checkIgnore(paths: string[]): Promise<Set<string>>;
}
