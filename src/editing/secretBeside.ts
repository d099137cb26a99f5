// Values that stand beside the name of a secret and are not assigned to it: compared with it, typed into its field, told above it or in a comment, or on lines of data below it.

import { asks, at, isOfText, linesOf, type Site, sureByKey, sureness, type Value } from './secretStatements';

const string = String.raw`([a-z@$]{0,2}(["'\`]))((?:(?!\2)[^\\\n]|\\.){1,200})`;
/** Before the name, between a string and it: what the string is compared by, and a comment that tells of the string. */
const before = (
  [
    [String.raw`\s*\)?\s*(?:[!=]={1,2}|-(?:eq|ne)|eq|ne)\s*[\w$.&>!-]*\(?["'\`]?$`],
    [String.raw`\s*->>?\s*$`, '', 'arm'],
    [String.raw`\.(?:equals|equalsIgnoreCase|compareTo|eq)\w*\(\s*[\w$.&]*$`],
    [
      String.raw`\s*,\s*[\w$.&*]*$`,
      String.raw`(?:[eE]quals?|[aA]ssert\w*|compare\w*|eq|cmp)\w*!?\(\s*(?:t,\s*)?`,
    ],
    [String.raw`[\s,;)\]}]*(?:#|\/\/|--|\/\*)[ \t]*$`],
    [String.raw`[\s,;)\]}]*(?:#|\/\/|--|\/\*)[^"'\`]*$`, '', 'comment'],
  ] as const
).map(([between, call = '', kind]) => ({
  // Few names have this before them, which is found out sooner than where the string begins.
  near: new RegExp(String.raw`["'\`]${between}`),
  pattern: new RegExp(String.raw`${call}${string}\2${between}`),
  // Such an arrow may lead to the name in a choice, and not give it the string.
  inDoubt: kind !== undefined,
  isComment: kind === 'comment',
}));

const open = String.raw`[a-z@$]{0,2}(["'\`])`;
const closers = String.raw`(?:\(\))?["'\`]?[\])]*["'\`]?`;
const compares = String.raw`(?:\s*\)|\.\w{1,20}\(\)){0,3}\s*(?:[!=]={1,2}|\b(?:is|eq|ne)\b|\.[eE]quals\w*\()`;
/** Behind the name, up to the string: a matcher, a field that is filled, the second of two that are compared. */
const behind: readonly (readonly [behind: RegExp, head: RegExp])[] = [
  [
    new RegExp(
      String.raw`${closers}\s*\)\s*(?:\.\s*(?:not|to|be|deep|is|that|must|should|have)\b){0,4}[.\s]\s*(?:\.\s*)?(?:to)?(?:eq\w*|be|strict\w*|match\w*|contain\w*|include\w*|is\w*)\s*\(?\s*${open}`,
      'iy',
    ),
    /\b(?:expect|assert\w*|verify|should)\b/i,
  ],
  [
    new RegExp(String.raw`(?:\(\)|\[\w*\]|["'\`]\]?|\))?\s*,\s*${open}`, 'y'),
    /(?:[eE]quals?|[aA]ssert\w*|compare\w*|eq|cmp|cpy|cat|[sS]ame|[cC]heck)\w*!?\(\s*(?:\w+,\s*)?[\w$.&*[]*["'`]?$/,
  ],
  [
    new RegExp(
      String.raw`(?:["'\`\]/i)]{1,5}|[\])]*)\s*\)?\s*\.\s*(?:clear\(\)\.)?(?:fill|type|sendKeys|send_keys|set\w{0,8}|val|enter\w{0,8}|input\w{0,8}|pressSequentially)\(\s*${open}`,
      'y',
    ),
    /["'`/(][^"'`]{0,60}$/,
  ],
  [
    new RegExp(String.raw`(?:["'\`\]/i]{1,4}\)\s*,|["'\`\]]{1,3}\s*,(?:\s*with:)?)\s*${open}`, 'y'),
    /\b(?:fill|type|sendKeys|set|enter|change|input)\w*\(?\s*(?:[\w.]{1,40}\()?["'`/#[\w=-]{1,30}$/i,
  ],
  [
    // What is asked for by the name: `getpass() != "..."`, `input("password? ") == "..."`.
    new RegExp(String.raw`\([^()\n]{0,80}\)${compares}\s*${open}`, 'y'),
    /^/,
  ],
  [
    new RegExp(String.raw`[?:.!> \t\\n]{0,6}["'\`]\s*\)${compares}\s*${open}`, 'y'),
    /(?:input|prompt|ask|read\w*|question|get\w*)!?\(\s*[a-z]?["'`][^"'`]*$/i,
  ],
  [
    // A string before goes on with it: `"Server=h;Pwd=" + "..."`.
    new RegExp(
      String.raw`[=:][ \t]?["'\`]\s*(?:\+|\.{1,2}|&|<>|~|\)\s*\.\s*[aA]ppend\w*\(|)\s*\\?\s*${open}`,
      'y',
    ),
    /["'`][^"'`]*$/,
  ],
  [
    // Or has it put in: `"Pwd={}".format("...")`.
    new RegExp(
      String.raw`[=:][ \t]?(?:%\w|\{\w*\})[^"'\`\n=]{0,2}["'\`]\s*(?:,|%|\.format\w*\()\s*\(?\s*${open}`,
      'y',
    ),
    /["'`][^"'`%{]*$/,
  ],
  [
    new RegExp(
      String.raw`["'\`]?(?:\s*,|\s*=\s*[\w.]*Mock\w*\()[^()\n"'\`]{0,60}\b(?:return_value|side_effect)\s*=\s*\[?${open}`,
      'y',
    ),
    /^/,
  ],
  [
    new RegExp(
      String.raw`["'\`]?\s*(?::?=|,|:)\s*(?:\w{0,20}\()?(?:lambda\b[^:\n"'\`]{0,60}:|(?:->|lambda|proc)\s*(?:\([^()\n]*\)\s*)?\{|(?:move\s+)?\|[^|\n]{0,40}\||(?:async\s+)?func(?:tion\b\s*\w*)?\s*\([^()\n]{0,80}\)\s*\w{0,12}\s*\{\s*return\b)\s*${open}`,
      'y',
    ),
    /^/,
  ],
  [
    // What a function of the name gives, or one in a test.
    new RegExp(
      String.raw`(?:\s*[:=]\s*(?:async\s+)?(?:\w{1,20}\()?)?\([^()\n]{0,80}\)(?:[ \t]*(?:->|:)[ \t]*[\w<>[\].|]{1,40}|[ \t]+\w{1,20})?\s*(?:(?:[{:]\s*return\b|=>|=(?!=)|\{)[ \t]*)\(?${open}`,
      'y',
    ),
    /^/,
  ],
  [
    new RegExp(
      String.raw`(?:\(\))?["'\`]?\)\s*\.\s*(?:mock\w*|(?:then)?[rR]eturns?\w*|and_?[rR]eturn|resolves)\(\s*${open}`,
      'y',
    ),
    /\(/,
  ],
  [
    new RegExp(
      String.raw`["'\`][\])]*\??\s*\.\s*(?:unwrap_?or\w*|or_?else\w*|get_?or\w*|value_?or|\w*default\w*)\(\s*(?:\|\w*\|\s*)?(?:[\w:.]{1,20}\()?${open}`,
      'iy',
    ),
    /["'`]/,
  ],
];

/** `switch (name)` and its like, up to the cases. */
const chooses = /(?:\b(?:switch|match|case|when)\b|\$)\s*["(]{0,2}[\w$.&>!-]{0,40}["]?$/;
const chosen = /(?:\(\))?["\s]*\)?\s*(?:\{|:|\bin\b|\bof\b|\n|\.\w+\(\)\s*\{)/y;
/** Of cases that stand within others. */
const casesCharacters = 400;
const casePattern =
  /(?:\bcase\s+|\bwhen\s+|\bof\s+|[\n{|,]\s*)[a-z@$]?(["'`])((?:(?!\1)[^\\\n]|\\.){1,200})(?:\1\s*(?::|,|\||=>|->|\bthen\b|\n)|\1?$)|\n\s*([^\s"'`()*|]{4,})(?:\)|$)/g;

/** An attribute or annotation that tells what the name has where nobody gives it one. */
const attributeCharacters = 300;
const attribute =
  /(?:\bdefault\w*\s*=\s*(?:Some\()?|(?:\bValue|\bDefault\w*)\(\s*)[a-z@$]?"((?:[^"\\\n]|\\.){1,200})"[^;{}"]*[)\]]\s*(?:[\w<>[\]?]+[ \t]+){0,5}$/;

export function besideValues(site: Site): Value[] {
  const { name } = site;
  if (name.isAbout) return [];
  return [
    ...beforeName(site),
    ...behindName(site),
    ...inCases(site),
    ...inAttribute(site),
    ...inMarkup(site),
    ...below(site),
    ...inHeredoc(site),
    ...valueFirst(site),
    ...inLoop(site),
    ...behindSet(site),
    ...inTable(site),
  ];
}

/** Behind a name in a table's head: the rest of it, and the rule below. */
const ruled = /[^\n]{0,2000}\n[ \t]*(?:\|[ \t]*)?:?-{2,}:?[ \t]*\|[-:| \t]*(?:\r?\n|$)/y;

/** In the rows below a table's head: of Markdown, with a rule between, or of a list that the text begins with. */
function inTable(site: Site): Value[] {
  const { text, name, head, isData, isWithin } = site;
  const opens = isData && !isWithin ? /(?:^|[|,;\t])[ ]*["']?$/.exec(head) : null;
  if (!opens) return [];
  const parts = /^["']?[ ]*([|,;\t])/.exec(text.slice(name.end, name.end + 20))?.[1] ?? opens[0][0];
  if (parts === undefined || !/[|,;\t]/.test(parts)) return [];
  // Most names stand in no table, which is found out before more than their line is read.
  if (parts === '|' ? !at(ruled, text, name.end) : name.start !== head.length) return [];
  const first = lineAt(text, name.start - head.length);
  const cells = first.split(parts);
  const column = head.split(parts).length - 1;
  if (cells.length < 2 || !cells.every((cell) => /^[\s"']*[\p{L}\p{N}_ .-]{0,40}[\s"']*$/u.test(cell)))
    return [];
  const found: Value[] = [];
  let place = name.start - head.length + first.length + 1;
  while (place <= text.length) {
    const row = lineAt(text, place);
    const own = row.split(parts);
    if (own.length <= column || own.length > cells.length) break;
    const cell = own[column]!;
    const value = cell.replace(/^[\s"'`]+|[\s"'`]+$/g, '');
    const start =
      place + own.slice(0, column).join(parts).length + (column > 0 ? 1 : 0) + cell.indexOf(value);
    if (!/^:?-+:?$/.test(value)) found.push({ start, end: start + value.length });
    place += row.length + 1;
  }
  site.reached = Math.max(site.reached, place);
  return found;
}

/** From a place to the end of its line. */
function lineAt(text: string, place: number): string {
  const end = text.indexOf('\n', place);
  return text.slice(place, end < 0 ? text.length : end);
}

/** What a command of shells, CMake or Tcl sets, whose value is its next word, and what may follow that. */
const sets =
  /(?:^|[;&|{]|\b(?:then|and|or|do))\s*set(?:(?:env|x)?(?:[ \t]+-{1,2}[a-z][a-z-]*)*[ \t]+|[ \t]*\(\s*)["']?(?:ENV\{|env\(|\$(?:env:)?)?$/i;
const settled =
  /[})]?["']?[ \t]+(?:(["'])((?:(?!\1)[^\\\n]|\\.){1,200})|([^\s"'`;,:=()[\]{}<>|&-][^\s"'`;,:=()[\]{}<>|&]{3,200})(?=[ \t]*(?:$|[;)#&|]|(?:CACHE|PARENT_SCOPE)\b)))/my;

function behindSet({ text, name, head, inside }: Site): Value[] {
  const match = sets.test(head) ? at(settled, text, name.end) : undefined;
  if (!match || (inside !== undefined && text[name.end] !== inside)) return [];
  const value = match[2] ?? match[3]!;
  const start = match.index + match[0].length - value.length;
  return [{ start, end: start + value.length }];
}

function beforeName({ text, name, head }: Site): Value[] {
  for (const { near, pattern, inDoubt, isComment } of before) {
    const match = near.test(head) && pattern.exec(head);
    if (!match || (isComment && name.group !== 'secret')) continue;
    // A comment that says nothing but the name tells what it stands behind.
    if (/[#/*-]\S*\s*$/.test(head) && !inDoubt && /(?:#|\/\/|--|\/\*)[ \t]*$/.test(head))
      if (!/^[ \t]*(?:\*\/)?[ \t]*(?:\r?\n|$)/.test(text.slice(name.end, name.end + 20))) continue;
    const [whole, opens, , value] = match as unknown as [string, string, string, string];
    const start = name.start - head.length + match.index + whole.indexOf(opens + value) + opens.length;
    return [{ start, end: start + value.length, inDoubt }];
  }
  return [];
}

function behindName({ text, name, head }: Site): Value[] {
  for (const [pattern, before] of behind) {
    const match = at(pattern, text, name.end);
    if (!match || !before.test(head)) continue;
    const start = match.index + match[0].length;
    return [{ start, end: endOf(text, start, match[1]!), inDoubt: asks.test(name.text) }];
  }
  return [];
}

function inCases(site: Site): Value[] {
  const { text, name, head, isWithin } = site;
  const match = chooses.test(head) ? at(chosen, text, name.end) : undefined;
  if (!match) return [];
  const from = name.end + match[0].length - 1;
  const rest = isWithin ? text.slice(from, from + casesCharacters) : text.slice(from);
  const end = /\n\s*(?:\}|esac|end\b)|\}\s*$/.exec(rest)?.index ?? rest.length;
  site.reached = Math.max(site.reached, from + end);
  return [...rest.slice(0, end + 1).matchAll(casePattern)].map(({ 0: whole, 2: quoted, 3: bare, index }) => {
    const value = quoted ?? bare!;
    const start = from + index + whole.lastIndexOf(value);
    return { start, end: start + value.length };
  });
}

function inAttribute({ text, name }: Site): Value[] {
  const from = Math.max(0, name.start - attributeCharacters);
  const head = text.slice(from, name.start);
  if (!/(?:[dD]efault|Value)/.test(head)) return [];
  const match = attribute.exec(head);
  if (!match) return [];
  const start = from + match.index + match[0].indexOf('"') + 1;
  return [{ start, end: start + match[1]!.length }];
}

const heredoc =
  /["']?[ \t]*:?=?[ \t]*["']?(?:\$\(cat[ \t]*)?<<[-~<]?[ \t]*["']?(\w{1,20})["']?[;)]?(?:\.\w+)?[ \t]*\n/y;
const heredocBefore = /<<[-~]?[ \t]*["']?(\w{1,20})["']?[^\n]{0,40}>[^\n;|]*$/;
const restOfLine = /[\w.-]{0,20}["']?[ \t]*\n/y;

/** On the lines below, up to the word that ends them: `PASSWORD=$(cat <<EOF`. */
function inHeredoc(site: Site): Value[] {
  const { text, name, head, isWithin } = site;
  const opens = isWithin ? undefined : at(heredoc, text, name.end);
  // A variable that is passed to what reads the lines: `psql "$PASSWORD" <<EOF`.
  if (opens && /\$\{?$/.test(head + name.text[0]) && !opens[0].includes('=')) return [];
  const ends = opens ? opens[1]! : heredocBefore.exec(head)?.[1];
  const line = opens ?? (ends === undefined ? undefined : at(restOfLine, text, name.end));
  if (!line) return [];
  const start = line.index + line[0].length;
  const closes = new RegExp(String.raw`^[ \t]*${ends}[;)"\r]*$`, 'm').exec(text.slice(start));
  const end = closes ? start + closes.index : text.length;
  site.reached = Math.max(site.reached, end);
  return linesOf(text, { start, end }, name);
}

const ofName = /(?:name|key|field|variable|id)["']?\s*(?:=>|[:=])\s*["'`]?$/i;
const valueBefore =
  /(?:^|[\s,{"'(<-])(?:\w{0,12}value|val|data|content|default)["']?\s*(?:=>|[:=])\s*(?:(["'`])((?:(?!\1)[^\\\n]|\\.){1,200})\1|([^\s,{}"'`][^\n,{}"'`]{0,200}?)(?=[ \t]*[,\n]))[,\s]*(?:[^{}<>\n,]{1,60}[,\n]\s*)?["']?\w{0,20}$/i;

/** In an entry that says the name behind the value: `{ "value": "...", "name": "password" }`. */
function valueFirst({ text, name, head }: Site): Value[] {
  const isOfName = ofName.exec(head);
  if (!isOfName) return [];
  const place = name.start - head.length + isOfName.index;
  const from = Math.max(0, place - attributeCharacters);
  const match = valueBefore.exec(text.slice(from, place));
  if (!match) return [];
  const value = match[2] ?? match[3]!;
  const start = from + match.index + match[0].indexOf(value, match[0].search(/[:=]/));
  return [{ start, end: start + value.length }];
}

const eachBefore = /\[([^[\]\n]{1,200})\]\s*(?:\.each\w*\s*(?:do|\{)\s*\|\s*|as\s+(?:\$?\w+\s*=>\s*)?\$?)$/;
const words = /[ \t]in[ \t]+([^\n;]{1,200})/y;

/** Of a list before the name, or of words behind it, each that a loop calls so. */
function inLoop({ text, name, head, isData }: Site): Value[] {
  const list = /[|$\s]$/.test(head) ? eachBefore.exec(head) : null;
  if (list) {
    const from = name.start - head.length + list.index + 1;
    return [...list[1]!.matchAll(/(["'])([^"'\n]{1,200})\1/g)].map(({ index, 2: value }) => ({
      ...{ start: from + index + 1, end: from + index + 1 + value!.length },
    }));
  }
  const row = isData && /\bfor[ \t]+$/.test(head) ? at(words, text, name.end) : undefined;
  if (!row) return [];
  const from = row.index + row[0].length - row[1]!.length;
  return [...row[1]!.matchAll(/[^\s"']+/g)].map(({ index, 0: value }) => ({
    ...{ start: from + index, end: from + index + value.length },
  }));
}

const element = /[^<>\n]{0,80}>\s*(?:<value>\s*)?(?:<!\[CDATA\[\s*)?/y;

/** In an element of the name, also on lines of its own. */
function inMarkup({ text, name, head }: Site): Value[] {
  const match =
    /<[\w:.-]*$/.test(head) || /<[^<>]*\b(?:name|key|id)\s*=\s*["'][^"'<>]*$/i.test(head)
      ? at(element, text, name.end)
      : undefined;
  if (!match || match[0].includes('/>')) return [];
  const start = match.index + match[0].length;
  const value = /^[^<\n]*?(?=\s*(?:\]\]>|<\/|\n|$))/.exec(text.slice(start, start + longest))?.[0];
  if (
    !value ||
    !/^\s*(?:\]\]>\s*)?(?:<\/|$)/.test(text.slice(start + value.length, start + value.length + 200))
  )
    return [];
  return [{ start, end: start + value.length }];
}

const longest = 400;
const opensBlock = /["']?[ \t]*[:=](?:[ \t]+(?:[|>][+-]?\d?|[!&][\w!]+))?[ \t]*(?:#[^\n]*)?\r?\n/y;
const opensSection = /["']?\]{1,2}[ \t]*(?:[#;][^\n]*)?\r?\n/y;
const goesOn = /["']?[ \t]*[:=][ \t]*\\\r?\n/y;
const entry = /^(?:-[ \t]+)?["']?([\p{L}_][\p{L}\p{N}_.-]*)["']?[ \t]*(?::(?:[ \t]+|$)|=[ \t]*)/u;
const inBraces = /["']?(?:[ \t]*[:=][ \t]*[[{](?!\{)|\+?=\()/y;
const piece =
  /[ \t]#[^\n]*|(?:["']?([\p{L}_][\p{L}\p{N}_.-]*)["']?\s*[:=]\s*)?("[^"\n]*"|'[^'\n]*'|[^\s,{}()[\]"']+)/gu;
const fallback =
  /["']?[ \t]*[:=][ \t]*["']?(?:\$\{\w+:?[-=]([^}\n]{1,256})|\$\((?:echo|printf)[ \t](?:-\w+[ \t]|["'][^"'\n]{0,9}%s[^"'\n]{0,9}["'][ \t])?["']?([^"')\n]{1,256}))/y;

/** In data: what stands on lines below the name that are indented deeper, in its section, in brackets, or where nobody gives another. */
function below(site: Site): Value[] {
  const { text, name, head, isData, isWithin } = site;
  const isSection = /^[ \t]*\[{1,2}["']?$/.test(head);
  if (!isData && !isSection) return [];
  const other = at(fallback, text, name.end);
  if (other) {
    const value = (other[1] ?? other[2])!;
    const start = other.index + other[0].length - value.length;
    return [{ start, end: start + value.length }];
  }
  const listed = isWithin || isSection ? undefined : at(inBraces, text, name.end);
  if (listed) {
    const from = listed.index + listed[0].length;
    const end = endOfBrackets(text, from);
    site.reached = Math.max(site.reached, end);
    return [...text.slice(from, end).matchAll(piece)].flatMap(({ 0: whole, 1: key, 2: quoted, index }) => {
      if (quoted === undefined) return [];
      const value = quoted.replace(/^["']|["']$/g, '');
      return byKey(name.text, key, from + index + whole.lastIndexOf(value), value);
    });
  }
  const isContinued = at(goesOn, text, name.end);
  const block = isSection
    ? at(opensSection, text, name.end)
    : (isContinued ?? (/^[\s-]*["']?$/.test(head) ? at(opensBlock, text, name.end) : undefined));
  if (!block) return [];
  const column = /^\s*(?:-\s+)?/.exec(head)![0].length;
  const found: Value[] = [];
  let [start, isFirst] = [block.index + block[0].length, true];
  for (let before = '\\'; start < text.length;) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    const own = line.trim();
    const from = start + line.length - line.trimStart().length;
    start += line.length + 1;
    if (own === '' || own.startsWith('#')) continue;
    const indented = /^\s*/.exec(line)![0].length;
    const isDeeper = indented > column || (indented === column && own.startsWith('-'));
    if (isContinued ? !before.endsWith('\\') : isSection ? own.startsWith('[') : !isDeeper) break;
    before = own;
    const match = isContinued ? undefined : entry.exec(own);
    if (isSection && !match) continue;
    const lead = match ? match[0].length : /^(?:-[ \t]+)?["']?/.exec(own)![0].length;
    const value = own
      .slice(lead)
      .replace(/^["']|["']?[,\\]?$/g, '')
      .replace(/\s+#.*$/, '');
    const place = from + own.indexOf(value, lead);
    // A sentence in one line is read as one elsewhere.
    if (match || isFirst || !isOfText(value, name)) found.push(...byKey(name.text, match?.[1], place, value));
    isFirst = false;
  }
  site.reached = Math.max(site.reached, Math.min(start, text.length));
  return found;
}

/** Where brackets that have opened before a place close: in a list that begins on the next line with the text at the latest. */
function endOfBrackets(text: string, from: number): number {
  let depth = 0;
  let quote: string | undefined;
  for (let i = from; i < text.length; i++) {
    const each = text[i]!;
    if (each === '\n') quote = undefined;
    else if (quote !== undefined) quote = each === quote ? undefined : quote;
    else if (/["']/.test(each) && /[\s,:=([{]/.test(text[i - 1]!)) quote = each;
    else if (/[[({]/.test(each)) depth++;
    else if (/[\])}]/.test(each) && depth-- === 0) return i;
  }
  const line = text.indexOf('\n', from);
  return line < 0 || text.slice(from, line).trim() === '' ? text.length : line;
}

function byKey(name: string, key: string | undefined, start: number, value: string): Value[] {
  // Secrets of containers and jobs are listed by their names.
  const isListed = /(?:secrets|credentials|creds)$/i.test(name);
  const sure = key === undefined ? (isListed ? sureness.inDoubt : sureness.is) : sureByKey(name, key);
  if (sure === sureness.not || value === '') return [];
  return [{ start, end: start + value.length, inDoubt: sure === sureness.inDoubt }];
}

function endOf(text: string, start: number, mark: string): number {
  let end = start;
  for (; end < text.length && end - start < longest; end++) {
    if (text[end] === '\n' || text[end] === mark) return end;
    if (text[end] === '\\') end++;
  }
  return Math.min(end, text.length);
}
