// The command line `ryzanstein`: a file for each verb, and errors in one line.

import { Command } from 'commander';
import { version } from '../../../package.json';
import { addBench } from './bench';
import { addComplete } from './complete';
import { addDiagnose } from './diagnose';
import { addEval } from './eval';
import { addReplay } from './replay';
import { addSynthesize } from './synthesize';
import { addTokenize } from './tokenize';
import { addTune } from './tune';
import { messageOf, printable, unwritable } from '../../wording';

function program(): Command {
  const ryzanstein = new Command('ryzanstein')
    .description('Code completion from a small ternary model on this CPU.')
    .version(version, '--version', 'print the version');
  for (const add of [
    addComplete,
    addBench,
    addDiagnose,
    addReplay,
    addEval,
    addSynthesize,
    addTokenize,
    addTune,
  ])
    add(ryzanstein);
  return ryzanstein;
}

/** What the shell says of a program that wrote to a pipe whose reader has gone (SIGPIPE). */
const readerGone = 128 + 13;

function fail(error: unknown): void {
  process.stderr.write(`ryzanstein: ${printable(messageOf(error))}\n`);
  process.exitCode = 1;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Windows says so of a text that was on its way.
  if (error.code === 'EPIPE' || error.code === 'EOF') process.exit(readerGone);
  fail(unwritable('The output', error));
});
// Nobody is left to be told.
process.stderr.on('error', () => process.exit(readerGone));

program().parseAsync().catch(fail);
