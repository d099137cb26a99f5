// A window without an editor, as a process to be killed: it reaches the engine, has it load a model, says its process id and keeps it at work.

import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { LocalEngine } from '../../../src/editing/localEngine';

const [file, modelFile] = process.argv.slice(2) as [string, string];
const say = (message: string): void => void process.stderr.write(`${message}\n`);
const engine = new LocalEngine({
  file,
  load: () => ({ modelFile, threads: 1 }),
  log: { info: say, warn: say, error: say, debug: say },
  onState: () => undefined,
});

async function work(): Promise<void> {
  await engine.loadModel();
  process.stdout.write(`${engine.processId}\n`);
  const { token } = new CancellationTokenSource();
  await engine.bench(() => ({ promptTokens: 900, generateTokens: 100, threads: [1] }), token);
}

void work();
