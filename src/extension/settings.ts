// The only reader and writer of VS Code's settings.

import * as vscode from 'vscode';
import { languagesWith, type Settings, settingsFrom } from '../editing/settings';

const section = 'ryzanstein';

/** The settings for a document, or those of the window. */
export function readSettings(scope?: vscode.ConfigurationScope): Settings {
  const configuration = vscode.workspace.getConfiguration(section, scope);
  return settingsFrom((name) => configuration.get(name));
}

/** Writes a user setting: only on the user's own command. */
export async function writeSetting<Name extends keyof Settings>(
  name: Name,
  value: Settings[Name] | undefined,
): Promise<void> {
  await vscode.workspace.getConfiguration(section).update(name, value, vscode.ConfigurationTarget.Global);
}

export async function writeLanguage(languageId: string, on: boolean): Promise<void> {
  const known = vscode.workspace.getConfiguration(section).inspect<Record<string, boolean>>('languages');
  await writeSetting('languages', languagesWith(known ?? {}, languageId, on));
}

/** Calls back when one of the named settings has changed. */
export function onSettingChange(names: (keyof Settings)[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`${section}.${name}`))) listener();
  });
}
