// Where related code comes from: the documents that were visited, the files in open tabs, and those that a document imports.

import * as vscode from 'vscode';
import type { Place } from '../editing/context';
import { importedPaths } from '../editing/imports';
import { type CodeFile, largestFile, RelatedCode } from '../editing/relatedCode';
import { isSecret } from '../editing/silence';
import { languageOf } from '../editing/sourceNames';
import type { RelatedText } from '../protocol';
import { charactersOf, notebookOf, pathOf, silenceAt } from './documents';
import { ignoredByGit, type Ignoring } from './ignoring';

const mostVisited = 12;
const mostTabs = 12;

export class Visits implements vscode.Disposable {
  /** Newest first, as long as they are open. */
  private visited: vscode.TextDocument[] = [];
  /** The line where a document was last edited or left, by its key. */
  private readonly lines = new Map<string, number>();
  /** What Git says of visited documents; one that it has not been asked about yet is missing. */
  private readonly ignoredByGit = new Map<string, boolean>();
  /** What was read around a document, by its key. */
  private readonly around = new Map<string, CodeFile[]>();
  private readonly choice = new RelatedCode();
  private readonly subscriptions: vscode.Disposable[];
  private active = vscode.window.activeTextEditor;

  constructor(private readonly ignoring: Ignoring) {
    const { workspace, window } = vscode;
    this.subscriptions = [
      window.onDidChangeActiveTextEditor((editor) => {
        if (this.active) this.lines.set(keyOf(this.active.document), this.active.selection.active.line);
        this.active = editor;
        if (editor) this.visit(editor.document);
      }),
      workspace.onDidChangeTextDocument(({ document, contentChanges: [change] }) => {
        if (change && this.visited.includes(document))
          this.lines.set(keyOf(document), change.range.start.line);
      }),
      workspace.onDidSaveTextDocument((document) => {
        if (this.visited.includes(document)) void this.lookAround(document);
      }),
      workspace.onDidCloseTextDocument((document) => {
        this.visited = this.visited.filter((other) => other !== document);
        for (const known of [this.lines, this.ignoredByGit, this.around]) known.delete(keyOf(document));
      }),
    ];
    for (const editor of window.visibleTextEditors) this.visit(editor.document);
  }

  /** What of other files goes before the prompt at a place; nothing is waited for. */
  related(document: vscode.TextDocument, place: Place): RelatedText[] {
    const visited = this.visited.map((other) => this.fileOf(other));
    const known = new Set(visited.map(({ key }) => key));
    const read = (this.around.get(keyOf(document)) ?? []).filter(({ key }) => !known.has(key));
    return this.choice.at(place, [...visited, ...read]);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private fileOf(document: vscode.TextDocument): CodeFile {
    const key = keyOf(document);
    return {
      key,
      path: pathOf(document.uri),
      languageId: document.languageId,
      // What is not known yet might be ignored.
      ignored: this.ignoredByGit.get(key) !== false || this.ignoring.ignores(document.uri) !== false,
      characters: charactersOf(document),
      line: this.lines.get(key),
      text: () => document.getText(),
    };
  }

  private visit(document: vscode.TextDocument): void {
    if (silenceAt(document, () => false) !== undefined || notebookOf(document)) return;
    this.visited = [document, ...this.visited.filter((other) => other !== document)].slice(0, mostVisited);
    void this.askGit(document);
    void this.lookAround(document);
  }

  /** Reads the files around a document in the background: they are there for a later request. */
  private async lookAround(document: vscode.TextDocument): Promise<void> {
    if (document.uri.scheme !== 'file' || charactersOf(document) > largestFile) return;
    await this.ignoring.ready;
    const imported = (await Promise.all(importsOf(document))).flatMap((uri) => uri ?? []);
    const allowed = [...imported, ...filesInTabs()].filter(
      (uri) => !isSecret(uri.path) && this.ignoring.ignores(uri) === false,
    );
    const ignored = await ignoredByGit(allowed);
    const files = await Promise.all(
      allowed.filter(({ fsPath }) => !ignored.has(fsPath)).map((uri) => this.fileAt(uri)),
    );
    if (!document.isClosed)
      this.around.set(
        keyOf(document),
        files.flatMap((file) => file ?? []),
      );
  }

  private async askGit(document: vscode.TextDocument): Promise<void> {
    const ignored = await ignoredByGit([document.uri]);
    this.ignoredByGit.set(keyOf(document), ignored.size > 0);
  }

  /** A file that is not open; none where its language is not known, or where it is huge, or gone. */
  private async fileAt(uri: vscode.Uri): Promise<CodeFile | undefined> {
    const languageId = languageOf(uri.path);
    if (!languageId) return undefined;
    try {
      const { size } = await vscode.workspace.fs.stat(uri);
      if (size > largestFile) return undefined;
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
      const { ignoring } = this;
      return {
        ...{ key: uri.toString(), path: pathOf(uri), languageId, characters: text.length, text: () => text },
        get ignored() {
          return ignoring.ignores(uri) !== false;
        },
      };
    } catch {
      return undefined;
    }
  }
}

function keyOf(document: vscode.TextDocument): string {
  return document.uri.toString();
}

/** The files that a document imports, as far as they are in its workspace folder. */
function importsOf(document: vscode.TextDocument): Promise<vscode.Uri | undefined>[] {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  if (!folder) return [];
  const file = { path: pathOf(document.uri), languageId: document.languageId, text: document.getText() };
  return importedPaths(file).map((paths) =>
    firstFile(
      paths.filter((path) => !path.startsWith('..')).map((path) => vscode.Uri.joinPath(folder.uri, path)),
    ),
  );
}

async function firstFile(candidates: vscode.Uri[]): Promise<vscode.Uri | undefined> {
  for (const uri of candidates) {
    try {
      if ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.File) return uri;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

function filesInTabs(): vscode.Uri[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .flatMap(({ input }) => (input instanceof vscode.TabInputText ? input.uri : []))
    .filter(({ scheme }) => scheme === 'file')
    .slice(0, mostTabs);
}
