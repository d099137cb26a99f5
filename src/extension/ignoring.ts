// What the user keeps out of sight: by the ignore file of a workspace folder, and by Git.

import * as vscode from 'vscode';
import { ignoreFile, ignoreRules } from '../editing/silence';
import { pathOf } from './documents';

/** Milliseconds that Git gets to find its repositories. */
const longestStart = 10_000;

export class Ignoring implements vscode.Disposable {
  /** By workspace folder; one that has not been read yet is missing. */
  private readonly rules = new Map<string, (path: string) => boolean>();
  private readonly watchers = new Map<string, vscode.Disposable>();
  private readonly subscription: vscode.Disposable;
  /** Ends when the ignore files of the folders at the start have been read. */
  readonly ready: Promise<unknown>;

  constructor() {
    this.subscription = vscode.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      for (const { uri } of removed) this.forget(uri.toString());
      for (const folder of added) void this.follow(folder);
    });
    this.ready = Promise.all((vscode.workspace.workspaceFolders ?? []).map((folder) => this.follow(folder)));
  }

  /** Whether an ignore file keeps a file out; undefined until it has been read. */
  ignores(file: vscode.Uri): boolean | undefined {
    const folder = vscode.workspace.getWorkspaceFolder(file);
    return folder ? this.rules.get(folder.uri.toString())?.(pathOf(file)) : false;
  }

  dispose(): void {
    this.subscription.dispose();
    for (const folder of [...this.watchers.keys()]) this.forget(folder);
  }

  private async follow(folder: vscode.WorkspaceFolder): Promise<void> {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, ignoreFile));
    const read = (): Promise<void> => this.read(folder);
    watcher.onDidCreate(read);
    watcher.onDidChange(read);
    watcher.onDidDelete(read);
    this.watchers.set(folder.uri.toString(), watcher);
    await read();
  }

  private async read({ uri }: vscode.WorkspaceFolder): Promise<void> {
    let text = '';
    try {
      text = new TextDecoder().decode(
        await vscode.workspace.fs.readFile(vscode.Uri.joinPath(uri, ignoreFile)),
      );
    } catch {
      // Most folders have none.
    }
    if (this.watchers.has(uri.toString())) this.rules.set(uri.toString(), ignoreRules(text));
  }

  private forget(folder: string): void {
    this.watchers.get(folder)?.dispose();
    this.watchers.delete(folder);
    this.rules.delete(folder);
  }
}

/** Asks the built-in Git extension, where it runs, which files are kept out of their repositories; gives their paths. */
export async function ignoredByGit(uris: vscode.Uri[]): Promise<Set<string>> {
  const git = vscode.extensions.getExtension<GitExtension>('vscode.git');
  // One that does not start ignores nothing either.
  const running = await Promise.resolve(git?.activate()).catch(() => undefined);
  if (!running?.enabled) return new Set();
  const api = running.getAPI(1);
  await initialized(api);
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

/** Until Git has found the repositories that are open; where it never says so, not for ever. */
function initialized(api: GitApi): Promise<void> {
  if (api.state === 'initialized') return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const subscription = api.onDidChangeState(done);
    const timer = setTimeout(done, longestStart);
  });
}

/** The part of the built-in Git extension's API that is used. */
interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

interface GitApi {
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: vscode.Event<unknown>;
  getRepository(uri: vscode.Uri): GitRepository | null;
}

interface GitRepository {
  checkIgnore(paths: string[]): Promise<Set<string>>;
}
