// What a GGUF file says about its model: hyperparameters, orders of the prompt, and whether this engine can run it.

import * as path from 'node:path';
import { type Hyperparameters, hyperparametersOf } from './architectures';
import { type Gguf, GgufError } from './gguf';
import { infillingOf } from './infilling';
import type { InfillingSetting } from '../protocol';
import type { PromptModel } from './prompt';
import { takeInstead, tensorTypeName } from './tensorTypes';
import { printable } from '../wording';
import { Tokenizer } from './tokenizer';

export interface ModelDescription extends PromptModel {
  name: string;
  /** The type of most weights, as ggml names it. */
  type: string;
  weights: number;
  /** What its completions may suffer from, for people. */
  caution?: string;
  hyperparameters: Hyperparameters;
}

/** Those of `native/model/tensor_types.cpp`, by their numbers. */
const runnableTypes = new Set([
  0, 1, 30, 2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 20, 23, 34, 35, 36, 39, 41, 42, 142, 143,
]);

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
  return {
    name: nameOf(gguf),
    type: mainType(gguf, any),
    weights: gguf.tensors.reduce(
      (sum, tensor) => sum + tensor.shape.reduce((product, extent) => product * extent, 1),
      0,
    ),
    hyperparameters,
    tokenizer,
    contextLength: hyperparameters.contextLength,
    ...infillingOf(gguf, tokenizer, infilling),
  };
}

function nameOf(gguf: Gguf): string {
  const name = gguf.metadata.get('general.name');
  return printable(typeof name === 'string' && name !== '' ? name : path.basename(gguf.file, '.gguf'), 100);
}

/** The type that holds the most weights; every tensor's type must be one that the engine reads, or known with `any`. */
function mainType(gguf: Gguf, any: boolean): string {
  const weights = new Map<string, number>();
  for (const tensor of gguf.tensors) {
    const type = tensorTypeName(tensor.type);
    if (!any && !runnableTypes.has(tensor.type)) {
      throw new GgufError(
        `${gguf.file}: the tensor "${tensor.name}" has the type ${type}, which the engine does not read. ${takeInstead(tensor.type)}`,
      );
    }
    const count = tensor.shape.reduce((product, extent) => product * extent, 1);
    weights.set(type, (weights.get(type) ?? 0) + count);
  }
  return [...weights].sort((a, b) => b[1] - a[1])[0]![0];
}
