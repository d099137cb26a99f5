// A small model, as reports tell of it.

import type { ModelInfo, Specialist } from '../../../src/reports';

export const model: ModelInfo = {
  ...{
    name: 'small',
    file: '/models/small.gguf',
    architecture: 'bitnet',
    type: 'TQ2_0',
    weights: 18_120_000,
  },
  ...{ contextLength: 1024, bytesPerToken: 2048, kernel: 'avx2', threads: 2, loadMs: 31 },
  ...{ bytes: 9_040_000, passBytes: 9_040_000, multiplied: 14_000_000 },
};

/** Answers in Go and Rust in its place. */
export const specialist: Specialist = {
  ...model,
  ...{ name: 'compiled', file: '/models/compiled.gguf', type: 'Q8_0', weights: 15_000_000, bytes: 7e6 },
  languages: ['go', 'rust'],
};
export const family: ModelInfo = { ...model, specialists: [specialist] };
