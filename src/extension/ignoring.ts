// What may be read in the workspace: its folders, whose ignore files are followed, and the built-in Git extension.

import * as vscode from 'vscode';
import { ignoreFile } from '../editing/ignoreFiles';
import { type FileSource, Ignoring } from '../editing/ignoring';
import { pathOf } from './documents';

/** Milliseconds that Git gets to find its repositories. */
const longestStart = 10_000;

/** The rules of the workspace's folders, kept up to date. */
export class WorkspaceIgnoring implements vscode.Disposable {
  readonly rules = new Ignoring(new WorkspaceFiles());
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
    return this.rules.ignores(file.toString());
  }

  dispose(): void {
    this.subscription.dispose();
    for (const folder of [...this.watchers.keys()]) this.forget(folder);
  }

  private async follow(folder: vscode.WorkspaceFolder): Promise<void> {
    const name = folder.uri.toString();
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, ignoreFile));
    const read = async (): Promise<void> => {
      await this.rules.readRules(name);
      if (!this.watchers.has(name)) this.rules.forgetRules(name);
    };
    watcher.onDidCreate(read);
    watcher.onDidChange(read);
    watcher.onDidDelete(read);
    this.watchers.set(name, watcher);
    await read();
  }

  private forget(folder: string): void {
    this.watchers.get(folder)?.dispose();
    this.watchers.delete(folder);
    this.rules.forgetRules(folder);
  }
}

/** The files that VS Code can reach; each is named by its address. */
class WorkspaceFiles implements FileSource {
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

  async ignoredByGit(files: readonly string[]): Promise<ReadonlySet<string>> {
    const ignored = await ignoredByGit(files.map((file) => vscode.Uri.parse(file)));
    return new Set(files.filter((file) => ignored.has(vscode.Uri.parse(file).fsPath)));
  }
}

/** The built-in Git extension says it, where it runs; gives the files' paths. */
async function ignoredByGit(uris: readonly vscode.Uri[]): Promise<Set<string>> {
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
