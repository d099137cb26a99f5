// All clients of an engine process: they share its models, and hear what happens to it.

import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { Addon } from '../engine/addon';
import { Models } from '../engine/models';
import { busyNotification, type Remark, remarkNotification } from '../protocol';
import { Client, type Shared, tell } from './client';

export class Clients implements Shared {
  readonly models: Models;
  private readonly connections = new Set<MessageConnection>();
  /** Pieces of work under way that may keep the process from answering. */
  private lastingWorks = 0;

  constructor(addon: () => Addon) {
    this.models = new Models(addon);
  }

  /** Serves one more, until what is returned is called. */
  add(connection: MessageConnection): () => void {
    const client = new Client(connection, this);
    client.serve();
    this.connections.add(connection);
    connection.onError(([error]) => {
      // A message that is none must not end the process: the next one may be good. The system's errors have a code.
      if (!('code' in error)) this.warn(`Unreadable message: ${error.message}`);
    });
    connection.listen();
    if (this.lastingWorks > 0)
      void tell(() => connection.sendNotification(busyNotification, { isBusy: true }));
    return () => {
      this.connections.delete(connection);
      void client.end();
    };
  }

  warn(message: string): void {
    this.remark({ level: 'warn', message });
  }

  remark(remark: Remark): void {
    for (const connection of this.connections)
      void tell(() => connection.sendNotification(remarkNotification, remark));
  }

  async lasting<T>(work: (told: Promise<unknown>) => Promise<T>): Promise<T> {
    const told = this.lastingWorks++ === 0 ? this.tellBusy(true) : Promise.resolve();
    try {
      return await work(told);
    } finally {
      if (--this.lastingWorks === 0) void this.tellBusy(false);
    }
  }

  private tellBusy(isBusy: boolean): Promise<unknown> {
    const connections = [...this.connections];
    return Promise.all(
      connections.map((each) => tell(() => each.sendNotification(busyNotification, { isBusy }))),
    );
  }
}
