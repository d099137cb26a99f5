// Documents of another machine, as the editor has them over SSH, in WSL and in containers while the extension runs beside the window: a file system of another scheme.

import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Parts } from '../../src/extension/extension';
import type { Prompt } from '../../src/protocol';
import { closeAll, entryAfter, extensionParts, trigger, until, write } from './editing';

const scheme = 'elsewhere';
const root = process.env.RYZANSTEIN_ROOT ?? path.resolve(__dirname, '..', '..', '..');

/** Files in memory that nobody changes but the editor. */
class Elsewhere implements vscode.FileSystemProvider {
  readonly #files = new Map<string, Uint8Array>();
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  constructor(files: Record<string, string>) {
    for (const [name, text] of Object.entries(files)) this.#files.set(name, Buffer.from(text));
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat({ path: name }: vscode.Uri): vscode.FileStat {
    const file = this.#files.get(name);
    const isFolder = !file && [...this.#files.keys()].some((each) => each.startsWith(`${name}/`));
    if (!file && !isFolder) throw vscode.FileSystemError.FileNotFound(name);
    const type = file ? vscode.FileType.File : vscode.FileType.Directory;
    return { type, ctime: 0, mtime: 0, size: file?.length ?? 0 };
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  readFile({ path: name }: vscode.Uri): Uint8Array {
    return this.#files.get(name) ?? assert.fail(vscode.FileSystemError.FileNotFound(name));
  }

  writeFile({ path: name }: vscode.Uri, bytes: Uint8Array): void {
    this.#files.set(name, bytes);
  }

  createDirectory(): void {}
  delete(): void {}
  rename(): void {}
}

const helper = (mark: string): string =>
  `export function total(items: number[]): number {\n  return '${mark}';\n}\n`;

describe('documents of another machine', () => {
  let parts: Parts;
  let unchanged: Parts['engine']['complete'];
  let prompt: Prompt | undefined;
  let registered: vscode.Disposable;

  before(async () => {
    parts = await extensionParts();
    await write({ 'ryzanstein.modelFile': path.join(root, 'test', 'fixtures', 'tiny.gguf') });
    const files = {
      '/home/a/work/.ryzansteinignore': 'hidden.ts\n',
      '/home/a/work/.git/HEAD': 'ref: refs/heads/main\n',
      '/home/a/work/.gitignore': 'made.ts\n',
      '/home/a/work/shared.ts': helper('mark of what is read'),
      '/home/a/work/hidden.ts': helper('mark of what the user keeps out'),
      '/home/a/work/made.ts': helper('mark of what Git ignores'),
      '/home/a/work/app.ts':
        "import { total } from './shared';\nimport { a } from './hidden';\nimport { b } from './made';\n\nconst all = total(\n",
    };
    registered = vscode.workspace.registerFileSystemProvider(scheme, new Elsewhere(files));
    unchanged = parts.engine.complete.bind(parts.engine);
    parts.engine.complete = (params, ...rest) => {
      prompt = params.prompt;
      return unchanged(params, ...rest);
    };
  });
  after(async () => {
    parts.engine.complete = unchanged;
    await closeAll();
    registered.dispose();
    await write({ 'ryzanstein.modelFile': undefined });
  });

  const at = (name: string): vscode.Uri => vscode.Uri.from({ scheme, path: `/home/a/work/${name}` });

  async function open(name: string): Promise<vscode.TextEditor> {
    const editor = await vscode.window.showTextDocument(at(name));
    await until('the editor to have the focus', () => vscode.window.activeTextEditor === editor);
    return editor;
  }

  it('are completed with what was visited there, and with nothing that is kept out there', async () => {
    for (const name of ['shared.ts', 'hidden.ts', 'made.ts']) await open(name);
    const editor = await open('app.ts');
    const end = editor.document.lineAt(4).range.end;
    const ask = async (): Promise<string> => {
      editor.selection = new vscode.Selection(end, end);
      // What is answered at a place that is known asks nobody.
      await editor.edit((edit) => edit.insert(new vscode.Position(3, 0), '//\n'));
      prompt = undefined;
      await entryAfter(parts, /^(shown|hidden)/, trigger);
      return JSON.stringify((prompt as Prompt | undefined)?.related ?? []);
    };
    let related = '';
    for (let left = 20; left > 0 && !related.includes('what is read'); left--) related = await ask();
    assert.ok(related.includes('mark of what is read'), related);
    assert.ok(!/keeps out|Git ignores/.test(related), related);
  });

  it('get nothing offered where the user keeps them out', async () => {
    await open('hidden.ts');
    await entryAfter(parts, /silent: the file is ignored/, trigger);
  });
});
