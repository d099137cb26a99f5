// Text to token ids and back, as the vocabulary that the model file brings spells it.

import { t } from '@vscode/l10n';
import { grouped } from '../numbers';
import { type Family, familyOf, type FimRole, steeringSpellings } from './formats';
import { type Gguf, GgufError } from './gguf';
import { ByteLevel, bytesOf, type Spelling } from './byteLevel';
import { beginsText, preTokenizers, takesWholeWords } from './pretokens';
import { bytesOfPiece, SentencePieces } from './sentencePieces';

/** Ids of the tokens that steer the model; undefined where the model has none, or is not to be given it. */
interface ControlIds extends Partial<Record<FimRole, number>> {
  beginOfText?: number;
}

/** The newer name of a key comes first. */
const controlKeys: Record<FimRole, string[]> = {
  fimPrefix: ['fim_pre_token_id', 'prefix_token_id'],
  fimSuffix: ['fim_suf_token_id', 'suffix_token_id'],
  fimMiddle: ['fim_mid_token_id', 'middle_token_id'],
  repository: ['fim_rep_token_id'],
  fileSeparator: ['fim_sep_token_id'],
};
const endKeys = ['eos_token_id', 'eot_token_id', 'eom_token_id', 'fim_pad_token_id'];

/** Token types of GGUF. */
const normalType = 1;
const unknownType = 2;
const controlType = 3;
/** Added to a vocabulary: text that is one token wherever it stands, if it is no marker. */
const addedType = 4;
const unusedType = 5;
const byteType = 6;
/** What fills a vocabulary up, in files that do not say so by the type: no word reaches across its brackets. */
const padding = /^\[PAD\d+\]$/;
/** A token that was kept for later: trained by nobody, unless the file names it. */
const reserved = /^[<[]\|?(unused|placeholder|dummy|extra|reserved_special_token)_?\d+\|?[>\]]$/;
/** An added token of this form steers a chat, or whatever the model was trained for besides. */
const marker = /^<(\|.*\||｜.*｜|\[.*\])>$/su;
/** Merges are looked for at every place of a token; the longest that models have are rows of some hundred spaces. */
const longestToken = 1024;
const cacheWords = 32768;
/** Longer words are rare and cheap to encode again beside the memory that they would hold. */
const cachedWordLength = 64;

export class Tokenizer {
  /** Number of tokens. */
  readonly size: number;
  readonly control: ControlIds;
  /** Told by how the tokens are spelled. */
  readonly family: Family | undefined;
  /** What stands before a text as a whole, where the vocabulary was made so. */
  readonly space: '' | ' ';
  /** Every id that steers the model: it is no text and ends an answer. */
  readonly controlIds: Int32Array;
  /** How the vocabulary spells those. */
  readonly controlNames: ReadonlyMap<number, string>;
  /** Every id that stands for nothing: no text gives it, and it is never to be chosen. */
  readonly emptyIds: Int32Array;
  /** Every id whose bytes contain a line feed. */
  readonly lineEndIds: Int32Array;
  /** Whether words and tokens reach across line ends. */
  readonly joinsLines: boolean;
  readonly #pieces: Buffer[];
  readonly #spelling: Spelling;
  /** The tokens of added texts, the longest first, and what finds any of them. */
  readonly #added: ReadonlyMap<string, number>;
  readonly #anyAdded: RegExp | undefined;
  /** Every id that is text, in the order of its bytes; made when it is first asked for. */
  #sorted: number[] | undefined;
  #recent = new Map<string, number[]>();
  #older = new Map<string, number[]>();

  /** Throws a GgufError that names the key when the metadata does not describe a vocabulary that is known here. */
  constructor(gguf: Gguf) {
    const vocabulary = vocabularyOf(gguf);
    const { tokens, types } = vocabulary;
    const ids = idsOf(vocabulary, (id) => types[id] === controlType);
    const { family, control, endIds } = controlOf(gguf, vocabulary, ids);
    this.family = family;
    this.control = control;
    const hasSpace = gguf.metadata.get('tokenizer.ggml.add_space_prefix') !== false;
    this.space = vocabulary.model === 'llama' && hasSpace ? ' ' : '';
    const named = new Set([...(Object.values(control) as number[]), ...endIds]);
    const all = Int32Array.from(tokens.keys());
    const isEmpty = (id: number): boolean => !named.has(id) && standsForNothing(tokens[id]!, types[id]);
    this.emptyIds = all.filter(isEmpty);
    this.controlIds = all.filter((id) => named.has(id) || (steers(tokens[id]!, types[id]) && !isEmpty(id)));
    this.controlNames = new Map([...this.controlIds].map((id) => [id, tokens[id]!]));
    const noText = new Set([...this.emptyIds, ...this.controlIds]);
    const isText = (id: number): boolean => !noText.has(id);
    this.size = tokens.length;
    this.#pieces = tokens.map((_, id) => (isText(id) ? bytesOfToken(vocabulary, id) : Buffer.alloc(0)));
    const text = [...tokens.keys()].filter(isText);
    this.#spelling = spellingOf(vocabulary, idsOf(vocabulary, isText), text, this.#pieces);
    const added = text.filter((id) => types[id] === addedType);
    this.#added = new Map(
      added.sort((a, b) => tokens[b]!.length - tokens[a]!.length).map((id) => [tokens[id]!, id]),
    );
    this.#anyAdded = anyOf([...this.#added.keys()]);
    this.lineEndIds = all.filter((id) => this.#pieces[id]!.includes(0x0a));
    this.joinsLines = vocabulary.model === 'gpt2' && this.lineEndIds.some((id) => this.piece(id).length > 1);
  }

  /** All of `text` is text: a control token that the user typed is encoded letter by letter. */
  encode(text: string): number[] {
    const ids: number[] = [];
    for (const word of this.#words(text)) {
      const found = this.#recent.get(word) ?? this.#encodeWord(word);
      for (const id of found) ids.push(id);
    }
    return ids;
  }

  /** The last of the words that merging does not cross. */
  lastWord(text: string): string {
    return this.#words(text).at(-1) ?? '';
  }

  /** Added texts are cut out first, the longest ones before the others, and are words. */
  #words(text: string): string[] {
    if (!this.#anyAdded?.test(text)) return this.#spelling.split(text);
    let parts = [text];
    for (const added of this.#added.keys())
      parts = parts.flatMap((part) => (this.#added.has(part) ? part : cutOut(part, added)));
    return parts.flatMap((part) => (this.#added.has(part) ? part : this.#spelling.split(part)));
  }

  /** The ids whose bytes begin with `bytes`, and those whose bytes `bytes` begin with; of equal ones all. */
  agreeing(bytes: Buffer): Int32Array {
    const ids: number[] = [];
    const take = (from: Buffer, agrees: (piece: Buffer) => boolean): void => {
      for (let i = this.#firstFrom(from); i < this.#inOrder.length; i++) {
        const id = this.#inOrder[i]!;
        if (!agrees(this.piece(id))) return;
        ids.push(id);
      }
    };
    for (let length = 1; length < bytes.length; length++) {
      const head = bytes.subarray(0, length);
      take(head, (piece) => piece.equals(head));
    }
    take(bytes, (piece) => piece.subarray(0, bytes.length).equals(bytes));
    return Int32Array.from(ids);
  }

  get #inOrder(): number[] {
    return (this.#sorted ??= [...this.#pieces.keys()]
      .filter((id) => this.piece(id).length > 0)
      .sort((a, b) => this.piece(a).compare(this.piece(b))));
  }

  /** The place in the order of bytes of the first id that is not before `bytes`. */
  #firstFrom(bytes: Buffer): number {
    let first = 0;
    let end = this.#inOrder.length;
    while (first < end) {
      const middle = (first + end) >> 1;
      if (this.piece(this.#inOrder[middle]!).compare(bytes) < 0) first = middle + 1;
      else end = middle;
    }
    return first;
  }

  /** The bytes of one token; none for a control token. */
  piece(id: number): Buffer {
    return this.#pieces[id] ?? Buffer.alloc(0);
  }

  /** The text of whole ids; bytes that are not UTF-8 become U+FFFD. */
  decode(ids: Iterable<number>): string {
    const decoder = this.decoder();
    let text = '';
    for (const id of ids) text += decoder.push(id);
    return text + decoder.end();
  }

  /** Decodes id by id; a character whose bytes are not all there yet is held back until they are. */
  decoder(): { push: (id: number) => string; end: () => string } {
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
    return { push: (id) => utf8.decode(this.piece(id), { stream: true }), end: () => utf8.decode() };
  }

  /** Two generations of a word cache: what was not asked for during a whole generation is dropped with it. */
  #encodeWord(word: string): number[] {
    const added = this.#added.get(word);
    if (added !== undefined) return [added];
    const ids = this.#older.get(word) ?? this.#spelling.encode(word);
    if (word.length > cachedWordLength) return ids;
    if (this.#recent.size >= cacheWords) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(word, ids);
    return ids;
  }
}

function vocabularyError(gguf: Gguf, key: string, what: string): GgufError {
  return new GgufError(
    t`${gguf.file}: "${key}" ${what}. Choose a model with a byte-level BPE or SentencePiece vocabulary.`,
  );
}

interface Tokens {
  tokens: string[];
  types: number[];
}

function standsForNothing(token: string, type: number | undefined): boolean {
  if (token === '' || padding.test(token)) return true;
  if (type === unknownType || type === unusedType) return true;
  return (type === controlType || type === addedType) && reserved.test(token);
}

function steers(token: string, type: number | undefined): boolean {
  return type === controlType || (type === addedType && marker.test(token));
}

/** What a token writes; an added one is written in the file as it is in text. */
function bytesOfToken(vocabulary: Vocabulary, id: number): Buffer {
  const token = vocabulary.tokens[id]!;
  const type = vocabulary.types[id];
  if (vocabulary.model === 'llama') return bytesOfPiece(token, type === byteType);
  return type === addedType ? Buffer.from(token) : bytesOf(token);
}

function anyOf(texts: string[]): RegExp | undefined {
  if (texts.length === 0) return undefined;
  return new RegExp(texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'));
}

/** `text` without what is empty, cut before and behind each `word`. */
function cutOut(text: string, word: string): string[] {
  return text
    .split(word)
    .flatMap((part, i) => (i === 0 ? [part] : [word, part]))
    .filter((part) => part !== '');
}

type Vocabulary =
  | (Tokens & { model: 'gpt2'; pre: string; merges: string[] })
  | (Tokens & { model: 'llama'; scores: number[] });

/**
 * The id of each text. Of several entries with the same one it is the last of those that are `wanted`, or else the last:
 * what is typed is never spelled by a control token, and a control token is not taken for what is typed.
 */
function idsOf({ tokens }: Tokens, wanted: (id: number) => boolean): Map<string, number> {
  const ids = new Map<string, number>();
  for (let id = 0; id < tokens.length; id++) ids.set(tokens[id]!, id);
  // Where all differ, as they mostly do, there is nothing to choose.
  if (ids.size < tokens.length)
    for (let id = 0; id < tokens.length; id++) if (wanted(id)) ids.set(tokens[id]!, id);
  return ids;
}

/** `text` are the ids that are text. */
function spellingOf(
  vocabulary: Vocabulary,
  ids: Map<string, number>,
  text: number[],
  pieces: Buffer[],
): Spelling {
  const { tokens } = vocabulary;
  if (vocabulary.model === 'llama') {
    const known = new Map(text.map((id) => [tokens[id]!, id]));
    return new SentencePieces(known, tokens.length, vocabulary.scores);
  }
  const { merges, pre } = vocabulary;
  const whole = takesWholeWords(pre) ? new Map<string, number>() : undefined;
  for (const id of whole ? text : []) {
    const word = pieces[id]!.toString();
    // Parts of characters are no words.
    if (Buffer.from(word).equals(pieces[id]!)) whole!.set(word, id);
  }
  return new ByteLevel(pre, ids, tokens.length, merges, whole);
}

interface Head {
  model: 'gpt2' | 'llama';
  tokens: string[];
  /** How text is cut, by a name that is known here; empty for SentencePiece. */
  pre: string;
}

/** The tokens that steer a model, and the family that spells them so, without what it takes to cut a text. */
export function markersOf(gguf: Gguf): Pick<Tokenizer, 'family' | 'control'> {
  const vocabulary = { ...headOf(gguf), types: [] };
  return controlOf(gguf, vocabulary, new Map(vocabulary.tokens.map((token, id) => [token, id])));
}

function textUnder(gguf: Gguf, key: string): string {
  const value = gguf.metadata.get(key);
  if (typeof value !== 'string')
    throw vocabularyError(gguf, key, value === undefined ? t`is missing` : t`is not a text`);
  return value;
}

function listUnder<T>(gguf: Gguf, key: string, type: string): T[] {
  const value = gguf.metadata.get(key);
  const good = Array.isArray(value) && value.every((item) => typeof item === type);
  if (!good)
    throw vocabularyError(gguf, key, value === undefined ? t`is missing` : t`is not a list of ${`${type}s`}`);
  return value as T[];
}

function headOf(gguf: Gguf): Head {
  const model = textUnder(gguf, 'tokenizer.ggml.model');
  if (model !== 'gpt2' && model !== 'llama')
    throw vocabularyError(gguf, 'tokenizer.ggml.model', t`is "${model}", neither "gpt2" nor "llama"`);
  const tokens = listUnder<string>(gguf, 'tokenizer.ggml.tokens', 'string');
  const long = tokens.findIndex((token) => token.length > longestToken);
  if (long >= 0) {
    const what = t`has ${grouped(tokens[long]!.length)} characters in entry ${grouped(long)}, more than ${grouped(longestToken)}`;
    throw vocabularyError(gguf, 'tokenizer.ggml.tokens', what);
  }
  if (model === 'llama') return { model, tokens, pre: '' };
  const pre = gguf.metadata.has('tokenizer.ggml.pre') ? textUnder(gguf, 'tokenizer.ggml.pre') : 'default';
  if (!preTokenizers.includes(pre)) {
    throw vocabularyError(gguf, 'tokenizer.ggml.pre', t`is "${pre}"; known are ${preTokenizers.join(', ')}`);
  }
  return { model, tokens, pre };
}

function vocabularyOf(gguf: Gguf): Vocabulary {
  const { model, tokens, pre } = headOf(gguf);
  const types = gguf.metadata.has('tokenizer.ggml.token_type')
    ? listUnder<number>(gguf, 'tokenizer.ggml.token_type', 'number')
    : [];
  if (types.length !== 0 && types.length !== tokens.length) {
    throw vocabularyError(
      gguf,
      'tokenizer.ggml.token_type',
      t`has ${grouped(types.length)} entries for ${grouped(tokens.length)} tokens`,
    );
  }
  if (model === 'llama') {
    const scores = listUnder<number>(gguf, 'tokenizer.ggml.scores', 'number');
    if (scores.length !== tokens.length) {
      const what = t`has ${grouped(scores.length)} entries for ${grouped(tokens.length)} tokens`;
      throw vocabularyError(gguf, 'tokenizer.ggml.scores', what);
    }
    return { model, tokens, types, scores };
  }
  const merges = listUnder<string>(gguf, 'tokenizer.ggml.merges', 'string');
  const odd = merges.findIndex((merge) => merge.indexOf(' ', 1) < 1 || merge.endsWith(' '));
  if (odd >= 0)
    throw vocabularyError(
      gguf,
      'tokenizer.ggml.merges',
      t`has the odd entry ${grouped(odd)}: "${merges[odd]!}"`,
    );
  return { model, tokens, types, merges, pre };
}

/** What is spelled as a family spells it, else what the metadata names. */
function controlOf(
  gguf: Gguf,
  vocabulary: Tokens & { model: string; pre?: string },
  ids: Map<string, number>,
): { family: Family | undefined; control: ControlIds; endIds: number[] } {
  const named = (keys: string[]): number[] =>
    keys
      .filter((key) => gguf.metadata.has(`tokenizer.ggml.${key}`))
      .map((key) => tokenId(gguf, `tokenizer.ggml.${key}`, vocabulary.tokens.length));
  const { pre } = vocabulary;
  const byKey = Object.entries(controlKeys).map(([role, keys]) => [role, named(keys)[0]] as const);
  const contradicts = ({ tokens }: Family): boolean =>
    byKey.some(
      ([role, id]) =>
        id !== undefined && (tokens[role as FimRole] ?? vocabulary.tokens[id]) !== vocabulary.tokens[id],
    );
  const spelledFamily = familyOf((token) => ids.has(token), pre);
  const family = spelledFamily && !contradicts(spelledFamily) ? spelledFamily : undefined;
  const control: ControlIds = {};
  for (const [role, id] of byKey) {
    const spelled = family?.tokens[role as FimRole];
    const found = spelled === undefined ? id : ids.get(spelled);
    if (found !== undefined) control[role as FimRole] = found;
  }
  // A plain word may be spelled as what steers another family: `</s>` strikes text out in HTML.
  const spelled = steeringSpellings
    .flatMap((text) => ids.get(text) ?? [])
    .filter((id) => vocabulary.types[id] !== normalType);
  const endIds = [...named(endKeys), ...spelled];
  const [beginOfText] = named(['bos_token_id']);
  // Some families were always given it, whether a file says so or not.
  const always = vocabulary.model === 'llama' || beginsText(pre ?? '');
  const begins = gguf.metadata.get('tokenizer.ggml.add_bos_token') ?? always;
  if (beginOfText !== undefined && begins === true) control.beginOfText = beginOfText;
  return { family, control, endIds };
}

function tokenId(gguf: Gguf, key: string, tokens: number): number {
  const id = gguf.metadata.get(key);
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= tokens)
    throw vocabularyError(gguf, key, t`is ${String(id)}, not one of the ${grouped(tokens)} tokens`);
  return id;
}
