// Entry of the engine process: holds the models, and serves its clients until the last one has gone.

import { config } from '@vscode/l10n';
import { setTimeout as pause } from 'node:timers/promises';
import { createMessageConnection, NullLogger } from 'vscode-jsonrpc/node';
import { loadAddon } from '../engine/addon';
import { Clients } from './clients';
import { type Accept, serve } from './serving';

const { RYZANSTEIN_WORDS: words } = process.env;
if (words) config({ fsPath: words });

const clients = new Clients(() => loadAddon());

/** What has been said is on its way within this time. */
const partingMs = 200;

process.on('uncaughtException', (error) => {
  process.exitCode = 1;
  process.stderr.write(`${error.stack}\n`);
  clients.remark({ level: 'error', message: `The engine ends: ${error.stack}` });
  void pause(partingMs).then(() => process.exit());
});

const accept: Accept = (reader, writer) => clients.add(createMessageConnection(reader, writer, NullLogger));

void serve(accept).then((isServing) => {
  if (isServing) return;
  process.stderr.write(
    'The engine process is started by the extension. Use the "ryzanstein" command in a terminal.\n',
  );
  process.exitCode = 2;
});
