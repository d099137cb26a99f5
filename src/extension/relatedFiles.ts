// The files that related chunks come from: visited documents, files in open tabs, those that a document imports, and declarations.

import * as vscode from 'vscode';
import type { Place } from '../editing/context';
import { lastUses } from '../editing/chunks';
import { largestFile, type TextFile } from '../editing/ignoring';
import { type CodeFile, RelatedChunks } from '../editing/relatedChunks';
import type { RelatedText } from '../protocol';
import { declarationsOf } from './declarations';
import { charactersOf, notebookOf, pathOf, silenceAt } from './documents';
import type { WorkspaceIgnoring } from './ignoring';

const mostVisited = 12;
const mostTabs = 12;
/** How long the language server may take to say where names are declared, in milliseconds. */
const lookUpTime = 500;
const linesLookedUp = 12;
const namesLookedUp = 6;
/** Of files that are new or have changed, for one request: VS Code's other extensions wait meanwhile. */
const mostNew = 1;

export class RelatedFiles implements vscode.Disposable {
  /** Newest first, as long as they are open. */
  private visited: vscode.TextDocument[] = [];
  /** The line where a document was last edited or left, by its key. */
  private readonly lines = new Map<string, number>();
  /** What was read around a document, by its key. */
  private readonly around = new Map<string, CodeFile[]>();
  /** Of a document, by its key: which files declare what was used where the cursor rested, and on which lines. */
  private readonly declared = new Map<string, { files: CodeFile[]; lines: Map<string, number[]> }>();
  private readonly choice = new RelatedChunks();
  private readonly subscriptions: vscode.Disposable[];
  private active = vscode.window.activeTextEditor;

  constructor(private readonly ignoring: WorkspaceIgnoring) {
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
      // A document whose language becomes another one is closed and opened again.
      workspace.onDidOpenTextDocument((document) => {
        if (document === this.active?.document) this.visit(document);
      }),
      workspace.onDidCloseTextDocument((document) => {
        this.visited = this.visited.filter((other) => other !== document);
        for (const known of [this.lines, this.around, this.declared]) known.delete(keyOf(document));
      }),
    ];
    for (const editor of window.visibleTextEditors) this.visit(editor.document);
  }

  /** What of other files goes before the prompt at a place; nothing is waited for. */
  related(document: vscode.TextDocument, place: Place): RelatedText[] {
    const declared = this.declared.get(keyOf(document));
    const files = new Map<string, CodeFile>();
    for (const file of [
      ...this.visited.map((other) => this.fileOf(other)),
      ...(this.around.get(keyOf(document)) ?? []),
      ...(declared?.files ?? []),
    ])
      if (!files.has(file.key)) files.set(file.key, { ...file, declares: declared?.lines.get(file.key) });
    return this.choice.at(place, [...files.values()], mostNew);
  }

  /** Learns what declares the names used before a position, unless the language server is behind; ends within the time that it has. */
  async lookUp(document: vscode.TextDocument, position: vscode.Position): Promise<void> {
    const start = new vscode.Position(Math.max(0, position.line - linesLookedUp), 0);
    const uses = lastUses(document.getText(new vscode.Range(start, position))).slice(0, namesLookedUp);
    const offsets = uses.map((use) => document.offsetAt(start) + use);
    const declarations = await declarationsOf(document, offsets, lookUpTime);
    if (!declarations) return;
    const lines = new Map<string, number[]>();
    for (const { uri, line } of declarations)
      lines.set(uri.toString(), [...(lines.get(uri.toString()) ?? []), line]);
    const files = await this.read(
      document,
      declarations.map(({ uri }) => uri.toString()),
    );
    if (!document.isClosed) this.declared.set(keyOf(document), { files, lines });
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
      ignored: this.ignoring.known(document.uri) !== 'readable',
      characters: charactersOf(document),
      line: this.lines.get(key),
      text: () => document.getText(),
    };
  }

  private visit(document: vscode.TextDocument): void {
    if (silenceAt(document, () => 'readable') !== undefined || notebookOf(document)) return;
    this.visited = [document, ...this.visited.filter((other) => other !== document)].slice(0, mostVisited);
    // Links may lead elsewhere than at the last visit.
    void this.ignoring.rules.judge(keyOf(document));
    void this.lookAround(document);
  }

  /** Reads the files around a document in the background: they are there for a later request. */
  private async lookAround(document: vscode.TextDocument): Promise<void> {
    if (!isFile(document.uri) || charactersOf(document) > largestFile) return;
    const { rules } = this.ignoring;
    const imported = await rules.importedBy(keyOf(document), document.languageId, document.getText());
    const files = await this.read(document, [...imported, ...filesInTabs()]);
    if (!document.isClosed) this.around.set(keyOf(document), files);
  }

  private async read(document: vscode.TextDocument, files: readonly string[]): Promise<CodeFile[]> {
    const read = (await this.ignoring.rules.read(files)).map((file) => this.codeFileOf(file));
    await this.choice.prepare({ key: keyOf(document), languageId: document.languageId }, read);
    return read;
  }

  /** A file that is not open; it is given up when it comes to be ignored. */
  private codeFileOf({ file: key, path, languageId, text }: TextFile): CodeFile {
    const { rules } = this.ignoring;
    return {
      ...{ key, path, languageId, characters: text.length, text: () => text },
      get ignored() {
        return rules.known(key) !== 'readable';
      },
    };
  }
}

function keyOf(document: vscode.TextDocument): string {
  return document.uri.toString();
}

/** On this machine or another one, but no output, comparison or the like. */
function isFile({ scheme }: vscode.Uri): boolean {
  return vscode.workspace.fs.isWritableFileSystem(scheme) === true && scheme !== 'untitled';
}

function filesInTabs(): string[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .flatMap(({ input }) => (input instanceof vscode.TabInputText ? input.uri : []))
    .filter(isFile)
    .slice(0, mostTabs)
    .map((uri) => uri.toString());
}
