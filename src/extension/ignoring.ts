// What may be read in the workspace, judged anew whenever a rule has changed.

import * as vscode from 'vscode';
import { type FileSource, Ignoring } from '../editing/ignoring';
import type { Judgement } from '../editing/judge';
import { pathOf, schemeOnDisk } from './documents';
import { watched, WorkspaceTree } from './workspaceTree';

/** In the folders of the workspace: files of rules, and what repositories have of their own. */
const patterns = ['**/{.gitignore,.ryzansteinignore,.git}', '**/.git/**/{HEAD,config,exclude}'];

export class WorkspaceIgnoring implements vscode.Disposable {
  readonly rules: Ignoring;
  private readonly files = new WorkspaceFiles(() => this.forget());
  private readonly subscriptions: vscode.Disposable[];
  private readonly listeners: (() => void)[] = [];

  constructor() {
    this.rules = new Ignoring(this.files);
    const forget = (): void => this.forget();
    this.subscriptions = [
      ...patterns.map((pattern) => watched(pattern, forget)),
      // What lies in a folder of the workspace is watched in another way than what does not.
      vscode.workspace.onDidChangeWorkspaceFolders(forget),
    ];
  }

  /** How a file was judged; `undefined` where it was not yet, which then begins, and of whose end `onJudged` hears. */
  known(file: vscode.Uri, onJudged?: () => void): Judgement | undefined {
    // A cell is judged by its notebook, and an untitled document by the place where it is to be saved, if it has one.
    if (file.scheme === 'vscode-notebook-cell') return undefined;
    // What an interactive window is given lies nowhere, although its address has a path.
    if (file.scheme === 'vscode-interactive-input') return 'readable';
    const name = file.toString();
    const judgement = this.rules.known(name);
    if (judgement === undefined && onJudged)
      void this.rules.judge(name).then(() => {
        if (this.rules.known(name) !== undefined) onJudged();
      });
    return judgement;
  }

  /** Calls back when every file is judged anew. */
  onForget(listener: () => void): void {
    this.listeners.push(listener);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.files.dispose();
  }

  private forget(): void {
    this.rules.forget();
    for (const listener of this.listeners) listener();
  }
}

/** The files that VS Code can reach; each is named by its address. */
class WorkspaceFiles implements FileSource, vscode.Disposable {
  /** By the scheme and the authority of their addresses. */
  private readonly trees = new Map<string, WorkspaceTree>();

  constructor(private readonly changed: () => void) {}

  placeOf(file: string): { folder: string | undefined; path: string } {
    const uri = vscode.Uri.parse(file);
    return { folder: vscode.workspace.getWorkspaceFolder(uri)?.uri.toString(), path: pathOf(uri) };
  }

  fileIn(folder: string, path: string): string {
    return vscode.Uri.joinPath(vscode.Uri.parse(folder), path).toString();
  }

  async size(file: string): Promise<number | undefined> {
    try {
      const { type, size } = await vscode.workspace.fs.stat(vscode.Uri.parse(file));
      return type & vscode.FileType.File ? size : undefined;
    } catch {
      return undefined;
    }
  }

  async bytes(file: string): Promise<Uint8Array> {
    return vscode.workspace.fs.readFile(vscode.Uri.parse(file));
  }

  treeOf(file: string): { tree: WorkspaceTree; path: string } {
    const { scheme, authority, path } = vscode.Uri.parse(file);
    const root = vscode.Uri.from({
      scheme: scheme === 'untitled' ? schemeOnDisk(authority) : scheme,
      ...{ authority, path: '/' },
    });
    const key = root.toString();
    const tree = this.trees.get(key) ?? new WorkspaceTree(root, this.changed);
    this.trees.set(key, tree);
    return { tree, path };
  }

  dispose(): void {
    for (const tree of this.trees.values()) tree.dispose();
  }
}
