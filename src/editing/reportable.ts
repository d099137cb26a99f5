// What the diagnostics page knows, as it can go along with a report: nothing of the user's text, and no folders, which tell who somebody is.

import type { Diagnosis, ModelInfo } from '../reports';
import type { BackendState } from './backend';
import type { Entry } from './completionLog';

interface Known {
  readonly state: BackendState<ModelInfo>;
  /** A sentence where there is none. */
  readonly diagnosis: Diagnosis | string | undefined;
  readonly entries: readonly Entry[];
}

/** As JSON; `folders` are those that are known, for a path with blanks in it does not show where it begins and ends. */
export function reportable({ entries, ...known }: Known, folders: readonly string[]): string {
  return JSON.stringify(
    { ...known, entries: entries.map(withoutText) },
    (_, value: unknown) => {
      if (typeof value === 'string') return withoutFolders(value, folders);
      // What an error says is none of the members that are written.
      return value instanceof Error ? { ...value, message: value.message } : value;
    },
    2,
  );
}

function withoutText(entry: Entry): object {
  return {
    ...entry,
    where: undefined,
    key: undefined,
    text: undefined,
    answer: undefined,
    completion: entry.completion && { ...entry.completion, text: undefined, alternatives: undefined },
  };
}

/** A path behind nothing that it could be a part of, up to the last name; names of folders may have blanks in them. */
const name = String.raw`[^\s\\/:*?"'“”<>|]+`;
const folderPath = new RegExp(
  String.raw`(?<![\w.])(?:[a-z]:|~)?(?:[\\/]{1,2}${name}(?:(?<![.,;)\]])[ ]+${name})*)+[\\/]`,
  'gi',
);

/** The editor writes drives of Windows in small letters, the system in large ones. */
function spelled(folder: string): RegExp {
  const literal = folder.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(literal, /^[a-z]:/i.test(folder) ? 'gi' : 'g');
}

function withoutFolders(text: string, folders: readonly string[]): string {
  const longestFirst = folders
    .filter((folder) => /^(?:[a-z]:)?[\\/]./i.test(folder))
    .sort((a, b) => b.length - a.length);
  return longestFirst
    .reduce((rest, folder) => rest.replace(spelled(folder), '~'), text)
    .replace(folderPath, '')
    .replace(/~[\\/]/g, '');
}
