// What the engine of the tree answers when it is asked directly: the content that the editor has to show.
import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { root } from '../../scripts/steps.mjs';

const leastTokens = 4;

/**
 * Asks the engine for every place and returns the one of whose completion it is surest, with that completion as
 * `expected`, of so many tokens that pages draw its speed; undefined where it has nothing to say at any of them. A place is { file, text, typed, closer? } with the cursor as `‸` in `text`; `typed` is the key that asks
 * for the completion, and `closer` what the editor writes behind it by itself.
 */
export async function surest(places, repository, modelFile = bundledModel()) {
  const child = fork(path.join(root, 'dist', 'engine.js'), [], { execArgv: [] });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  try {
    await connection.sendRequest('load', { modelFile, threads: 0 });
    const answers = [];
    for (const { file, text, typed, closer = '' } of places) {
      const [before, after] = text.split('‸');
      const languageId = file.endsWith('.py') ? 'python' : 'typescript';
      const around = { prefix: before + typed, suffix: closer + after };
      const prompt = { path: file, languageId, repository, ...around, related: [] };
      const limits = { maxTokens: 64, maxLines: 12, minConfidence: 0 };
      answers.push(await connection.sendRequest('complete', { prompt, limits }));
    }
    return places
      .map((place, index) => ({ ...place, expected: answers[index] }))
      .filter(
        ({ expected: { shown, text, tokens } }) => shown && tokens >= leastTokens && !text.includes('\n'),
      )
      .sort((a, b) => b.expected.confidence - a.expected.confidence)[0];
  } finally {
    connection.dispose();
    child.kill();
  }
}

function bundledModel() {
  const models = readdirSync(path.join(root, 'models')).filter((name) => name.endsWith('.gguf'));
  if (models.length === 0) throw new Error('models/ holds no model: there is nothing that could complete.');
  return path.join(root, 'models', models.sort()[0]);
}
