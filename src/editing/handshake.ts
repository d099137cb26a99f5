// How both ends of a pipe prove to each other that they know the user's secret, before anything is said or heard.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Duplex } from 'node:stream';

const challengeBytes = 32;
const proofBytes = 32;
const numberBytes = 4;
/** Says that a window is served from now on: a server that is about to end says it no more. */
const welcome = Buffer.of(1);

/** The other end has closed the pipe before all was said. */
export class Gone extends Error {}

/** The window's side: tells the process id that the server says it has. */
export async function greetServer(pipe: Duplex, secret: Buffer): Promise<number> {
  const ours = randomBytes(challengeBytes);
  pipe.write(ours);
  const [number, theirs, proof] = await parts(pipe, [numberBytes, challengeBytes, proofBytes]);
  expectProof(proof!, secret, 'server', ours, number!);
  pipe.write(prove(secret, 'window', theirs!));
  await parts(pipe, [welcome.length]);
  return number!.readUInt32BE();
}

/** The server's side. */
export async function greetWindow(pipe: Duplex, secret: Buffer, processId = process.pid): Promise<void> {
  const [theirs] = await parts(pipe, [challengeBytes]);
  const ours = randomBytes(challengeBytes);
  const number = Buffer.alloc(numberBytes);
  number.writeUInt32BE(processId);
  pipe.write(Buffer.concat([number, ours, prove(secret, 'server', theirs!, number)]));
  const [proof] = await parts(pipe, [proofBytes]);
  expectProof(proof!, secret, 'window', ours);
  pipe.write(welcome);
}

/** The name keeps a proof from being sent back as one's own. */
function prove(secret: Buffer, who: 'server' | 'window', ...said: Buffer[]): Buffer {
  return createHmac('sha256', secret)
    .update(Buffer.concat([Buffer.from(who), ...said]))
    .digest();
}

function expectProof(proof: Buffer, ...of: Parameters<typeof prove>): void {
  if (!timingSafeEqual(proof, prove(...of)))
    throw new Error('The other end of the pipe does not know the secret.');
}

/** The next bytes, cut into parts; what comes behind them stays in the pipe. */
async function parts(pipe: Duplex, lengths: number[]): Promise<Buffer[]> {
  const wanted = lengths.reduce((sum, length) => sum + length, 0);
  let bytes = Buffer.alloc(0);
  while (bytes.length < wanted) {
    const more = pipe.read() as Buffer | null;
    if (more) bytes = Buffer.concat([bytes, more]);
    else if (pipe.readableEnded || pipe.destroyed) throw new Gone('The pipe was closed.');
    else await changed(pipe);
  }
  if (bytes.length > wanted) pipe.unshift(bytes.subarray(wanted));
  let end = 0;
  return lengths.map((length) => bytes.subarray(end, (end += length)));
}

/** Ends when there is more to read, or never will be. */
function changed(pipe: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    const events = ['readable', 'end', 'close', 'error'];
    const done = (error?: unknown): void => {
      for (const event of events) pipe.off(event, done);
      if (error instanceof Error) reject(error);
      else resolve();
    };
    for (const event of events) pipe.on(event, done);
  });
}
