// Whether characters look drawn at random, as those of keys are: by how seldom each follows the one before it in names.

/** A stretch of a text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * What often follows each letter, `a` first, in the words that code is written with: it makes 93 % of their pairs, and a
 * third of those that are drawn at random.
 */
const followers =
  'bcdgilmnprstuvy aeilorsu acehiklortu adeiosu acdefgilmnpqrstvx aefilou aehinru aeiort abcdefglmnoprstvxz aou es adeilostuy abeimopsu acdefgiostu abcdfgklmnoprstuvw aeiloprstu u acdegikmnorstuy acehiopstuy acehilorstuy abceilmnprst aei aehior pt p e'.split(
    ' ',
  );

const unusual = 2;
const usual = -1;
/** By the codes of two characters, 128 to a row. A word that begins within a name, and what parts words, counts for nothing. */
const weights = new Int8Array(128 * 128);
const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
for (const first of characters)
  for (const second of characters)
    weights[first.charCodeAt(0) * 128 + second.charCodeAt(0)] = weightOf(first, second);

function weightOf(first: string, second: string): number {
  const [isDigit, isDigitBehind] = [first, second].map((each) => /\d/.test(each));
  if (isDigit || isDigitBehind) return isDigit && isDigitBehind ? 0 : unusual;
  if (/[a-z]/.test(first) && /[A-Z]/.test(second)) return 0;
  const [from, to] = [first, second].map((each) => each.toLowerCase().charCodeAt(0)) as [number, number];
  // Rows of one letter, and alphabets.
  if (to === from || to === from + 1) return usual;
  return followers[from - 97]!.includes(String.fromCharCode(to)) ? usual : unusual;
}

/** What part of a key is, where something else tells that it may be one. */
export const oddPart = 4;
/** Names of few letters are odd, but seldom have digits. */
const odd = 8;
const oddWithoutDigits = 12;
/** Fewer characters are not enough to tell. */
const shortest = 12;
/** What the names of techniques have of digits. */
const terms = new RegExp(
  `(?<![a-z])(?:${[
    ...[
      'a11y',
      'i18n',
      'l10n',
      'k8s',
      's3',
      'ec2',
      'h26[45]',
      'x(?:86|64|509)',
      'ed25519',
      'bf16',
      'ip[46]',
      'mp[34]',
    ],
    ...[
      'log4j',
      'slf4j',
      'd3d1[0-2]',
      'id3d1[0-2]',
      'neo4j',
      'md[245]',
      'mm(?:256|512)',
      'qt[56]',
      '(?:sdl|gl)[234]',
      '~dp0',
      '(?:fp?|[iupsbw])(?:8|16|32|64|128)(?:x\\d{1,2})?(?![a-z])',
    ],
    ...['es20\\d\\d', 'gb\\d{4,5}', 'utf-?(?:8|16|32)(?:mb[34]|le|be)?'],
    '(?:aes|argon|amd|arm|m?avx|base|blake|crc|curve|epi|epu|float|http|int|ipv|iso|jaxb|krb|latin|mysql|oauth|pbkdf|pkcs|pyqt|python|rfc|riscv|scram|secp|sha|sse|tls|uint|wasm|win|xxhash|aarch)-?\\d{1,4}',
  ].join('|')})(?!\\d)`,
  'gi',
);

/** A value without what it has of names of techniques, such as `sha256`, `Utf8` and `f32x4`. */
export function withoutTerms(value: string): string {
  return /\d/.test(value) ? value.replace(/([a-z])(?=[A-Z])/g, '$1_').replace(terms, '-') : value;
}

const uuid = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/gi;
/** Of no more than 64 bits, as code counts and hashes with. */
const number = /(?<![\w-])0x[\da-f]{1,16}(?:[ui]\d+|[ul]*)(?!\w)/gi;
/** Commands of SVG, each before a number; two letters meet behind the end of a path alone. */
const path = /^[MmLlHhVvCcSsQqTtAaZz\d-]+$/;

/** By a character's code: 1 where it may be one of a key. */
const ofKeys = Uint8Array.from({ length: 128 }, (_, code) =>
  Number(/[\w+/=~-]/.test(String.fromCharCode(code))),
);

/** How far the most unlikely stretch of a text is from names: 8 is reached by few names, and by most keys of 16 characters. */
export function oddness(text: string): number {
  let [most, now, before] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) & 127;
    now = Math.max(0, now + weights[before * 128 + code]!);
    if (now > most) most = now;
    before = code;
  }
  return most;
}

/** The stretches of a text that look drawn at random. */
export function randomRanges(text: string): Range[] {
  const found: Range[] = [];
  // The same in one pass, for all text of other files goes through here.
  let [start, most, now, before] = [0, 0, 0, 0];
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0;
    if (code < 128 && ofKeys[code]) {
      now += weights[before * 128 + code]!;
      if (now < 0) now = 0;
      else if (now > most) most = now;
      before = code;
      continue;
    }
    if (
      most >= odd &&
      i - start >= shortest &&
      isRandom(text.slice(start, i)) &&
      !isPublished(text, start, i)
    )
      found.push({ start, end: i });
    [start, most, now, before] = [i + 1, 0, 0, 0];
  }
  return found;
}

/** Whether a value that is long enough looks drawn at random. */
export function isRandom(value: string): boolean {
  if (path.test(value) && !/[A-Za-z]{2}/.test(value.replace(/z/gi, ''))) return false;
  // Base64 has capitals beside its slashes: this is a path, of which each part is a name.
  if (value.includes('/') && !/[A-Z]/.test(value))
    return value.split('/').some((part) => part.length >= shortest && isOddName(part));
  return isOddName(value);
}

function isOddName(value: string): boolean {
  if (parts.test(value)) return false;
  const own = withoutTerms(value.replace(uuid, '-').replace(number, '-'));
  return oddness(own) >= (/\d/.test(own) ? odd : oddWithoutDigits);
}
/** Names of short words, each of one case: no key of base64 is parted so often. */
const parts =
  /^_*(?:[A-Za-z]?[a-z\d]{1,12}|[A-Z\d]{1,12})(?:_{1,2}(?:[A-Za-z]?[a-z\d]{0,12}|[A-Z\d]{1,12}))+$/;

/** What is published so that it can be checked: digests of packages, commits, advisories; and pictures within text. */
const digest = /^(?:sha(?:1|256|384|512)|h1|md5|git)-|^GHSA(?:-\w{4}){3}/;
const hash = /^[\da-f]{32,128}$/;
/** Before one: what it is called, or where it is in an address. */
const ofHash =
  /(?:@|\b(?:sha-?(?:1|256|384|512)|h1|md5):?|\/(?:commit|commits|blob|blame|tree|raw|compare)\/|(?:\b|_)(?:checksum|commit|digest|etag|fingerprint|integrity|md5|oid|rev|revision|sha-?(?:1|256|384|512)?|version)(?:["'`]?\s*[:=]{1,2}\s*|["'`]?\s+|\()["'`]?)$/i;
const picture = /data:(?:image|font|audio|video)\/[\w.+-]{1,40};base64,$/;
const headCharacters = 64;

function isPublished(text: string, start: number, end: number): boolean {
  const value = text.slice(start, end);
  if (digest.test(value)) return true;
  const head = text.slice(Math.max(0, start - headCharacters), start);
  if (picture.test(head)) return true;
  const [, before, own] = /^(.*\/|)([^/]*)$/.exec(value)!;
  return (
    (hash.test(own!) && ofHash.test(head + before!)) ||
    /\/(?:commit|commits|blob|blame|tree|raw|compare)\/[\da-f]{40}(?:\/|$)/.test(`/${value}`)
  );
}
