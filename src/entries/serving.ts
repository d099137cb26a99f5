// How an engine process is reached: by the process that forked it, or as a server by all windows that know its name.

import {
  IPCMessageReader,
  IPCMessageWriter,
  type MessageReader,
  type MessageWriter,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { serverFlag } from '../editing/engineProcesses';
import { closed, listen, type Pipe } from '../editing/pipe';
import { addressOf } from '../editing/serverAddress';

/** A server without clients ends after this time. */
const lingerMs = 3_000;

/** Serves a client from now on, until what it returns is called. */
export type Accept = (reader: MessageReader, writer: MessageWriter) => () => void;

/** Serves whoever is to be served; false where nobody is, as in a terminal. */
export async function serve(accept: Accept): Promise<boolean> {
  const [flag, name] = process.argv.slice(2);
  if (process.send) serveParent(accept);
  else if (flag === serverFlag && name !== undefined) await serveWindows(name, accept);
  else return false;
  return true;
}

function serveParent(accept: Accept): void {
  // The host may be killed without a word; the channel closes with it.
  process.on('disconnect', () => process.exit(0));
  accept(new IPCMessageReader(process), new IPCMessageWriter(process));
}

/** Ends where another process has the name already, and when the last client has gone. */
async function serveWindows(name: string, accept: Accept): Promise<void> {
  let clients = 0;
  let ending: NodeJS.Timeout | undefined;
  const end = (): void => {
    close?.();
    process.exit(0);
  };
  const rest = (): void => {
    clearTimeout(ending);
    ending = setTimeout(end, lingerMs);
  };
  const serveWindow = async (pipe: Pipe): Promise<void> => {
    clearTimeout(ending);
    clients++;
    const reader = new SocketMessageReader(pipe);
    // What comes behind something that is no message cannot be told apart any more.
    reader.onError(() => pipe.destroy());
    const leave = accept(reader, new SocketMessageWriter(pipe));
    await closed(pipe);
    leave();
    if (--clients === 0) rest();
  };
  const close = await listen(addressOf(name), (pipe) => void serveWindow(pipe));
  if (!close) end();
  // A window may have come before the name was kept for good.
  else if (clients === 0) rest();
}
