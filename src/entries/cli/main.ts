// The command line `ryzanstein`: a file for each verb, and errors in one line.

import { Command } from 'commander';
import { addBench } from './bench';
import { addComplete } from './complete';
import { addDiagnose } from './diagnose';
import { addEval } from './eval';
import { addReplay } from './replay';
import { addSynthesize } from './synthesize';
import { addTokenize } from './tokenize';

function program(): Command {
  const ryzanstein = new Command('ryzanstein').description(
    'Code completion from a small ternary model on this CPU.',
  );
  for (const add of [addComplete, addBench, addDiagnose, addReplay, addEval, addSynthesize, addTokenize])
    add(ryzanstein);
  return ryzanstein;
}

program()
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`ryzanstein: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
