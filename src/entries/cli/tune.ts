// `ryzanstein tune`: tunes a model to code, and keeps what was found beside the model's file.

import type { Command } from 'commander';
import { loadAddon } from '../../engine/addon';
import { Engine } from '../../engine/engine';
import { punchHoles } from '../../measure/holes';
import { barredFiles, sourceFiles } from '../../measure/sourceFiles';
import { tune } from '../../measure/tune';
import { describeTuning } from '../../report/tables';
import {
  type EngineOptions,
  loadParamsOf,
  positive,
  print,
  tell,
  verbWithEngine,
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
  const params = await loadParamsOf(options);
  let engine: Engine | undefined;
  const load = async (anew: boolean): Promise<Engine> => {
    if (anew) await engine?.close();
    if (anew || !engine) engine = await Engine.load(loadAddon(), params);
    return engine;
  };
  try {
    const result = await tune(load, holes, (done) => {
      if (done % 10 === 0) tell(`${done} of ${2 * holes.length}`);
    });
    print(options, 'tune', result, describeTuning);
  } finally {
    await engine?.close();
  }
}
