// The process of an engine that misbehaves: it is reached as the real one is, and does with each message what it is told to.

import { type Message, type MessageWriter } from 'vscode-jsonrpc/node';
import { serve } from '../../../src/entries/serving';

interface Request extends Message {
  id?: number;
  method: string;
  params: unknown;
}

/** What may be done with a message beside ending the process. */
export interface Deeds {
  params: unknown;
  answer(result: unknown, to?: number): void;
  refuse(message: string, code?: number): void;
  /** Sends anything at all. */
  send(message: unknown): void;
  hangUp(): void;
}

/** `methods` gives what is done with the messages of each name; there is nothing to be done with others. */
export function behave(methods: Record<string, (deeds: Deeds) => void>): void {
  void serve((reader, writer) => {
    reader.listen((message) => {
      const { id, method, params } = message as Request;
      methods[method]?.({ params, ...deedsOf(id, writer) });
    });
    return () => undefined;
  });
}

function deedsOf(id: number | undefined, writer: MessageWriter): Omit<Deeds, 'params'> {
  const send = (message: unknown): void => void writer.write(message as Message).catch(() => undefined);
  return {
    send,
    answer: (result, to = id) => send({ jsonrpc: '2.0', id: to, result }),
    refuse: (message, code = -32603) => send({ jsonrpc: '2.0', id, error: { code, message } }),
    hangUp: () => {
      writer.dispose();
      process.disconnect?.();
    },
  };
}
