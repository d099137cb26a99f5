// Where no ghost text belongs: editors that are no files, secrets, huge files; pure, each rule with its reason.

import { ignoreFile } from './ignoreFiles';
import type { Judgement } from './judge';
import type { Silence } from '../results';
import { isSecret } from './secretNames';

/** What the rules look at. `writable` says whether the scheme's file system can be written; undefined if it has none. */
interface DocumentFacts {
  readonly scheme: string;
  readonly path: string;
  readonly characters: number;
  readonly writable: boolean | undefined;
  /** Whether it may be read; undefined until that is known. Only files are asked about. */
  judged(): Judgement | undefined;
}

const mostCharacters = 2_000_000;

/** Documents that belong to no file system and are written nevertheless. */
const ownSchemes = new Set(['untitled', 'vscode-notebook-cell', 'vscode-interactive-input', 'vscode-scm']);
/** Writable file systems that hold VS Code's own state: settings, keybindings, prompts. */
const internalSchemes = new Set(['vscode-userdata', 'vscode-settings', 'output', 'git', 'comment']);

/** Why nothing is offered in a document; undefined where it is. */
export function silentBecause(facts: DocumentFacts): Silence | undefined {
  if (!ownSchemes.has(facts.scheme)) {
    if (internalSchemes.has(facts.scheme) || facts.writable === undefined)
      return { kind: 'noFile', scheme: facts.scheme };
    if (!facts.writable) return { kind: 'unwritable', scheme: facts.scheme };
  }
  const judgement = facts.judged();
  if (judgement === undefined) return { kind: 'rulesUnread', by: ignoreFile };
  if (judgement === 'ignored') return { kind: 'ignored', by: ignoreFile };
  if (judgement === 'secret' || isSecret(facts.path)) return { kind: 'secret' };
  if (facts.characters > mostCharacters) return { kind: 'long', mostCharacters };
  return undefined;
}
