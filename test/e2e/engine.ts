// An engine process whose model writes what a test has it write; where that ends, and what of it is shown, is the product's own code.

import { createMessageConnection } from 'vscode-jsonrpc/node';
import { innermost } from '../../src/completion/embedded';
import { Finishing, judge } from '../../src/completion/finish';
import { siteOf } from '../../src/completion/site';
import { syntaxOf } from '../../src/completion/syntax';
import { serve } from '../../src/entries/serving';
import {
  type Completion,
  type CompleteParams,
  completeRequest,
  loadRequest,
  prefillRequest,
} from '../../src/protocol';

/** The model writes `text` where the text before the cursor ends with `behind`, and nothing anywhere else. */
interface Writing {
  behind: string;
  text: string;
}

const writings = JSON.parse(process.env.RYZANSTEIN_WRITINGS ?? '[]') as Writing[];
const spent = { promptTokens: 1, reusedTokens: 0, prefillMs: 1 };

async function complete({ prompt, limits }: CompleteParams): Promise<Completion> {
  const site = innermost(siteOf(prompt));
  const finishing = new Finishing(site, limits);
  const text = writings.find(({ behind }) => prompt.prefix.endsWith(behind))?.text ?? '';
  for (const piece of text.match(/[^\n]+|\n/g) ?? []) finishing.take({ text: piece, logProbability: 0 });
  finishing.end('end');
  const judged = judge(site, finishing.answer, limits, await syntaxOf(site.languageId));
  return {
    ...{ ...judged, ...spent, shown: judged.hidden === undefined },
    ...{ tokens: 1, decodeMs: 1, tokensPerSecond: 1000, model: 'writer' },
  };
}

void serve((reader, writer) => {
  const connection = createMessageConnection(reader, writer);
  connection.onRequest(loadRequest, ({ modelFile }) => ({
    ...{ name: 'writer', file: modelFile, architecture: 'bitnet', type: 'TQ2_0', weights: 1 },
    ...{
      contextLength: 64,
      kernel: 'scalar',
      threads: 1,
      loadMs: 1,
      bytes: 1,
      passBytes: 1,
      multiplied: 1,
      bytesPerToken: 1,
    },
  }));
  connection.onRequest(completeRequest, complete);
  connection.onRequest(prefillRequest, () => spent);
  connection.listen();
  return () => undefined;
});
