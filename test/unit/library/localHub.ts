// A hub of models on this machine: real HTTP, with the API and the paths of the usual one, and with faults on demand.

import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What goes wrong with one request for a file. */
export interface Fault {
  status?: number;
  headers?: Record<string, string>;
  /** The connection breaks behind so many bytes. */
  breakAfter?: number;
  /** The answer ends, in good order, behind so many bytes. */
  endAfter?: number;
  ignoresRange?: true;
  stalls?: true;
  /** More than there is. */
  more?: number;
  /** Another content of this length. */
  instead?: Buffer;
  contentRange?: string;
}

export interface Asked {
  path: string;
  /** Where it is to begin. */
  from: number;
  /** How many bytes were sent. */
  sent: number;
  authorization?: string;
}

export class LocalHub {
  readonly asked: Asked[] = [];
  /** One for each request for a file, in order; then there are no more. */
  faults: Fault[] = [];
  /** For the questions of the API. */
  apiFault: { status?: number; body?: string; headers?: Record<string, string> } | undefined;
  /** Files are asked of another server, as of a network that delivers them. */
  elsewhere: string | undefined;
  /** Bytes in each piece, and the milliseconds between two. */
  pace: { piece: number; ms: number } = { piece: 1 << 16, ms: 0 };
  /** How much has arrived where it is to be: what is sent before a break is lost if nobody has read it by then. */
  arrived: () => number = () => Infinity;
  private readonly server: http.Server;

  /** The files of each repository, by its name. */
  constructor(private readonly files: Record<string, Record<string, Buffer>>) {
    this.server = http.createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, 'http://hub');
    const [, api] = /^\/api\/models\/([^/]+\/[^/]+)\/tree\/main$/.exec(pathname) ?? [];
    if (api !== undefined) return this.tree(api, response);
    const [, repository, path] = /^\/([^/]+\/[^/]+)\/resolve\/main\/(.+)$/.exec(pathname) ?? [];
    const content = this.files[repository ?? '']?.[path ?? ''];
    if (!content) return void response.writeHead(404).end();
    if (this.elsewhere !== undefined)
      return void response.writeHead(302, { location: `${this.elsewhere}${pathname}` }).end();
    await this.send(path!, content, request, response);
  }

  private tree(repository: string, response: http.ServerResponse): void {
    const files = this.files[repository];
    const { status = files ? 200 : 404, body, headers } = this.apiFault ?? {};
    const entries = Object.entries(files ?? {}).map(([path, content]) => ({
      ...{ type: 'file', path, size: content.length, oid: 'git' },
      lfs: {
        oid: createHash('sha256').update(content).digest('hex'),
        size: content.length,
        pointerSize: 130,
      },
    }));
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(body ?? JSON.stringify(entries));
  }

  private async send(
    path: string,
    whole: Buffer,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const fault = this.faults.shift() ?? {};
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const { authorization } = request.headers;
    const asked: Asked = { path, from, sent: 0, ...(authorization === undefined ? {} : { authorization }) };
    this.asked.push(asked);
    if (fault.stalls) return;
    const partial = request.headers.range !== undefined && !fault.ignoresRange;
    const status = fault.status ?? (partial ? (from < whole.length ? 206 : 416) : 200);
    if (status !== 200 && status !== 206) return void response.writeHead(status, fault.headers).end();
    const right = fault.instead ?? whole.subarray(partial ? from : 0);
    const content = fault.more === undefined ? right : Buffer.concat([right, Buffer.alloc(fault.more)]);
    const range = fault.contentRange ?? `bytes ${from}-${whole.length - 1}/${whole.length}`;
    const hasLength = fault.more === undefined && fault.endAfter === undefined;
    response.writeHead(status, {
      ...(status === 206 ? { 'content-range': range } : {}),
      ...(hasLength ? { 'content-length': String(content.length) } : {}),
      ...fault.headers,
    });
    const end = fault.breakAfter ?? fault.endAfter ?? content.length;
    while (asked.sent < end) {
      const piece = content.subarray(asked.sent, Math.min(end, asked.sent + this.pace.piece));
      if (piece.length === 0 || response.destroyed) break;
      if (!response.write(piece)) await drained(response);
      asked.sent += piece.length;
      if (this.pace.ms > 0) await pause(this.pace.ms);
    }
    if (fault.breakAfter !== undefined) {
      await pause(20);
      for (let waited = 0; this.arrived() < from + asked.sent && waited < 2000; waited += 5) await pause(5);
      response.destroy();
    } else response.end();
  }
}

/** Waits until more can be written, or nobody reads any more. */
function drained(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}
