// `ryzanstein diagnose`: the report on this machine and model.

import type { Command } from 'commander';
import { diagnose } from '../../measure/diagnose';
import { describeDiagnosis } from '../../report/tables';
import { type EngineOptions, print, tell, verbWithEngine, withEngine } from './options';

export function addDiagnose(program: Command): void {
  verbWithEngine(
    program.command('diagnose'),
    'test the kernels, measure the machine, say what is wrong',
  ).action(run);
}

async function run(options: EngineOptions): Promise<void> {
  const diagnosis = await withEngine(options, (engine) => {
    tell(`Testing and measuring ${engine.info.name}, some seconds.`);
    return diagnose(engine);
  });
  print(options, 'diagnose', diagnosis, describeDiagnosis);
  if (diagnosis.simd.levels.some(({ selftest }) => selftest === 'failed')) process.exitCode = 1;
}
