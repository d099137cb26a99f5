// Values that are secrets by the name they are given: assigned, passed, sent as a header, or written behind it in data.

import { besideValues } from './secretBeside';
import { isRandom, oddness, oddPart, withoutTerms, type Range } from './secretLooks';
import { at, type Site, statedValues, type, type Value } from './secretStatements';
import {
  isAbout,
  isBlank,
  isCalledSo,
  isTelling,
  type Name,
  namesIn,
  namesOfSecrets,
  speaksOfSecrets,
  wordsIn,
} from './secretWords';

/** What stands where the value of a name would: of the forms that there are, the first that fits. */
const forms: ((site: Site) => Value[] | undefined)[] = [
  inPair,
  inColumn,
  inQuotes,
  inElement,
  behindFlag,
  bare,
];
/** What is passed in a call of the name. */
const calls: typeof forms = [inCall];

/** The values in a text that are secrets by name; in data, `isData`, they need no quotes, and in `isPlain` text are no variables. */
export function assignedRanges(text: string, isData: boolean, isPlain = false): Range[] {
  const found: Range[] = [];
  let [reached, read] = [0, 0];
  // `$ummer`
  const plain = isPlain ? /^\$(?=[a-z])/ : '';
  for (const name of namesIn(text)) {
    const before = text.slice(Math.max(0, name.start - headCharacters), name.start);
    const head = before.slice(before.lastIndexOf('\n') + 1);
    if (isAlternative(text, name, head) || at(reference, text, name.end)) continue;
    const opened = openedIn(head);
    const site = { text, name, head, inside: opened?.quote, isData, isWithin: name.start < reached };
    const written = name.start < read ? undefined : writtenAround(site, opened?.from ?? 0);
    if (written) {
      read = written.places.at(-1)!;
      for (const { start, end } of assignedRanges(written.text, false))
        found.push({ start: written.places[start]!, end: written.places[end]! });
    }
    const add = (values: readonly Value[]): void => {
      for (const { start, end, inDoubt = false } of values)
        if (isSecretValue(text.slice(start, end).replace(plain, ''), name, inDoubt))
          found.push({ start, end });
    };
    for (const form of name.group === 'call' ? calls : forms) {
      const values = form(site);
      if (!values) continue;
      add(values);
      break;
    }
    if (name.group === 'call') continue;
    const stated = statedValues(site);
    reached = Math.max(reached, stated.end);
    add(stated.values.filter((value) => !isPattern(value, site)));
    add(besideValues(site));
  }
  return found;
}

/** What CloudFormation, Home Assistant and their like look a value up by. */
const reference =
  /["']?[ \t]*:[ \t]+!(?:(?:Ref|GetAtt|ImportValue|FindInMap|reference|secret)\b|env_var[ \t]+\w+["']?[ \t]*$|Sub[ \t]+["']?(?:\{\{resolve:|\$\{[^{}\n]{0,80}\}["']?[ \t]*$))/my;
/** Of a line before a name, where strings that are open there begin. */
const headCharacters = 400;
/** Of a value: what is longer is told by its beginning. */
const longest = 400;

/** Up to the value, behind what closes the name: a type, then what assigns or parts, then what opens a list or a call. */
const assigns = String.raw`(?:[:=!]=+|=>|=|:=|:-|:|<-|<<|->|[?|+&]{1,2}=|\|\||\?\?|\?:|\bor\b|,|\()`;
const wraps = String.raw`(?:(?:new\s+)?(?!\w*(?:env|get|fetch|read|load|find|config|require|import|prompt|format|print|log|err|throw|match|test))[\w.:[\]]{1,40}\((?:default\s*=\s*)?)?`;
const quote = String.raw`(?:[@$&]|\b(?:[rbfu]{1,2}|u8|[LRNE])|\br)?#?\(?("""\s*|'''\s*|["'\`]|\[\[)\(?`;
const opened = new RegExp(
  String.raw`(["'\`][\])]*|[\])]*(?:\s?\[\w*\])?(?:${type})?)(?:\s*(${assigns})[\s([{]{0,80}${wraps}|[ \t]+)${quote}`,
  'iy',
);
const passed = new RegExp(String.raw`\(\s*(?:[\w.]{1,60}\s*,\s*)?${quote}`, 'iy');
const next = /\s*(?:\+|\.{1,2}|&|~|<>|\\|,)?\s*\\?\s*[a-z@$]?("""|'''|["'`])/iy;
const nextWithoutComma = /\s*(?:\+|\.{1,2}|&|~|<>|\\)\s*\\?\s*[a-z@$]?("""|'''|["'`])/iy;

/** As in `"name": "TOKEN", "value": "..."`, `("--token", default="...")` and `variable "token" { default = "..." }`. */
const pairs = [
  /["'`,\s]{1,80}["']?\b(?:\w{0,12}value|val)["']?\s*[:=]\s*(["'`]?)/iy,
  /["'`](?:\s*\{[^{}]{0,200}?|[^;{}()<>]{0,160}?)(?<=[\s,{"'`])["']?(?:default(?:_?value)?|value)["']?\s*(?:=>|[:=])\s*(["'`])/iy,
];
/** Where the name is one of a pair's: its value is called more as well. */
const ofPair = /(?:name|key|field|variable|id)["']?\s*(?:=>|[:=])\s*["'`]?$/i;
const called = [
  /["'`,\s]{1,80}["']?\b(?:data|content|text|string\w{0,6}|secret)["']?\s*(?:=>|[:=])\s*(["'`]?)/iy,
  /["'`,]{0,2}\n(?:[ \t]+[^\s{}<>-][^{}<>\n]{0,80}\n){1,2}[ \t]+["']?\b(?:\w{0,12}value|val|default)["']?\s*[:=]\s*(["'`]?)/iy,
];

function inPair({ text, name, head }: Site): Value[] | undefined {
  const found = [...pairs, ...(ofPair.test(head) ? called : [])];
  const match = found.map((pair) => at(pair, text, name.end)).find((each) => each !== undefined);
  if (!match) return undefined;
  return match[1] ? quoted(text, match, false) : [lineFrom(text, match.index + match[0].length)];
}

const columns = /["'`\]]?(?:\s*,[^(),;]{1,60}){0,40}\s*\)\s*values\s*/iy;
/** The text may end in the midst of it. */
const row = /(?:,\s*)?\(((?:'(?:[^'\n]|'')*(?:'|$)|[^'()\n]|\([^()\n]*\)){0,400})(?:\)|$)/my;
const cell = /(?:'(?:[^'\n]|'')*(?:'|$)|[^',]){1,400}/g;
const mostRows = 64;

/** As in `INSERT INTO users (name, password) VALUES ('bob', '...')`. */
function inColumn({ text, name }: Site): Value[] | undefined {
  const match = at(columns, text, name.end);
  if (!match) return undefined;
  const before = text.slice(Math.max(0, name.start - headCharacters), name.start);
  const column = before.slice(before.lastIndexOf('(')).split(',').length - 1;
  const found: Value[] = [];
  let values = at(row, text, match.index + match[0].length);
  for (let i = 0; values && i < mostRows; i++) {
    const [whole, cells] = values as unknown as [string, string];
    const value = [...cells.matchAll(cell)][column];
    const start = values.index + whole.indexOf('(') + 1 + (value?.index ?? 0);
    const string = /^(\s*[ben]?')([^]*?)'?\s*$/i.exec(value?.[0] ?? '');
    if (string)
      found.push({ start: start + string[1]!.length, end: start + string[1]!.length + string[2]!.length });
    values = at(row, text, values.index + whole.length);
  }
  return found;
}

function inQuotes(site: Site): Value[] | undefined {
  const { text, name, head, inside } = site;
  const match = at(opened, text, name.end);
  if (!match) return undefined;
  const [whole, closes, assigner, mark] = match as unknown as [string, string, string?, string?];
  // The quote may end the string that the name stands in.
  if (inside !== undefined && !whole.startsWith(inside) && mark === inside) return undefined;
  // As in `if ready and password:`, what stands below is what is done then.
  if (/^\s*:\s*\n/.test(whole) && /\b(?:el)?if\b|\bwhile\b|\bfor\b|\b(?:and|or|not)\s*$/.test(head))
    return undefined;
  const isVerb = name.text === 'pass';
  if (isVerb && assigner === undefined) return undefined;
  const values = quoted(text, match, /[[{(]/.test(whole));
  const inDoubt = (assigner === ',' && !isPaired(site, closes, values)) || (isVerb && assigner === '(');
  return inDoubt ? values.map((each) => ({ ...each, inDoubt })) : values;
}

/** Whether a comma parts name and value, not two of a list or two arguments: as in `set("TOKEN", "...")`, `["TOKEN", "..."]`. */
function isPaired({ text, name, head }: Site, closes: string, values: readonly Range[]): boolean {
  if (name.text.startsWith('-')) return true;
  if (!/^["'`]/.test(closes)) return isConstant(name.text);
  const before = text.slice(Math.max(0, name.start - headCharacters), name.start).trimEnd();
  if (/\(\s*[a-z]{0,2}["'`]$/i.test(before)) return true;
  const end = values.at(-1)!.end;
  if (/[[{]\s*["'`]$/.test(before)) return /^["'`]\s*[\]}]/.test(text.slice(end, end + 9));
  return /\([^[\](){}]*$/.test(head) || /Map\.of\([^()]*$/.test(before);
}

function isConstant(name: string): boolean {
  return name === name.toUpperCase() && name !== name.toLowerCase();
}

function inCall({ text, name }: Site): Value[] | undefined {
  const match = at(passed, text, name.end);
  if (!match) return undefined;
  const values = quoted(text, match, true);
  // Of several, the first says who; one alone may say that as well.
  if (/^\(\s*\w/.test(match[0])) return values;
  return values.length > 1 ? values.slice(1) : values.map((each) => ({ ...each, inDoubt: true }));
}

/** In markup: in an element of the name, in one that has it for a name, and in the one behind it. */
const elements: [head: RegExp, behind: RegExp][] = [
  [/<$/, /[^<>\n]{0,80}>/y],
  [/<[^<>]*\b(?:name|key)\s*=\s*["'][^"'<>]*$/i, /["'][^<>\n]{0,80}>/y],
  [/>[^<>]*$/, /<\/[\w:-]{1,60}>\s*<[\w:][^<>\n/]{0,60}>/y],
];

function inElement({ text, name, head }: Site): Value[] | undefined {
  for (const [before, behind] of elements) {
    const match = at(behind, text, name.end);
    if (!match || !before.test(head)) continue;
    const start = match.index + match[0].length;
    const end = start + /^[^<\n]*/.exec(text.slice(start, start + longest))![0].length;
    if (end === text.length || text.startsWith('</', end)) return [{ start, end }];
  }
  return undefined;
}

const flagged = /["']?[ \t]*(?:[ \t]|\\?\r?\n[ \t]*(?:-[ \t]+)?)(?=[^\s"'`-])/y;
const argument = /[^\s"'`;|&<>)\]},]{4,}/y;
/** Behind an argument, what no sentence goes on with. */
const argumentEnd = /^(?:["'`)\]},;|&>\n\r\\]|[ \t]+[-|&;>\\\n\r]|[ \t]*$)/;

/** What stands behind a flag of a command. */
function behindFlag({ text, name, isData }: Site): Value[] | undefined {
  const match = name.text.startsWith('-') ? at(flagged, text, name.end) : undefined;
  const word = match && at(argument, text, match.index + match[0].length);
  if (!word) return undefined;
  const end = word.index + word[0].length;
  const isSure = isData || hasDigitOrSign(word[0]) || argumentEnd.test(text.slice(end, end + 9));
  return [{ start: word.index, end, inDoubt: !isSure }];
}

const separated =
  /["']?[ \t]*([?:+]=|[:=]|[ \t](?:is[ \t])?)[ \t]*(?:[|>][+-]?[ \t]*\r?\n[ \t]*)?(?:[!&][\w!]+[ \t]+)?(?=[^\s"'`])/y;
const wordOfText = /[^\s"'`<>;&,(){}[\]]{4,}(?![([])/y;
const number = /\d{4,}(?![\w.])/y;
/** A command that sets, before the name of what it sets. */
const setting = /^\s*(?:ENV|SetEnv|setx?|fastcgi_param)\s+$/i;
/** What is a line of settings of its own. */
const directive = /^(?:requirepass|masterauth)$/i;
/** Before the name of one of several settings in a row, as those of connections and queries are. */
const settings = /[;?&]\s?$|\$\{[\w.-]{0,40}$|\w\s?=\s?[^\s=;&]{1,64}[;&\s]\s?(?:\w{1,20} )?$/;
const settingsCharacters = 100;

/** Without quotes: in data the rest of the line; else a word in a string or a comment, or a number. */
function bare({ text, name, head, inside, isData }: Site): Value[] | undefined {
  const match = at(separated, text, name.end);
  if (!match) return undefined;
  const [start, isAssigned] = [match.index + match[0].length, /[:=]/.test(match[1]!)];
  const line = lineFrom(text, start);
  const value = text.slice(line.start, line.end);
  const first = /^\S*/.exec(value)![0];
  // A command may stand behind it.
  if (isData && (isAssigned || setting.test(head))) return [line, { start, end: start + first.length }];
  const isSetting = directive.test(name.text) || hasDigitOrSign(value);
  if (isData && /^\s*$/.test(head) && first === value && isSetting) return [line];
  const inRow = isAssigned && settings.test(head.slice(-settingsCharacters));
  if (inside === undefined && !isData && !inRow && !/^\s*(?:\/\/|\/\*|#|--|\*|;|<!--)/.test(head)) {
    const all = isAssigned && !wordsIn(name.text).some(isAbout) ? at(number, text, start) : undefined;
    return all && [{ start, end: start + all[0].length, inDoubt: name.group === 'kind' }];
  }
  const word = at(wordOfText, text, start)?.[0];
  if (word === undefined) return undefined;
  const looksSo =
    hasDigitOrSign(word) &&
    (isAssigned || match[1]!.includes('is') ? /\p{L}/u.test(word) : oddness(word) >= oddPart);
  const isSure = (inRow && inside !== undefined) || (looksSo && word.length >= 6);
  return isSure ? [{ start, end: start + word.length }] : undefined;
}

function hasDigitOrSign(word: string): boolean {
  return /[\d!@#$%^*+~]/.test(withoutTerms(word));
}

/** Whether the name in quotes is one of two values: `shown ? 'password' : 'text'`. */
function isAlternative(text: string, name: Name, head: string): boolean {
  return /\?\s*["'`]$/.test(head) && /^["'`]\s*:/.test(text.slice(name.end, name.end + 9));
}

/** The quote that is open at the end of a line's head, and where what it opens begins. */
function openedIn(head: string): { quote: string; from: number } | undefined {
  let inside: { quote: string; from: number } | undefined;
  for (const { 0: quote, index } of head.matchAll(/\\.|["'`]/g)) {
    if (inside === undefined && quote.length === 1) inside = { quote, from: index + 1 };
    else if (quote === inside?.quote) inside = undefined;
  }
  return inside;
}

const longestWritten = 800;
const escapedQuote = /[^"'`\n]{0,20}\\+["']|["']{2}\s*[:=,]/y;
const escapeCharacters: Record<string, string> = { n: '\n', r: '\r', t: '\t' };

/** What a string with quotes within says around a name, as `"{\"password\": \"...\"}"` does, and where each of its characters stands. */
function writtenAround(
  { text, name, head, inside }: Site,
  from: number,
): { text: string; places: number[] } | undefined {
  if (!at(escapedQuote, text, name.end)) return undefined;
  const isDoubled = !text.slice(name.end, name.end + 9).includes('\\');
  if (isDoubled && !/(["'])\1$/.test(head)) return undefined;
  const start = name.start - (isDoubled ? 2 : head.length - from);
  const places: number[] = [];
  let said = '';
  for (let i = start; i < text.length && i - start < longestWritten; i++) {
    if (text[i] === '\n' || (!isDoubled && text[i] === inside)) break;
    places.push(i);
    const isEscaped = isDoubled ? /^(["'])\1/.test(text.slice(i, i + 2)) : text[i] === '\\';
    const character = isEscaped ? text[++i] : text[i];
    said += (isEscaped && !isDoubled && escapeCharacters[character!]) || (character ?? '');
  }
  places.push(places.length === 0 ? start : places.at(-1)! + 1);
  return { text: said, places };
}

/** The string that a match opens, up to its end or that of its line, and those joined to it; in a list all. */
function quoted(text: string, opener: RegExpExecArray, isList: boolean): Range[] {
  const found: Range[] = [];
  for (let match: RegExpExecArray | undefined = opener; match && found.length < 64;) {
    const opens: string = match[match.length - 1]!.trimEnd();
    const mark = opens === '[[' ? ']]' : opens;
    const start = match.index + match[0].length;
    const end = endOf(text, start, mark);
    found.push({ start, end });
    match = text.startsWith(mark, end)
      ? at(isList ? next : nextWithoutComma, text, end + mark.length)
      : undefined;
  }
  return found;
}

/** Where a string ends that has begun before `start`: at its mark, at the end of its line, or where it is long. */
function endOf(text: string, start: number, mark: string): number {
  let end = start;
  for (; end < text.length && end - start < longest; end++) {
    if (text[end] === '\n' || text.startsWith(mark, end)) return end;
    if (text[end] === '\\') end++;
  }
  return Math.min(end, text.length);
}

/** The rest of a line, without what comments on it. */
function lineFrom(text: string, start: number): Range {
  const line = /^.*/.exec(text.slice(start, start + longest))![0];
  return { start, end: start + line.replace(/\s+#.*$/, '').replace(/[;,]?\s*$/, '').length };
}

/** Filled in later, and no part of a value. */
const filledIn =
  /\$?\{[^{}]*\}+|\$\([^)]*\)?|<[^>]*>|%\(?\w*\)?[sd]|^%\w+%$|^-?\$[\p{L}\p{N}_]+\}?$|\b(?:Bearer|Basic|Token)\s/gu;
const escapes = /^(?:\\[nrt])+|(?:\\[nrt])+$/g;
const pin = /^\d{4,8}$/;
const color = /^#[\da-f]{3,8}$/i;
/** Names of variables of the environment, of modules and their members, paths, and rules that a value is held to. */
const variable = /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/;
const member = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/;
const file = /^[~.]{0,2}\/[a-z\d_.@-]+(?:\/[a-z\d_.@-]+)+$/;
const address = /^[a-z\d_.@-]+(?:\/[a-z\d_.@-]+)+$/;
const rules =
  /(?:^|\|)(?:required|nullable|sometimes|string|confirmed|(?:min|max|size|between):[\d,]+)(?:\||$)/;

/** Of a package, which may be named after what it is for. */
const version = /^[~^<>=]{0,2}v?\d+(?:\.\d+){1,3}$/;
/** What is kept under a key may have one: `todos-2.0`. */
const versionBehind = /[-_@]v?\d+(?:\.\d+){1,3}$/;
/** Patterns, paths, members and addresses, which stand in statements of names that only sound like it. */
const pattern = /[\\()[\]{}<>|]/;
const place = /^[\w.@:/$-]*\/[\w.@:/$-]+$/;
const mail = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/;

function isPattern({ start, end, inDoubt }: Value, { text, name }: Site): boolean {
  if (!inDoubt && name.group !== 'kind') return false;
  const own = text.slice(start, end).replace(filledIn, '');
  if (pattern.test(own) || (!/\d/.test(own) && oddness(own) < oddPart)) return true;
  return (member.test(own) || place.test(own) || mail.test(own)) && !isRandom(own);
}

function isSecretValue(value: string, name: Name, inDoubt: boolean): boolean {
  const own = value.replace(filledIn, '').replace(escapes, '');
  if (name.group === 'pin') return !name.isAbout && pin.test(own);
  if (own.length < 4 || !/[\p{L}\p{N}]/u.test(own) || /^(.)\1*$/.test(own)) return false;
  const words = wordsIn(withoutTerms(own));
  const names = new Set(wordsIn(name.text));
  const isKnown = (word: string): boolean =>
    names.has(word) || isBlank(word) || isAbout(word) || isCalledSo(word);
  if (/^[\p{L}\p{N}_\s.:/,<>[\]@#*'-]*$/u.test(own) && words.every(isKnown)) return false;
  if (rules.test(own) || (variable.test(own) && words.some(isCalledSo))) return false;
  const isOdd = /\d/.test(withoutTerms(own).replace(versionBehind, ''))
    ? own.length >= 6 && !/\s/.test(own)
    : oddness(own) >= 6;
  const mustLookSo = inDoubt || name.group === 'kind';
  if ((inDoubt && color.test(own)) || (mustLookSo && version.test(own))) return false;
  if (file.test(own) || (mustLookSo && address.test(own))) return isRandom(own);
  if (name.isAbout) return isOdd && !member.test(own) && oddness(own) >= 6;
  if (mustLookSo) return isOdd || (/^[^\s\\()[\]{}"'<>]*$/.test(own) && /[!@#$%^&*~+?]/.test(own));
  return isOdd || !isSentence(own, words, name);
}

/** What is told about a secret, and is none; of what goes on over several words, a phrase may be one. */
function isSentence(value: string, words: readonly string[], name: Name): boolean {
  if (speaksOfSecrets(value)) return true;
  if (!/\s/.test(value.trim())) return false;
  // Those of a seed phrase are taken from a list of common ones.
  if (/phrase|mnemonic|seed/i.test(name.text) && /^(?:[a-z]{3,8}\s+){11,23}[a-z]{3,8}$/.test(value.trim()))
    return false;
  if (words.some(isTelling)) return true;
  // A name may be of several words: `Votre mot de passe`.
  const isNamed = words.some(isCalledSo) || namesOfSecrets(value).some((name) => /\s/.test(name));
  return isNamed && !/[\d=]/.test(value) && !/phrase|mnemonic/i.test(name.text);
}
