// The only reader and writer of VS Code's settings.

import os from 'node:os';
import * as vscode from 'vscode';
import type { Explanation } from '../editing/explanation';
import { languageChange, type Settings, settingsFrom } from '../editing/settings';
import { atHome } from '../library/folders';
import { fileOf } from './documents';

const section = 'ryzanstein';

/** The settings for a document, or those of the window. */
export function readSettings(scope?: vscode.ConfigurationScope): Settings {
  const configuration = configurationAt(scope);
  return settingsFrom((name) => configuration.get(name));
}

/** The model file that was chosen, whole where it is written from home on; empty where none was. */
export function chosenModelFile(): string {
  return atHome(readSettings().modelFile, os.homedir());
}

/** A setting by the name that VS Code has for it. */
export function fullName(setting: NonNullable<Explanation['setting']>): string {
  return setting.includes('.') ? setting : `${section}.${setting}`;
}

/** Writes a setting where it counts, only on the user's own command: in the place of the one that holds, else as the user's. */
export async function writeSetting<Name extends keyof Settings>(
  name: Name,
  value: Settings[Name] | undefined,
  scope?: vscode.ConfigurationScope,
): Promise<void> {
  const configuration = configurationAt(scope);
  const { Global, Workspace, WorkspaceFolder } = vscode.ConfigurationTarget;
  const known = configuration.inspect(name);
  // What is set for a language comes before all that is set for none, the nearest first.
  const places: [unknown, vscode.ConfigurationTarget, boolean][] = [
    [known?.workspaceFolderLanguageValue, WorkspaceFolder, true],
    [known?.workspaceLanguageValue, Workspace, true],
    [known?.globalLanguageValue, Global, true],
    [known?.workspaceFolderValue, WorkspaceFolder, false],
    [known?.workspaceValue, Workspace, false],
  ];
  const usual = [undefined, Global, false] as const;
  const [, target, isForLanguage] = places.find(([set]) => set !== undefined) ?? usual;
  await configuration.update(name, value, target, isForLanguage);
}

/** Turns a document's language on or off, where it counts as well. */
export async function writeLanguage(document: vscode.TextDocument, on: boolean): Promise<void> {
  const configuration = configurationAt(document);
  const { defaultValue, globalValue, workspaceValue, workspaceFolderValue } =
    configuration.inspect<Settings['languages']>('languages') ?? {};
  const { Global, Workspace, WorkspaceFolder } = vscode.ConfigurationTarget;
  // Of a folder that is opened alone, what the workspace has is what the folder has.
  const isAlone = vscode.workspace.workspaceFile === undefined;
  const places = [globalValue, workspaceValue, ...(isAlone ? [] : [workspaceFolderValue])];
  const { place, languages } = languageChange(defaultValue, places, document.languageId, on);
  await configuration.update('languages', languages, [Global, Workspace, WorkspaceFolder][place]);
}

/** A cell belongs to the folder that its notebook lies in. */
function configurationAt(scope?: vscode.ConfigurationScope): vscode.WorkspaceConfiguration {
  const isDocument = scope !== undefined && 'getText' in scope;
  const placed = isDocument ? { uri: fileOf(scope), languageId: scope.languageId } : scope;
  return vscode.workspace.getConfiguration(section, placed);
}

let lastChange: Promise<void> = Promise.resolve();

/** Changes what a setting is to something else, when the change before is written: pressed twice, it is as it was. */
export function changeInTurn(change: () => Promise<void>): Promise<void> {
  const changed = lastChange.then(change);
  lastChange = changed.catch(() => undefined);
  return changed;
}

/** Calls back when one of the named settings has changed. */
export function onSettingChange(names: (keyof Settings)[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`${section}.${name}`))) listener();
  });
}
