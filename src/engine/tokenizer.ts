// Text to token ids and back: byte-level byte-pair encoding with the merges that the model file brings.

import { endSpellings, type FimRole, spellings } from './formats';
import { type Gguf, GgufError } from './gguf';
import { bytesOf, Merges, missingByte } from './merges';
import { preTokenizer, preTokenizers } from './pretokens';

/** Ids of the tokens that steer the model; undefined where the model has none, or is not to be given it. */
export interface ControlIds extends Partial<Record<FimRole, number>> {
  beginOfText?: number;
  endOfText?: number;
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
const ends = [...endSpellings, '<|endoftext|>', '<|end_of_text|>', '</s>'];

/** Token types of GGUF; of these, only the first is text. */
const normalType = 1;
const controlType = 3;
const unusedType = 5;
const cacheWords = 32768;
/** Longer words are rare and cheap to encode again beside the memory that they would hold. */
const cachedWordLength = 64;

export class Tokenizer {
  /** Number of tokens. */
  readonly size: number;
  readonly control: ControlIds;
  /** Every id that must not appear in an answer: it ends one. */
  readonly controlIds: Int32Array;
  /** Every id whose bytes contain a line feed. */
  readonly lineEndIds: Int32Array;
  readonly #pieces: Buffer[];
  readonly #split: (text: string) => string[];
  readonly #merges: Merges;
  readonly #wholeWords: Map<string, number> | undefined;
  /** Every id that is text, in the order of its bytes; made when it is first asked for. */
  #sorted: number[] | undefined;
  #recent = new Map<string, number[]>();
  #older = new Map<string, number[]>();

  /** Throws a GgufError that names the key when the metadata does not describe a byte-level BPE that is known here. */
  constructor(gguf: Gguf) {
    const { tokens, types, merges, pre } = vocabularyOf(gguf);
    const ids = new Map(tokens.map((token, id) => [token, id]));
    const missing = missingByte(ids);
    if (missing !== undefined) {
      throw vocabularyError(
        gguf,
        'tokenizer.ggml.tokens',
        `has no token for the byte 0x${missing.toString(16)}`,
      );
    }
    const { control, endIds } = controlOf(gguf, { ids, types, pre });
    this.control = control;
    const named = new Set([...(Object.values(control) as number[]), ...endIds]);
    this.controlIds = Int32Array.from(tokens.keys()).filter(
      (id) => types[id] === controlType || named.has(id),
    );
    const isControl = (id: number): boolean =>
      types[id] === controlType || types[id] === unusedType || named.has(id);
    this.size = tokens.length;
    this.#pieces = tokens.map((token, id) => (isControl(id) ? Buffer.alloc(0) : bytesOf(token)));
    this.#split = preTokenizer(pre);
    this.#merges = new Merges(ids, tokens.length, merges);
    // llama 3 takes a word that is a token as it is, even where the merges would not lead to it.
    const text = [...tokens.keys()].filter((id) => !isControl(id));
    this.#wholeWords =
      pre === 'llama-bpe' ? new Map(text.map((id) => [this.piece(id).toString(), id])) : undefined;
    this.lineEndIds = Int32Array.from(tokens.keys()).filter((id) => this.#pieces[id]!.includes(0x0a));
  }

  /** All of `text` is text: a control token that the user typed is encoded letter by letter. */
  encode(text: string): number[] {
    const ids: number[] = [];
    for (const word of this.#split(text)) {
      const found = this.#recent.get(word) ?? this.#encodeWord(word);
      for (const id of found) ids.push(id);
    }
    return ids;
  }

  /** The last of the words that merging does not cross. */
  lastWord(text: string): string {
    return this.#split(text).at(-1) ?? '';
  }

  /** The ids whose bytes begin with `bytes`, and those whose bytes `bytes` begin with. */
  agreeing(bytes: Buffer): Int32Array {
    const ids: number[] = [];
    for (let length = 1; length < bytes.length; length++) {
      const head = bytes.subarray(0, length);
      const id = this.#inOrder[this.#firstFrom(head)];
      if (id !== undefined && this.piece(id).equals(head)) ids.push(id);
    }
    for (let i = this.#firstFrom(bytes); i < this.#inOrder.length; i++) {
      const id = this.#inOrder[i]!;
      if (!this.piece(id).subarray(0, bytes.length).equals(bytes)) break;
      ids.push(id);
    }
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
    const whole = this.#wholeWords?.get(word);
    const ids =
      this.#older.get(word) ?? (whole === undefined ? this.#merges.encode(Buffer.from(word)) : [whole]);
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
  return new GgufError(`${gguf.file}: "${key}" ${what}. Choose a model with a byte-level BPE vocabulary.`);
}

interface Vocabulary {
  tokens: string[];
  types: number[];
  merges: string[];
  pre: string;
}

function vocabularyOf(gguf: Gguf): Vocabulary {
  const text = (key: string): string => {
    const value = gguf.metadata.get(key);
    if (typeof value !== 'string')
      throw vocabularyError(gguf, key, value === undefined ? 'is missing' : 'is not a text');
    return value;
  };
  const list = <T>(key: string, type: string): T[] => {
    const value = gguf.metadata.get(key);
    const good = Array.isArray(value) && value.every((item) => typeof item === type);
    if (!good)
      throw vocabularyError(gguf, key, value === undefined ? 'is missing' : `is not a list of ${type}s`);
    return value as T[];
  };
  const model = text('tokenizer.ggml.model');
  if (model !== 'gpt2') throw vocabularyError(gguf, 'tokenizer.ggml.model', `is "${model}", not "gpt2"`);
  const pre = text('tokenizer.ggml.pre');
  if (!preTokenizers.includes(pre)) {
    throw vocabularyError(gguf, 'tokenizer.ggml.pre', `is "${pre}"; known are ${preTokenizers.join(', ')}`);
  }
  const tokens = list<string>('tokenizer.ggml.tokens', 'string');
  const types = gguf.metadata.has('tokenizer.ggml.token_type')
    ? list<number>('tokenizer.ggml.token_type', 'number')
    : [];
  if (types.length !== 0 && types.length !== tokens.length) {
    throw vocabularyError(
      gguf,
      'tokenizer.ggml.token_type',
      `has ${types.length} entries for ${tokens.length} tokens`,
    );
  }
  const merges = list<string>('tokenizer.ggml.merges', 'string');
  const odd = merges.findIndex((merge) => merge.indexOf(' ', 1) < 1 || merge.endsWith(' '));
  if (odd >= 0)
    throw vocabularyError(gguf, 'tokenizer.ggml.merges', `has the odd entry ${odd}: "${merges[odd]}"`);
  return { tokens, types, merges, pre };
}

/** What the metadata names, else what is spelled as some family spells it. */
function controlOf(
  gguf: Gguf,
  { ids, types, pre }: { ids: Map<string, number>; types: number[]; pre: string },
): { control: ControlIds; endIds: number[] } {
  const named = (keys: string[]): number[] =>
    keys
      .filter((key) => gguf.metadata.has(`tokenizer.ggml.${key}`))
      .map((key) => tokenId(gguf, `tokenizer.ggml.${key}`, ids.size));
  const control: ControlIds = {};
  for (const [role, keys] of Object.entries(controlKeys) as [FimRole, string[]][]) {
    const id = named(keys)[0] ?? spellings(role).flatMap((text) => ids.get(text) ?? [])[0];
    if (id !== undefined) control[role] = id;
  }
  // A plain word may be spelled as another family's end: `</s>` strikes text out in HTML.
  const spelled = ends.flatMap((text) => ids.get(text) ?? []).filter((id) => types[id] !== normalType);
  const endIds = [...named(endKeys), ...spelled];
  const [endOfText] = named(['eos_token_id', 'eot_token_id']);
  if (endOfText !== undefined || spelled.length > 0) control.endOfText = endOfText ?? spelled[0]!;
  const [beginOfText] = named(['bos_token_id']);
  // llama 3 was always given it, whether a file says so or not.
  const begins = gguf.metadata.get('tokenizer.ggml.add_bos_token') ?? pre === 'llama-bpe';
  if (beginOfText !== undefined && begins === true) control.beginOfText = beginOfText;
  return { control, endIds };
}

function tokenId(gguf: Gguf, key: string, tokens: number): number {
  const id = gguf.metadata.get(key);
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= tokens)
    throw vocabularyError(gguf, key, `is ${String(id)}, not one of the ${tokens} tokens`);
  return id;
}
