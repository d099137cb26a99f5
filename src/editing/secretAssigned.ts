// Values that are secrets by the name they are given: assigned, passed, sent as a header, or written behind it in data.

import { oddness, oddPart, type Range } from './secretLooks';

/** What secrets are called. Of those in the second group, one that is a word is a kind of thing, and no secret. */
const called =
  /(pass(?:words?|wd|phrases?|code)?|pswd|pwd|secrets?|credentials?|creds|conn(?:ection)?[-_ ]?str(?:ing)?|dsn|mnemonic|secure[-_ ]?string|log[io]n|signin|authenticate)|(tokens?|bearer|auth(?:orization|entication)?|(?:api|app|access|account|auth|client|cipher|crypt|deploy|encrypt(?:ion)?|hmac|jwt|licen[cs]e|master|private|secret|server|service|session|shared|sign(?:ing)?|ssh|storage|subscription|webhook)[-_. ]?keys?|salt|otp)/gi;
const calledSo = new RegExp(`^(?:${called.source})$`, 'i');
/** Too short to be found within a longer word. */
const short = /^(?:pass|pwd|pswd|auth|creds|dsn|salt|otp|log[io]n|signin|authenticate)$/i;
/** Only what is passed to it is secret. */
const call = /^(?:log[io]n|signin|authenticate)$/i;

/** Behind the name of a secret, what is told of it and is not it. */
const about = new Set(
  `action algorithm attribute button class code column count cookie description duration endpoint enabled end env error
  event expiration expired expires expiry field file filename flow format function header help hint host id ids index
  input issuer kind label length lifetime limit link list location manager max message method min missing mode name names
  params path pattern placeholder policy position prefix prompt property provider ref reference regex required role
  route schema scheme scope scopes selector separator service size source start state status store strategy suffix text
  title ttl type types uri url usage user username validator variable version`.split(/\s+/),
);
/** What stands for a value that somebody has to give. */
const blank = new Set(
  `a abc an any api app bar basic baz bool bytes change changeme dummy empty example fake false foo goes here insert
  key me my new nil no none null old optional placeholder redacted replace required sample set some str string super
  test testing the this to todo true undefined value xxx your`.split(/\s+/),
);

/** Up to the value, behind what closes the name: a type, then what assigns or parts, then what opens a list or a call. */
const type = String.raw`(?:[?!]?:\s*[\w&*<>[\]|?.' ]{1,40}?|\s+(?:as\s+)?[\w*<>[\].]{1,30}(?:\([\d, ]{0,9}\))?(?:\s+default)?)(?=\s*[:?]?=|\s+['"])`;
const assigns = String.raw`(?:[:=!]=+|=>|=|:=|:-|:|<-|<<|->|[?|+&]{1,2}=|\|\||\?\?|\?:|\bor\b|,|\()`;
const wraps = String.raw`(?:(?:new\s+)?(?!\w*(?:env|get|fetch|read|load|find|config|require|import|prompt|format|print|log|err|throw|match|test))[\w.:[\]]{1,40}\()?`;
const quote = String.raw`(?:[@$&]|\b[a-z]\w?|\br)?#?\(?("""\s*|'''\s*|["'\`]|\[\[)\(?`;
const opened = new RegExp(
  String.raw`(?:["'\`][\])]*|[\])]*(?:\s?\[\w*\])?(?:${type})?)(?:\s*(${assigns})[\s([{]{0,80}${wraps}|\s+)${quote}`,
  'iy',
);
const valued = /["'`,\s]{1,80}["']?\bvalue["']?\s*[:=]\s*(["'`]?)/iy;
const element = /[^<>\n]{0,80}>/y;
const next = /\s*(?:\+|\.{1,2}|&|~|<>|\\|,)?\s*\\?\s*[a-z@$]?("""|'''|["'`])/iy;
const nextWithoutComma = /\s*(?:\+|\.{1,2}|&|~|<>|\\)\s*\\?\s*[a-z@$]?("""|'''|["'`])/iy;
/** Not in quotes. */
const bare =
  /["']?[ \t]*(?:[:=]|[?:+]=|[ \t])[ \t]*(?:[|>][+-]?[ \t]*\r?\n[ \t]*)?(?:[!&][\w!]+[ \t]+)?(?=[^\s"'`])/y;

/** The values in a text that are secrets by name; in data, `isData`, they need no quotes. */
export function assignedRanges(text: string, isData: boolean): Range[] {
  const found: Range[] = [];
  for (const { 0: word, 1: any, index } of text.matchAll(called)) {
    const name = nameAt(text, index, word);
    if (!name) continue;
    for (const value of valuesBehind(text, name, isData, call.test(word)))
      if (isSecretValue(text.slice(value.start, value.end), name, any !== undefined)) found.push(value);
  }
  return found;
}

interface Name {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** It names what is told of a secret. */
  readonly isAbout: boolean;
}

/** The whole name that has the word in it, unless that is a part of another word. */
function nameAt(text: string, index: number, word: string): Name | undefined {
  const end = index + word.length;
  const [before, behind] = [text[index - 1] ?? '', text[end] ?? ''];
  const isUpper = /[A-Z]$/.test(word);
  if (isUpper ? /[A-Z]/.test(behind) : /[a-z]/.test(behind)) return undefined;
  if (
    short.test(word) &&
    (/^[a-z]/.test(word) ? /[A-Za-z]/ : /^[A-Z]{2}/.test(word) ? /[A-Z]/ : /(?!)/).test(before)
  )
    return undefined;
  let start = index;
  while (start > 0 && index - start < 40 && /[\w$-]/.test(text[start - 1]!)) start--;
  rest.lastIndex = end;
  const tail = rest.exec(text)?.[0] ?? '';
  return {
    ...{ text: text.slice(start, end) + tail, start, end: end + tail.length },
    isAbout: wordsIn(tail).some((each) => about.has(each)),
  };
}
const rest = /(?:[\w$]|[.-](?=[A-Za-z_])){0,60}/y;

function wordsIn(text: string): string[] {
  return (text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) ?? []).map((each) => each.toLowerCase());
}

/** Of a line before a name, where strings that are open there begin. */
const headCharacters = 400;
/** Of a value: what is longer is told by its beginning. */
const longest = 400;

/** What stands where the value of a name would; only in a call of it, where it `isCall`. */
function valuesBehind(text: string, name: Name, isData: boolean, isCall: boolean): Range[] {
  const before = text.slice(Math.max(0, name.start - headCharacters), name.start);
  const head = before.slice(before.lastIndexOf('\n') + 1);
  const inside = openedIn(head);
  const found = valueOfPair(text, name) ?? inQuotes(text, name, inside, isCall);
  if (found || isCall) return found ?? [];
  const isText = inside !== undefined || /^\s*(?:\/\/|#|--|\*|;)/.test(head);
  const range = inElement(text, name) ?? withoutQuotes(text, name, isData, isText);
  return range ? [range] : [];
}

/** As in `"name": "TOKEN", "value": "..."`. */
function valueOfPair(text: string, name: Name): Range[] | undefined {
  const match = at(valued, text, name.end);
  if (!match) return undefined;
  return match[1] ? quoted(text, match, false) : [lineFrom(text, match.index + match[0].length)];
}

function inQuotes(
  text: string,
  name: Name,
  inside: string | undefined,
  isCall: boolean,
): Range[] | undefined {
  const match = at(opened, text, name.end);
  if (!match || (isCall && match[1] !== '(')) return undefined;
  // The quote may end the string that the name stands in.
  if (inside !== undefined && !match[0].startsWith(inside) && match[2] === inside) return undefined;
  return quoted(text, match, /[[{(]/.test(match[0]));
}

function inElement(text: string, name: Name): Range | undefined {
  const tag = text[name.start - 1] === '<' ? at(element, text, name.end) : undefined;
  if (!tag) return undefined;
  const start = tag.index + tag[0].length;
  const end = start + /[^<\n]*/.exec(text.slice(start, start + longest))![0].length;
  return end === text.length || text.startsWith('</', end) ? { start, end } : undefined;
}

/** In data the rest of the line; in a string or a comment, `isText`, what no name in code looks like. */
function withoutQuotes(text: string, name: Name, isData: boolean, isText: boolean): Range | undefined {
  const match = at(bare, text, name.end);
  if (!match) return undefined;
  const start = match.index + match[0].length;
  if (isData && /[:=]/.test(match[0])) return lineFrom(text, start);
  const word = isData || isText ? at(wordOfText, text, start)?.[0] : undefined;
  const isOdd = word !== undefined && /\d|[!@#$%^*+~]/.test(word) && oddness(word) >= oddPart;
  return isOdd ? { start, end: start + word.length } : undefined;
}
const wordOfText = /[^\s"'`<>;&,(){}[\]]{6,}(?![([])/y;

/** The quote that is open at the end of a line's head. */
function openedIn(head: string): string | undefined {
  let inside: string | undefined;
  for (const [quote] of head.matchAll(/\\.|["'`]/g)) {
    if (inside === undefined && quote.length === 1) inside = quote;
    else if (quote === inside) inside = undefined;
  }
  return inside;
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

function isSecretValue(value: string, name: Name, isAny: boolean): boolean {
  // What is filled in later is no part of it.
  const own = value.replace(
    /\$?\{[^}]*\}+|\$\([^)]*\)?|<[^>]*>|%\(?\w*\)?[sd]|^%\w+%$|^\$\w+$|\b(?:Bearer|Basic|Token)\s/g,
    '',
  );
  if (own.length < 4 || !/[^\W_]/.test(own) || /^(.)\1*$/.test(own)) return false;
  const words = wordsIn(own);
  const names = new Set(wordsIn(name.text));
  const isKnown = (word: string): boolean =>
    names.has(word) || blank.has(word) || about.has(word) || calledSo.test(word);
  if (words.length > 0 && /^[\w\s.:/,<>[\]@#*'-]*$/.test(own) && words.every(isKnown)) return false;
  const isOdd = /\d/.test(own) ? own.length >= 6 && !/\s/.test(own) : oddness(own) >= 6;
  if (name.isAbout) return isOdd && oddness(own) >= 6;
  if (!isAny) return isOdd || !/^[\w\s.:/()'",!?%-]*$/.test(own);
  // A sentence about secrets is none.
  return isOdd || !(/\s/.test(own) && words.some((word) => calledSo.test(word)));
}

function at(pattern: RegExp, text: string, index: number): RegExpExecArray | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text) ?? undefined;
}
