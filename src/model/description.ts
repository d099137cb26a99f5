// What a GGUF file says about its model: hyperparameters, orders of the prompt, and whether this engine can run it.

import * as path from 'node:path';
import { type Gguf, GgufError } from './gguf';
import { infillingOf } from './infilling';
import type { InfillingSetting } from '../protocol';
import type { PromptModel } from './prompt';
import { tensorTypeName } from './tensorTypes';
import { printable } from '../wording';
import { Tokenizer } from './tokenizer';

/** `native/model/hyperparameters.cpp` reads each by its name, and knows what it may be. */
export interface Hyperparameters {
  architecture: string;
  layers: number;
  width: number;
  ffn: number;
  heads: number;
  kvHeads: number;
  headSize: number;
  vocabulary: number;
  contextLength: number;
  normEpsilon: number;
  ropeBase: number;
  ropeDimensions: number;
  /** Of the products of queries and keys; 0 for 1 / sqrt(headSize). */
  attentionScale: number;
  embeddingMultiplier: number;
  /** Of what attention and feed-forward add to the residual. */
  residualMultiplier: number;
  logitMultiplier: number;
}

/** How much what the context holds weighs against the model, and how far it is guessed ahead: tuned for a model. */
export interface CacheSettings {
  sharpness?: number;
  modelWeight?: number;
  leastCosine?: number;
  strengths?: number[];
  draftTokens?: number[];
}

export interface ModelDescription extends PromptModel {
  name: string;
  /** The type of most weights, as ggml names it. */
  type: string;
  weights: number;
  /** What its completions may suffer from, for people. */
  caution?: string;
  hyperparameters: Hyperparameters;
}

const architectures = ['bitnet', 'bitnet-b1.58', 'llama'];
const runnableTypes = new Set(['F32', 'F16', 'BF16', 'Q8_0', 'Q4_K', 'Q6_K', 'TQ1_0', 'TQ2_0', 'I2_S']);
/** A longer context costs memory and time that a completion does not repay. */
const longestContext = 2048;

/**
 * Throws a GgufError that says which key or tensor is wrong, and what to do. With `any` the model may be of another
 * architecture or type than our own native engine computes.
 */
export function describeModel(
  gguf: Gguf,
  any = false,
  infilling: InfillingSetting = 'auto',
): ModelDescription {
  const hyperparameters = hyperparametersOf(gguf, any);
  const tokenizer = new Tokenizer(gguf);
  if (tokenizer.size !== hyperparameters.vocabulary) {
    fail(gguf, `has ${tokenizer.size} tokens, but "vocab_size" is ${hyperparameters.vocabulary}`);
  }
  return {
    name: nameOf(gguf),
    type: mainType(gguf, any),
    weights: gguf.tensors.reduce(
      (sum, tensor) => sum + tensor.shape.reduce((product, extent) => product * extent, 1),
      0,
    ),
    hyperparameters,
    tokenizer,
    contextLength: Math.min(hyperparameters.contextLength, longestContext),
    ...infillingOf(gguf, tokenizer, infilling),
  };
}

function nameOf(gguf: Gguf): string {
  const name = gguf.metadata.get('general.name');
  return printable(typeof name === 'string' && name !== '' ? name : path.basename(gguf.file, '.gguf'), 100);
}

function fail(gguf: Gguf, what: string): never {
  throw new GgufError(`${gguf.file} ${what}. Choose a model that was exported for this engine.`);
}

/** Throws as `describeModel` does. */
export function hyperparametersOf(gguf: Gguf, any = false): Hyperparameters {
  const architecture = gguf.metadata.get('general.architecture');
  if (typeof architecture !== 'string' || !(any || architectures.includes(architecture))) {
    fail(
      gguf,
      `has the architecture ${JSON.stringify(architecture) ?? 'unknown'}; known are ${architectures.join(', ')}`,
    );
  }
  const number = (key: string, otherwise?: number): number => {
    const value = gguf.metadata.get(`${architecture}.${key}`) ?? otherwise;
    if (typeof value !== 'number' || !(value > 0 && value < Infinity))
      fail(gguf, `has no positive number under "${architecture}.${key}"`);
    return value;
  };
  const count = (key: string, most: number, otherwise?: number): number => {
    const value = number(key, otherwise);
    if (!Number.isInteger(value) || value > most) fail(gguf, `has ${value} under "${architecture}.${key}"`);
    return value;
  };
  const scaling = gguf.metadata.get(`${architecture}.rope.scaling.type`);
  if (!any && scaling !== undefined && scaling !== 'none')
    fail(gguf, `scales its rotary embedding (${JSON.stringify(scaling)}), which is not computed here`);
  const embedding = gguf.tensors.find((tensor) => tensor.name === 'token_embd.weight');
  if (!embedding) fail(gguf, 'has no tensor "token_embd.weight"');
  const width = count('embedding_length', 1 << 16);
  const heads = count('attention.head_count', 1024);
  const headSize = count('attention.key_length', 1024, width / heads);
  const kvHeads = count('attention.head_count_kv', 1024, heads);
  if (heads % kvHeads !== 0) fail(gguf, `has ${heads} heads, not a multiple of its ${kvHeads} key heads`);
  return {
    architecture,
    layers: count('block_count', 1024),
    width,
    ffn: count('feed_forward_length', 1 << 20),
    heads,
    kvHeads,
    headSize,
    vocabulary: count('vocab_size', 1 << 22, embedding.shape[1]),
    contextLength: count('context_length', 1 << 24),
    normEpsilon: number('attention.layer_norm_rms_epsilon', any ? 1e-5 : undefined),
    ropeBase: number('rope.freq_base', 10000),
    ropeDimensions: count('rope.dimension_count', headSize, headSize),
    attentionScale: gguf.metadata.has(`${architecture}.attention.scale`) ? number('attention.scale') : 0,
    embeddingMultiplier: number('embedding_scale', 1),
    residualMultiplier: number('residual_scale', 1),
    logitMultiplier: 1 / number('logit_scale', 1),
  };
}

/** What the file says under `ryzanstein.cache`; the engine has defaults for the rest. Throws as `describeModel` does. */
export function cacheSettingsOf(gguf: Gguf): CacheSettings {
  const stated = (key: string): unknown => gguf.metadata.get(`ryzanstein.cache.${key}`);
  const settings: CacheSettings = {};
  const numbers = {
    sharpness: 'sharpness',
    modelWeight: 'model_weight',
    leastCosine: 'least_cosine',
  } as const;
  for (const [name, key] of Object.entries(numbers) as [keyof typeof numbers, string][]) {
    const value = stated(key);
    if (isNumber(value)) settings[name] = value;
    else if (value !== undefined) fail(gguf, `has no number under "ryzanstein.cache.${key}"`);
  }
  const lists = { strengths: 'strengths', draftTokens: 'draft_tokens' } as const;
  for (const [name, key] of Object.entries(lists) as [keyof typeof lists, string][]) {
    const value = stated(key);
    const isOne = name === 'draftTokens' ? isWhole : isNumber;
    if (Array.isArray(value) && (value as unknown[]).every(isOne)) settings[name] = value as number[];
    else if (value !== undefined) fail(gguf, `has no numbers under "ryzanstein.cache.${key}"`);
  }
  return settings;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isWhole(value: unknown): value is number {
  return isNumber(value) && (value | 0) === value;
}

/** The type that holds the most weights; every tensor's type must be one that the engine reads, or known with `any`. */
function mainType(gguf: Gguf, any: boolean): string {
  const weights = new Map<string, number>();
  for (const tensor of gguf.tensors) {
    const type = tensorTypeName(tensor.type);
    if (!any && !runnableTypes.has(type)) {
      fail(
        gguf,
        `has the tensor "${tensor.name}" of type ${type}; known are ${[...runnableTypes].join(', ')}`,
      );
    }
    const count = tensor.shape.reduce((product, extent) => product * extent, 1);
    weights.set(type, (weights.get(type) ?? 0) + count);
  }
  return [...weights].sort((a, b) => b[1] - a[1])[0]![0];
}
