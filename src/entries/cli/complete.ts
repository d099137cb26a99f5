// `ryzanstein complete`: one completion at a place in a file.

import type { Command } from 'commander';
import * as path from 'node:path';
import { languageOf } from '../../language/languages';
import type { Bundle } from '../../measure/bundle';
import { readText } from '../../measure/sourceFiles';
import type { Completion, Limits, Prompt } from '../../protocol';
import { describeCompletion } from '../../report/tables';
import { type EngineOptions, positive, print, tell, verbWithEngine, withEngine, write } from './options';

interface Options extends EngineOptions {
  maxTokens: number;
  maxLines: number;
  candidates: number;
  bundle?: string;
}

export function addComplete(program: Command): void {
  verbWithEngine(program.command('complete'), 'complete at a place, the way the editor does')
    .argument('<FILE:LINE:COL>', 'where, counted from 1')
    .option('--max-tokens <n>', 'longest answer', positive, 64)
    .option('--max-lines <n>', 'lines of a block, where the line opens one', positive, 12)
    .option('--candidates <n>', 'answers at most, each with another first token', positive, 1)
    .option('--bundle <file>', 'also write prompt, limits and answer, to replay them')
    .action(complete);
}

async function complete(place: string, options: Options): Promise<void> {
  const prompt = promptAt(place);
  const { maxTokens, maxLines, candidates } = options;
  const limits: Limits = { maxTokens, maxLines, minConfidence: 0, candidates };
  const completion = await withEngine(options, (engine) => engine.complete(prompt, limits));
  if (options.bundle !== undefined) {
    const bundle: Bundle = { schema: 'ryzanstein/bundle/1', prompt, limits, completion };
    write(options.bundle, `${JSON.stringify(bundle)}\n`);
  }
  tell(describeCompletion(completion));
  print(options, 'complete', completion, textOf);
}

/** FILE:LINE:COL, both from 1; a column counts UTF-16 units, as editors do. */
function promptAt(place: string): Prompt {
  const match = /^(.+):(\d+):(\d+)$/.exec(place);
  if (!match) throw new Error(`"${place}" is no place. Write FILE:LINE:COL, counted from 1.`);
  const [, file, line, column] = match as unknown as [string, string, string, string];
  const text = readText(file);
  const lines = text.split('\n');
  const content = lines[Number(line) - 1]?.replace(/\r$/, '');
  if (content === undefined || Number(column) < 1 || Number(column) > content.length + 1) {
    const bounds =
      content === undefined ? `${lines.length} lines` : `${content.length + 1} columns in line ${line}`;
    throw new Error(`${file} has no place ${line}:${column}, only ${bounds}.`);
  }
  const start = lines.slice(0, Number(line) - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const cursor = start + Number(column) - 1;
  return {
    path: path.relative(process.cwd(), file) || file,
    languageId: languageOf(file) ?? 'plaintext',
    prefix: text.slice(0, cursor),
    suffix: text.slice(cursor),
    related: [],
  };
}

function textOf({ text, alternatives = [] }: Completion): string {
  const others = alternatives.map(
    (other) => `-- or, confidence ${other.confidence.toFixed(2)}:\n${other.text}`,
  );
  return [text, ...others].join('\n');
}
