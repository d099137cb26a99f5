// Follows what is open through a text: brackets, strings and the code in them, comments, elements, as a language writes them.

import { type Lexis, lexisOf, type StringRule } from './lexis';

/** Something that is open: what closes it, and where it was opened. */
export interface Open {
  readonly kind:
    'bracket' | 'string' | 'comment' | 'line' | 'tag' | 'text' | 'code' | 'markup' | 'patterns' | 'heredoc';
  readonly closer: string;
  readonly at: number;
  /** Within text, where it need not have a partner: the editor closes it all the same. */
  readonly weak?: boolean;
  readonly rule?: StringRule;
  /** Of a tag. */
  readonly name?: string;
}

const closerOf: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const closers = ')]}';
const plainRun = /[A-Za-z0-9_ \t]+/y;
const regexp = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
/** What a function is called with without brackets. */
const passedRegexp = /(?<=[\p{L}\p{N}_]\s+)\/(?![\s=])/uy;
/** One that the text ends in. */
const unfinishedRegexp: StringRule = { open: regexp, close: '/', escape: '\\' };
/** Behind this a slash divides. */
const value = /(?:[\p{L}\p{N}_$)\]}"'`]|\+\+|--)\s*$/u;
const wordBeforeRegexp =
  /(?:^|[^\p{L}\p{N}_$.])(?:return|typeof|case|in|of|do|else|void|delete|and|or|not|if|unless|when|while|split|grep)\s*$/u;
/** Of types there may be some behind the name; `<T>(` begins a function's type. */
const tagStart =
  /<(?:(?=>)|(?!(?:[A-Z]|T[A-Z]\w*)>\()[A-Za-z][\w.:-]*(?![\w.:-]|\s+extends\b|\s*,)(?=[\s/><]|$))/y;
const typesOfTag = /<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>/y;
/** A line of the preprocessor. */
const condition = /#\s*(?:if|ifdef|ifndef|else|elif|elifdef|elifndef|endif)\b/y;
const tagName = /<\/?([A-Za-z][\w.:-]*)?/y;
/** Brackets and quotes that are open in a text within each other: all of them are looked at for each character. */
const mostWeak = 100;
/** Characters of a line before a place that are looked at for what the place is. */
const lookBehind = 40;

export class Lexer {
  readonly stack: Open[] = [];
  /** A closer met another bracket than its own: what is owed is not to be relied on. */
  mismatched = false;
  /** Something was still open where a condition's other text began. */
  hasParted = false;
  /** Where closers of code close nothing, or not what was opened last. */
  readonly strays: number[] = [];
  /** Where brackets were closed with code behind them, and where those had been opened. */
  readonly closed: { readonly at: number; readonly opener: number }[] = [];
  readonly #lexis: Lexis;
  /** Here-documents that begin with the next line. */
  #waiting: string[] = [];
  /** What was open where conditions began that have not ended, innermost last. */
  #conditions: (readonly Open[])[] = [];
  #text = '';
  #offset = 0;
  #at = 0;
  /** The text before ended a line. */
  #wasLineEnd = true;
  /** Where a bracket was closed that running text is about. */
  #flowEnd = -1;

  constructor(readonly languageId: string) {
    this.#lexis = lexisOf(languageId);
  }

  /** Another one that stands where this one does. */
  clone(): Lexer {
    const other = new Lexer(this.languageId);
    other.stack.push(...this.stack);
    other.mismatched = this.mismatched;
    other.#waiting = [...this.#waiting];
    other.#conditions = [...this.#conditions];
    other.#offset = this.#offset;
    other.#wasLineEnd = this.#wasLineEnd;
    return other;
  }

  /** The closers of brackets that are owed, innermost last. */
  get owed(): string[] {
    return this.stack.filter(({ kind, weak }) => kind === 'bracket' && !weak).map(({ closer }) => closer);
  }

  /** What ends the here-documents that begin with the next line, in their order. */
  get waiting(): readonly string[] {
    return this.#waiting;
  }

  /** Characters read. */
  get length(): number {
    return this.#offset;
  }

  /** Forgets the brackets that are open, but not that it stands in a string, a comment or an element. */
  withoutBrackets(): this {
    const kept = this.stack.filter(({ kind }) => kind !== 'bracket');
    this.stack.splice(0, this.stack.length, ...kept);
    return this;
  }

  /** Reads on; a text ends where a line or a token does, or nothing is read behind it. */
  read(text: string): this {
    this.#text = text;
    this.#at = 0;
    this.#flowEnd = -1;
    while (this.#at < text.length) this.#step();
    this.#offset += text.length;
    if (text !== '') this.#wasLineEnd = text.endsWith('\n');
    return this;
  }

  #isInCode(): boolean {
    const top = this.#container();
    if (top === undefined) return this.#lexis.base === 'code';
    return top.kind === 'bracket' || top.kind === 'code' || top.kind === 'patterns';
  }

  #step(): void {
    const top = this.#container();
    if (this.#isInCode()) this.#inCode();
    else if (top === undefined) this.#inText(this.#lexis.base === 'markup');
    else if (top.kind === 'string') this.#inString(top);
    else if (top.kind === 'heredoc') this.#inHeredoc(top);
    else if (top.kind === 'tag') this.#inTag();
    else if (top.kind === 'text') this.#inElement(top);
    else if (top.kind === 'markup') this.#inText(true);
    else this.#inComment(top);
  }

  /** What a place is in: the innermost that is open, but for brackets in text. */
  #container(): Open | undefined {
    return this.stack.findLast(({ weak }) => !weak);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #behind(): string {
    return this.#text.slice(
      Math.max(this.#text.lastIndexOf('\n', this.#at - 1) + 1, this.#at - lookBehind),
      this.#at,
    );
  }

  #open(kind: Open['kind'], closer: string, more: Partial<Open> = {}): void {
    this.stack.push({ kind, closer, at: this.#offset + this.#at, ...more });
  }

  /** Closes an entry, and with it what is open within. */
  #close(entry: Open): void {
    this.stack.length = this.stack.lastIndexOf(entry);
  }

  #inCode(): void {
    const run = this.#match(plainRun);
    if (run !== undefined && !this.#lexis.patterns) {
      this.#at += run.length;
      return;
    }
    const character = this.#text[this.#at]!;
    if (character === '\n') return this.#endLine();
    if (run !== undefined) return this.#words(run);
    if (character === '#' && this.#lexis.conditions && this.#behind().trim() === '') this.#condition();
    if (this.#lexis.plain) {
      const plain = this.#match(this.#lexis.plain);
      if (plain !== undefined) {
        this.#at += plain.length;
        return;
      }
    }
    if (character === this.#lexis.escape) {
      this.#at++;
      // The editor closes it all the same.
      if (this.#text[this.#at] !== '\n') this.#weakly(this.#text[this.#at] ?? '', false);
      this.#at++;
      return;
    }
    if (this.#lexis.code && this.#text.startsWith(this.#lexis.code[1], this.#at)) {
      // Brackets of the code may be closed behind the text.
      this.#open('markup', '');
      this.#at += this.#lexis.code[1].length;
      return;
    }
    if (this.#opensComment() || this.#opensString() || this.#opensRegexp() || this.#opensElement()) return;
    if (this.#lexis.heredoc && !this.#isInArithmetic()) {
      const found = this.#match(this.#lexis.heredoc);
      this.#lexis.heredoc.lastIndex = this.#at;
      const word = found === undefined ? undefined : this.#lexis.heredoc.exec(this.#text)!.at(-1);
      if (found !== undefined && word !== undefined) {
        this.#waiting.push(word);
        this.#at += found.length;
        return;
      }
    }
    this.#bracket(character);
    this.#at++;
  }

  /** Another text in the place of the one before begins where that one did. */
  #condition(): void {
    const word = this.#match(condition)?.replace(/^#\s*/, '');
    if (word === undefined) return;
    if (word.startsWith('if')) this.#conditions.push([...this.stack]);
    else if (word === 'endif') this.#conditions.pop();
    else {
      const before = this.#conditions.at(-1) ?? this.stack;
      this.hasParted ||= before.length < this.stack.length;
      this.stack.splice(0, this.stack.length, ...before);
    }
  }

  /** Between `((` and `))`, where `<<` shifts. */
  #isInArithmetic(): boolean {
    const [outer, inner] = this.stack.slice(-2);
    const isPair = outer?.closer === ')' && inner?.closer === ')' && inner.at === outer.at + 1;
    return isPair && inner.kind === 'bracket' && outer.kind === 'bracket';
  }

  /** Of a shell's words two begin and end patterns, whose closers close nothing. */
  #words(run: string): void {
    const [opener, closer] = this.#lexis.patterns!;
    for (const { 0: word, index } of run.matchAll(/\w+/g)) {
      const isCommand = /^(?:\s*(?:then|do|else|RUN)\s)?\s*$/.test(run.slice(0, index));
      if (!isCommand || !/(?:^|[\s;(&|])$/.test(index > 0 ? ' ' : this.#behind())) continue;
      const top = this.#container();
      if (word === opener) this.#open('patterns', closer);
      else if (word === closer && top?.kind === 'patterns') this.#close(top);
    }
    this.#at += run.length;
  }

  #endLine(): void {
    this.#at++;
    this.#dropWeak();
    for (const word of this.#waiting.reverse()) this.#open('heredoc', word);
    this.#waiting = [];
  }

  #dropWeak(): void {
    while (this.stack.at(-1)?.weak) this.stack.pop();
  }

  #opensBlock(): boolean {
    const block = this.#lexis.blockComments.find(([opener]) => this.#text.startsWith(opener, this.#at));
    if (!block) return false;
    this.#open('comment', block[1]);
    this.#at += block[0].length;
    return true;
  }

  #opensComment(): boolean {
    const { lineComments, spacedComments } = this.#lexis;
    if (this.#opensBlock()) return true;
    const line = lineComments.find((mark) => this.#text.startsWith(mark, this.#at));
    if (line === undefined || this.#isInLine() || (spacedComments && !/(?:^|[\s;(])$/.test(this.#behind())))
      return false;
    this.#open('line', '\n');
    this.#at += line.length;
    return true;
  }

  /** In code within a string that ends with its line, which no comment can go on to the end of. */
  #isInLine(): boolean {
    return this.stack.some(({ kind, rule }) => kind === 'string' && rule?.code && !rule.lines);
  }

  #opensString(): boolean {
    const behind = this.#behind();
    for (const rule of this.#lexis.strings) {
      if (rule.behind && !rule.behind.test(behind)) continue;
      rule.open.lastIndex = this.#at;
      const match = rule.open.exec(this.#text);
      if (!match) continue;
      this.#open('string', rule.close.replace('$1', match[1] ?? ''), { rule });
      this.#at += match[0].length;
      return true;
    }
    return false;
  }

  #opensRegexp(): boolean {
    if (!this.#lexis.slashes || this.#text[this.#at] !== '/') return false;
    const behind = this.#behind();
    const isPassed = this.#lexis.slashes === 'passed' && this.#match(passedRegexp) !== undefined;
    if (value.test(behind) && !wordBeforeRegexp.test(behind) && !isPassed) return false;
    const found = this.#match(regexp);
    if (found !== undefined) this.#at += found.length;
    else if (this.#text.includes('\n', this.#at)) return false;
    else {
      this.#open('string', '/', { rule: unfinishedRegexp });
      this.#at++;
    }
    return true;
  }

  #opensElement(): boolean {
    if (!this.#lexis.elements || this.#text[this.#at] !== '<') return false;
    const behind = this.#behind();
    if (value.test(behind) && !wordBeforeRegexp.test(behind)) return false;
    const found = this.#match(tagStart);
    if (found === undefined) return false;
    this.#open('tag', '>', { name: found.slice(1) });
    this.#at += found.length;
    return true;
  }

  #bracket(character: string): void {
    const closer = closerOf[character];
    if (closer !== undefined) {
      this.#open('bracket', closer);
      return;
    }
    if (!closers.includes(character)) return;
    const top = this.#container();
    if (top?.kind === 'bracket' && top.closer === character) {
      this.#close(top);
      if (this.#isInCode()) this.closed.push({ at: this.#offset + this.#at, opener: top.at });
      else if (this.#lexis.flow) this.#flowEnd = this.#at + 1;
    } else if (top?.kind !== 'patterns' || character !== ')') {
      this.mismatched ||= top !== undefined;
      this.strays.push(this.#offset + this.#at);
    }
  }

  /** Brackets and quotes as they stand in text: the editor closes them, but nothing else does. */
  #weakly(character: string, quotes = true): void {
    const within = this.stack.findLastIndex(({ weak }) => !weak) + 1;
    const open = this.stack.slice(within);
    const isTwice = quotes && character === '`' && this.#text[this.#at + 1] === character;
    const mark = isTwice ? '``' : character;
    const entry = open.findLast(({ closer }) => closer === mark);
    // Within a bracket `<` and `'` may have no partner.
    const top = open.findLast(({ closer }) => closer === mark || !/^[>']$/.test(closer));
    const isQuote = quotes && (character === '"' || character === "'" || character === '`');
    if (isTwice) this.#at++;
    if (isQuote && entry?.rule?.doubles && this.#text[this.#at + 1] === character) {
      this.#at++;
      return;
    }
    const inner = entry ? open.slice(open.indexOf(entry) + 1) : [];
    // As in `"{{ include "a" . }}"`.
    const isFilledIn = inner.filter(({ closer }) => closer === '}').length > 1;
    if (entry && (entry === top || (isQuote && !isFilledIn))) return this.#close(entry);
    if (this.stack.length - within >= mostWeak) return;
    if (isQuote && !/[\p{L}\p{N}_]$/u.test(this.#behind())) {
      const rule = this.#lexis.strings.find(({ close }) => close === character);
      this.#open('string', mark, { weak: true, rule });
    }
    if (this.#at === this.#flowEnd && closers.includes(character)) this.strays.push(this.#offset + this.#at);
    const closer = character === '<' ? '>' : closerOf[character];
    if (closer === undefined) return;
    const isFlow = character !== '(' && this.#lexis.flow?.test(this.#behind()) === true;
    this.#open('bracket', closer, { weak: !isFlow });
  }

  #inString(string: Open): void {
    const rule = string.rule!;
    const plain = rule.plain && this.#match(rule.plain);
    if (plain !== undefined) {
      this.#at += plain.length;
      return;
    }
    const character = this.#text[this.#at]!;
    if (character === rule.escape && !(rule.code && this.#match(rule.code) !== undefined)) {
      this.#at += 2;
      return;
    }
    if (rule.doubles && this.#text.startsWith(string.closer.repeat(2), this.#at)) {
      this.#at += 2;
      return;
    }
    const top = this.stack.at(-1)!;
    const isInner = rule.nests && top.weak && top.closer === string.closer;
    // A line end that the closer begins with may have been read with the text before.
    const isBegun = string.closer.startsWith('\n') && this.#at === 0 && this.#wasLineEnd;
    const closer = isBegun ? string.closer.slice(1) : string.closer;
    if (!isInner && this.#text.startsWith(closer, this.#at)) {
      this.#close(string);
      this.#at += closer.length;
      return;
    }
    const code = rule.code && this.#match(rule.code);
    if (code === '{{') this.#at += 2;
    else if (code !== undefined && code !== '') {
      this.#at += code.length - 1;
      this.#bracket(code.at(-1)!);
      this.#at++;
    } else if (character === '\n' && !rule.lines) this.#close(string);
    else {
      if (character !== '\n') this.#weakly(character, false);
      else if (!rule.nests) this.#dropWeak();
      this.#at++;
    }
  }

  #inHeredoc(heredoc: Open): void {
    const end = this.#text.indexOf('\n', this.#at);
    const line = this.#text.slice(this.#at, end < 0 ? undefined : end);
    const isStart = this.#at === 0 ? this.#wasLineEnd : this.#text[this.#at - 1] === '\n';
    if (isStart && line.trim().replace(/[;,)].*$/, '') === heredoc.closer) {
      this.#close(heredoc);
      this.#at += line.indexOf(heredoc.closer) + heredoc.closer.length;
      return;
    }
    if (this.#text[this.#at] === '\n') this.#dropWeak();
    else this.#weakly(this.#text[this.#at]!);
    this.#at++;
  }

  #inComment(comment: Open): void {
    const character = this.#text[this.#at]!;
    if (comment.kind === 'line' && character === '\n') {
      this.#close(comment);
      return;
    }
    if (comment.kind === 'comment' && this.#text.startsWith(comment.closer, this.#at)) {
      this.#close(comment);
      this.#at += comment.closer.length;
      return;
    }
    if (this.#lexis.nested && comment.kind === 'comment' && this.#opensBlock()) return;
    if (character === '\n') this.#dropWeak();
    else this.#weakly(character);
    this.#at++;
  }

  #inTag(): void {
    const tag = this.stack.findLast(({ kind }) => kind === 'tag')!;
    const character = this.#text[this.#at]!;
    const types = this.#match(typesOfTag);
    if (types !== undefined) {
      this.#at += types.length;
      return;
    }
    if (this.#opensComment()) return;
    if (this.#text.startsWith('/>', this.#at)) {
      this.#close(tag);
      this.#at += 2;
      return;
    }
    if (character === '>') {
      this.#close(tag);
      this.stack.push({ kind: 'text', closer: `</${tag.name}>`, at: tag.at });
    } else if (character === '{') this.#open('bracket', '}');
    else if (character === '"' || character === "'")
      this.#open('string', character, { rule: { open: /(?!)/y, close: character, lines: true } });
    this.#at++;
  }

  #inElement(element: Open): void {
    const name = this.#match(tagName);
    if (name !== undefined) {
      const end = this.#text.indexOf('>', this.#at);
      if (name.startsWith('</')) {
        if (end < 0) {
          this.#at = this.#text.length;
          return;
        }
        this.#close(element);
        this.#at = end + 1;
      } else {
        this.#open('tag', '>', { name: name.slice(1) });
        this.#at += name.length;
      }
      return;
    }
    const character = this.#text[this.#at]!;
    if (character === '{') {
      this.#dropWeak();
      this.#open('bracket', '}');
    } else if (character === '\n') this.#dropWeak();
    else this.#weakly(character);
    this.#at++;
  }

  /** Text, and in markup also code. */
  #inText(markup: boolean): void {
    const code = markup ? this.#lexis.code : undefined;
    if (code) {
      const found = this.#match(code[0]);
      if (found !== undefined) {
        const text = this.#container();
        if (text) this.#close(text);
        else this.#open('code', '');
        this.#at += found.length;
        return;
      }
    }
    const character = this.#text[this.#at]!;
    if (character === '\n') this.#dropWeak();
    else this.#weakly(character);
    this.#at++;
  }
}
