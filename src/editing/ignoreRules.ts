// The rules of ignore files in Git's meaning: those of a folder and of the folders above it, as one list that judges paths.

import ignore from 'ignore';

/** The text of an ignore file with the folder that its rules are about: relative to the root, and empty for the root. */
export interface RuleText {
  readonly folder: string;
  /** One character for each byte, because Git's `?` stands for a byte. */
  readonly text: string;
  /** The file is a link to another one. */
  readonly isLink?: boolean;
}

/** Whether the rules keep out a file, named relative to the root; it is kept out with a folder in which it lies. */
export type Rules = (path: string) => boolean;

/**
 * The rules of several files; where two have something to say, the later one decides. macOS may spell a letter with a mark
 * in two characters where a rule has one: Git takes them for the same there, and they count as such everywhere.
 */
export function rulesOf(texts: readonly RuleText[], options: { ignoreCase: boolean }): Rules {
  const asSpelled = rulesAsSpelled(texts, options);
  let composed: Rules | undefined;
  return (path) => {
    if (asSpelled(path)) return true;
    const whole = path.normalize();
    if (whole === path) return false;
    composed ??= rulesAsSpelled(
      texts.map(({ folder, text }) => ({ folder: folder.normalize(), text })),
      options,
    );
    return composed(whole);
  };
}

function rulesAsSpelled(texts: readonly RuleText[], { ignoreCase }: { ignoreCase: boolean }): Rules {
  const patterns = texts.flatMap(({ folder, text }) =>
    text.split('\n').flatMap((line) => patternsOf(line.replace(/\r$/, ''), bytesOf(folder))),
  );
  // On Windows the first part below the root is a drive, which `ignore` would refuse as no relative path.
  const rules = ignore({ ignorecase: ignoreCase, allowRelativePaths: true }).add(
    patterns.map((pattern) => ({ pattern })),
  );
  return (path) => rules.ignores(bytesOf(path));
}

/** The text of an ignore file from its bytes, which are UTF-8, or UTF-16 with a byte order mark. */
export function ruleTextOf(bytes: Uint8Array): string {
  const mark = Buffer.from(bytes.subarray(0, 3)).toString('hex');
  if (mark.startsWith('fffe')) return bytesOf(new TextDecoder('utf-16le').decode(bytes));
  if (mark.startsWith('feff')) return bytesOf(new TextDecoder('utf-16be').decode(bytes));
  return Buffer.from(mark === 'efbbbf' ? bytes.subarray(3) : bytes).toString('latin1');
}

function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A line of the ignore file in a folder, as patterns that mean the same at the root. */
function patternsOf(line: string, folder: string): string[] {
  if (line.startsWith('#')) return [];
  const sign = line.startsWith('!') ? '!' : '';
  const whole = trimmed(line.slice(sign.length));
  const ending = whole.endsWith('/') ? '/' : '';
  const body = whole.slice(0, whole.length - ending.length);
  if (body === '') return [];
  const above = folder === '' ? '' : `/${escaped(folder)}`;
  // A pattern without a slash is about names at any depth.
  if (!body.includes('/')) return [sign + (above === '' ? '' : `${above}/**/`) + body + ending];
  return spread(collapsed(body.replace(/^\//, ''))).map((each) => `${sign}${above}/${each}${ending}`);
}

/** Without the spaces at its end, but for one that a backslash keeps. */
function trimmed(body: string): string {
  let end = body.length;
  while (body[end - 1] === ' ') end--;
  let backslashes = 0;
  while (body[end - 1 - backslashes] === '\\') backslashes++;
  return body.slice(0, end + (end < body.length ? backslashes % 2 : 0));
}

/** Each `**` for any folders is tried with any share of a path's folders: more of them take too long in deep trees. */
const mostAnyFolders = 4;

/** With `**` said once where it stands in a row, which means the same. */
function collapsed(pattern: string): string {
  const isAny = (part = ''): boolean => /^\*{2,}$/.test(part);
  const parts = pattern.split('/').filter((part, i, all) => !isAny(part) || !isAny(all[i + 1]));
  if (parts.filter(isAny).length > mostAnyFolders) throw new Error(`Too many ** are in the rule ${pattern}`);
  return parts.join('/');
}

/** Git reads a `**` that only plain text precedes as anything, folders included; `ignore` reads it as `*`. */
function spread(pattern: string): string[] {
  const plain = /^[^*?[\\]*/.exec(pattern)![0];
  const [stars, rest] = /^\*{2,}(\/.*)?$/s.exec(pattern.slice(plain.length)) ?? [];
  if (stars === undefined || plain === '' || plain.endsWith('/')) return [pattern];
  return rest === undefined ? [`${plain}*`, `${plain}*/**`] : [plain + rest.slice(1), `${plain}*/**${rest}`];
}

function escaped(folder: string): string {
  return folder.replace(/[\\*?[\] ]/g, '\\$&');
}
