// llama.cpp through node-llama-cpp, from the test cache: the peer that our ids and logits are compared with.

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface PeerModel {
  tokenize(text: string, specialTokens: boolean): number[];
  createContext(options: { contextSize: number; batchSize: number; threads: number }): Promise<PeerContext>;
  dispose(): Promise<void>;
}

interface PeerContext {
  getSequence(): PeerSequence;
  dispose(): Promise<void>;
}

/** What is wanted of the logits behind an id. `totalLogitWeight` is the sum of exp(logit - largest logit). */
interface Wanted {
  probabilities?: true;
  logits?: { filter: { tokens: number[]; includeTop?: number } };
  totalLogitWeight?: true;
}

export interface PeerSequence {
  readonly nextTokenIndex: number;
  controlledEvaluate(input: (number | [number, { generateNext: Wanted }])[]): Promise<
    {
      next: { probabilities: Map<number, number>; logits: Map<number, number>; totalLogitWeight: number };
    }[]
  >;
  eraseContextTokenRanges(ranges: { start: number; end: number }[]): Promise<void>;
}

export interface Llama {
  logLevel: string;
  loadModel(options: { modelPath: string; gpuLayers: 0; vocabOnly?: boolean }): Promise<PeerModel>;
  dispose(): Promise<void>;
}

/** What a peer says of an id in a text: its natural log-probability, and which id it takes for likeliest there. */
export interface Expected {
  logProbability: number;
  best: number;
}

export interface Peer {
  /** Ids of text in which nothing is a control token. */
  encode: (text: string) => number[];
  /** Natural log-probabilities of every token after each of `ids`, `[ids.length][vocabulary]`. */
  logProbabilities: (ids: number[], vocabulary: number) => Promise<Float64Array[]>;
  /** Of every one of `ids` but the first. */
  expected: (ids: number[]) => Promise<Expected[]>;
  close: () => Promise<void>;
}

const cache = process.env.RYZANSTEIN_TEST_CACHE ?? path.join(os.homedir(), '.cache', 'ryzanstein-test');
const entry = path.join(cache, 'llama', 'node_modules', 'node-llama-cpp', 'dist', 'index.js');

/** The folder of a real model's files in several types. */
export const weights = path.join(cache, 'weights');
/** The folder of vocabularies that llama.cpp tests its tokenizers with. */
export const vocabularies = path.join(cache, 'llama', 'vocabularies', 'models');

/** Undefined where the peer is not installed. */
export async function loadLlama(): Promise<Llama | undefined> {
  if (!fs.existsSync(entry)) return undefined;
  const library = (await import(pathToFileURL(entry).href)) as { getLlama(options: object): Promise<Llama> };
  return library.getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: 'error',
    maxThreads: 2,
  });
}

/** Undefined where the peer is not installed. */
export async function openPeer(modelFile: string): Promise<Peer | undefined> {
  const llama = await loadLlama();
  if (!llama) return undefined;
  return { ...(await peerOn(llama, modelFile)), close: () => llama.dispose() };
}

/** A peer on a library that is there already, and stays. */
export async function peerOn(llama: Llama, modelFile: string, threads = 2): Promise<Peer> {
  const model = await llama.loadModel({ modelPath: path.resolve(modelFile), gpuLayers: 0 });
  return {
    encode: (text) => model.tokenize(text, false),
    logProbabilities: async (ids, vocabulary) => {
      const context = await model.createContext({ contextSize: ids.length + 8, batchSize: 256, threads });
      const results = await context
        .getSequence()
        .controlledEvaluate(ids.map((id) => [id, { generateNext: { probabilities: true } }]));
      await context.dispose();
      return results.map(({ next }) => {
        const row = new Float64Array(vocabulary).fill(-Infinity);
        for (const [id, probability] of next.probabilities) row[id] = Math.log(probability);
        return row;
      });
    },
    expected: async (ids) => {
      const context = await model.createContext({ contextSize: ids.length + 8, batchSize: 256, threads });
      const results = await context.getSequence().controlledEvaluate(
        ids.slice(0, -1).map((id, i) => {
          const filter = { tokens: [ids[i + 1]!], includeTop: 1 };
          return [id, { generateNext: { logits: { filter }, totalLogitWeight: true } }];
        }),
      );
      await context.dispose();
      return results.map(({ next: { logits, totalLogitWeight } }, i) => {
        const [best, most] = [...logits].reduce((a, b) => (b[1] > a[1] ? b : a));
        return { best, logProbability: logits.get(ids[i + 1]!)! - most - Math.log(totalLogitWeight) };
      });
    },
    close: () => model.dispose(),
  };
}
