// How languages write strings, comments and code within strings: what a lexer has to know to tell brackets from text.

import { configurations, languageAt, templates, texts } from './languages';

/** A kind of string. Of several that match, the first one counts. */
export interface StringRule {
  /** Sticky, at the quote; what stands directly before it matches `behind`. */
  readonly open: RegExp;
  readonly behind?: RegExp;
  /** `$1` stands for the first group of `open`. */
  readonly close: string;
  /** Runs over lines. */
  readonly lines?: boolean;
  /** What takes the meaning of the character behind it; nothing by default where `raw`. */
  readonly escape?: string;
  /** Its closer written twice is a character of it. */
  readonly doubles?: boolean;
  /** What it opens with may stand in it with its closer. */
  readonly nests?: boolean;
  /** Sticky: what neither ends the string nor opens code in it, though it looks like that. */
  readonly plain?: RegExp;
  /** Sticky: what opens code within the string; its last character is the bracket, but `{{` is none. */
  readonly code?: RegExp;
}

export interface Lexis {
  /** What a file begins with: running text, and markup as well, in which brackets need no partners. */
  readonly base: 'code' | 'prose' | 'markup';
  readonly strings: readonly StringRule[];
  readonly lineComments: readonly string[];
  readonly blockComments: readonly (readonly [opener: string, closer: string])[];
  /** Lines that begin with `#if` and the like decide which of several texts counts: all of them close what the first does. */
  readonly conditions: boolean;
  /** Comments may stand in comments. */
  readonly nested: boolean;
  /** The mark of a line's comment begins a word. */
  readonly spacedComments: boolean;
  /** What takes the meaning of the next character in code. */
  readonly escape: string;
  /** `/` may begin a regular expression, where `passed` also behind a name and a space. */
  readonly slashes: boolean | 'passed';
  /** `<b>` may be an element whose content is text. */
  readonly elements: boolean;
  /** Sticky: begins a string whose lines follow, up to the word in its last group. */
  readonly heredoc?: RegExp;
  /** `)` ends a pattern between these words. */
  readonly patterns?: readonly [opener: string, closer: string];
  /** Sticky: what is no bracket, quote or comment though it looks like one. */
  readonly plain?: RegExp;
  /** What stands behind a closer may be one word with it, as in `{a,b}c`. */
  readonly glues: boolean;
  /** What a bracket stands behind that has to have its partner though it stands in running text. */
  readonly flow?: RegExp;
  /** What begins and ends code in markup. */
  readonly code?: readonly [opener: RegExp, closer: string];
}

const backslash = '\\';
const brace = /\{\{?/y;
const dollarBrace = /\$\{/y;
const dollarBoth = /\$[({]/y;
const hashBrace = /#\{/y;

/** A quote in the middle of a word is an apostrophe or a mark on a name. */
const noWord = /(?:^|[^\p{L}\p{N}_])$/u;

function quoted(quote: string, more: Partial<StringRule> = {}): StringRule {
  const open = new RegExp(quote.replace(/\W/g, '\\$&'), 'y');
  return { open, close: quote, escape: backslash, ...(quote === "'" ? { behind: noWord } : {}), ...more };
}

const longQuotes = ['"""', "'''"] as const;
const double = quoted('"');
const single = quoted("'");
const rawSingle = quoted("'", { escape: '' });
const doubled = (quote: string, more: Partial<StringRule> = {}): StringRule =>
  quoted(quote, { escape: '', doubles: true, ...more });
/** Told from a lifetime by its end; where the text ends in it, by a backslash. */
const character: StringRule = {
  open: /'(?=(?:\\(?:[^ux]|x[\da-f]{2}|u\{?[\da-f]+\}?)|[^\\'\n])'|\\(?:$|[^ux]$|x[\da-f]{0,2}$|u\{?[\da-f]*\}?$))/iy,
  close: "'",
  escape: backslash,
};
/** Where there are no lifetimes, a quote that the text ends with begins one, too. */
const onlyCharacter: StringRule = {
  ...character,
  open: new RegExp(`${character.open.source}|'[^\\\\'\\n]?$`, 'iy'),
};
const template = quoted('`', { lines: true, code: dollarBrace });
const shellDouble = quoted('"', { lines: true, code: dollarBoth });

const rawPrefix = /(?:^|[^\p{L}\p{N}_])r$/u;
const prefixed = (prefix: RegExp, rule: StringRule): StringRule => ({ ...rule, behind: prefix });
const python = [...longQuotes, '"', "'"].flatMap((quote) => {
  const rule = quoted(quote, { lines: quote.length > 1, behind: undefined });
  return [
    prefixed(/(?:^|\W)(?:[ft]r?|r[ft])$/i, { ...rule, code: brace }),
    prefixed(/(?:^|\W)(?:[bru]|br|rb)$/i, rule),
    rule,
  ];
});
/** Strings whose delimiters are chosen behind a word. */
const delimited = (behind: RegExp): StringRule[] =>
  ['{}', '()', '[]']
    .map(([open, close]) => ({
      ...{ open: new RegExp(`\\${open}`, 'y'), close: close!, behind },
      ...{ lines: true, escape: backslash, nests: true },
    }))
    .concat([{ open: /([|!/])/y, close: '$1', behind, lines: true, escape: backslash, nests: true }]);
const rubyish = [
  quoted('"', { lines: true, code: hashBrace }),
  quoted("'", { lines: true }),
  quoted('`', { lines: true, code: hashBrace }),
];
/** Of four quotes the last three end the string. */
const fourthQuote = /"(?=""")/y;
const tripleIn = (code: RegExp): StringRule[] => [
  quoted('"""', { lines: true, code }),
  quoted('"', { code }),
];

/** Of running text, the strings in which a quote written twice is one. */
const doubledIn: Record<string, StringRule[]> = {
  ...{ csv: [doubled('"')], tsv: [doubled('"')] },
  ...{ yaml: [double, doubled("'")], dockercompose: [double, doubled("'")] },
};
const flowIn: Record<string, RegExp> = { yaml: /(?::|^\s*-)\s+$/, dockercompose: /(?::|^\s*-)\s+$/ };

/** Where a language differs from what its quotes and comments in the table of languages say. */
const special: Record<string, Partial<Lexis>> = {
  c: {
    conditions: true,
    strings: [
      { open: /"([^()\\\s"]{0,16})\(/y, behind: /R$/, close: ')$1"', lines: true },
      ...[double, quoted("'", { behind: /(?:^|[^\p{L}\p{N}_])(?:[LuU]|u8)$/u }), single],
    ],
  },
  clojure: { strings: [quoted('"', { lines: true })], escape: backslash },
  coffeescript: {
    strings: [
      { open: /\/\/\//y, close: '///', lines: true, escape: backslash, code: hashBrace },
      ...[...tripleIn(hashBrace), quoted("'''", { lines: true }), single],
    ],
    slashes: 'passed',
  },
  csharp: {
    conditions: true,
    strings: [
      { open: /("{3,})/y, close: '$1', lines: true },
      doubled('"', { behind: /(?:\$@|@\$)$/, lines: true, code: brace }),
      doubled('"', { behind: /@$/, lines: true }),
      { ...double, behind: /\$$/, code: brace },
      double,
      single,
    ],
  },
  css: {
    strings: [
      { open: /\((?=[^"'\s)]|$)/y, behind: /\burl$/i, close: ')', lines: true, escape: backslash },
      ...[double, single],
    ],
    escape: backslash,
  },
  dart: {
    strings: [
      ...longQuotes.map((quote) => ({ ...quoted(quote, { escape: '', lines: true }), behind: rawPrefix })),
      ...(['"', "'"] as const).map((quote) => ({ ...quoted(quote, { escape: '' }), behind: rawPrefix })),
      ...longQuotes.map((quote) => quoted(quote, { lines: true, code: dollarBrace })),
      quoted('"', { code: dollarBrace }),
      quoted("'", { code: dollarBrace, behind: undefined }),
    ],
    nested: true,
  },
  cmake: {
    strings: [
      { open: /\[(=*)\[/y, behind: /(?:^|[\s(])$/, close: ']$1]', lines: true },
      quoted('"', { lines: true, code: dollarBrace }),
    ],
    plain: /#\[(=+)\[[^]*?\]\1\]/y,
    escape: backslash,
  },
  dockerfile: {
    strings: [quoted('"', { code: dollarBrace }), rawSingle],
    patterns: ['case', 'esac'],
    spacedComments: true,
  },
  elixir: {
    strings: [
      quoted('"""', { lines: true, code: hashBrace }),
      quoted("'''", { lines: true, code: hashBrace }),
      ...delimited(/~[a-zA-Z]$/),
      { open: /(["'])/y, behind: /~[a-zA-Z]$/, close: '$1', escape: backslash },
      quoted('"', { lines: true, code: hashBrace }),
      quoted("'", { code: hashBrace }),
    ],
    // Behind a word it belongs to the name of a function.
    plain: /(?<!\w)\?\\?[^\s]/y,
  },
  elm: { strings: [quoted('"""', { lines: true }), double, onlyCharacter], nested: true },
  fsharp: {
    strings: [
      quoted('"""', { lines: true }),
      doubled('"', { behind: /@$/, lines: true }),
      double,
      onlyCharacter,
    ],
    plain: /\(\*\)/y,
  },
  erlang: { strings: [quoted('"', { lines: true }), single], plain: /\$\\?[^\s]/y },
  fish: {
    strings: [quoted('"', { lines: true, code: /\$\(/y }), quoted("'", { lines: true, behind: undefined })],
    escape: backslash,
    spacedComments: true,
  },
  go: { strings: [double, single, quoted('`', { lines: true, escape: '' })] },
  groovy: {
    strings: [
      quoted('"""', { lines: true, code: dollarBrace }),
      quoted("'''", { lines: true }),
      quoted('"', { code: dollarBrace }),
      single,
    ],
    slashes: true,
  },
  haskell: { strings: [double, { ...onlyCharacter, behind: noWord }], nested: true },
  julia: {
    strings: [
      quoted('"""', { lines: true, code: /\$\(/y }),
      quoted('"', { lines: true, code: /\$\(/y }),
      { ...onlyCharacter, behind: /(?:^|[^\p{L}\p{N}_)\]'.}])$/u },
    ],
    nested: true,
  },
  kotlin: { strings: [...tripleIn(dollarBrace), single, quoted('`')], nested: true },
  lua: {
    // A function's name may stand before the string that it is called with.
    strings: [
      { open: /\[(=*)\[/y, close: ']$1]', lines: true },
      ...[double, { ...single, behind: undefined }],
    ],
  },
  makefile: {
    // Outside of recipes a quote is a character like others.
    strings: [
      { ...quoted('"', { code: dollarBoth }), open: /(?<=^\t.*)"/my },
      { ...quoted("'", { code: dollarBoth }), open: /(?<=^\t.*)'/my },
    ],
    patterns: ['case', 'esac'],
    escape: backslash,
  },
  nix: {
    strings: [
      quoted('"', { lines: true, code: dollarBrace }),
      {
        ...{ open: /''/y, close: "''", lines: true, escape: '', code: dollarBrace },
        plain: /''(?:\$\{?|'|\\[^])|\$\$\{?/y,
      },
    ],
  },
  ocaml: {
    strings: [
      quoted('"', { lines: true }),
      { open: /\{([a-z_]*)\|/y, close: '|$1}', lines: true },
      character,
    ],
    nested: true,
    plain: /\(\*\)/y,
  },
  perl: {
    strings: [
      { open: /(?<![^\n])=[a-z]/y, close: '\n=cut', lines: true },
      ...delimited(/(?:^|[^\w$@%&>-])(?:q[qwr]?|m)\s*$/),
      // What is replaced; by what may be code.
      ...delimited(/(?:^|[^\w$@%&>-])(?:s|tr|y)$/).slice(0, 3),
      {
        ...{ open: /([~%@^,])/y, close: '$1', behind: /(?:^|[^\w$@%&>-])(?:q[qwr]?|m)$/ },
        ...{ lines: true, escape: backslash },
      },
      quoted('"', { lines: true, code: /[@$]\{/y }),
      quoted("'", { lines: true }),
      quoted('`'),
    ],
    heredoc: /<<~?(?=["'][^"'\n]|[A-Z_])(["']?)([A-Za-z_]\w*|(?<=["'])[^"'\n]+)\1/y,
    // `$(NAME)` is what a Makefile calls so, and `($$)` are parameters. What is replaced, and by what, has the same mark
    // between, or braces around each.
    plain: new RegExp(
      [
        /\/\/=?|\$(?:[#'"`\]\\]|\((?![\w$]))/,
        /(?<=(?:^|[^\w$@%&>-])(?:s|tr|y))([/#|!~%@^,])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[a-z]*/,
        /(?<=(?:^|[^\w$@%&>-])(?:q[qwr]?|m))#(?:[^\\#\n]|\\.)*#[a-z]*/,
        /(?<=(?:^|[^\w$@%&>-])(?:s|tr|y))\{(?:[^\\{}\n]|\\.)*\}\s*\{(?:[^\\{}\n]|\\.)*\}[a-z]*/,
      ]
        .map(({ source }) => source)
        .join('|'),
      'y',
    ),
    slashes: true,
  },
  php: {
    base: 'markup',
    code: [/<\?(?:php\b|=)/y, '?>'],
    strings: [
      quoted('"', { lines: true, code: /\{(?=\$)|\$\{/y }),
      quoted("'", { lines: true }),
      quoted('`', { lines: true }),
    ],
    lineComments: ['//', '#'],
    plain: /#(?=\[)/y,
    heredoc: /<<<\s*(["']?)([A-Za-z_]\w*)\1/y,
  },
  powershell: {
    strings: [
      { open: /@"\n/y, close: '\n"@', lines: true, code: /\$\(/y },
      { open: /@'\n/y, close: "\n'@", lines: true },
      doubled('"', { lines: true, escape: '`', code: dollarBoth }),
      doubled("'", { lines: true, behind: undefined }),
    ],
    escape: '`',
    plain: /\$\$|\$\^|\$\?/y,
  },
  python: { strings: python },
  r: {
    strings: [
      { open: /"(-*)\(/y, behind: /[rR]$/, close: ')$1"', lines: true },
      ...[quoted('"', { lines: true }), quoted("'", { lines: true }), quoted('`')],
    ],
  },
  ruby: {
    strings: [
      { open: /(?<![^\n])=begin\b/y, close: '\n=end', lines: true },
      ...delimited(/%[qQwWiIr]$/),
      ...delimited(/(?:^|[\s=(,[{|&?:])%$/).slice(0, 3),
      ...rubyish,
    ],
    heredoc: /<<(?:[~-](?=["'`]?[A-Za-z_])|(?=["'`]?[A-Z_]))(["'`]?)([A-Za-z_]\w*)\1/y,
    plain: /(?<!\w)\?["'#](?!\w)|\$['"`]|(?<=\bdef\s+)`/y,
    escape: backslash,
    slashes: 'passed',
  },
  rust: {
    strings: [
      { open: /(#*)"/y, behind: /(?:^|\W)[bc]?r$/, close: '"$1', lines: true },
      quoted('"', { lines: true }),
      character,
    ],
    nested: true,
  },
  scala: {
    strings: [
      { open: /"""/y, behind: /\w$/, close: '"""', lines: true, code: dollarBrace, plain: fourthQuote },
      { open: /"""/y, close: '"""', lines: true, plain: fourthQuote },
      { ...double, behind: /\w$/, code: dollarBrace },
      double,
      onlyCharacter,
    ],
    nested: true,
  },
  scss: {
    strings: [
      { open: /\((?=[^"'\s)$#]|$)/y, behind: /\burl$/i, close: ')', code: hashBrace, escape: backslash },
      quoted('"', { code: hashBrace }),
      quoted("'", { code: hashBrace }),
    ],
    plain: /:\/\//y,
  },
  less: {
    strings: [
      { open: /\((?=[^"'\s)@]|$)/y, behind: /\burl$/i, close: ')', lines: true, escape: backslash },
      quoted('"', { code: /@\{/y }),
      quoted("'", { code: /@\{/y }),
    ],
    plain: /:\/\//y,
  },
  shellscript: {
    strings: [
      { open: /'/y, behind: /\$$/, close: "'", escape: backslash, lines: true },
      { ...shellDouble },
      { open: /'/y, close: "'", lines: true },
      quoted('`', { lines: true }),
    ],
    heredoc: /<<-?\s*(["'\\]?)([A-Za-z_]\w*)\1?/y,
    patterns: ['case', 'esac'],
    plain: /\$[#$!*@?-]|<<</y,
    escape: backslash,
    spacedComments: true,
  },
  sql: {
    // Some servers take a quote behind a backslash for one of the string; in front of more of a word it is none to others.
    strings: [
      doubled('"'),
      doubled("'", { behind: undefined, lines: true, plain: /\\'(?=[\p{L}\p{N}])/uy }),
      doubled('`'),
    ],
  },
  swift: {
    strings: [
      { open: /(#+)"/y, close: '"$1' },
      quoted('"""', { lines: true, code: /\\\(/y }),
      quoted('"', { code: /\\\(/y }),
      quoted('`'),
    ],
    nested: true,
  },
  terraform: { strings: [quoted('"', { code: /[$%]\{/y })], heredoc: /<<-?()([A-Za-z_]\w*)/y },
  toml: {
    strings: [
      quoted('"""', { lines: true }),
      { open: /'''/y, close: "'''", lines: true },
      double,
      { open: /'/y, close: "'" },
    ],
  },
  typescript: { strings: [double, { ...single, behind: undefined }, template], slashes: true },
  vb: { strings: [doubled('"')] },
  ...Object.fromEntries(
    [
      'bat',
      'diff',
      'dotenv',
      'git-commit',
      'git-rebase',
      'ignore',
      'ini',
      'log',
      'markdown',
      'plaintext',
      ...texts,
    ].map((id) => [id, { base: 'prose' }]),
  ),
  ...Object.fromEntries(
    [
      ...['properties', 'restructuredtext', 'latex', 'tex', 'bibtex', 'csv', 'tsv', 'yaml', 'dockercompose'],
      ...configurations,
    ].map((id) => [
      id,
      { base: 'prose', spacedComments: true, strings: doubledIn[id] ?? [], flow: flowIn[id] },
    ]),
  ),
  ...Object.fromEntries(
    ['html', 'xml', 'xsl', 'vue', 'svelte', 'handlebars', 'razor', 'jade', ...templates].map((id) => [
      id,
      { base: 'markup' },
    ]),
  ),
};

const sameAs: Record<string, string> = {
  ...{
    cpp: 'c',
    'cuda-cpp': 'c',
    'objective-c': 'c',
    'objective-cpp': 'c',
    hlsl: 'c',
    raku: 'perl',
    hcl: 'terraform',
  },
  ...{ javascript: 'typescript', javascriptreact: 'typescript', typescriptreact: 'typescript' },
};
const withElements = new Set(['javascript', 'javascriptreact', 'typescriptreact']);

const gluing = new Set(['shellscript', 'fish', 'makefile', 'css', 'scss', 'less']);

const known = new Map<string, Lexis>();

export function lexisOf(languageId: string): Lexis {
  let lexis = known.get(languageId);
  if (!lexis) {
    const { quotes, lineComments, blockComments } = languageAt(languageId);
    const rules = [...quotes.long, ...quotes.short, ...(quotes.character ? [quotes.character] : [])];
    lexis = {
      base: 'code',
      strings: rules
        .sort((a, b) => b.length - a.length)
        .map((quote) => quoted(quote, { lines: quotes.long.includes(quote) })),
      ...{ lineComments, blockComments, nested: false, spacedComments: false, conditions: false },
      ...{ escape: '', slashes: false, elements: withElements.has(languageId) },
      glues: gluing.has(languageId),
      ...special[sameAs[languageId] ?? languageId],
    };
    known.set(languageId, lexis);
  }
  return lexis;
}
