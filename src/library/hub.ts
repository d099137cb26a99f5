// A hub of models: which files a repository holds, how large they are and by which digest, and words for what it answers.

import { t } from '@vscode/l10n';
import { grouped } from '../numbers';

/** Where models are had from, and how. `fetch` is Node's, which VS Code gives its proxy and certificates. */
export interface Hub {
  /** `https://huggingface.co`, or a mirror with the same paths. */
  base: string;
  token?: string;
  fetch: typeof fetch;
}

/** A file as the hub has it: what has to arrive is known before. */
export interface HubFile {
  repository: string;
  /** Within the repository. */
  path: string;
  bytes: number;
  sha256: string;
}

/**
 * Why a file cannot be had, as a sentence for the user. `token`: who has one may get it; `refused`: who asks again in a
 * moment hears the same.
 */
export class HubProblem extends Error {
  constructor(
    message: string,
    readonly kind: 'token' | 'gone' | 'busy' | 'refused' | 'broken' = 'broken',
  ) {
    super(message);
  }
}

/** The server that a token is kept for and shown to; none where others could read it on the way. */
export function tokenServer(base: string): string | undefined {
  if (!URL.canParse(base)) return undefined;
  const { protocol, hostname, origin } = new URL(base);
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isHere) ? origin : undefined;
}

interface TreeEntry {
  path?: unknown;
  size?: unknown;
  lfs?: { oid?: unknown; size?: unknown };
}

const longestAnswer = 1 << 24;

/**
 * The files that `path` names: one, or all parts of a split model where it names the first. Throws a HubProblem where
 * the hub does not have them, or does not say what they are.
 */
export async function filesOf(
  hub: Hub,
  repository: string,
  path: string,
  signal: AbortSignal,
): Promise<HubFile[]> {
  if (!URL.canParse(hub.base) || !/^https?:/.test(hub.base))
    throw new HubProblem(t`"${hub.base}" is no address of a hub: correct the setting "ryzanstein.hub".`);
  const url = `${hub.base}/api/models/${repository}/tree/main?recursive=true`;
  const response = await asked(hub, url, { repository }, { signal });
  const tree = await entriesIn(response, hub.base, signal);
  return partsOf(path).map((part) => {
    const entry = tree.find((each) => each.path === part);
    if (!entry) throw new HubProblem(t`${repository} has no file ${part} (any more).`, 'gone');
    const { oid, size } = entry.lfs ?? {};
    if (typeof oid !== 'string' || !/^[0-9a-f]{64}$/.test(oid) || !isSize(size) || entry.size !== size)
      throw new HubProblem(t`${hub.base} does not say what ${part} has to be: size and sha256 are missing.`);
    return { repository, path: part, bytes: size, sha256: oid };
  });
}

export function urlOf(hub: Hub, { repository, path }: HubFile): string {
  return `${hub.base}/${repository}/resolve/main/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** What is asked for: a file, or the list of all in a repository. */
type Wanted = Pick<HubFile, 'repository'> & Partial<Pick<HubFile, 'path'>>;

/** One question to the hub. An answer that is none of the expected ones is thrown as a HubProblem, in words. */
export async function asked(
  hub: Hub,
  url: string,
  wanted: Wanted,
  {
    signal,
    headers,
    expected = [200],
  }: { signal: AbortSignal; headers?: Record<string, string>; expected?: number[] },
): Promise<Response> {
  const authorization: Record<string, string> =
    hub.token === undefined ? {} : { authorization: `Bearer ${hub.token}` };
  // What is compressed on the way has another length than what is asked for.
  const all = { 'accept-encoding': 'identity', ...headers, ...authorization };
  const response = await hub.fetch(url, { signal, headers: all }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw unreachable(hub.base, error);
  });
  if (expected.includes(response.status)) return response;
  await response.body?.cancel();
  throw problemOf(response, wanted, hub);
}

function unreachable(base: string, error: unknown): HubProblem {
  return new HubProblem(t`${base} cannot be reached (${reasonOf(error)}).`);
}

/** Behind "fetch failed" stands what failed. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}

function problemOf(
  { status, headers }: Response,
  { repository, path }: Wanted,
  { base, token }: Hub,
): HubProblem {
  const what = path ?? repository;
  if (status === 401)
    return token === undefined
      ? new HubProblem(
          t`${base} wants to know who asks for ${what}, or does not have it: set an access token of your account there with "Set Hub Token".`,
          'token',
        )
      : new HubProblem(t`${base} does not accept the token that is set, or does not have ${what}.`, 'token');
  // Only the hub itself says so; in companies a proxy may refuse the same.
  if (status === 403 && headers.get('x-error-code') === 'GatedRepo')
    return new HubProblem(
      t`${base} gives ${what} only to accounts that have agreed to its terms: agree on ${base}/${repository}, then set your token with "Set Hub Token".`,
      'token',
    );
  if (status === 403)
    return new HubProblem(
      t`${base} answers HTTP 403 for ${what}: a proxy or a firewall may be in between. "Import Model File" takes a file that was downloaded elsewhere.`,
      'refused',
    );
  if (status === 404 || status === 410) return new HubProblem(t`${base} does not have ${what}.`, 'gone');
  if (status === 429) {
    const seconds = retryAfter(headers.get('retry-after'));
    const message =
      seconds === undefined
        ? t`${base} is asked too often: try again later.`
        : t`${base} is asked too often: try again in ${grouped(Math.ceil(seconds))} s.`;
    return new Busy(message, seconds);
  }
  if (status >= 500) return new Busy(t`${base} is not well (HTTP ${String(status)}): try again later.`);
  return new HubProblem(t`${base} answers HTTP ${String(status)} for ${what}.`);
}

/** The hub may answer if it is asked again. */
export class Busy extends HubProblem {
  constructor(
    message: string,
    readonly seconds?: number,
  ) {
    super(message, 'busy');
  }
}

/** Seconds, or a date. */
function retryAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

async function entriesIn(response: Response, base: string, signal: AbortSignal): Promise<TreeEntry[]> {
  const text = await response.text().catch((error: unknown) => {
    signal.throwIfAborted();
    throw unreachable(base, error);
  });
  let entries: unknown;
  try {
    if (text.length < longestAnswer) entries = JSON.parse(text);
  } catch {
    // What is no JSON is told of below.
  }
  if (!Array.isArray(entries)) throw new HubProblem(t`${base} does not answer as a hub of models does.`);
  return entries.filter((entry): entry is TreeEntry => typeof entry === 'object' && entry !== null);
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** `a-00001-of-00002.gguf` stands for both of its parts. */
export function partsOf(path: string): string[] {
  const [, head, count, tail] = /^(.*-)00001-of-(\d{5})(\.gguf)$/i.exec(path) ?? [];
  if (count === undefined) return [path];
  const number = (part: number): string => String(part).padStart(5, '0');
  return Array.from({ length: Number(count) }, (_, i) => `${head}${number(i + 1)}-of-${count}${tail}`);
}
