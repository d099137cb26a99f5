// How each family of byte-level BPE cuts text into words before merging, as llama.cpp and Hugging Face cut it.

// `\s` of JavaScript has U+FEFF and lacks U+0085; the tokenizers mean Unicode's White_Space.
const space = '\\p{White_Space}';
const word = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{White_Space}\\p{L}\\p{N}]+";
const gpt2 = `${word}|${space}+(?!\\P{White_Space})|${space}+`;
const contraction = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]";

/** The pattern that llama 3 and qwen 2 share; they differ in how many digits make a word. */
function modern(digits: string): string {
  return (
    `${contraction}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^${space}\\p{L}\\p{N}]+[\\r\\n]*` +
    `|${space}*[\\r\\n]+|${space}+(?!\\P{White_Space})|${space}+`
  );
}

/** Each pattern cuts the pieces that the one before it left; what no pattern matches is a piece of its own. */
const patterns: Record<string, string[]> = {
  'gpt-2': [gpt2],
  'llama-bpe': [modern('\\p{N}{1,3}')],
  qwen2: [modern('\\p{N}')],
  starcoder: ['\\p{N}', gpt2],
  'deepseek-coder': [
    '[\\r\\n]',
    `${space}?\\p{L}+`,
    `${space}?\\p{P}+`,
    '[\\u4E00-\\u9FA5\\u0800-\\u4E00\\uAC00-\\uD7FF]+',
    '\\p{N}',
  ],
};

export const preTokenizers: readonly string[] = Object.keys(patterns);

/** A function that cuts text into words; the words joined are the text. `name` is one of `preTokenizers`. */
export function preTokenizer(name: string): (text: string) => string[] {
  const expressions = (patterns[name] ?? []).map((pattern) => new RegExp(pattern, 'gu'));
  return (text) =>
    expressions.reduce((pieces, expression) => pieces.flatMap((piece) => cut(piece, expression)), [text]);
}

function cut(text: string, expression: RegExp): string[] {
  const matches = text.match(expression) ?? [];
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
