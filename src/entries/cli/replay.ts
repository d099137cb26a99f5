// `ryzanstein replay`: recorded typing, or one completion that a bundle holds.

import type { Command } from 'commander';
import { defaults } from '../../editing/settings';
import { type BundleReplay, readBundle, replayBundle } from '../../measure/bundle';
import { readRecording } from '../../measure/recording';
import { replay } from '../../measure/replay';
import { readText } from '../../measure/sourceFiles';
import type { Completion } from '../../protocol';
import { describeCompletion, describeReplay } from '../../report/tables';
import { type EngineOptions, print, share, tell, verbWithEngine, withEngine } from './options';

interface Options extends EngineOptions {
  confidence: number;
}

export function addReplay(program: Command): void {
  verbWithEngine(
    program.command('replay'),
    'replay recorded typing the way the editor asks, or one completion exactly',
  )
    .argument('<SESSION.jsonl|BUNDLE.json>', 'a recording, or one completion that "complete --bundle" wrote')
    .option(
      '--confidence <n>',
      'how sure an answer has to be to be shown, 0 to 1',
      share,
      defaults.confidence,
    )
    .action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const text = readText(file);
  const bundle = readBundle(text, file);
  if (bundle) {
    const result = await withEngine(options, (engine) => replayBundle(engine, bundle));
    return print(options, 'replay', result, describeBundleReplay);
  }
  const recording = readRecording(text, file);
  const settings = { ...defaults, confidence: options.confidence };
  const result = await withEngine(options, (engine) =>
    replay(engine, recording, settings, (done) => {
      if (done % 100 === 0) tell(`${done} of ${recording.steps.length} steps`);
    }),
  );
  print(options, 'replay', result, describeReplay);
}

function describeBundleReplay({ same, differs, expected, completion }: BundleReplay): string {
  const described = (which: Completion): string =>
    `${JSON.stringify(which.text)}\n  ${describeCompletion(which)}`;
  if (same) return `The same answer as before: ${described(completion)}`;
  return `Another answer, by ${differs.join(', ')}.\nBefore: ${described(expected)}\nNow: ${described(completion)}`;
}
