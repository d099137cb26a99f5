// The only reader and writer of settings; names and defaults are those of package.json.

import * as vscode from 'vscode';
import type { Effort } from '../editing/throttle';

const section = 'ryzanstein';

export const defaults = {
  enabled: true,
  languages: { plaintext: false, markdown: false, scminput: false } as Record<string, boolean>,
  mode: 'automatic' as 'automatic' | 'onRequest',
  modelFile: '',
  threads: 0,
  kernel: 'auto',
  deadline: 300,
  maxLines: 12,
  confidence: 0.55,
  onBattery: 'slow' as Effort,
  whileBuilding: 'slow' as Effort,
};

export type Settings = typeof defaults;

/** VS Code opens its own suggestions after 750 ms and stops waiting for ghost text; nothing may take longer than this. */
const longestDeadline = 700;

/** The settings for a document, or those of the window. */
export function readSettings(scope?: vscode.ConfigurationScope): Settings {
  const configuration = vscode.workspace.getConfiguration(section, scope);
  const read = <Name extends keyof Settings>(name: Name): Settings[Name] =>
    configuration.get<Settings[Name]>(name) ?? defaults[name];
  return {
    enabled: read('enabled'),
    languages: read('languages'),
    mode: read('mode'),
    modelFile: read('modelFile').trim(),
    threads: clamp(Math.round(read('threads')), 0, 256),
    kernel: read('kernel'),
    deadline: clamp(read('deadline'), 0, longestDeadline),
    maxLines: clamp(Math.round(read('maxLines')), 1, 64),
    confidence: clamp(read('confidence'), 0, 1),
    onBattery: read('onBattery'),
    whileBuilding: read('whileBuilding'),
  };
}

/** Whether anything is offered in a language: where the map is silent, it is. */
export function languageIsOn(settings: Settings, languageId: string): boolean {
  return settings.languages[languageId] ?? true;
}

/** Writes a user setting: only on the user's own command. */
export async function writeSetting<Name extends keyof Settings>(
  name: Name,
  value: Settings[Name],
): Promise<void> {
  await vscode.workspace.getConfiguration(section).update(name, value, vscode.ConfigurationTarget.Global);
}

export async function writeLanguage(languageId: string, on: boolean): Promise<void> {
  const known = vscode.workspace.getConfiguration(section).inspect<Record<string, boolean>>('languages');
  await writeSetting('languages', { ...known?.globalValue, [languageId]: on });
}

/** Calls back when one of the named settings has changed. */
export function onSettingChange(names: (keyof Settings)[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`${section}.${name}`))) listener();
  });
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
