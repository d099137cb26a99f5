// Values that are secrets by the name they are given: assigned, passed, sent as a header, or written behind it in data.

import { besideValues } from './secretBeside';
import { isRandom, oddness, oddPart, withoutTerms, type Range } from './secretLooks';
import { at, closingOf, literal, type Site, statedValues, type, type Value } from './secretStatements';
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
  let read = 0;
  /** How far was read for the names before, as far as that is beyond the next. */
  let ends: number[] = [];
  // `$ummer`
  const plain = isPlain ? /^\$(?=[a-z])/ : '';
  for (const name of namesIn(text)) {
    const before = text.slice(Math.max(0, name.start - headCharacters), name.start);
    const head = before.slice(before.lastIndexOf('\n') + 1);
    if (isAlternative(text, name, head) || at(reference, text, name.end)) continue;
    const opened = openedIn(head);
    ends = ends.filter((end) => end > name.start);
    const isWithin = ends.length >= mostWithin;
    const site = { text, name, head, inside: opened?.quote, isData, isWithin, reached: name.end };
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
    if (name.group !== 'call') {
      add(statedSecrets(site));
      add(besideValues(site));
      add(inNumber(site));
      found.push(...keyBytes(site));
    }
    ends.push(site.reached);
  }
  return found;
}

/** What CloudFormation, Home Assistant and their like look a value up by. */
const reference =
  /["']?[ \t]*:[ \t]+!(?:(?:Ref|GetAtt|ImportValue|FindInMap|reference|secret)\b|env_var[ \t]+\w+["']?[ \t]*$|Sub[ \t]+["']?(?:\{\{resolve:|\$\{[^{}\n]{0,80}\}["']?[ \t]*$))/my;
/** Of a line before a name, where strings that are open there begin. */
const headCharacters = 400;
/** Of names that stand in what others are given, how many are read for to the end; so each place is read a few times at most. */
const mostWithin = 4;
/** Of a value: what is longer is told by its beginning. */
const longest = 400;

/** Up to the value, behind what closes the name: a type, then what assigns or parts, then what opens a list or a call. */
const assigns = String.raw`(?:[:=!]=+|=>|=|:=|:-|:|<-|<<-(?=[ \t])|<<|->|[?|+&]{1,2}=|\|\||\?\?|\?:|\bor\b|,|\()`;
const wraps = String.raw`(?:(?:new\s+)?(?!\w*(?:env|get|fetch|read|load|find|config|require|import|prompt|format|print|log|err|throw|match|test))[\w.:[\]]{1,40}\((?:default\s*=\s*)?)?`;
const quote = String.raw`(?:[@$&]|\b(?:[rbfu]{1,2}|u8|[LRNE])|\br)?#?\(?("""\s*|'''\s*|["'\`]|\[\[|${literal})\(?`;
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

function inPair(site: Site): Value[] | undefined {
  const { text, name, head } = site;
  const found = [...pairs, ...(ofPair.test(head) ? called : [])];
  const match = found.map((pair) => at(pair, text, name.end)).find((each) => each !== undefined);
  if (!match) return undefined;
  return match[1] ? quoted(site, match, false) : [lineFrom(text, match.index + match[0].length)];
}

const columns = /["'`\]]?(?:\s*,[^(),;]{1,60}){0,100}\s*\)\s*values\s*/iy;
const row = /[\s,]*\(/y;

/** As in `INSERT INTO users (name, password) VALUES ('bob', '...')`. */
function inColumn(site: Site): Value[] | undefined {
  const { text, name, isWithin } = site;
  const match = at(columns, text, name.end);
  if (!match) return undefined;
  const before = text.slice(text.lastIndexOf('(', name.start) + 1, name.start);
  const column = before.split(',').length - 1;
  const found: Value[] = [];
  let end = match.index + match[0].length;
  const last = isWithin ? Math.min(text.length, end + longest) : text.length;
  for (let opens = at(row, text, end); opens && end < last; opens = at(row, text, end)) {
    const { cells, end: behind } = cellsFrom(text, end + opens[0].length, last);
    end = behind;
    const { start, end: until } = cells[column] ?? { start: 0, end: 0 };
    const value = /^(\s*(?:[ben]?['"])?)([^]*?)['"]?\s*$/i.exec(text.slice(start, until))!;
    const [lead, own] = [value[1]!, value[2]!];
    // Without quotes only a number is one.
    if (/['"]/.test(lead) || (/^\d+$/.test(own) && name.group !== 'kind'))
      found.push({ start: start + lead.length, end: start + lead.length + own.length });
  }
  site.reached = Math.max(site.reached, end);
  return found;
}

/** The cells of a row, from behind its bracket, and where it ends: at the latest with the text. */
function cellsFrom(text: string, from: number, last: number): { cells: Range[]; end: number } {
  const cells: Range[] = [];
  let [start, depth, quote] = [from, 0, ''];
  for (let i = from; i < last; i++) {
    const each = text[i]!;
    // Of some databases a stroke before a quote keeps it from ending the string.
    if (quote !== '' && each === '\\' && !/^\\['"]\s*[,)]/.test(text.slice(i, i + 9))) i++;
    else if (quote !== '') quote = each === quote ? '' : quote;
    else if (each === "'" || each === '"') quote = each;
    else if (each === '(') depth++;
    else if (each === ',' && depth === 0) {
      cells.push({ start, end: i });
      start = i + 1;
    } else if (each === ';' || (each === ')' && depth-- === 0)) {
      cells.push({ start, end: i });
      return { cells, end: i + 1 };
    }
  }
  cells.push({ start, end: last });
  return { cells, end: last };
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
  if (isVerb && assigner === undefined && !head.endsWith('@')) return undefined;
  const values = quoted(site, match, /[[{(]/.test(whole));
  const inDoubt = (assigner === ',' && !isPaired(site, closes, values)) || (isVerb && assigner === '(');
  return inDoubt ? values.map((each) => ({ ...each, inDoubt })) : values;
}

/** Whether a comma parts name and value, not two of a list or two arguments: as in `set("TOKEN", "...")`, `["TOKEN", "..."]`. */
function isPaired({ text, name, head }: Site, closes: string, values: readonly Range[]): boolean {
  if (name.text.startsWith('-')) return true;
  const end = values.at(-1)!.end;
  // A pair of Erlang, and what it defines, have names without quotes.
  if (/(?:\{|^-define\()\s*$/.test(head) && /^[">]{0,3}(?:$|\s*[})])/.test(text.slice(end, end + 9)))
    return true;
  if (!/^["'`]/.test(closes)) return isConstant(name.text);
  const before = text.slice(Math.max(0, name.start - headCharacters), name.start).trimEnd();
  if (/\(\s*[a-z]{0,2}["'`]$/i.test(before)) return true;
  if (/[[{]\s*["'`]$/.test(before)) return /^["'`]\s*[\]}]/.test(text.slice(end, end + 9));
  return /\([^[\](){}]*$/.test(head) || /Map\.of\([^()]*$/.test(before);
}

function isConstant(name: string): boolean {
  return name === name.toUpperCase() && name !== name.toLowerCase();
}

function inCall(site: Site): Value[] | undefined {
  const match = at(passed, site.text, site.name.end);
  if (!match) return undefined;
  const values = quoted(site, match, true);
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

const numbered = new RegExp(
  String.raw`(?:["'\`]?[\])]*(?:${type})?\s*(?:[!=]==?|:?=|=>|:)\s*|["'\`]\s*,\s*|\(\s*)(0x[\da-f]+|\d+)n?(?![\w.])`,
  'iy',
);
const defined = /[ \t]+(\d+)(?![\w.])/y;
const measured = /bytes|len|size|max|min|count|bits|iter/i;

/** A number that is given to the name, compared with it or passed to it: also where it is a key in quotes, or a macro. */
function inNumber({ text, name, head, inside }: Site): Value[] {
  const isOpen = inside !== undefined && text[name.end] !== inside;
  if (isOpen || name.isAbout || !/secret|pin/.test(name.group) || measured.test(name.text)) return [];
  if (/^\s*(?:\/\/|\/\*|#\s|--|\*|;|<!--)/.test(head)) return [];
  const match = at(/#\s*define\s+$/.test(head) ? defined : numbered, text, name.end);
  if (!match) return [];
  const end = match.index + match[0].replace(/n$/, '').length;
  const start = end - match[1]!.length;
  // Shorter ones are counts; of a PIN its own rule tells.
  return name.group === 'secret' && end - start < 6 ? [] : [{ start, end }];
}

const byte = String.raw`(?:\(byte\)\s*)?(?:-?\d{1,3}|0x[\da-f]{1,2})`;
const item = String.raw`(?:${byte}|'(?:[^'\\\n]|\\.)')`;
const byteList = new RegExp(String.raw`[[{(]\s*((?:${item}\s*,\s*){3,}(?:${item})?)`, 'iy');
const listCharacters = 100;

/** A key or a password as a list of bytes or characters. */
function keyBytes({ text, name }: Site): Range[] {
  const isKey =
    name.group === 'secret' || (name.group === 'kind' && /key|schl(?:ü|ue)ssel|psk/i.test(name.text));
  if (!isKey || name.isAbout || measured.test(name.text)) return [];
  const near = text.slice(name.end, name.end + listCharacters);
  const opens = /^[^"'`\n]*?[=:(][^"'`\n=]*?[[{(]\s*(?=[\d'(-])/.exec(near);
  if (!opens) return [];
  const from = name.end + opens[0].trimEnd().length - 1;
  const match = at(byteList, text, from);
  if (!match) return [];
  const items = match[1]!.split(/\s*,\s*/);
  // Of small numbers, and of like ones, no key is made.
  const isDrawn = new Set(items).size > 3 && items.some((each) => !(Math.abs(Number(each)) < 32));
  if (!isDrawn) return [];
  const end = match.index + match[0].length;
  return [{ start: end - match[1]!.length, end }];
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
  for (let i = start; i < text.length; i++) {
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
function quoted(site: Site, opener: RegExpExecArray, isList: boolean): Range[] {
  const { text, isWithin } = site;
  const found: Range[] = [];
  for (let match: RegExpExecArray | undefined = opener; match && !(isWithin && found.length > 9);) {
    const opens: string = match[match.length - 1]!.trimEnd();
    const mark = closingOf(opens);
    const start = match.index + match[0].length;
    const end = endOf(text, start, mark, isWithin ? start + longest : text.length);
    found.push({ start, end });
    site.reached = Math.max(site.reached, end);
    match = text.startsWith(mark, end)
      ? at(isList ? next : nextWithoutComma, text, end + mark.length)
      : undefined;
  }
  return found;
}

/** Where a string ends that has begun before `start`: at its mark, at the end of its line, or at `last`. */
function endOf(text: string, start: number, mark: string, last: number): number {
  let end = start;
  for (; end < last && end < text.length; end++) {
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
  /(?:\$(?:ENV|CACHE)?)?\{[^{}]*\}+|\$\([^)]*\)?|<[^>]*>|%\(?\w*\)?[sd]|^%\w+%$|^-?\$[\p{L}\p{N}_]+\}?$|\b(?:Bearer|Basic|Token)\s/gu;
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

/** What a statement gives to the name; of a long one of a kind only the beginning where most of it does not look secret. */
function statedSecrets(site: Site): Value[] {
  const { text, name } = site;
  const values = statedValues(site);
  const secrets = values.filter(
    (value) =>
      !isPattern(value, site) &&
      isSecretValue(text.slice(value.start, value.end), name, value.inDoubt === true),
  );
  if (name.group !== 'kind' || secrets.length * 2 > values.length) return secrets;
  return secrets.filter(({ start }) => start < name.end + beginning);
}
/** How far that is, in characters. */
const beginning = 800;

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
