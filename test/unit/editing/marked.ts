// Test texts with a cursor mark `|`, and the places and answers made of them.

import { type Place, placeAt, type TextSource } from '../../../src/editing/context';
import type { Completion } from '../../../src/protocol';

/** A document over a string, with lines ending in LF or CRLF as the string has them. */
export function documentOf(text: string, languageId = 'typescript'): TextSource {
  return {
    languageId,
    getText: () => text,
    offsetAt: ({ line, character }) => {
      let start = 0;
      for (let passed = 0; passed < line; passed++) start = text.indexOf('\n', start) + 1;
      return start + character;
    },
  };
}

/** The document and the position of the mark in it, which is taken out. */
export function atMark(marked: string, languageId?: string) {
  const offset = marked.indexOf('|');
  if (offset < 0) throw new Error(`There is no mark in ${JSON.stringify(marked)}`);
  const before = marked.slice(0, offset).split('\n');
  const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  return { document: documentOf(marked.slice(0, offset) + marked.slice(offset + 1), languageId), position };
}

export function placeOf(marked: string, key = 'file:///a.ts'): Place {
  const { document, position } = atMark(marked);
  return placeAt(document, position, { key, path: 'a.ts' });
}

export function answer(text: string, more: Partial<Completion> = {}): Completion {
  return {
    ...{ text, reason: 'line', shown: true, confidence: 0.8, tokens: 3, promptTokens: 20, reusedTokens: 10 },
    ...{ prefillMs: 1, decodeMs: 2, tokensPerSecond: 500, kernel: 'scalar', threads: 2, model: 'test' },
    ...more,
  };
}
