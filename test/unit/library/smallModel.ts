// A file with the header of a model and hardly any weights: enough for a list of models, and nothing that computes.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import * as write from '../../../src/model/ggufWriter';
import { characterOfByte } from '../../../src/model/byteLevel';

export const qwenMarkers = [
  '<|fim_prefix|>',
  '<|fim_suffix|>',
  '<|fim_middle|>',
  '<|repo_name|>',
  '<|file_sep|>',
];

export interface Small {
  name: string;
  architecture?: string;
  license?: string;
  markers?: string[];
  /** ggml's number of the type of its one matrix. */
  type?: number;
  /** Keys beside those that every model has. */
  more?: [key: string, value: Buffer][];
}

/** Writes the file with the folders above it, and returns its path. */
export function smallModel(
  file: string,
  { name, architecture = 'qwen2', license, markers = [], type = 0, more = [] }: Small,
): string {
  mkdirSync(path.dirname(file), { recursive: true });
  const tokens = [...characterOfByte, ...markers];
  const count = (key: string, value: number): [string, Buffer] => [
    `${architecture}.${key}`,
    write.count(value),
  ];
  const bytes = tokens.length * 256 * 4;
  write.writeGguf(
    file,
    [
      ['general.architecture', write.string(architecture)],
      ['general.name', write.string(name)],
      ...(license === undefined
        ? []
        : [['general.license', write.string(license)] satisfies [string, Buffer]]),
      count('block_count', 1),
      count('context_length', 1024),
      count('embedding_length', 256),
      count('feed_forward_length', 256),
      count('attention.head_count', 4),
      [`${architecture}.attention.layer_norm_rms_epsilon`, write.float(1e-6)],
      ['tokenizer.ggml.model', write.string('gpt2')],
      ['tokenizer.ggml.pre', write.string('qwen2')],
      ['tokenizer.ggml.tokens', write.array(8, tokens.map(write.text))],
      ['tokenizer.ggml.merges', write.array(8, [])],
      ...more,
    ],
    [
      {
        ...{ name: 'token_embd.weight', type, shape: [256, tokens.length], bytes },
        data: () => [Buffer.alloc(bytes)],
      },
    ],
  );
  return file;
}
