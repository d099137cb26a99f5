// A small model, as reports tell of it.

import type { ModelInfo } from '../../../src/reports';

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
