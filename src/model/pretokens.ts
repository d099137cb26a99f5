// How each family of byte-level BPE cuts text into words before merging, as llama.cpp and Hugging Face cut it.

// `\s` of JavaScript has U+FEFF and lacks U+0085; the tokenizers mean Unicode's White_Space.
const space = '\\p{White_Space}';
const gpt2 =
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${space}\\p{L}\\p{N}]+` +
  `|${space}+(?!\\P{White_Space})|${space}+`;
const contraction = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";
const spaces = `${space}*[\\r\\n]+|${space}+(?!\\P{White_Space})|${space}+`;

/** What llama 3 and qwen 2 share; signs take the line ends behind them along, if any. */
function modern(digits: string, { letter = '\\p{L}', marks = '', lineEnds = '[\\r\\n]*' } = {}): string {
  const signs = `[^${space}\\p{L}\\p{N}${marks}${lineEnds === '' ? '\\r\\n' : ''}]+${lineEnds}`;
  return `${contraction}|[^\\r\\n\\p{L}\\p{N}]?${letter}+|${digits}| ?${signs}|${spaces}`;
}

/** Words by case, as llama.cpp has them: letters beyond ASCII are of either case, and marks are no letters. */
function byCase(digits: string, contractions: string): string {
  const upper = '(?![a-z])\\p{L}';
  const lower = '(?![A-Z])\\p{L}';
  const before = '[^\\r\\n\\p{L}\\p{N}]?';
  return (
    `${before}(?:${upper})*(?:${lower})+${contractions}|${before}(?:${upper})+(?:${lower})*${contractions}` +
    `|${digits}| ?[^${space}\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`
  );
}

/** The letters that DeepSeek lists: Latin, Greek, Cyrillic and their like. */
const listedLetters =
  'A-Za-z\\u00B5\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u01BA\\u01BC-\\u01BF\\u01C4-\\u0293' +
  '\\u0295-\\u02AF\\u0370-\\u0373\\u0376\\u0377\\u037B-\\u037D\\u037F\\u0386\\u0388-\\u038A\\u038C' +
  '\\u038E-\\u03A1\\u03A3-\\u03F5\\u03F7-\\u0481\\u048A-\\u052F\\u0531-\\u0556\\u10A0-\\u10C5' +
  '\\u13A0-\\u13F5\\u13F8-\\u13FD\\u1C90-\\u1CBA\\u1CBD-\\u1CBF\\u1D00-\\u1D2B\\u1D6B-\\u1D77' +
  '\\u1D79-\\u1D9A\\u1E00-\\u1F15\\u1F18-\\u1F1D\\u1F20-\\u1F45\\u1F48-\\u1F4D\\u1F50-\\u1F57' +
  '\\u1F59\\u1F5B\\u1F5D\\u1F5F-\\u1F7D\\u1F80-\\u1FB4\\u1FB6-\\u1FBC\\u1FBE\\u1FC2-\\u1FC4' +
  '\\u1FC6-\\u1FCC\\u1FD0-\\u1FD3\\u1FD6-\\u1FDB\\u1FE0-\\u1FEC\\u1FF2-\\u1FF4\\u1FF6-\\u1FFC' +
  '\\u2102\\u2107\\u210A-\\u2113\\u2115\\u2119-\\u211D\\u2124\\u2126\\u2128\\u212A-\\u212D' +
  '\\u212F-\\u2134\\u2139\\u213C-\\u213F\\u2145-\\u2149\\u214E\\u2183\\u2184\\u2C00-\\u2C7B' +
  '\\u2C7E-\\u2CE4\\u2CEB-\\u2CEE\\u2CF2\\u2CF3\\uA640-\\uA66D\\uA680-\\uA69B\\uA722-\\uA76F' +
  '\\uA771-\\uA787\\uA78B-\\uA78E\\uAB70-\\uABBF\\uFB00-\\uFB06\\uFB13-\\uFB17\\uFF21-\\uFF3A' +
  '\\uFF41-\\uFF5A\\u{10400}-\\u{1044F}\\u{104B0}-\\u{104D3}\\u{104D8}-\\u{104FB}' +
  '\\u{10C80}-\\u{10CB2}\\u{10CC0}-\\u{10CF2}\\u{118A0}-\\u{118DF}\\u{1E900}-\\u{1E943}';
const eastAsian = '[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+';

/** How text is cut, and what goes with it in these models whether or not the file says so. */
interface Cutting {
  /** Each pattern cuts the pieces that the one before it left; what no pattern matches is a piece of its own. */
  patterns: string[];
  /** A word that is a token is taken as it is, even where the merges would not lead to it. */
  wholeWords?: true;
  /** A text begins with the token for it. */
  begins?: true;
}

const cuttings: [names: string[], cutting: Cutting][] = [
  [['gpt-2', 'phi-2', 'mellum', 'exaone4'], { patterns: [gpt2] }],
  [
    ['starcoder', 'refact', 'command-r', 'smollm', 'codeshell', 'mellum2', 'exaone'],
    { patterns: ['\\p{N}', gpt2] },
  ],
  [['qwen2', 'deepseek-r1-qwen', 'megrez', 'stablelm2'], { patterns: [modern('\\p{N}')] }],
  [['qwen35'], { patterns: [modern('\\p{N}', { letter: '[\\p{L}\\p{M}]', marks: '\\p{M}' })] }],
  [
    ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral'],
    { patterns: [modern('\\p{N}{1,3}')], wholeWords: true, begins: true },
  ],
  [['dbrx', 'smaug-bpe', 'glm4', 'chatglm-bpe'], { patterns: [modern('\\p{N}{1,3}')] }],
  [['seed-coder'], { patterns: [modern('\\p{N}', { lineEnds: '' })] }],
  [['tekken'], { patterns: [byCase('\\p{N}', '')], wholeWords: true, begins: true }],
  [['gpt-4o', 'llama4'], { patterns: [byCase('\\p{N}{1,3}', `(?:${contraction})?`)] }],
  [
    ['deepseek-coder'],
    { patterns: ['[\\r\\n]', `${space}?\\p{L}+`, `${space}?\\p{P}+`, eastAsian, '\\p{N}'] },
  ],
  [
    ['deepseek-llm'],
    {
      patterns: [
        '[\\r\\n]',
        `${space}?[${listedLetters}]+`,
        `${space}?[!-/:-~\\uFF01-\\uFF0F\\uFF1A-\\uFF5E\\u2018-\\u201F\\u3000-\\u3002]+`,
        // It can only begin where the blanks do; tried at each of them, a long row of blanks would take a minute.
        `(?<!${space})${space}+$`,
        eastAsian,
        '\\p{N}+',
      ],
    },
  ],
  // What llama.cpp takes where a file says nothing.
  [['default'], { patterns: ['[\\p{P}$+<=>^~|]+', gpt2, '\\p{N}+', '[0-9][0-9][0-9]'] }],
];

const byName = new Map(cuttings.flatMap(([names, cutting]) => names.map((name) => [name, cutting])));

export const preTokenizers: readonly string[] = [...byName.keys()];

export function takesWholeWords(name: string): boolean {
  return byName.get(name)?.wholeWords ?? false;
}

export function beginsText(name: string): boolean {
  return byName.get(name)?.begins ?? false;
}

/** A function that cuts text into words; the words joined are the text. `name` is one of `preTokenizers`. */
export function preTokenizer(name: string): (text: string) => string[] {
  const expressions = (byName.get(name)?.patterns ?? []).map((pattern) => new RegExp(pattern, 'gu'));
  return (text) =>
    expressions.reduce((pieces, expression) => pieces.flatMap((piece) => cut(piece, expression)), [text]);
}

function cut(text: string, expression: RegExp): string[] {
  const matches = text.match(expression);
  if (!matches) return text === '' ? [] : [text];
  let matched = 0;
  for (const match of matches) matched += match.length;
  return matched === text.length ? matches : withGaps(text, expression);
}

function withGaps(text: string, expression: RegExp): string[] {
  const pieces: string[] = [];
  let position = 0;
  for (const match of text.matchAll(expression)) {
    if (match.index > position) pieces.push(text.slice(position, match.index));
    pieces.push(match[0]);
    position = match.index + match[0].length;
  }
  if (position < text.length) pieces.push(text.slice(position));
  return pieces;
}
