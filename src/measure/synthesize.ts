// Writes GGUF files of real models' shapes with random weights, for measuring: as fast to run as the real ones, and soon made.

import {
  array,
  count,
  flag,
  float,
  string,
  text,
  uint32,
  type WrittenTensor,
  writeGguf,
} from '../model/ggufWriter';
import { characterOfByte } from '../model/byteLevel';
import { elementsOf } from '../model/gguf';
import {
  type Fill,
  type Filling,
  aroundOne,
  aroundZero,
  matrixFillings,
  type MatrixFilling,
  randomBits,
  randomData,
} from './randomWeights';
import { tensorTypes } from '../model/tensorTypes';
import { sum } from '../statistics';

/** The sizes that decide a model's speed; key heads share the heads. */
export interface Shape {
  width: number;
  layers: number;
  ffn: number;
  heads: number;
  /** Without it the heads share the width. */
  headSize?: number;
  kvHeads: number;
  vocabulary: number;
  contextLength: number;
  ropeBase: number;
  /** The one that it is known of; `bitnet` without it. */
  architecture?: string;
  /** The head has rows of its own. */
  untied?: true;
}

const qwenCoder = {
  headSize: 128,
  vocabulary: 151_936,
  contextLength: 32_768,
  ropeBase: 1e6,
  architecture: 'qwen2',
};

export const shapes: Record<string, Shape> = {
  // microsoft/bitnet-b1.58-2B-4T
  'bitnet-2b-4t': {
    width: 2560,
    layers: 30,
    ffn: 6912,
    heads: 20,
    kvHeads: 5,
    vocabulary: 128256,
    contextLength: 4096,
    ropeBase: 500000,
  },
  'qwen2.5-coder-0.5b': {
    ...{ ...qwenCoder, headSize: 64, width: 896, layers: 24, ffn: 4864, heads: 14, kvHeads: 2 },
  },
  'qwen2.5-coder-1.5b': { ...qwenCoder, width: 1536, layers: 28, ffn: 8960, heads: 12, kvHeads: 2 },
  'qwen2.5-coder-3b': { ...qwenCoder, width: 2048, layers: 36, ffn: 11_008, heads: 16, kvHeads: 2 },
  'qwen2.5-coder-7b': {
    ...{ ...qwenCoder, vocabulary: 152_064, untied: true },
    ...{ width: 3584, layers: 28, ffn: 18_944, heads: 28, kvHeads: 4 },
  },
  'seed-coder-8b': {
    ...{ width: 4096, layers: 32, ffn: 14_336, heads: 32, headSize: 128, kvHeads: 8, vocabulary: 155_136 },
    ...{ contextLength: 32_768, ropeBase: 5e5, architecture: 'llama', untied: true },
  },
  // Qwen3-1.7B's.
  'bonsai-1.7b': {
    ...{ width: 2048, layers: 28, ffn: 6144, heads: 16, headSize: 128, kvHeads: 8, vocabulary: 151_936 },
    ...{ contextLength: 32_768, ropeBase: 1e6, architecture: 'qwen3' },
  },
  'code-30m': {
    width: 512,
    layers: 8,
    ffn: 1536,
    heads: 8,
    kvHeads: 8,
    vocabulary: 8192,
    contextLength: 2048,
    ropeBase: 10000,
  },
};

/** The tensors of a layer that not every architecture has. */
interface Form {
  subNorms?: true;
  postNorms?: true;
  headNorms?: true;
  /** Norms have biases, and their epsilon a key of its own. */
  layerNorm?: true;
  biases?: 'qkv' | 'all';
  ungated?: true;
  experts?: true;
  keys?: Metadata;
}

/** Of each layer, each as wide as the feed-forward part of another architecture. */
const expertCount = 8;

const forms: Record<string, Form> = {
  bitnet: { subNorms: true },
  'bitnet-b1.58': { subNorms: true },
  llama: {},
  qwen2: { biases: 'qkv' },
  qwen3: { headNorms: true },
  qwen3moe: {
    headNorms: true,
    experts: true,
    keys: [
      ['expert_count', count(expertCount)],
      ['expert_used_count', count(3)],
    ],
  },
  granite: {
    keys: [
      ['attention.scale', float(0.05)],
      ['embedding_scale', float(12)],
      ['residual_scale', float(0.22)],
      ['logit_scale', float(4)],
      // As its dense models are published.
      ['expert_count', count(0)],
      ['expert_used_count', count(0)],
    ],
  },
  smollm3: {},
  starcoder2: { layerNorm: true, biases: 'all', ungated: true },
  gemma: {},
  gemma3: { headNorms: true, postNorms: true, keys: [['attention.sliding_window', count(512)]] },
};
export const architectures = Object.keys(forms);

/** A mix of types as files are published in: that of most matrices, of the values and the way down in some layers, of the head. */
interface Mix {
  matrices: string;
  more: string;
  head: string;
}

/** As llama.cpp's tool mixes them. */
const mixes: Record<string, Mix> = {
  q4_k_m: { matrices: 'q4_k', more: 'q6_k', head: 'q6_k' },
  q5_k_m: { matrices: 'q5_k', more: 'q6_k', head: 'q6_k' },
  q4_0: { matrices: 'q4_0', more: 'q4_0', head: 'q6_k' },
};

/** What files can be of: a type of all matrices, or a mix. */
export const types = [...new Set([...Object.keys(matrixFillings), ...Object.keys(mixes)])];

/** What a file may have or not, whatever its architecture. */
export const traits = [
  /** The head has rows of its own. */
  'untied',
  /** Queries, keys and values in one tensor. */
  'fused',
  /** Every product of a layer has a bias. */
  'biased',
  /** Factors that the angles of the rotary embedding are divided by. */
  'factors',
  /** Half of a head is turned. */
  'halfTurned',
  /** What is equal for all layers is told for each. */
  'perLayer',
  /** The last tensor comes first. */
  'backwards',
] as const;
type Trait = (typeof traits)[number];

export interface SynthesizeOptions {
  /** `general.name` of the file. */
  name: string;
  shape: Shape;
  architecture: string;
  /** As `types` names it. */
  type: string;
  seed: number;
  traits?: readonly Trait[];
  /** Further metadata, under the architecture's name. */
  keys?: Metadata;
}

type Metadata = [key: string, value: Buffer][];

/** What was written; `bytes` is the file's size. */
interface Synthesized {
  file: string;
  architecture: string;
  type: string;
  weights: number;
  bytes: number;
}

/** In the head of each such file, so that none of another origin is written over. */
export const syntheticKey = 'ryzanstein.synthetic';

const controlTokens = [
  '<|endoftext|>',
  '<|fim_prefix|>',
  '<|fim_suffix|>',
  '<|fim_middle|>',
  '<|fim_pad|>',
  '<|repo_name|>',
  '<|file_sep|>',
];
const smallestVocabulary = characterOfByte.length + controlTokens.length;

/**
 * Writes the file whole or not at all: under another name first, renamed at the end. Equal options give equal bytes.
 * Throws an Error that says what does not fit together, or why the file cannot be written.
 */
export function synthesize(file: string, options: SynthesizeOptions): Synthesized {
  const { architecture, seed, type } = options;
  check(options);
  const tensors = tensorsOf(options, randomBits(seed));
  const bytes = writeGguf(file, [[syntheticKey, flag(true)], ...metadataOf(options)], tensors);
  const weights = sum(tensors.map((tensor) => elementsOf(tensor.shape)));
  return { file, architecture, type: type.toUpperCase(), weights, bytes };
}

/** `WIDTH,LAYERS,FFN,HEADS,KV_HEADS,VOCABULARY`, or undefined where the text is no such list. */
export function customShape(list: string): Shape | undefined {
  if (!/^\d+(,\d+){5}$/.test(list)) return undefined;
  const [width = 0, layers = 0, ffn = 0, heads = 0, kvHeads = 0, vocabulary = 0] = list
    .split(',')
    .map(Number);
  return { width, layers, ffn, heads, kvHeads, vocabulary, contextLength: 2048, ropeBase: 10000 };
}

function check({ architecture, shape, type }: SynthesizeOptions): void {
  const { width, layers, ffn, heads, kvHeads, vocabulary } = shape;
  if (!architectures.includes(architecture))
    throw new Error(`"${architecture}" is not a known architecture. Known are ${architectures.join(', ')}.`);
  if (!types.includes(type))
    throw new Error(`"${type}" is not a known type of matrix. Known are ${types.join(', ')}.`);
  const matrix = matrixFillings[mixes[type]?.matrices ?? type]!;
  if (Math.min(width, layers, ffn, heads, kvHeads) < 1)
    throw new Error('Every number of a shape must be above 0.');
  const headsWidth = heads * headSizeOf(shape);
  for (const [what, columns] of Object.entries({ width, ffn, 'width of all heads': headsWidth })) {
    const block = (matrixFillings[matrix.otherwise ?? ''] ?? matrix).columns;
    if (columns % block !== 0)
      throw new Error(`The ${what} of ${columns} is not a multiple of ${type}'s block of ${block}.`);
  }
  if (!Number.isInteger(headSizeOf(shape)) || headSizeOf(shape) % 2 !== 0)
    throw new Error(`The width of ${width} cannot be shared by ${heads} heads of even size.`);
  if (heads % kvHeads !== 0) throw new Error(`${heads} heads cannot be shared by ${kvHeads} key heads.`);
  const most = smallestVocabulary + wordCount;
  if (vocabulary < smallestVocabulary || vocabulary > most)
    throw new Error(`The vocabulary of ${vocabulary} is not in ${smallestVocabulary} to ${most}.`);
}

function headSizeOf({ headSize, width, heads }: Shape): number {
  return headSize ?? width / heads;
}

function tensorsOf(options: SynthesizeOptions, fill: Fill): WrittenTensor[] {
  const { architecture, shape, type, traits = [] } = options;
  const mix = mixes[type] ?? { matrices: type, more: type, head: type };
  const { width, ffn, heads, kvHeads, layers, vocabulary } = shape;
  const { subNorms, postNorms, headNorms, layerNorm, biases, ungated, experts } = forms[architecture]!;
  const headSize = headSizeOf(shape);
  const [queries, keys] = [heads * headSize, kvHeads * headSize];
  const all = biases === 'all' || traits.includes('biased');
  const has = (trait: Trait): boolean =>
    traits.includes(trait) || (trait === 'untied' && shape.untied === true);
  const typeOf = (name: string): string => {
    const layer = Number(/^blk\.(\d+)\.(?:attn_v|ffn_down)/.exec(name)?.[1] ?? NaN);
    const eighth = Math.floor(layers / 8);
    const isMore = layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
    return isMore ? mix.more : mix.matrices;
  };
  const matrix = (name: string, columns: number, rows: number): WrittenTensor => {
    // Under this size of weights a product's outputs are of the size of its inputs. Larger queries look at some places
    // more than at others.
    const exponent = Math.round(Math.log2(Math.sqrt(1.5 / columns))) + (name.includes('attn_q') ? 1 : 0);
    return tensor(name, [columns, rows], fillingOf(typeOf(name), columns).filling(exponent), fill);
  };
  const norm = (name: string, size: number): WrittenTensor[] => [
    tensor(`${name}.weight`, [size], aroundOne, fill),
    ...(layerNorm ? [tensor(`${name}.bias`, [size], aroundZero, fill)] : []),
  ];
  const product = (name: string, columns: number, rows: number, biased = all): WrittenTensor[] => [
    matrix(`${name}.weight`, columns, rows),
    ...(biased ? [tensor(`${name}.bias`, [rows], aroundZero, fill)] : []),
  ];
  const qkv = (block: string): WrittenTensor[] =>
    has('fused')
      ? product(`${block}.attn_qkv`, width, queries + 2 * keys, all || biases === 'qkv')
      : ['q', 'k', 'v'].flatMap((part) =>
          product(`${block}.attn_${part}`, width, part === 'q' ? queries : keys, all || biases === 'qkv'),
        );
  const ffns = (block: string): WrittenTensor[] => [
    ...(ungated ? [] : product(`${block}.ffn_gate`, width, ffn)),
    ...product(`${block}.ffn_up`, width, ffn),
    ...(subNorms ? norm(`${block}.ffn_sub_norm`, ffn) : []),
    ...product(`${block}.ffn_down`, ffn, width),
  ];
  const mixture = (block: string): WrittenTensor[] => [
    tensor(`${block}.ffn_gate_inp.weight`, [width, expertCount], aroundZero, fill),
    ...['gate', 'up', 'down'].map((part) => {
      const [columns, rows] = part === 'down' ? [ffn, width] : [width, ffn];
      const stack = matrix(`${block}.ffn_${part}_exps.weight`, columns, rows * expertCount);
      return { ...stack, shape: [columns, rows, expertCount] };
    }),
  ];
  const layer = (block: string): WrittenTensor[] => [
    ...norm(`${block}.attn_norm`, width),
    ...qkv(block),
    ...(headNorms ? ['attn_q_norm', 'attn_k_norm'] : []).flatMap((name) =>
      norm(`${block}.${name}`, headSize),
    ),
    ...(subNorms ? norm(`${block}.attn_sub_norm`, queries) : []),
    ...product(`${block}.attn_output`, queries, width),
    ...(postNorms ? norm(`${block}.post_attention_norm`, width) : []),
    ...norm(`${block}.ffn_norm`, width),
    ...(experts ? mixture(block) : ffns(block)),
    ...(postNorms ? norm(`${block}.post_ffw_norm`, width) : []),
  ];
  const rowsOf = (type: string): Filling => {
    const { embedding, filling } = fillingOf(type, width);
    return embedding ?? filling(-5);
  };
  const tensors = [
    tensor('token_embd.weight', [width, vocabulary], rowsOf(has('untied') ? mix.matrices : mix.head), fill),
    ...Array.from({ length: layers }, (_, n) => layer(`blk.${n}`)).flat(),
    ...norm('output_norm', width),
    ...(has('factors') ? [tensor('rope_freqs.weight', [headSize / 2], aroundOne, fill)] : []),
    ...(has('untied') ? [tensor('output.weight', [width, vocabulary], rowsOf(mix.head), fill)] : []),
  ];
  return has('backwards') ? tensors.reverse() : tensors;
}

function fillingOf(type: string, columns: number): MatrixFilling {
  const matrix = matrixFillings[type]!;
  return columns % matrix.columns === 0 ? matrix : matrixFillings[matrix.otherwise!]!;
}

function tensor(name: string, shape: number[], filling: Filling, fill: Fill): WrittenTensor {
  const { block, bytes: blockBytes, tail = 0 } = tensorTypes[filling.type]!;
  const bytes = (elementsOf(shape) / block) * blockBytes + tail;
  return { name, type: filling.type, shape, bytes, data: () => randomData(filling, bytes, fill) };
}

function metadataOf({
  architecture,
  name,
  shape,
  type,
  keys = [],
  traits = [],
}: SynthesizeOptions): Metadata {
  const { keys: own = [], layerNorm, experts } = forms[architecture]!;
  const words = Array.from({ length: shape.vocabulary - smallestVocabulary }, (_, i) => word(i));
  const tokens = [...characterOfByte, ...words.map((pair) => pair.join('')), ...controlTokens];
  const firstControl = tokens.length - controlTokens.length;
  const headSize = headSizeOf(shape);
  const ofLayers = (value: number): Buffer =>
    traits.includes('perLayer')
      ? array(
          4,
          Array.from({ length: shape.layers }, () => uint32(value)),
        )
      : count(value);
  const control = (token: string): Buffer => count(firstControl + controlTokens.indexOf(token));
  return [
    ['general.architecture', string(architecture)],
    ['general.name', string(name)],
    [`${architecture}.context_length`, count(shape.contextLength)],
    [`${architecture}.embedding_length`, count(shape.width)],
    [`${architecture}.block_count`, count(shape.layers)],
    [`${architecture}.${experts ? 'expert_' : ''}feed_forward_length`, ofLayers(shape.ffn)],
    [`${architecture}.attention.head_count`, ofLayers(shape.heads)],
    [`${architecture}.attention.head_count_kv`, ofLayers(shape.kvHeads)],
    [`${architecture}.attention.key_length`, count(headSize)],
    [`${architecture}.attention.value_length`, count(headSize)],
    [`${architecture}.attention.layer_norm_${layerNorm ? '' : 'rms_'}epsilon`, float(1e-5)],
    [`${architecture}.rope.dimension_count`, count(headSize / (traits.includes('halfTurned') ? 2 : 1))],
    [`${architecture}.rope.freq_base`, float(shape.ropeBase)],
    [`${architecture}.vocab_size`, count(shape.vocabulary)],
    ...[...own, ...keys].map(([key, value]): [string, Buffer] => [`${architecture}.${key}`, value]),
    // The numbers of its types mean others in files that do not say so.
    ...(type.startsWith('p') ? [['prism.type', string(type)] as [string, Buffer]] : []),
    ['tokenizer.ggml.model', string('gpt2')],
    ['tokenizer.ggml.pre', string('qwen2')],
    ['tokenizer.ggml.tokens', array(8, tokens.map(text))],
    [
      'tokenizer.ggml.token_type',
      array(
        5,
        tokens.map((_, id) => uint32(id < firstControl ? 1 : 3)),
      ),
    ],
    [
      'tokenizer.ggml.merges',
      array(
        8,
        words.map((pair) => text(pair.join(' '))),
      ),
    ],
    ['tokenizer.ggml.eos_token_id', control('<|endoftext|>')],
    ['tokenizer.ggml.fim_pre_token_id', control('<|fim_prefix|>')],
    ['tokenizer.ggml.fim_suf_token_id', control('<|fim_suffix|>')],
    ['tokenizer.ggml.fim_mid_token_id', control('<|fim_middle|>')],
    ['tokenizer.ggml.fim_pad_token_id', control('<|fim_pad|>')],
    ['tokenizer.ggml.fim_rep_token_id', control('<|repo_name|>')],
    ['tokenizer.ggml.fim_sep_token_id', control('<|file_sep|>')],
    ['tokenizer.ggml.add_bos_token', flag(false)],
    ['ryzanstein.fim.orders', array(8, ['psm', 'spm'].map(text))],
  ];
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const longestWord = 4;
const wordCount = [2, 3, 4].reduce((sum, length) => sum + letters.length ** length, 0);

/**
 * The made-up token `index` as the pair that merges into it: all words of 2 letters, then all of 3 and of 4. The
 * first half of each is a token before it.
 */
function word(index: number): [head: string, last: string] {
  let length = 2;
  while (length < longestWord && index >= letters.length ** length) index -= letters.length ** length++;
  const spelled = Array.from(
    { length },
    (_, place) => letters[Math.floor(index / letters.length ** (length - 1 - place)) % letters.length]!,
  ).join('');
  return [spelled.slice(0, -1), spelled.slice(-1)];
}
