// A tree of files as VS Code reaches it, which says when something that was read outside of the workspace's folders may have changed.

import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import { Remembered } from '../editing/remembered';
import { diskTree, type Tree, type User } from '../editing/tree';

export class WorkspaceTree implements Tree, vscode.Disposable {
  /** Nobody's settings are known where the files are not on this machine. */
  readonly user: User | undefined;
  private readonly isDisk: boolean;
  /** What was asked for outside of the workspace's folders. */
  private readonly asked = new Set<string>();
  /** By folder. */
  private readonly watchers = new Map<string, vscode.Disposable>();
  private folders = new Remembered<vscode.Uri>();

  /** `root` names the file system. */
  constructor(
    private readonly root: vscode.Uri,
    private readonly changed: () => void,
  ) {
    // A share of Windows is another machine's: its name is in the address, and in no path.
    this.isDisk = root.scheme === 'file' && root.authority === '';
    this.user = this.isDisk ? diskTree.user : undefined;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const uri = this.root.with({ path });
    if (!vscode.workspace.getWorkspaceFolder(uri)) await this.follow(path);
    if (this.isDisk) return diskTree.read(path);
    // Elsewhere, what can be read decides.
    return vscode.workspace.fs.readFile(uri).then(
      (bytes) => bytes,
      () => undefined,
    );
  }

  pathsOf(path: string): Promise<string[]> {
    return this.isDisk ? diskTree.pathsOf(path) : Promise.resolve([path]);
  }

  dispose(): void {
    for (const watcher of this.watchers.values()) watcher.dispose();
  }

  /** Watches the folder of a path, or the nearest one above it that is there. */
  private async follow(path: string): Promise<void> {
    this.asked.add(path);
    const folder = await this.nearest(posix.dirname(path));
    const onChange = ({ path: changed }: vscode.Uri): void => {
      if (![...this.asked].some((each) => each === changed || each.startsWith(`${changed}/`))) return;
      this.folders = new Remembered();
      this.changed();
    };
    if (this.watchers.has(folder.path)) return;
    this.watchers.set(folder.path, watched(new vscode.RelativePattern(folder, '*'), onChange));
  }

  private nearest(path: string): Promise<vscode.Uri> {
    return this.folders.get(path, async () => {
      const uri = this.root.with({ path });
      if (path === '/') return uri;
      try {
        await (this.isDisk ? stat(uri.fsPath) : vscode.workspace.fs.stat(uri));
        return uri;
      } catch {
        return this.nearest(posix.dirname(path));
      }
    });
  }
}

/** Calls back whenever something that a pattern means comes, changes or goes. */
export function watched(pattern: vscode.GlobPattern, onChange: (uri: vscode.Uri) => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(pattern);
  watcher.onDidCreate(onChange);
  watcher.onDidChange(onChange);
  watcher.onDidDelete(onChange);
  return watcher;
}
