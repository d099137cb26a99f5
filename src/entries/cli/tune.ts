// `ryzanstein tune`: tunes a model to code, and keeps what was found beside the model's file.

import type { Command } from 'commander';
import { punchHoles } from '../../measure/holes';
import { barredFiles, sourceFiles } from '../../measure/sourceFiles';
import { tune } from '../../measure/tune';
import { describeTuning } from '../../report/tables';
import {
  type EngineOptions,
  positive,
  print,
  tell,
  verbWithEngine,
  withEngine,
  wholeNumber,
} from './options';

interface Options extends EngineOptions {
  limit: number;
  seed: number;
}

export function addTune(program: Command): void {
  verbWithEngine(
    program.command('tune'),
    "tune how the context weighs beside the model and how far its confidence holds, and keep it beside the model's file",
  )
    .argument('<DIR|FILE...>', 'code like that to be completed')
    .option('--limit <n>', 'holes', positive, 200)
    .option('--seed <n>', 'another one draws other holes', wholeNumber, 1)
    .action(run);
}

async function run(paths: string[], options: Options): Promise<void> {
  const files = sourceFiles(paths, ({ message }) => tell(`Left out: ${message}`), await barredFiles(paths));
  const holes = punchHoles(files, options.limit, options.seed);
  const progress = (done: number): void => {
    if (done % 10 === 0) tell(`${done} of ${2 * holes.length}`);
  };
  const result = await withEngine(options, (engine) => tune(engine, holes, progress));
  print(options, 'tune', result, describeTuning);
}
