// `ryzanstein replay`: recorded typing, source files as somebody would type them, or one completion that a bundle holds.

import type { Command } from 'commander';
import type { Eagerness } from '../../eagerness';
import { defaults, type Settings } from '../../editing/settings';
import { type BundleReplay, readBundle, replayBundle } from '../../measure/bundle';
import { readRecording } from '../../measure/recording';
import { replay } from '../../measure/replay';
import { readText, sourceFiles, barredFiles } from '../../measure/sourceFiles';
import { typeFiles } from '../../measure/typist';
import type { Completion } from '../../protocol';
import { describeCompletion, describeReplay, describeTyping } from '../../report/tables';
import { printable } from '../../wording';
import {
  bothOption,
  confidenceOption,
  eagernessOption,
  type EngineOptions,
  expectUseful,
  print,
  tell,
  verbWithEngine,
  withAnswering,
} from './options';

interface Options extends EngineOptions {
  confidence?: number;
  eagerness: Eagerness;
  typed?: boolean;
}

export function addReplay(program: Command): void {
  verbWithEngine(
    program.command('replay'),
    'replay recorded typing the way the editor asks, or one completion exactly',
  )
    .argument(
      '<SESSION.jsonl|BUNDLE.json|DIR|FILE...>',
      'a recording, one completion that "complete --bundle" wrote, or with --typed source files',
    )
    .addOption(bothOption())
    .option('--typed', 'type source files from top to bottom')
    .addOption(eagernessOption())
    .addOption(confidenceOption())
    .action(run);
}

async function run(files: string[], options: Options, command: Command): Promise<void> {
  const { confidence = null, eagerness } = options;
  if (confidence !== null) expectUseful(command, ['eagerness'], '--confidence');
  const settings = { ...defaults, confidence, eagerness };
  if (options.typed) return type(files, settings, options);
  const [file, second] = files as [string, ...string[]];
  if (second !== undefined) throw new Error('Replay takes one recording, or source files with --typed.');
  const text = readText(file);
  const bundle = readBundle(text, file);
  if (bundle) {
    expectUseful(command, ['eagerness', 'confidence'], 'one completion');
    const result = await withAnswering(options, (engine) => replayBundle(engine, bundle));
    if (!result.same) process.exitCode = 1;
    return print(options, 'replay', result, describeBundleReplay);
  }
  const recording = readRecording(text, file);
  const result = await withAnswering(options, (engine) =>
    replay(engine, recording, settings, (done) => {
      if (done % 100 === 0) tell(`${done} of ${recording.steps.length} steps`);
    }),
  );
  print(options, 'replay', result, describeReplay);
}

async function type(paths: string[], settings: Settings, options: Options): Promise<void> {
  const files = sourceFiles(paths, ({ message }) => tell(`Left out: ${message}`), await barredFiles(paths));
  if (files.every(({ text }) => text.trim() === ''))
    throw new Error(`There is no source file with text in ${paths.join(', ')}.`);
  const result = await withAnswering(options, (engine) =>
    typeFiles(engine, files, settings, (done) => tell(`${done} of ${files.length} files`)),
  );
  print(options, 'typing', result, describeTyping);
}

function describeBundleReplay({ same, differs, expected, completion, linesLeftOut }: BundleReplay): string {
  const described = (which: Completion): string =>
    `${printable(JSON.stringify(which.text))}\n  ${printable(describeCompletion(which))}`;
  if (same) return `The same answer as before: ${described(completion)}`;
  const why = linesLeftOut
    ? ' Lines that look like keys or tokens were left out of the bundle, so that the model does not see what it saw then.'
    : '';
  return `Another answer, by ${differs.join(', ')}.${why}\nBefore: ${described(expected)}\nNow: ${described(completion)}`;
}
