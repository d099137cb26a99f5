// llama.cpp as a process that is timed: its library from the test cache, driven by llama_speed without any JavaScript.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { installed } from '../setup.mjs';

const libraries = path.join(installed.llama, 'node_modules/@node-llama-cpp/linux-x64/bins/linux-x64');

/** `llama.cpp` with its version, or undefined where it is not installed. */
export function peerName() {
  if (!existsSync(libraries)) return undefined;
  const name = readdirSync(libraries).find((file) => file.startsWith('libllama.'));
  return name && `llama.cpp ${/v([\d.]*\d)\./.exec(name)?.[1] ?? 'of unknown version'}`;
}

/** Loads a model; `run` answers { prefill, decode } in milliseconds. Rejects with what llama_speed says. */
export async function openPeer(program, model, context) {
  const child = spawn(program, [libraries, model, String(context)], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done)
      throw new Error(`llama.cpp cannot be measured: ${complaint.trim() || 'it ended without a word'}`);
    return value;
  };
  return {
    kernel: await answer(),
    async run(prompt, generate, threads, ids) {
      child.kill('SIGCONT');
      child.stdin.write(`${prompt} ${generate} ${threads} ${ids}\n`);
      const [prefill, decode] = (await answer()).split(' ').map(Number);
      // Its threads go on spinning for a while, on the cores that whoever is measured next wants.
      child.kill('SIGSTOP');
      return { prefill, decode };
    },
    close() {
      child.kill('SIGCONT');
      child.stdin.end();
    },
  };
}
