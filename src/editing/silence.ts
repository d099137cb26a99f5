// Where no ghost text belongs: editors that are no files, secrets, huge files; pure, each rule with its reason in words.

import ignore from 'ignore';
import { isSecret } from './secretNames';

/** What the rules look at. `writable` tells whether the scheme's file system can be written; undefined if it has none. */
export interface Site {
  readonly scheme: string;
  readonly path: string;
  readonly characters: number;
  readonly writable: boolean | undefined;
  /** Whether the user's ignore file keeps it out; undefined until that is known. */
  readonly ignored: boolean | undefined;
}

/** In the root of a folder, in the syntax of `.gitignore`. */
export const ignoreFile = '.ryzansteinignore';

const largest = 2_000_000;

/** Documents that belong to no file system and are code nevertheless. */
const ownSchemes = new Set(['untitled', 'vscode-notebook-cell']);
/** Writable file systems that hold VS Code's own state: settings, keybindings, prompts. */
const internalSchemes = new Set([
  'vscode-userdata',
  'vscode-settings',
  'vscode-scm',
  'output',
  'git',
  'comment',
]);

/** Why nothing is offered in a document, as the rest of a sentence that begins with its name; undefined where it is. */
export function silentBecause(site: Site): string | undefined {
  if (!ownSchemes.has(site.scheme)) {
    if (internalSchemes.has(site.scheme) || site.writable === undefined) return `is no file (${site.scheme})`;
    if (!site.writable) return `cannot be written (${site.scheme})`;
  }
  if (site.ignored === undefined) return `has to wait: ${ignoreFile} is being read`;
  if (site.ignored) return `is ignored by ${ignoreFile}`;
  if (isSecret(site.path)) return 'may hold secrets';
  if (site.characters > largest) return `is longer than ${largest / 1e6} million characters`;
  return undefined;
}

/** The rules of an ignore file: whether a path, relative to the folder of that file, is kept out. */
export function ignoreRules(text: string): (path: string) => boolean {
  const rules = ignore().add(text);
  return (path) => ignore.isPathValid(path) && rules.ignores(path);
}
