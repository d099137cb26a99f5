// The tensor types of ggml, bitnet.cpp and PrismML by their numbers: how many bytes a block of weights takes.

import { t } from '@vscode/l10n';

/** A ggml type: `block` elements take `bytes` bytes, and the whole tensor `tail` bytes more. */
interface TensorType {
  name: string;
  block: number;
  bytes: number;
  tail?: number;
}

export const tensorTypes: Record<number, TensorType> = {
  0: { name: 'F32', block: 1, bytes: 4 },
  1: { name: 'F16', block: 1, bytes: 2 },
  2: { name: 'Q4_0', block: 32, bytes: 18 },
  3: { name: 'Q4_1', block: 32, bytes: 20 },
  6: { name: 'Q5_0', block: 32, bytes: 22 },
  7: { name: 'Q5_1', block: 32, bytes: 24 },
  8: { name: 'Q8_0', block: 32, bytes: 34 },
  9: { name: 'Q8_1', block: 32, bytes: 36 },
  10: { name: 'Q2_K', block: 256, bytes: 84 },
  11: { name: 'Q3_K', block: 256, bytes: 110 },
  12: { name: 'Q4_K', block: 256, bytes: 144 },
  13: { name: 'Q5_K', block: 256, bytes: 176 },
  14: { name: 'Q6_K', block: 256, bytes: 210 },
  15: { name: 'Q8_K', block: 256, bytes: 292 },
  16: { name: 'IQ2_XXS', block: 256, bytes: 66 },
  17: { name: 'IQ2_XS', block: 256, bytes: 74 },
  18: { name: 'IQ3_XXS', block: 256, bytes: 98 },
  19: { name: 'IQ1_S', block: 256, bytes: 50 },
  20: { name: 'IQ4_NL', block: 32, bytes: 18 },
  21: { name: 'IQ3_S', block: 256, bytes: 110 },
  22: { name: 'IQ2_S', block: 256, bytes: 82 },
  23: { name: 'IQ4_XS', block: 256, bytes: 136 },
  24: { name: 'I8', block: 1, bytes: 1 },
  25: { name: 'I16', block: 1, bytes: 2 },
  26: { name: 'I32', block: 1, bytes: 4 },
  27: { name: 'I64', block: 1, bytes: 8 },
  28: { name: 'F64', block: 1, bytes: 8 },
  29: { name: 'IQ1_M', block: 256, bytes: 56 },
  30: { name: 'BF16', block: 1, bytes: 2 },
  34: { name: 'TQ1_0', block: 256, bytes: 54 },
  35: { name: 'TQ2_0', block: 256, bytes: 66 },
  // bitnet.cpp's type: two bits a weight, then one float scale in 32 bytes. ggml itself has retired the number.
  36: { name: 'I2_S', block: 4, bytes: 1, tail: 32 },
  39: { name: 'MXFP4', block: 32, bytes: 17 },
  40: { name: 'NVFP4', block: 64, bytes: 36 },
  41: { name: 'Q1_0', block: 128, bytes: 18 },
  42: { name: 'Q2_0', block: 64, bytes: 18 },
  142: { name: 'PQ2_0', block: 128, bytes: 34 },
  143: { name: 'PTQ1_0', block: 128, bytes: 28 },
};

/** Numbers that ggml has given up, and the names that they had. */
const removedTypes: Record<number, string> = {
  4: 'Q4_2',
  5: 'Q4_3',
  31: 'Q4_0_4_4',
  32: 'Q4_0_4_8',
  33: 'Q4_0_8_8',
  37: 'IQ4_NL_4_8',
  38: 'IQ4_NL_8_8',
};

export function tensorTypeName(type: number): string {
  return tensorTypes[type]?.name ?? removedTypes[type] ?? `type ${type}`;
}

/** A sentence for who has a file of a type that cannot be read: what to take instead. */
export function takeInstead(type: number): string {
  const name = tensorTypeName(type);
  if (/^IQ[123]_/.test(name))
    return t`Its weights need code books that the engine does not have: take the model in IQ4_XS, Q3_K_M or Q2_K.`;
  if (name === 'NVFP4') return t`Take the model in MXFP4 or Q4_K_M.`;
  if (/_\d_\d$/.test(name))
    return t`Its weights lie as one kind of CPU wants them: take the model in ${name.slice(0, -4)}.`;
  return t`Take the model in Q8_0, Q4_K_M or another type that the extension's Details page names.`;
}
