// What must not be read, in the real editor: whether Git runs or not, in trusted workspaces and in Restricted Mode.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Parts } from '../../src/extension/extension';
import type { Prompt } from '../../src/protocol';
import { type ForbiddenWorkspace, forbiddenWorkspace, textWith } from '../forbidden';
import {
  closeAll,
  entryAfter,
  extensionParts,
  note,
  trigger,
  until,
  workspaceFolder,
  write,
} from './editing';
import { skipped } from '../skipped';

const root = process.env.RYZANSTEIN_ROOT ?? path.resolve(__dirname, '..', '..', '..');
const gitConfig = process.env.GIT_CONFIG_GLOBAL;

describe('what must not be read', () => {
  let parts: Parts;
  let folder: string;
  let workspace: ForbiddenWorkspace;
  let unchanged: Parts['engine']['complete'];
  /** The last one that the engine was given. */
  let prompt: Prompt | undefined;
  let places = 0;

  before(async function () {
    if (!gitConfig) skipped(this, 'GIT_CONFIG_GLOBAL names no file that may be written');
    folder = workspaceFolder().fsPath;
    workspace = forbiddenWorkspace(folder, gitConfig);
    parts = await extensionParts();
    await write({ 'ryzanstein.modelFile': path.join(root, 'test', 'fixtures', 'tiny.gguf') });
    unchanged = parts.engine.complete.bind(parts.engine);
    parts.engine.complete = (params, ...rest) => {
      prompt = params.prompt;
      return unchanged(params, ...rest);
    };
  });
  afterEach(closeAll);
  after(async () => {
    if (!gitConfig) return;
    parts.engine.complete = unchanged;
    await write({ 'ryzanstein.modelFile': undefined });
    for (const name of ['.git', '.gitignore', '.ryzansteinignore', 'other', 'rules-of-user'])
      rmSync(path.join(folder, '..', name), { recursive: true, force: true });
    for (const name of ['.ryzansteinignore', '.gitignore']) rmSync(path.join(folder, name), { force: true });
  });

  async function open(file: string): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument(file);
    const editor = await vscode.window.showTextDocument(document, { preview: false });
    await until('the editor to have the focus', () => vscode.window.activeTextEditor === editor);
    return editor;
  }

  /** What of other files is in the prompt at the end of the app, when the first ones have been looked at. */
  async function related(...files: string[]): Promise<string> {
    for (const file of files) await open(file);
    const editor = await open(workspace.app);
    const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
    editor.selection = new vscode.Selection(end, end);
    // What is answered at a place that is known asks nobody.
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), `# ${++places}\n`));
    prompt = undefined;
    await entryAfter(parts, /^(shown|hidden)/, trigger);
    return JSON.stringify((prompt as Prompt | undefined)?.related ?? assert.fail('nobody was asked'));
  }

  it('is as the workspace of this run says', function () {
    const git = vscode.workspace.getConfiguration('git').get('enabled');
    note(
      this,
      `Git is ${git ? 'on' : 'off'}, the workspace is ${vscode.workspace.isTrusted ? '' : 'not '}trusted`,
    );
    assert.equal(vscode.workspace.isTrusted, process.env.RYZANSTEIN_TRUST !== 'off');
    assert.equal(git, process.env.RYZANSTEIN_GIT === 'on');
  });

  it('is in no prompt, in whichever way it is kept out', async function () {
    this.timeout(240_000);
    for (const { way, file, mark } of workspace.forbidden) {
      const text = await related(workspace.allowed.file, file);
      assert.ok(!text.includes(mark), `kept out by ${way}`);
      assert.ok(text.includes(workspace.allowed.mark), `${way}: ${text}`);
      await closeAll();
    }
  });

  it('gets nothing offered where the user or a name keeps it out', async () => {
    const silent = workspace.forbidden.filter(({ way }) => /user's ignore|link|name/.test(way));
    assert.ok(silent.length >= 8);
    for (const { file } of silent) {
      await open(file);
      await entryAfter(parts, /silent: the file (is ignored|may hold secrets)/, trigger);
    }
  });

  for (const [where, name] of [
    ['in the folder', '.gitignore'],
    ['above the folder', '../.gitignore'],
    ['in the folder, by the user', '.ryzansteinignore'],
    ['above the folder, by the user', '../.ryzansteinignore'],
    ['in the repository', '../.git/info/exclude'],
  ] as const)
    it(`is what a rule names that comes later, ${where}`, async () => {
      const late = path.join(folder, 'late.py');
      writeFileSync(late, textWith('mark-that-came-late'));
      // The rule of the test before may still be known for a moment.
      const lateFile = vscode.Uri.file(late);
      await until('the file to be readable', () => parts.ignoring.known(lateFile) === 'readable');
      assert.ok((await related(late)).includes('mark-that-came-late'));
      const rules = path.resolve(folder, name);
      const before = await vscode.workspace.fs.readFile(vscode.Uri.file(rules)).then(
        (bytes) => bytes,
        () => undefined,
      );
      writeFileSync(rules, `${Buffer.from(before ?? []).toString()}\nlate.py\n`);
      const known = (): string | undefined => parts.ignoring.known(lateFile);
      await until('the rule to count', () => /^ignored/.test(known() ?? ''));
      assert.ok(!(await related(late)).includes('mark-that-came-late'));
      if (before) writeFileSync(rules, before);
      else rmSync(rules);
      await until('the rule to be gone', () => known() === 'readable');
    });

  it('is what a link leads to by now', async () => {
    const [first, second] = ['first', 'second'].map((name) => path.join(folder, name)) as [string, string];
    for (const each of [first, second]) mkdirSync(each);
    writeFileSync(path.join(first, 'kept.py'), textWith('mark-of-first'));
    const at = path.join(folder, 'at');
    symlinkSync('first', at);
    assert.ok((await related(path.join(at, 'kept.py'))).includes('mark-of-first'));
    await closeAll();
    rmSync(at);
    symlinkSync('private', at);
    writeFileSync(path.join(folder, 'private', 'kept.py'), textWith('mark-of-private'));
    assert.ok(!(await related(path.join(at, 'kept.py'))).includes('mark-of-private'));
  });
});
