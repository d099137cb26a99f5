// `npm run test:training`: makes a Python environment with PyTorch outside the tree and runs the training tests in it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fingerprint, program, root, run, step } from './steps.mjs';

const home =
  process.env.RYZANSTEIN_TRAINING_CACHE ?? path.join(os.homedir(), '.cache', 'ryzanstein-training');
const python = path.join(home, 'venv', 'bin', 'python');
const stamp = path.join(home, 'requirements.installed');
const wanted = fingerprint(['training/requirements.txt']);

await program(import.meta.url, async () => {
  if (!existsSync(python) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    mkdirSync(home, { recursive: true });
    await step('Installing PyTorch and what else training needs', async () => {
      // What an interrupted set-up has left may be half an environment.
      if (!existsSync(python) || !existsSync(stamp))
        await run('python3', ['-m', 'venv', '--clear', path.join(home, 'venv')]);
      await run(python, [
        '-m',
        'pip',
        'install',
        '--quiet',
        '-r',
        path.join(root, 'training', 'requirements.txt'),
      ]);
    });
    writeFileSync(stamp, wanted);
  }
  const { code } = await run(python, ['-m', 'unittest', 'discover', '-s', 'training/tests', '-v'], {
    show: (text) => process.stdout.write(text),
    mayFail: true,
  });
  return code;
});
