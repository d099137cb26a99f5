// The settings: their names and defaults, those of package.json, and the bounds of their values; who reads them says where from.

import { type Eagerness, isTooUnsure, wantedPrecision } from '../eagerness';
import { languageName } from '../language/languages';
import type { InfillingSetting } from '../protocol';
import type { BackendState } from './backend';
import type { Throttle } from './throttle';

export const defaults = {
  enabled: true,
  languages: {
    ...{ plaintext: false, markdown: false, scminput: false, 'git-commit': false, 'git-rebase': false },
  } as Record<string, boolean>,
  mode: 'automatic' as 'automatic' | 'onRequest',
  modelFile: '',
  modelFolders: [] as string[],
  hub: 'https://huggingface.co',
  downloadFolder: '',
  threads: 0,
  kernel: 'auto',
  infilling: 'auto' as InfillingSetting,
  secondOpinion: true,
  deadline: 300,
  maxLines: 12,
  eagerness: 'normal' as Eagerness,
  confidence: null as number | null,
  onBattery: 'slow' as Throttle['use'],
  whileBuilding: 'slow' as Throttle['use'],
};

export type Settings = typeof defaults;

/** VS Code opens its own suggestions after 750 ms and stops waiting for ghost text; nothing may take longer than this. */
const longestDeadline = 700;

/** The settings whose values `read` gives, each within its bounds; the default where it gives none of its type. */
export function settingsFrom(read: (name: keyof Settings) => unknown): Settings {
  const value = <Name extends keyof Settings>(name: Name): Settings[Name] => {
    const set = read(name);
    return typeOf(set) === typeOf(defaults[name]) ? (set as Settings[Name]) : defaults[name];
  };
  return {
    enabled: value('enabled'),
    languages: value('languages'),
    mode: value('mode'),
    modelFile: value('modelFile').trim(),
    hub: value('hub').trim().replace(/\/+$/, '') || defaults.hub,
    downloadFolder: value('downloadFolder').trim(),
    modelFolders: value('modelFolders').flatMap((folder) =>
      typeof folder === 'string' && folder.trim() !== '' ? folder.trim() : [],
    ),
    threads: clamp(Math.round(value('threads')), 0, 256),
    kernel: value('kernel'),
    infilling: value('infilling'),
    secondOpinion: value('secondOpinion'),
    deadline: clamp(value('deadline'), 0, longestDeadline),
    maxLines: clamp(Math.round(value('maxLines')), 1, 64),
    eagerness: value('eagerness') in wantedPrecision ? value('eagerness') : defaults.eagerness,
    confidence: boundOf(read('confidence')),
    onBattery: value('onBattery'),
    whileBuilding: value('whileBuilding'),
  };
}

/** Whether anything is offered in a language: where the map is silent, it is. */
export function languageIsOn(settings: Settings, languageId: string): boolean {
  return settings.languages[languageId] ?? true;
}

/**
 * Which of the places where languages are set is to change, so that one of them is on or off, and what is set there from
 * then on. The nearest place stands last, and the first where none has the language: VS Code joins what all of them have.
 */
export function languageChange(
  defaultValue: Settings['languages'] | undefined,
  places: readonly (Settings['languages'] | undefined)[],
  languageId: string,
  on: boolean,
): { place: number; languages: Settings['languages'] | undefined } {
  const place = Math.max(
    places.findLastIndex((set) => set?.[languageId] !== undefined),
    0,
  );
  const beneath = Object.assign({}, defaultValue, ...places.slice(0, place)) as Settings['languages'];
  return { place, languages: languagesWith(places[place], beneath, languageId, on) };
}

/** The languages as they are to be set over others; what is so without is not set, and nothing is where nothing else is. */
export function languagesWith(
  set: Settings['languages'] | undefined,
  beneath: Settings['languages'],
  languageId: string,
  on: boolean,
): Settings['languages'] | undefined {
  const { [languageId]: _, ...others } = set ?? {};
  const all = on === (beneath[languageId] ?? true) ? others : { ...others, [languageId]: on };
  return Object.keys(all).length > 0 ? all : undefined;
}

/** VS Code gives what the file of settings has, of whatever type. */
function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
}

function boundOf(confidence: unknown): number | null {
  return typeof confidence === 'number' ? clamp(confidence, 0, 1) : null;
}

/** How sure an answer has to be to be shown. */
export function sureEnough({ confidence, eagerness }: Settings): number | Eagerness {
  return confidence ?? eagerness;
}

/** Whether all that is loaded is right too seldom in a language for anything to be offered. */
export function isUnproven(state: BackendState, settings: Settings, languageId: string): boolean {
  if (state.name !== 'ready') return false;
  const { model } = state;
  return [model, ...(model.second ? [model.second] : [])].every(({ thresholds }) =>
    isTooUnsure(sureEnough(settings), languageName(languageId), thresholds),
  );
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
