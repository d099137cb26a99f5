// What a test does in the editor, and what it waits for: documents with a cursor mark, keys, ghost text, the log of completions.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Parts } from '../../src/extension/extension';
import type { Entry } from '../../src/editing/completionLog';
import type { Completion } from '../../src/protocol';
import { resultWords } from '../../src/wording';

/** The running extension's parts. */
export async function extensionParts(): Promise<Parts> {
  const extension = vscode.extensions.getExtension<Parts>('ryzanstein.ryzanstein');
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

type Nothing = false | null | undefined | '' | 0;

/** Waits until `look` gives something true, and returns it. */
export async function until<T>(what: string, look: () => T, patience = 20_000): Promise<Exclude<T, Nothing>> {
  for (const end = Date.now() + patience; ; await pause(10)) {
    const seen = look();
    if (seen) return seen as Exclude<T, Nothing>;
    if (Date.now() > end) throw new Error(`Waited ${patience} ms in vain for ${what}.`);
  }
}

/** Does something again until it succeeds, some times. */
export async function repeated(work: () => Promise<unknown>): Promise<void> {
  for (let left = 10; ; left--) {
    try {
      await work();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await pause(200);
    }
  }
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-host-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** Opens a file of its own with the marked text, `|` for each cursor. */
export function open(marked: string, name = `file${++files}.ts`): Promise<vscode.TextEditor> {
  return openFile(path.join(folder, name), marked);
}

/** The folder that is open in the tests. */
export function workspaceFolder(): vscode.Uri {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  return first?.uri ?? assert.fail('no folder is open');
}

export function openInWorkspace(name: string, marked: string): Promise<vscode.TextEditor> {
  return openFile(path.join(workspaceFolder().fsPath, name), marked);
}

async function openFile(file: string, marked: string): Promise<vscode.TextEditor> {
  writeFileSync(file, marked.replaceAll('|', ''));
  const document = await vscode.workspace.openTextDocument(file);
  const editor = await vscode.window.showTextDocument(document);
  const cursors: vscode.Selection[] = [];
  for (let at = marked.indexOf('|'); at >= 0; at = marked.indexOf('|', at + 1)) {
    const position = document.positionAt(at - cursors.length);
    cursors.push(new vscode.Selection(position, position));
  }
  editor.selections = cursors;
  await until('the editor to have the focus', () => vscode.window.activeTextEditor === editor);
  return editor;
}

/** Closes every editor without saving. */
export async function closeAll(): Promise<void> {
  for (let left = 1; left > 0; left = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length)
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
}

/** The text with a mark at the cursor. */
export function marked(editor: vscode.TextEditor): string {
  const text = editor.document.getText();
  const at = editor.document.offsetAt(editor.selection.active);
  return `${text.slice(0, at)}|${text.slice(at)}`;
}

export const type = (text: string): Thenable<unknown> => vscode.commands.executeCommand('type', { text });
export const trigger = (): Thenable<unknown> =>
  vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');

/** Does something, and waits for the first new entry of the log whose result is as wanted. */
export async function entryAfter(
  parts: Parts,
  wanted: RegExp,
  work: () => Thenable<unknown>,
): Promise<Entry> {
  const before = new Set(parts.completions.entries);
  await work();
  const fresh = (): Entry[] => parts.completions.entries.filter((entry) => !before.has(entry));
  try {
    return await until('an entry', () => fresh().find(({ result }) => wanted.test(resultWords(result))));
  } catch {
    const seen = fresh().map(({ result, where }) => `${where} ${resultWords(result)}`);
    throw new Error(`No result was like ${wanted}; there were: ${seen.join(' | ') || 'none'}`);
  }
}

/**
 * Asks for a completion and waits until the engine has computed it, be it fit to show or not. VS Code asks a second
 * time only if the document or the cursor has changed.
 */
export async function answered(parts: Parts): Promise<Completion> {
  const { completion } = await entryAfter(parts, /^(shown|hidden)/, trigger);
  assert.ok(completion);
  return completion;
}

/** Asks for ghost text where the model has something to say that is fit to show. */
export async function completed(parts: Parts): Promise<Completion> {
  const completion = await answered(parts);
  assert.ok(completion.shown, `${JSON.stringify(completion)} was not fit to show`);
  return completion;
}

/** Accepts the ghost text, which the editor shows a moment after it has been given it. */
export async function accept(editor: vscode.TextEditor): Promise<void> {
  const { version } = editor.document;
  for (let tries = 0; editor.document.version === version && tries < 40; tries++) {
    await pause(50);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
  }
  assert.notEqual(editor.document.version, version, 'there was no ghost text to accept');
}

/** Accepts a word or a line of the ghost text, as soon as the editor shows it. */
export async function acceptPart(
  editor: vscode.TextEditor,
  part: 'acceptNextWord' | 'acceptNextLine',
): Promise<void> {
  const { version } = editor.document;
  for (let tries = 0; editor.document.version === version && tries < 40; tries++) {
    await pause(50);
    await vscode.commands.executeCommand(`editor.action.inlineSuggest.${part}`);
  }
  assert.notEqual(editor.document.version, version, 'there was no ghost text to accept a part of');
}

/** Has the stage print what a test has measured. */
export function note(context: Mocha.Context, measured: string): void {
  (context.runnable() as { note?: string }).note = measured;
}

/** Changes user settings while `work` runs. */
export async function withSettings(
  settings: Record<string, unknown>,
  work: () => Promise<void>,
): Promise<void> {
  await write(settings);
  try {
    await work();
  } finally {
    await write(Object.fromEntries(Object.keys(settings).map((name) => [name, undefined])));
  }
}

export async function write(settings: Record<string, unknown>): Promise<void> {
  for (const [name, value] of Object.entries(settings))
    await vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Global);
}
