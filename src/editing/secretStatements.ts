// Values that a statement gives to the name of a secret from farther off: behind operators, in calls, lists and entries, and over lines.

import type { Range } from './secretLooks';
import { isAbout, type Name, wordsIn } from './secretWords';

/** A value of a name; one in `doubt` has to look like a secret. */
export interface Value extends Range {
  readonly inDoubt?: boolean;
}

/** Where a name stands. */
export interface Site {
  readonly text: string;
  readonly name: Name;
  /** Of its line, what stands before it. */
  readonly head: string;
  /** The quote of the string that it is a part of. */
  readonly inside: string | undefined;
  /** In data values need no quotes. */
  readonly isData: boolean;
  /** Whether it stands in so many statements of other names that only the beginning of its own is read. */
  readonly isWithin: boolean;
  /** How far the text was read for it. */
  reached: number;
}

/** The type of a name, up to what assigns it a value. */
export const type = String.raw`(?:[?!]?:[ \t]*[\w&*<>[\]|?.' ]{1,40}?|[ \t]*:[ \t]*[\w.() ]{1,60}?(?=\s*:=)|[ \t]+(?:as[ \t]+)?(?!(?:from|in|of|is|and|or|not|to|for|case|if|return)\b)[\w*<>[\].]{1,30}(?:\([\d, ]{0,9}\))?(?:[ \t]+default)?)(?=\s*[:?]?=|[ \t]+['"]|[ \t]by[ \t]lazy\b|\s+get\(\)\s*=)`;
/** What opens a string in Erlang, Ruby, Perl, Elixir and OCaml, where something gives it to a name. */
export const literal = [
  String.raw`(?<=[=,:>([{|?]\s?)<<"`,
  String.raw`(?<=[=,:>([{|?]\s?)%(?:[qQwW][([{<|!/]|\((?![^()\n]{0,80}\)[\ddrs]))`,
  String.raw`(?<=[=,:>([{|?]\s?)q(?:[({]|\[(?=[^\]\n]{0,80}[^\w\]\n."'$])|[/|!](?=[^/|!\s]{4,80}[/|!])|[qw][([{<|!/])`,
  String.raw`(?<=[=,:>([{|?]\s?|@[^\s@]{1,40}[ \t])~[sSwW](?:"""|'''|[([{<|/"'])`,
  String.raw`(?<=[=,:>(]\s?)\{[a-z_]*\|`,
].join('|');
const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}', '<': '>' };

/** What closes a string, by what has opened it. */
export function closingOf(opens: string): string {
  if (opens === '[[') return ']]';
  const mark = /(?:"""|'''|.)$/.exec(opens)![0];
  return closing[mark] ?? mark;
}

const accessors = String.raw`\s*\{(?:\s*(?:(?:private|protected|internal)\s+)?(?:get|set|init)\s*;){1,2}\s*\}`;
/** Up to the first of what it is given. */
const assigned = new RegExp(
  String.raw`["'\`]?(?:[\])]*|\}(?=\s*=))(?:\s?\[\w*\])?(?:${type}|${accessors})?\s*(?:(?:[?|+&]{1,2})?=(?![=>~])|:=|<-|<<-(?=[ \t])|(?<=["'\`\]]\s?)=>|[ \t]by(?=[ \t]lazy)|get\(\)\s*=(?!=)|(?<!\)\s?):(?![:=])|(?=\{\s*[a-z]{0,2}"|\(\s*\{))`,
  'y',
);
/** As in `user, password = "bob", "..."`: what stands before the name, and behind it. */
const firstNames = /^\s*(?:(?:const|let|var|my|local)\s+)?([([]?)\s*((?:[\w$.@*&]+\s*,\s*){0,6})[\w$.@*&]*$/;
const otherNames = /((?:\s*,\s*[\w$.@*&]+){0,6})\s*[\])]?\s*:?=(?![=>~])\s*([([]?)/y;

/** What is put into several of the name, by whom it is of or without one: `passwords["bob"] = "..."`, `.update(bob="...")`. */
const putInto = new RegExp(
  [
    String.raw`(?:\[[^\]\n]{1,60}\]){1,3}\s*(?:[|?&+]{1,2}=|:?=)(?![=>~])`,
    String.raw`\.(?:put|set|add|insert|emplace|store|try)\w{0,12}!?\(\s*(?:["'\`][^"'\`\n]{0,80}["'\`]|[\w.]{1,40})\s*,`,
    String.raw`\.(?:update|merge\w*|append|push\w*|add\w*|insert|extend|unshift|concat)!?(?=\()`,
  ].join('|'),
  'y',
);
/** What runs over the values of a list, each called so. */
const runs = /(?:\bfor|\bforeach|\bForEach-Object)\b[^\n;"'`]{0,60}$/;
const ranged = /\s*(?::?=\s*range|\bin|\bof|:(?!:))\s+/y;

/** How much is read of a statement that is within others. */
const longestWithin = 160;

/** How sure something is a value of the name: the least of two counts. */
export const sureness = { not: 0, inDoubt: 1, is: 2 } as const;

interface Frame {
  /** How sure what stands in the brackets is a value of the name. */
  readonly sure: number;
  /** Of a call that looks something up by its first argument. */
  readonly isLookup: boolean;
  argument: number;
  key: string | undefined;
}

/** As one: space, comments, names with their members, and what else is written. */
const token = new RegExp(
  [
    String.raw`(\s+)`,
    String.raw`(\/\/[^\n]*|#(?=\s)[^\n]*|\/\*)`,
    // Before words, for it may begin as one.
    String.raw`(${literal}|"""|'''|["'\x60])`,
    String.raw`([\p{L}_$][\p{L}\p{N}_$]*(?:(?:\?\.|\.|::|->)[\p{L}_$][\p{L}\p{N}_$]*)*(?:!(?=[[(]))?)`,
    String.raw`([[({])`,
    String.raw`([\])}])`,
    String.raw`(=>|->|[=!<>]=+|&&|\|\||\?\?|\?:|<-|:=|[^])`,
  ].join('|'),
  'uy',
);
const cast = /<[\w.:*[\]| ]{1,40}>/y;
const regularExpression = /\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;

const wordsOf = (all: string): ReadonlySet<string> => new Set(all.split(' '));
/** Before a string that something is compared with. */
const compares =
  /(?:[=!]==?|(?<![<>-])[<>]=|\b(?:in|is|not|if|unless|case|when|like|instanceof|typeof))\s*[a-z@$]?$/i;
const keywords = wordsOf('if or and in is not return await new yield else throw case when then string');
const operators = wordsOf('= := <- : ? ?: ?? || && | & + . \\ or and else , -> =>');
const operatorAt = /\?|:(?!:)|\|\||&&|\+|\.(?!\.)|<>|~|\\|(?:or|and|else(?!\s*:))\b/y;
const bodies = wordsOf(') => -> else try do then finally');
/** What an expression goes on with behind a string. */
const joins = wordsOf('or and if else unless as satisfies rescue in is not then');
/** Before a name in an expression. */
const prefixes = wordsOf(
  'return await new yield else in is not and or if then throw typeof void mut const static unsafe ref out by run try case when satisfies as',
);
/** A function's text is not the value of its name. */
const functions = wordsOf('function func fn lambda async def class struct interface');
/** Names of what is asked about a secret or done with it. */
export const asks =
  /^(?:is|has|show|hide|should|can|needs?|toggle|use|with|allow|enable|disable|reset|change|forgot|validate|check|verify|compare|hash|encrypt|decrypt|generate|update|create|delete|remove|send|handle|render|on|mask|redact|obscure|parse|store|save|submit|to|ask|read|prompt)(?=[A-Z_])/;
/** Expressions whose blocks end with their value. */
const chooses = /^\s*(?:if|match|when|switch|case|try|unsafe|run|by\s+lazy|lazy|begin|do)\b/;
const blockOfString = /\{\s*[a-z@$]?["'`][^"'`\n]*(?:["'`]\s*\}|["'`]?\s*$)/y;

/** Calls that give what is passed to them; others may make it of something else. */
const keeping =
  /(?:^|[.:_])(?:from|of|dict|(?:hash|tree|frozen|linked)?(?:set|map|list|array|vec)(?:_?of)?|string|str|bytes?|buffer|some|just|box|or|if|if_?else|iif|cond|\w*default\w*|unwrap_?or\w*|or_?else\w*|atob|btoa|b64\w*|base64[\w.]*|trim|concat|append|push|to_?\w{0,12}string|freeze|coalesce|ifnull|nvl|choice|sample|pick)!?$/i;
const lookups =
  /(?:env\w*|environ|get\w*|fetch|read\w*|load\w*|find\w*|config\w*|property|option|param\w*|require|import|prompt|format|print\w*|log|err\w*|throw|match\w*|test|input|label|translate|query\w*|select\w*|(?:^|\.)_|(?:^|\.)t)!?$/i;
const ofEnvironment = /env\w*$|environ\b|property$/i;
const ofMany =
  /(?:pass(?:words|wds|phrases|codes)|passw(?:ö|oe)rter|kennw(?:ö|oe)rter|pwds|wachtwoorden|contrase[ñn]as|senhas|пароли)$/i;
/** What is told of several where a schema describes them. */
const ofSchema =
  /^(?:\$ref|type|items|title|label|description|placeholder|format|help\w*|hint|pattern|messages?|errors?|(?:min|max)\w*|required)$/i;
/** What the one value is called among what is told of it. */
const ofValue =
  /^(?:default\w*|value|initial\w*|fallback|current|old|new|next|previous|prod\w*|dev\w*|local|plain)$/i;

/** How sure an entry of the name is a value of it, by its key. */
export function sureByKey(name: string, key: string): number {
  if (ofValue.test(key)) return sureness.is;
  // Of several, it says whose each is.
  if (ofMany.test(name)) return ofSchema.test(key) ? sureness.not : sureness.is;
  if (wordsIn(key).some(isAbout)) return sureness.not;
  return sureness.inDoubt;
}

export function statedValues(site: Site): Value[] {
  const { text, name, head, inside } = site;
  if (name.isAbout) return [];
  const others = inside === undefined ? at(otherNames, text, name.end) : undefined;
  const before = others && firstNames.exec(head);
  const [own, rest] = [namesBefore(before?.[2]), namesBefore(others?.[1])];
  if (others && before && own + rest > 0) {
    const found = valuesFrom(site, others.index + others[0].length, true);
    // Where there are as many values as names, each has its own.
    if (found.rows !== own + rest && found.end < text.length) return [];
    return found.values.filter(({ argument }) => argument === own);
  }
  const loop = inside === undefined && runs.test(head) ? at(ranged, text, name.end) : undefined;
  if (loop) return valuesFrom(site, loop.index + loop[0].length, false, false, true).values;
  const put = inside === undefined ? putIn(site) : undefined;
  if (put) return put;
  const match = at(assigned, text, name.end);
  // A string that goes on behind the name is a text.
  if (!match || (inside !== undefined && !match[0].startsWith(inside))) return [];
  const from = match.index + match[0].length;
  const isCall = text[from] === '(';
  const { values } = valuesFrom(site, from, false, isCall);
  // What else is passed to a call of the name need not be secret.
  return isCall ? values.filter(({ inDoubt }) => !inDoubt) : values;
}

/** Of a name that does not say that it is of several, what is put into it has to look like a secret. */
function putIn(site: Site): Value[] | undefined {
  const { text, name } = site;
  // The method may be read as a member of the name.
  const [own, method] = /^(.*?)(\.\w+)?$/.exec(name.text)!.slice(1) as [string, string?];
  const match = at(putInto, text, name.end - (method?.length ?? 0)) ?? at(putInto, text, name.end);
  if (!match) return undefined;
  const of = { ...site, name: { ...name, text: own } };
  const { values, end } = valuesFrom(of, match.index + match[0].length, false);
  site.reached = Math.max(site.reached, end);
  return ofMany.test(own) ? values : values.map((each) => ({ ...each, inDoubt: true }));
}

function namesBefore(all: string | undefined): number {
  return (all ?? '').split(',').length - 1;
}

interface Found extends Value {
  /** Of what stands in a row, which. */
  readonly argument: number;
}

/** The strings that are values in the expression that begins at `from`, `inRow` of several, and how many commas part these. */
function valuesFrom(
  site: Site,
  from: number,
  inRow: boolean,
  isCall = false,
  isLoop = false,
): { values: Found[]; rows: number; end: number } {
  const { text, name, isWithin } = site;
  const values: Found[] = [];
  const root: Frame = {
    ...{ sure: asks.test(name.text) && !isCall ? sureness.inDoubt : sureness.is, isLookup: false },
    ...{ argument: 0, key: undefined },
  };
  const frames = [root];
  // What was read last, and whether a line has begun behind it.
  let [before, isNewLine] = [text[from - 1] === ':' ? ':' : '=', false];
  const isChoice = chooses.test(text.slice(from, from + 20));
  const last = isWithin ? Math.min(text.length, from + longestWithin) : text.length;
  let place = from;
  while (place < last) {
    const frame = frames.at(-1)!;
    const [whole, space, comment, mark, word, opens, closes] = at(token, text, place)! as (
      string | undefined
    )[];
    const start = place;
    place += whole!.length;
    if (comment === '/*') {
      const end = text.indexOf('*/', place);
      place = end < 0 ? last : end + 2;
    }
    if (comment !== undefined) continue;
    if (space !== undefined) {
      isNewLine ||= space.includes('\n');
      if (isNewLine && frame === root && !goesOn(text, place, before, values.length > 0)) break;
      continue;
    }
    const isKey =
      frame !== root && (isNewLine || /^[{,([;]$/.test(before)) && isKeyAt(text, place, mark, last);
    isNewLine = false;
    if (word !== undefined) {
      const isText =
        frame === root && !joins.has(word) && /^[\p{L}_$]/u.test(before) && !prefixes.has(before);
      if (functions.has(word) || isText) break;
      // A letter before a string says how it is read.
      if (word.length <= 2 && /["'`]/.test(text[place] ?? '')) continue;
      if (isKey) frame.key = word;
      before = word;
    } else if (mark !== undefined) {
      const closer = closingOf(mark);
      const end = endOfString(text, place, closer, last);
      before = end === undefined ? mark : 'string';
      if (end === undefined) continue;
      const range = { start: place, end };
      place = Math.min(text.length, end + closer.length);
      if (isKey) frame.key = text.slice(range.start, range.end);
      else if (!isCompared(text, range.start - mark.length, place))
        for (const own of /w[^\w]$/i.test(mark) ? wordsAt(text, range) : [range])
          values.push(...valuesOf(text, own, sureOf(frame, name), root.argument, name));
    } else if (opens !== undefined) {
      const isBody = opens === '{' && (bodies.has(before) || text[start - 1] === '$') && !isChoice;
      if (isBody && !at(blockOfString, text, start)) break;
      frames.push(inner(opens, before, /[\w)\]!"'`]/.test(text[start - 1] ?? ''), sureOf(frame, name)));
      before = opens;
    } else if (closes !== undefined) {
      if (frame === root) break;
      frames.pop();
      before = closes;
      if (isLoop && frames.length === 1 && values.length > 0) break;
    } else {
      if (frame === root && (whole === ';' || (whole === ',' && !inRow))) break;
      if (whole === ',') [frame.argument, frame.key] = [frame.argument + 1, undefined];
      // The value of the name is a function; in a list a key stands before.
      if (whole === '=>' && frame.key === undefined && !isChoice) break;
      const skipped =
        whole === '<' && /^\W|^return/.test(before)
          ? at(cast, text, start)
          : whole === '/' && /^[^\w)\]]/.test(before)
            ? at(regularExpression, text, start)
            : undefined;
      if (skipped) place = start + skipped[0].length;
      else before = whole!;
    }
  }
  site.reached = Math.max(site.reached, place);
  return { values, rows: root.argument, end: place };
}

/** What stands in brackets, by what stands before them. */
function inner(opens: string, before: string, isJoined: boolean, sure: number): Frame {
  const all = { sure, isLookup: false, argument: 0, key: undefined };
  const doubted = Math.min(sure, sureness.inDoubt);
  const isCall = isJoined && /^[\p{L}_$]/u.test(before) && !keywords.has(before);
  if (opens === '[' && isJoined && !before.endsWith('!')) return { ...all, sure: sureness.not };
  if (opens !== '(' || !isCall) return all;
  if (/or_?default$/i.test(before)) return { ...all, isLookup: true };
  if (keeping.test(before)) return all;
  if (!lookups.test(before)) return { ...all, sure: doubted };
  return { ...all, isLookup: true, sure: ofEnvironment.test(before) ? sure : doubted };
}

function sureOf({ sure, isLookup, argument, key }: Frame, name: Name): number {
  if (isLookup && argument === 0 && (key === undefined || !ofValue.test(key))) return sureness.not;
  return key === undefined ? sure : Math.min(sure, sureByKey(name.text, key));
}

/** Whether a statement goes on behind a line's end. */
function goesOn(text: string, place: number, before: string, hasValue: boolean): boolean {
  if (before === ':' && !hasValue) return /["'`]/.test(text[place] ?? '');
  return operators.has(before) || at(operatorAt, text, place) !== undefined;
}

/** Whether a key ends at a place, behind the string that `mark` has opened there, or behind a word. */
function isKeyAt(text: string, place: number, mark: string | undefined, last: number): boolean {
  const closer = mark === undefined ? '' : closingOf(mark);
  const end = mark === undefined ? place : (endOfString(text, place, closer, last) ?? place) + closer.length;
  return /^\s*(?:=>|:(?![:=])|=(?!=))/.test(text.slice(end, end + 9));
}

function isCompared(text: string, start: number, end: number): boolean {
  const head = text.slice(Math.max(0, start - 14), start);
  return compares.test(head) || /^\s*[=!]==?/.test(text.slice(end, end + 9));
}

/** The words of a list that is written as one string. */
function wordsAt(text: string, { start, end }: Range): Range[] {
  return [...text.slice(start, end).matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    ...{ start: start + index, end: start + index + word.length },
  }));
}

function valuesOf(text: string, range: Range, sure: number, argument: number, name: Name): Found[] {
  if (sure === sureness.not) return [];
  return linesOf(text, range, name).map((line) => ({
    ...line,
    inDoubt: sure === sureness.inDoubt,
    argument,
  }));
}

/** Where a string ends, at the latest at `last`; undefined where its mark opens none. */
function endOfString(text: string, start: number, mark: string, last: number): number | undefined {
  const isLong = mark.length === 3 || mark === '`';
  let end = start;
  for (; end < last; end++) {
    if (text.startsWith(mark, end)) return end;
    if (text[end] === '\n' && !isLong) return undefined;
    if (text[end] === '\\') end++;
  }
  return Math.min(end, text.length);
}

/** What is longer may be a text. */
const fewLines = 3;

/** The lines of a stretch that a name is given; where they may be a text, those that are no part of a sentence. */
export function linesOf(text: string, { start, end }: Range, name: Name): Range[] {
  const whole = text.slice(start, end);
  if (!whole.includes('\n')) return [{ start, end }];
  const lines = [...whole.matchAll(/\S.*/g)];
  return lines
    .map(({ 0: line, index }) => ({ start: start + index, end: start + index + line.trimEnd().length }))
    .filter((line) => lines.length <= fewLines || !isOfText(text.slice(line.start, line.end), name));
}

/** Whether a line of several that a name is given may be one of a text. */
export function isOfText(line: string, name: Name): boolean {
  return /\S\s+\S+\s+\S/.test(line) && !ofMany.test(name.text);
}

/** The match of a sticky pattern at a place. */
export function at(pattern: RegExp, text: string, place: number): RegExpExecArray | undefined {
  pattern.lastIndex = place;
  return pattern.exec(text) ?? undefined;
}
