// What a file says about its model's arithmetic: the keys of each architecture that the engine computes, and why the others are not.

import { t } from '@vscode/l10n';
import { grouped } from '../numbers';
import { type Gguf, GgufError } from './gguf';

/** `native/model/hyperparameters.cpp` reads each by its name, and knows what it may be. */
export interface Hyperparameters {
  architecture: string;
  layers: number;
  width: number;
  /** Of each expert, where there are experts. */
  ffn: number;
  /** Of each layer; 0 where one feed-forward part is for all tokens. */
  experts: number;
  /** How many of them a token uses. */
  expertsUsed: number;
  heads: number;
  kvHeads: number;
  headSize: number;
  /** Tokens: embedding and head may have more rows, which are never read. */
  vocabulary: number;
  contextLength: number;
  normEpsilon: number;
  ropeBase: number;
  ropeDimensions: number;
  /** What positions are divided by. */
  ropeFactor: number;
  /** The context that YaRN starts from; 0 for linear scaling. */
  yarnContext: number;
  yarnBetaFast: number;
  yarnBetaSlow: number;
  /** Of cosines and sines. */
  ropeMagnitude: number;
  /** Every such layer has no rotary embedding; 0 for none. */
  ropeSkip: number;
  /** Every such layer turns as said above, the others by the local base; 0 where all are alike. */
  ropeGlobal: number;
  ropeLocalBase: number;
  /** Of the products of queries and keys; 0 for 1 / sqrt(headSize). */
  attentionScale: number;
  embeddingMultiplier: number;
  /** Of what attention and feed-forward add to the residual. */
  residualMultiplier: number;
  logitMultiplier: number;
}

/** What its keys alone do not say of an architecture. */
interface Traits {
  layerNorm?: true;
  /** Every such layer has no rotary embedding. */
  ropeSkip?: number;
  /** `rope.scaling.finetuned` says whether there is a rotary embedding. */
  ropeOptional?: true;
  /** Every such layer sees all positions, the others a window, where the file has one. */
  globalLayers?: number;
  /** The embedding is times the root of the width. */
  scaledEmbedding?: true;
  /** The model of so many layers scales its queries by the heads' share of the width, and not by their size. */
  widthScaled?: number;
  experts?: true;
}

/** Those of `native/model/architecture.cpp`. */
const known: Record<string, Traits> = {
  bitnet: {},
  'bitnet-b1.58': {},
  llama: {},
  qwen2: {},
  qwen3: {},
  qwen3moe: { experts: true },
  granite: { ropeOptional: true },
  smollm3: { ropeSkip: 4 },
  starcoder2: { layerNorm: true },
  gemma: { scaledEmbedding: true },
  gemma3: { scaledEmbedding: true, globalLayers: 6, widthScaled: 62 },
};
export const architectures = Object.keys(known);

const recurrent = (): string => t`has recurrent layers`;
const ownExperts = (): string => t`mixes experts in a way of its own`;
const sinks = (): string => t`has attention sinks`;
const learned = (): string => t`has learned positions`;
/** Why the engine does not compute what people try most. */
const refused: Record<string, () => string> = {
  qwen35: recurrent,
  qwen35moe: recurrent,
  qwen3next: recurrent,
  granitehybrid: recurrent,
  mamba: recurrent,
  mamba2: recurrent,
  granitemoe: ownExperts,
  mellum: ownExperts,
  deepseek: ownExperts,
  deepseek2: () => t`keeps its keys and values compressed (multi-head latent attention)`,
  granite_swa: sinks,
  'gpt-oss': sinks,
  gemma2: () => t`caps the scores of its attention`,
  refact: () => t`has no rotary embedding but slopes (ALiBi)`,
  starcoder: learned,
  gpt2: learned,
};

/** `what` goes on behind the file's name. */
export function fail(gguf: Gguf, what: string): never {
  throw new GgufError(t`${gguf.file} ${what}. The extension's Details page lists the models that run.`);
}

/** Throws a GgufError that says which key is wrong. With `any` the architecture may be one that our engine does not compute. */
export function hyperparametersOf(gguf: Gguf, any = false): Hyperparameters {
  const architecture = gguf.metadata.get('general.architecture');
  const traits = typeof architecture === 'string' ? known[architecture] : undefined;
  if (!any) refuseUnknown(gguf, architecture, traits);
  const value = (key: string): unknown => gguf.metadata.get(`${architecture as string}.${key}`);
  // Converters write 0 for what a model has none of: a dense Granite has 0 experts.
  const has = (key: string): boolean => (value(key) ?? 0) !== 0;
  const number = (key: string, otherwise?: number): number => {
    const stated = one(gguf, `${architecture as string}.${key}`, value(key)) ?? otherwise;
    if (typeof stated !== 'number' || !(stated > 0 && stated < Infinity))
      fail(gguf, t`has no positive number under "${`${architecture as string}.${key}`}"`);
    return stated;
  };
  const count = (key: string, most: number, otherwise?: number): number => {
    const stated = number(key, otherwise);
    if (!Number.isInteger(stated) || stated > most)
      fail(gguf, t`has ${String(stated)} under "${`${architecture as string}.${key}`}"`);
    return stated;
  };
  if (!any && traits?.experts === undefined && has('expert_count'))
    fail(gguf, t`is a mixture of experts, which this engine computes for qwen3moe alone`);
  // 1 is the softmax.
  if (!any && has('expert_gating_func') && value('expert_gating_func') !== 1)
    fail(gguf, t`chooses experts in a way that is not computed here ("expert_gating_func")`);
  if (!any && has('expert_weights_scale') && value('expert_weights_scale') !== 1)
    fail(gguf, t`weighs experts in a way that is not computed here ("expert_weights_scale")`);
  const mixes = traits?.experts === true;
  const { layerNorm, globalLayers, ropeOptional, ropeSkip, scaledEmbedding, widthScaled } = traits ?? {};
  const width = count('embedding_length', 1 << 16);
  const layers = count('block_count', 1000);
  const heads = count('attention.head_count', 1024);
  const headSize = count('attention.key_length', 1024, width / heads);
  if (!any && count('attention.value_length', 1024, headSize) !== headSize)
    fail(gguf, t`has keys and values of different lengths, which this engine does not compute`);
  const kvHeads = count('attention.head_count_kv', 1024, heads);
  if (heads % kvHeads !== 0)
    fail(gguf, t`has ${grouped(heads)} heads, not a multiple of its ${grouped(kvHeads)} key heads`);
  const trained = count('context_length', 1 << 24);
  const window = globalLayers !== undefined && has('attention.sliding_window');
  const noRotary = ropeOptional === true && value('rope.scaling.finetuned') === false;
  return {
    architecture: architecture as string,
    layers,
    width,
    ffn: count(mixes ? 'expert_feed_forward_length' : 'feed_forward_length', 1 << 20),
    experts: mixes ? count('expert_count', 1024) : 0,
    expertsUsed: mixes ? count('expert_used_count', 1024) : 0,
    heads,
    kvHeads,
    headSize,
    vocabulary: vocabularyOf(gguf),
    // Within a window all layers see the same.
    contextLength: window ? Math.min(trained, count('attention.sliding_window', 1 << 24)) : trained,
    normEpsilon: number(
      layerNorm ? 'attention.layer_norm_epsilon' : 'attention.layer_norm_rms_epsilon',
      any ? 1e-5 : undefined,
    ),
    ropeBase: number('rope.freq_base', 10000),
    ropeDimensions: count('rope.dimension_count', headSize, headSize),
    ...ropeScaling(),
    ropeSkip: noRotary ? 1 : (ropeSkip ?? 0),
    ropeGlobal: window ? count('attention.sliding_window_pattern', 1000, globalLayers) : 0,
    ropeLocalBase: number('rope.freq_base_swa', 10000),
    attentionScale: has('attention.scale')
      ? number('attention.scale')
      : layers === widthScaled
        ? Math.sqrt(heads / width)
        : 0,
    embeddingMultiplier: scaledEmbedding ? Math.fround(Math.sqrt(width)) : number('embedding_scale', 1),
    residualMultiplier: number('residual_scale', 1),
    logitMultiplier: 1 / number('logit_scale', 1),
  };

  function ropeScaling(): Pick<
    Hyperparameters,
    'ropeFactor' | 'yarnContext' | 'yarnBetaFast' | 'yarnBetaSlow' | 'ropeMagnitude'
  > {
    const type = value('rope.scaling.type') ?? 'linear';
    // A file may name a kind of scaling and bring no factor: then it scales nothing.
    const factor = has('rope.scaling.factor')
      ? number('rope.scaling.factor')
      : number('rope.scale_linear', 1);
    const none = { ropeFactor: 1, yarnContext: 0, yarnBetaFast: 32, yarnBetaSlow: 1, ropeMagnitude: 1 };
    if (type === 'none' || any) return none;
    if (type === 'linear') return { ...none, ropeFactor: factor };
    if (type !== 'yarn' || has('rope.scaling.yarn_log_multiplier'))
      fail(gguf, t`scales its rotary embedding in a way (${JSON.stringify(type)}) that is not computed here`);
    return {
      ropeFactor: factor,
      yarnContext: count('rope.scaling.original_context_length', 1 << 24, trained),
      yarnBetaFast: number('rope.scaling.yarn_beta_fast', 32),
      yarnBetaSlow: number('rope.scaling.yarn_beta_slow', 1),
      ropeMagnitude: (1 + 0.1 * Math.log(factor)) * number('rope.scaling.attn_factor', 1),
    };
  }
}

function refuseUnknown(gguf: Gguf, architecture: unknown, traits: Traits | undefined): void {
  if (typeof architecture === 'string' && Object.hasOwn(refused, architecture)) {
    fail(
      gguf,
      t`has the architecture "${architecture}": it ${refused[architecture]!()}, which this engine does not compute`,
    );
  }
  if (traits === undefined || !Object.hasOwn(known, architecture as string)) {
    fail(
      gguf,
      architecture === undefined
        ? t`does not say which architecture it has; known are ${architectures.join(', ')}`
        : t`has the architecture ${JSON.stringify(architecture)}; known are ${architectures.join(', ')}`,
    );
  }
  // The weights mean something else without the transform; ignoring it would give fluent nonsense.
  for (const key of gguf.metadata.keys()) {
    if (/^prism\.(hadamard\.|(.*\.)?version$)/.test(key))
      fail(gguf, t`wants its weights transformed ("${key}"), which this engine does not compute`);
  }
}

/** A number that the file gives for each layer counts once where all are equal. */
function one(gguf: Gguf, key: string, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const values = value as unknown[];
  if (values.length > 0 && values.every((each) => each === values[0])) return values[0];
  fail(gguf, t`has layers of different shapes ("${key}"), which this engine does not compute`);
}

function vocabularyOf(gguf: Gguf): number {
  const embedding = gguf.tensors.find((tensor) => tensor.name === 'token_embd.weight');
  if (!embedding) fail(gguf, t`has no tensor "token_embd.weight"`);
  const tokens = gguf.metadata.get('tokenizer.ggml.tokens');
  const rows = embedding.shape[1] ?? 0;
  if (!Array.isArray(tokens) || tokens.length === 0) fail(gguf, t`has no "tokenizer.ggml.tokens"`);
  if (tokens.length > rows)
    fail(gguf, t`has ${grouped(tokens.length)} tokens, but embeddings for ${grouped(rows)}`);
  return tokens.length;
}
