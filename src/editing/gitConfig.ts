// What Git's configuration says of ignoring, read without Git, for Git runs programs that a repository's configuration names.

import { posix } from 'node:path';
import { slashed, type Tree, type User } from './tree';

interface GitConfig {
  /** Files of rules for every repository; each that is named under a condition is one as well. */
  readonly excludesFiles: readonly string[];
  readonly ignoreCase: boolean;
}

interface Entry {
  /** Section and key, joined by a dot, in lower case. */
  readonly name: string;
  readonly value: string;
  /** Whether it counts only under a condition, which is not judged. */
  readonly conditional: boolean;
}

/** Files include others; so many at most are read for a repository. */
const mostFiles = 100;

/** The configuration of the repository at `root`, whose own files are `own`. */
export async function gitConfig(tree: Tree, root: string, own: readonly string[]): Promise<GitConfig> {
  const { user } = tree;
  const entries: Entry[] = [];
  const read: string[] = [];
  for (const file of [...(user ? sharedFiles(user) : []), ...own])
    entries.push(...(await entriesOf(tree, file, read)));
  const excludes = entries.filter(({ name }) => name === 'core.excludesfile');
  const lasting = excludes.findLast(({ conditional }) => !conditional)?.value;
  const named = [
    ...excludes.filter(({ conditional }) => conditional).map(({ value }) => value),
    lasting ?? (user ? `${settingsFolder(user)}/ignore` : ''),
  ];
  const ignoreCase = entries.findLast(({ name }) => name === 'core.ignorecase')?.value;
  return {
    excludesFiles: named.filter((value) => value !== '').map((value) => fileAt(value, root, user)),
    ignoreCase: /^(?:true|yes|on|[1-9]\d*)$/i.test(ignoreCase ?? ''),
  };
}

/** Those of the machine and of the user, in Git's order. */
function sharedFiles(user: User): string[] {
  const { GIT_CONFIG_GLOBAL: instead } = user.environment;
  const own = instead ? [slashed(instead)] : [`${settingsFolder(user)}/config`, `${user.home}/.gitconfig`];
  return [...user.shared, ...own];
}

function settingsFolder({ home, environment }: User): string {
  const { XDG_CONFIG_HOME: folder } = environment;
  return `${folder ? slashed(folder) : `${home}/.config`}/git`;
}

/** What a file says, with what it includes; `read` are the files that have been read so far. */
async function entriesOf(tree: Tree, file: string, read: string[], conditional = false): Promise<Entry[]> {
  if (read.push(file) > mostFiles) throw new Error(`${file} includes too many files.`);
  const bytes = await tree.read(file);
  if (!bytes) return [];
  const entries: Entry[] = [];
  for (const { name, value } of parsed(new TextDecoder().decode(bytes), file)) {
    entries.push({ name, value, conditional });
    const isCondition = /^includeif\..*\.path$/s.test(name);
    if (name !== 'include.path' && !isCondition) continue;
    const other = fileAt(value, posix.dirname(file), tree.user);
    entries.push(...(await entriesOf(tree, other, read, conditional || isCondition)));
  }
  return entries;
}

/** A file that a value names; Git's other forms, of another user's home and of its own folder, are not known. */
function fileAt(value: string, folder: string, user: User | undefined): string {
  if (/^~[^/]|^%\(/.test(value) || (value.startsWith('~') && !user))
    throw new Error(`${value} is not known.`);
  return resolved(
    folder,
    value.replace(/^~(?=\/|$)/, () => user!.home),
  );
}

/** A path as it is meant in a folder. Another machine is not asked. */
export function resolved(folder: string, path: string): string {
  if (/^(?:\/\/|\\\\)/.test(path)) throw new Error(`${path} is on another machine.`);
  const whole = /^[a-z]:/i.test(path) ? slashed(path) : path;
  return whole.startsWith('/') ? posix.normalize(whole) : posix.join(folder, whole);
}

/** The next comment, section or setting; the value of a setting ends with its line unless a backslash goes on. */
const token =
  /\s*(?:[#;].*|\[\s*(?<section>[-.\w]+)(?:\s+"(?<part>(?:\\.|[^"\\\n])*)")?\s*\]|(?<key>[a-z][-\w]*)[^\S\n]*(?:=(?<value>(?:"(?:\\[^]|[^"\\\n])*"|\\\r?\n|\\.|[^"\\\n#;])*)(?:[#;].*)?|(?=\s|$)))/iy;

function parsed(text: string, file: string): { name: string; value: string }[] {
  const entries: { name: string; value: string }[] = [];
  let section = '';
  const content = text.replace(/^\uFEFF/, '').trimEnd();
  for (token.lastIndex = 0; token.lastIndex < content.length;) {
    const at = token.lastIndex;
    const found = token.exec(content)?.groups;
    if (!found) throw new Error(`${file} is not a Git configuration: it breaks at character ${at}.`);
    const { section: opened, part, key, value } = found;
    if (opened !== undefined)
      section = [opened, ...(part === undefined ? [] : [part])].join('.').toLowerCase();
    if (key !== undefined) entries.push({ name: `${section}.${key.toLowerCase()}`, value: plain(value) });
  }
  return entries;
}

const escapes: Record<string, string> = { n: '\n', t: '\t', b: '\b' };

/** A value as it is meant: without quotes, escapes and the space around it. One that is not written is true. */
function plain(value: string | undefined): string {
  const joined = (value ?? 'true').replace(/\\\r?\n/g, '').trim();
  return joined.replace(/"|\\(.)/gs, (_whole, character?: string) =>
    character === undefined ? '' : (escapes[character] ?? character),
  );
}
