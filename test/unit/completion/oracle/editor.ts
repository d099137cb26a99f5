// What the editor closes by itself while a line is typed, and where what is typed takes a closer up again: VS Code's rules as the configurations of its languages give them.

export type Region = 'code' | 'string' | 'comment';

/** The quotes that a language closes, and where; brackets are closed everywhere but where `strictBrackets` says so. */
interface Pairs {
  quotes: string;
  /** Quotes that are closed in comments, too. */
  inComments?: string;
  /** Brackets are closed neither in strings nor, with `comments`, in comments. */
  strictBrackets?: 'strings' | 'comments';
  /** `<` is closed as well. */
  angles?: boolean;
  /** `f"` is closed though a letter stands before the quote. */
  prefixes?: RegExp;
}

const usual: Pairs = { quotes: `"'`, inComments: `"'` };
const script: Pairs = { quotes: `"'\``, inComments: '' };
const sheet: Pairs = { quotes: `"'`, strictBrackets: 'comments' };
const cLike: Pairs = { quotes: `"'`, inComments: '"' };

const pairsOf: Record<string, Pairs> = {
  c: cLike,
  cpp: cLike,
  csharp: { quotes: `"'` },
  css: sheet,
  scss: sheet,
  less: sheet,
  dart: { quotes: `"'\``, inComments: '"' },
  go: { quotes: `"'\``, inComments: '"`' },
  html: usual,
  java: usual,
  javascript: script,
  javascriptreact: script,
  typescript: script,
  typescriptreact: script,
  json: { quotes: `"'\``, inComments: `'`, strictBrackets: 'strings' },
  jsonc: { quotes: `"'\``, inComments: `'`, strictBrackets: 'strings' },
  markdown: { quotes: '', angles: true },
  makefile: { quotes: `"'` },
  php: { quotes: `"'`, strictBrackets: 'strings' },
  powershell: { quotes: `"'`, inComments: '"' },
  python: { quotes: `"'`, inComments: '"', prefixes: /(?:^|\W)[rRuUfFbB]$/ },
  rust: { quotes: '"', inComments: '"' },
  ruby: { quotes: `"'\``, inComments: `"'\`` },
  shellscript: { quotes: `"'\``, inComments: `"'\`` },
  sql: { quotes: `"'`, inComments: '"' },
  swift: { quotes: `"'\``, inComments: `"'\`` },
  perl: { quotes: `"'\``, inComments: `"'\`` },
  latex: { quotes: '' },
  plaintext: { quotes: '' },
};

const closerOf: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/** A line as it is typed: the closers that the editor has put behind the cursor, innermost last. */
export class Typing {
  readonly closers: string[] = [];
  readonly #pairs: Pairs;

  constructor(languageId: string) {
    this.#pairs = pairsOf[languageId] ?? usual;
  }

  /** `before` is the line left of the character, `region` what the cursor stands in. */
  type(character: string, before: string, region: Region): void {
    const { quotes, inComments = '', strictBrackets, angles, prefixes } = this.#pairs;
    const top = this.closers.at(-1);
    const isQuote = quotes.includes(character);
    const escapes = /\\*$/.exec(before)![0].length % 2 === 1;
    if (top === character && !(isQuote && escapes)) {
      this.closers.pop();
      return;
    }
    if (isQuote) {
      const inString = region === 'string' || this.closers.some((closer) => quotes.includes(closer));
      const behindWord = /[\p{L}\p{N}_]$/u.test(before) && !prefixes?.test(before);
      if (inString || escapes || behindWord) return;
      if (region === 'comment' && !inComments.includes(character)) return;
      this.closers.push(character);
      return;
    }
    const closer = angles && character === '<' ? '>' : closerOf[character];
    if (closer === undefined) return;
    if (strictBrackets && region === 'string') return;
    if (strictBrackets === 'comments' && region === 'comment') return;
    this.closers.push(closer);
  }
}
