// One file from the hub to the disk: what arrived stays through breaks and kills, and only what has the right digest gets the file's name.

import { t } from '@vscode/l10n';
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, promises as fs } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { whenFree } from '../held';
import { decimal, grouped } from '../numbers';
import { Unwritable, unwritable } from '../wording';
import { asked, Busy, type Hub, type HubFile, HubProblem, reasonOf, urlOf } from './hub';
import { lock, partOf } from './parts';

/** How much there is, and of late how fast it came. */
export interface Progress {
  done: number;
  bytes: number;
  bytesPerSecond: number;
}

export interface DownloadOptions {
  signal: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** How long nothing may come before the connection counts as broken, in milliseconds. */
  patienceMs?: number;
  /** The wait before the first new attempt; each one doubles it. */
  pauseMs?: number;
}

/** Attempts in a row in which nothing came. */
const mostVainAttempts = 6;
/** Nobody waits longer for a hub that is asked too often. */
const longestWaitSeconds = 120;
/** What has to be left on the disk besides. */
const spareBytes = 100e6;
const progressEveryMs = 250;
/** Speed is told of the last so many milliseconds. */
const speedOverMs = 5000;

/** Puts the file at `target`, or throws a HubProblem; cancelled, it throws the signal's reason. */
export async function download(
  hub: Hub,
  file: HubFile,
  target: string,
  options: DownloadOptions,
): Promise<void> {
  await fs.mkdir(path.dirname(target), { recursive: true }).catch((error: unknown) => {
    throw unwritable(path.dirname(target), error);
  });
  // Named by what it is to become: what belongs to another version of the file is never continued.
  const part = partOf(target, file.sha256.slice(0, 16));
  const release = await lock(part);
  try {
    const arrived = await Arrived.open(part, file.bytes, readMeter(file.bytes, options));
    try {
      await expectRoom(path.dirname(part), file.bytes - arrived.bytes);
      await fetchRest(hub, file, arrived, options);
      await arrived.flush();
    } finally {
      await arrived.close();
    }
    if (arrived.digest() !== file.sha256) {
      await fs.rm(part, { force: true });
      throw new HubProblem(
        t`${file.path} is not what ${hub.base} says it is: its sha256 differs. Nothing of it was kept.`,
      );
    }
    await whenFree(() => fs.rename(part, target));
  } finally {
    await release();
  }
}

/** Whether the file lies at `target` as the hub has it; what cannot be read is none of it. */
export async function isThere(file: HubFile, target: string, options: DownloadOptions): Promise<boolean> {
  const size = await fs.stat(target).then(
    (state) => state.size,
    () => undefined,
  );
  if (size !== file.bytes) return false;
  const hash = createHash('sha256');
  try {
    await readInto(hash, target, readMeter(file.bytes, options));
  } catch {
    options.signal.throwIfAborted();
    return false;
  }
  return hash.digest('hex') === file.sha256;
}

async function readInto(hash: Hash, name: string, onRead: (bytes: number) => void): Promise<void> {
  let bytes = 0;
  for await (const chunk of createReadStream(name) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    onRead((bytes += chunk.length));
  }
}

/** What is on the disk already, and its digest so far. */
class Arrived {
  private constructor(
    private readonly handle: fs.FileHandle,
    private readonly name: string,
    private hash: Hash,
    public bytes: number,
  ) {}

  /** `onRead` hears how much of it was read, and may throw to end that. */
  static async open(name: string, most: number, onRead: (bytes: number) => void): Promise<Arrived> {
    const handle = await fs.open(name, 'a').catch((error: unknown) => {
      throw unwritable(name, error);
    });
    try {
      const { size } = await handle.stat();
      const arrived = new Arrived(handle, name, createHash('sha256'), size);
      if (size > most) await arrived.clear();
      else await readInto(arrived.hash, name, onRead);
      return arrived;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async add(chunk: Uint8Array, total: number): Promise<void> {
    try {
      for (let done = 0; done < chunk.length;)
        done += (await this.handle.write(chunk, done, chunk.length - done)).bytesWritten;
    } catch (error) {
      throw unwritable(this.name, error, Math.ceil(total / 1e6));
    }
    this.hash.update(chunk);
    this.bytes += chunk.length;
  }

  async clear(): Promise<void> {
    // By its name, for on Windows what is open for appending cannot be cut.
    await fs.truncate(this.name, 0);
    this.hash = createHash('sha256');
    this.bytes = 0;
  }

  digest(): string {
    return this.hash.digest('hex');
  }

  flush(): Promise<void> {
    return this.handle.sync();
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Asks for what is missing, again and again as long as something comes. */
async function fetchRest(
  hub: Hub,
  file: HubFile,
  arrived: Arrived,
  { signal, onProgress, patienceMs = 60_000, pauseMs = 1000 }: DownloadOptions,
): Promise<void> {
  const meter = new Meter(file.bytes, onProgress);
  for (let vain = 0; arrived.bytes < file.bytes;) {
    signal.throwIfAborted();
    meter.tell(arrived.bytes, true);
    const before = arrived.bytes;
    try {
      await attempt(hub, file, arrived, meter, signal, patienceMs);
      throw new HubProblem(t`the connection was closed before all had come`);
    } catch (error) {
      signal.throwIfAborted();
      if (arrived.bytes === file.bytes) return;
      if (error instanceof Busy && (error.seconds ?? 0) > longestWaitSeconds) throw error;
      if (isFinal(error)) throw error;
      vain = arrived.bytes > before ? 0 : vain + 1;
      if (vain >= mostVainAttempts) throw givenUp(hub, file, error);
      const seconds = error instanceof Busy ? error.seconds : undefined;
      const wait = seconds === undefined ? pauseMs * 2 ** vain : seconds * 1000;
      await pause(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Another attempt would end as this one did. */
function isFinal(error: unknown): boolean {
  if (error instanceof HubProblem) return error.kind !== 'busy' && error.kind !== 'broken';
  return error instanceof Unwritable;
}

function givenUp({ base }: Hub, { path: name }: HubFile, error: unknown): HubProblem {
  if (error instanceof HubProblem && error.kind === 'busy') return error;
  const why = error instanceof HubProblem ? error.message.replace(/\.$/, '') : reasonOf(error);
  return new HubProblem(
    t`${name} does not come from ${base}: ${why}. What has arrived is kept: try again later.`,
  );
}

/** The server says one thing and does another. */
function lie(sentence: string): HubProblem {
  return new HubProblem(sentence, 'refused');
}

async function attempt(
  hub: Hub,
  file: HubFile,
  arrived: Arrived,
  meter: Meter,
  signal: AbortSignal,
  patienceMs: number,
): Promise<void> {
  const stalled = new AbortController();
  const timer = setTimeout(
    () => stalled.abort(new HubProblem(t`nothing came for ${decimal(patienceMs / 1000)} s`)),
    patienceMs,
  );
  try {
    const response = await asked(hub, urlOf(hub, file), file, {
      signal: AbortSignal.any([signal, stalled.signal]),
      ...(arrived.bytes > 0 ? { headers: { range: `bytes=${arrived.bytes}-` } } : {}),
      expected: [200, 206, 416],
    });
    if (response.status === 416) {
      await response.body?.cancel();
      throw lie(t`${hub.base} has less of ${file.path} than it says.`);
    }
    const start = response.status === 206 ? arrived.bytes : 0;
    if (response.status === 206) expectRange(response, file, start, hub);
    expectFile(response, file, start, arrived.bytes, hub);
    // The server cannot go on in the middle: all of it comes anew.
    if (start < arrived.bytes) await arrived.clear();
    const body: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined;
    for await (const chunk of body ?? []) {
      timer.refresh();
      if (arrived.bytes + chunk.length > file.bytes)
        throw lie(t`${hub.base} sends more of ${file.path} than there is.`);
      await arrived.add(chunk, file.bytes);
      meter.tell(arrived.bytes);
    }
  } finally {
    clearTimeout(timer);
  }
}

function expectRange(response: Response, file: HubFile, start: number, { base }: Hub): void {
  const stated = response.headers.get('content-range') ?? '';
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(stated) ?? [];
  if (Number(from) === start && (total === '*' || Number(total) === file.bytes)) return;
  void response.body?.cancel();
  throw lie(t`${base} sends another part of ${file.path} than it was asked for ("${stated}").`);
}

/**
 * A page of a proxy that wants a log-in, or a hub that has another file now, is noticed before anything is written, or
 * thrown away of what is `there`.
 */
function expectFile(response: Response, file: HubFile, start: number, there: number, { base }: Hub): void {
  const problem = strangeness(response, file, start, there, base);
  if (problem === undefined) return;
  void response.body?.cancel();
  throw lie(problem);
}

function strangeness(
  { headers }: Response,
  file: HubFile,
  start: number,
  there: number,
  base: string,
): string | undefined {
  if (/html/i.test(headers.get('content-type') ?? ''))
    return t`${base} sends a page in the place of ${file.path}: a proxy, or a network that wants a log-in, may be in between. What has arrived is kept.`;
  const stated = headers.get('content-length');
  if (stated !== null && Number(stated) !== file.bytes - start)
    return t`${base} sends ${stated} bytes of ${file.path}, where ${grouped(file.bytes - start)} are missing: it may be another file by now.`;
  if (stated === null && start < there)
    return t`${base} does not go on with ${file.path}, and does not say how much it sends. What has arrived is kept: delete it with "Manage Downloaded Models" to begin anew.`;
  return undefined;
}

/** Throws a HubProblem where so much does not fit on the disk of a folder. */
export async function expectRoom(folder: string, missing: number): Promise<void> {
  const { bavail, bsize } = await fs.statfs(folder);
  const free = bavail * bsize;
  if (free >= missing + spareBytes) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new HubProblem(
    t`${megabytes(missing + spareBytes)} are needed in ${folder}, and ${megabytes(free)} are free.`,
  );
}

/** Of some gigabytes it takes a while to read them again: that is told as well, without a speed, and can be cancelled. */
function readMeter(bytes: number, { signal, onProgress }: DownloadOptions): (done: number) => void {
  let told = -Infinity;
  return (done) => {
    signal.throwIfAborted();
    const time = performance.now();
    if (time - told < progressEveryMs) return;
    told = time;
    onProgress?.({ done, bytes, bytesPerSecond: 0 });
  };
}

/** Tells of progress some times in a second, with the speed of the last seconds. */
class Meter {
  private readonly marks: { time: number; bytes: number }[] = [];

  constructor(
    private readonly bytes: number,
    private readonly onProgress: ((progress: Progress) => void) | undefined,
  ) {}

  tell(done: number, anew = false): void {
    const time = performance.now();
    if (anew) this.marks.length = 0;
    const last = this.marks.at(-1);
    if (last && time - last.time < progressEveryMs && done < this.bytes) return;
    this.marks.push({ time, bytes: done });
    while (this.marks.length > 2 && time - this.marks[0]!.time > speedOverMs) this.marks.shift();
    const first = this.marks[0]!;
    const bytesPerSecond = time > first.time ? ((done - first.bytes) / (time - first.time)) * 1000 : 0;
    this.onProgress?.({ done, bytes: this.bytes, bytesPerSecond });
  }
}
