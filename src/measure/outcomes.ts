// What a model answers at keys of a file that is typed and in holes of it, with what speaks for each answer and whether it was right: what confidence is learned from.

import type { Features } from '../completion/features';
import { promptAt } from '../editing/context';
import { maxTokens } from '../editing/ghostText';
import { defaults } from '../editing/settings';
import type { Engine } from '../engine/engine';
import { fixedRoom } from '../engine/room';
import type { Limits, Prompt } from '../protocol';
import { isExact, limitsAt, promptOf } from './evaluate';
import { punchHoles } from './holes';
import { Reader } from './reader';
import { Documents } from './recording';
import type { SourceFile } from './sourceFiles';
import { typed } from './typist';

export interface Outcome {
  readonly language: string;
  readonly source: string;
  /** It was to fill a hole; else a file was typed. */
  readonly inHole: boolean;
  /** Of the whole answer. */
  readonly characters: number;
  readonly exact: boolean;
  readonly features: Features;
}

/** What answers. */
export type Asked = Pick<Engine, 'weighed'>;

/** Of the answers that are fit to show, at so many keys and in so many holes of a file. */
export async function outcomesOf(engine: Asked, file: SourceFile, keys: number): Promise<Outcome[]> {
  return [...(await typedOutcomes(engine, file, keys)), ...(await holeOutcomes(engine, file, keys))];
}

async function typedOutcomes(engine: Asked, file: SourceFile, keys: number): Promise<Outcome[]> {
  const { header, steps } = typed(file);
  const documents = new Documents(header);
  const stride = Math.max(1, Math.floor(steps.length / keys));
  const limits = { maxTokens, maxLines: defaults.maxLines, minConfidence: 0 };
  const outcomes: Outcome[] = [];
  for (const [i, step] of steps.entries()) {
    documents.apply(step);
    if (i % stride !== stride - 1 || !('type' in step)) continue;
    const prompt = promptAt(documents.front.place, file.source, []);
    const isRight = (text: string, confidence: number): boolean => {
      const reader = new Reader(steps);
      reader.see(i, { text, confidence }, 0);
      return reader.seen.right > 0;
    };
    outcomes.push(...(await outcome(engine, file, { prompt, limits, isRight, inHole: false })));
  }
  return outcomes;
}

async function holeOutcomes(engine: Asked, file: SourceFile, count: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const hole of punchHoles([file], count, 1)) {
    const isRight = (text: string): boolean => isExact(hole, text);
    const question = { prompt: promptOf(hole), limits: limitsAt(hole), isRight, inHole: true };
    outcomes.push(...(await outcome(engine, file, question)));
  }
  return outcomes;
}

interface Question {
  readonly prompt: Prompt;
  readonly limits: Limits;
  readonly inHole: boolean;
  readonly isRight: (text: string, confidence: number) => boolean;
}

/** None where the answer is not fit to show. */
async function outcome(
  engine: Asked,
  { languageId: language, source = '' }: SourceFile,
  { prompt, limits, isRight, inHole }: Question,
): Promise<Outcome[]> {
  const { completion, features } = await engine.weighed(prompt, limits, { room: fixedRoom });
  const { text, shown, confidence } = completion;
  if (!shown) return [];
  return [{ language, source, inHole, characters: text.length, exact: isRight(text, confidence), features }];
}
