// What a GGUF file says about its model: hyperparameters, orders of the prompt, and whether this engine can run it.

import { t } from '@vscode/l10n';
import * as path from 'node:path';
import { type Hyperparameters, hyperparametersOf } from './architectures';
import { elementsOf, type Gguf, GgufError, readGguf, type TensorDescription } from './gguf';
import { infillingOf } from './infilling';
import type { InfillingSetting } from '../protocol';
import type { ModelGlance } from '../reports';
import { sum } from '../statistics';
import type { PromptModel } from './prompt';
import { takeInstead, tensorTypeName } from './tensorTypes';
import { printable } from '../wording';
import { markersOf, Tokenizer } from './tokenizer';

/** What of the weights one token meets. */
interface Met {
  /** Of their bytes, what a pass over it reads. */
  share: number;
  /** How many each of a prompt is multiplied with. */
  multiplied: number;
}

export interface ModelDescription extends PromptModel {
  name: string;
  /** The mixture, or the type of most weights, as llama.cpp names it. */
  type: string;
  weights: number;
  met: Met;
  /** What its completions may suffer from, for people. */
  caution?: string;
  hyperparameters: Hyperparameters;
  /** Names of files beside its own, whose models know some languages better. */
  specialists: string[];
  /** The languages that it is a specialist for. */
  languages: string[];
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
    weights: weightsOf(gguf),
    met: metOf(gguf, hyperparameters),
    hyperparameters,
    tokenizer,
    contextLength: hyperparameters.contextLength,
    specialists: namesUnder(gguf, 'ryzanstein.specialists').filter(isPlainFile),
    languages: namesUnder(gguf, 'ryzanstein.languages'),
    ...infillingOf(gguf, tokenizer, infilling),
  };
}

/** In the model's own folder. */
function isPlainFile(name: string): boolean {
  return path.basename(name) === name && name.endsWith('.gguf');
}

function namesUnder(gguf: Gguf, key: string): string[] {
  const names = gguf.metadata.get(key);
  return Array.isArray(names) ? (names as unknown[]).filter((name) => typeof name === 'string') : [];
}

/** How many numbers the tensors hold. */
function weightsOf(gguf: Gguf): number {
  return sum(gguf.tensors.map(({ shape }) => elementsOf(shape)));
}

/**
 * What a list of models tells of one, by the header of its file alone; no tokenizer is made, which takes long. Throws a
 * GgufError where the engine would refuse the file for something that its header says.
 */
export function glanceAt(file: string): ModelGlance {
  const gguf = readGguf(file);
  const hyperparameters = hyperparametersOf(gguf);
  const { architecture } = hyperparameters;
  const { fimOrders, caution } = infillingOf(gguf, markersOf(gguf));
  const license = licenseOf(gguf);
  const bytes = gguf.tensors.reduce((end, tensor) => Math.max(end, tensor.offset + tensor.bytes), 0);
  const { share, multiplied } = metOf(gguf, hyperparameters);
  return {
    name: nameOf(gguf),
    architecture,
    type: mainType(gguf, false),
    weights: weightsOf(gguf),
    ...{ bytes, passBytes: bytes * share, multiplied },
    infills: fimOrders.length > 0,
    ...(license === undefined ? {} : { license }),
    ...(caution === undefined ? {} : { caution }),
  };
}

/** Embeddings are looked up, and the head is for the last token alone; of the experts some are used. */
function metOf({ tensors }: Gguf, { experts, expertsUsed }: Hyperparameters): Met {
  const used = (name: string): number => (experts > 0 && /_exps\./.test(name) ? expertsUsed / experts : 1);
  const met = (all: readonly TensorDescription[], size: (one: TensorDescription) => number): number =>
    sum(all.map((one) => used(one.name) * size(one)));
  const hasHead = tensors.some(({ name }) => name === 'output.weight');
  const read = tensors.filter(({ name }) => !hasHead || name !== 'token_embd.weight');
  const inLayers = tensors.filter(({ name, shape }) => name.startsWith('blk.') && shape.length > 1);
  return {
    share: met(read, ({ bytes }) => bytes) / sum(tensors.map(({ bytes }) => bytes)),
    multiplied: met(inLayers, ({ shape }) => elementsOf(shape)),
  };
}

/** `other` is a licence with a name of its own. */
function licenseOf(gguf: Gguf): string | undefined {
  const keys = ['general.license.name', 'general.license'];
  const found = keys.map((key) => gguf.metadata.get(key)).find((value) => typeof value === 'string');
  return found === undefined ? undefined : printable(found, 100);
}

function nameOf(gguf: Gguf): string {
  const name = gguf.metadata.get('general.name');
  return printable(typeof name === 'string' && name !== '' ? name : path.basename(gguf.file, '.gguf'), 100);
}

/** The mixture that people know, else the type that holds the most weights; every tensor's type must be one that the engine reads, or known with `any`. */
function mainType(gguf: Gguf, any: boolean): string {
  const weights = new Map<string, number>();
  for (const tensor of gguf.tensors) {
    const type = tensorTypeName(tensor.type);
    if (!any && !runnableTypes.has(tensor.type)) {
      throw new GgufError(
        t`${gguf.file}: the tensor "${tensor.name}" has the type ${type}, which the engine does not read. ${takeInstead(tensor.type)}`,
      );
    }
    weights.set(type, (weights.get(type) ?? 0) + elementsOf(tensor.shape));
  }
  const mixture = mixtures[Number(gguf.metadata.get('general.file_type'))];
  if (mixture && weights.has(mixture.replace(/_[SML]$/, ''))) return mixture;
  return [...weights].sort((a, b) => b[1] - a[1])[0]![0];
}

/** Files of several types, by the numbers that llama.cpp has for them in `general.file_type`. */
const mixtures: Record<number, string> = {
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
};
