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
// Behind a space what stands before it does not count.
for (const space of ' \t\r\n') weights.fill(-128, space.charCodeAt(0) * 128, space.charCodeAt(0) * 128 + 128);

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
      '[ip]?d3d(?:1[0-2])?',
      'neo4j',
      'kafka',
      '(?:lib)?mysql(?:client)?',
      '(?:m[sy]_?)?sql-?\\d{1,4}',
      'md[245]',
      'mm(?:256|512)',
      'qt[56]',
      '(?:sdl|gl|(?:lib)?glfw)[234]',
      'fnv1a?',
      'xm[nsx]\\d{1,5}[gkm]?',
      'jdk\\d{1,2}(?:on|to\\d\\d)?',
      'stm32\\w{0,9}',
      '(?:powerpc|ppc)64(?:le)?',
      'lp64[df]?',
      'rv(?:32|64)[a-z]{1,9}(?:_[a-z]{1,9}){0,9}',
      'armv\\d(?:te|hf|[akls])?',
      '~dp0',
      '(?:fp?|[iupsbw])(?:8|16|32|64|128)(?:x\\d{1,2})?(?![a-z])',
    ],
    ...['es20\\d\\d', 'gb\\d{4,5}', 'utf-?(?:8|16|32)(?:mb[34]|le|be)?'],
    '(?:aes|argon|amd|arm|m?avx|base|blake|crc|curve|epi|epu|float|http|s?int|s?fixed|ipv|iso|jaxb|krb|latin|mysql|oauth|pbkdf|pkcs|pyqt|python|rfc|riscv|scram|secp|sha|sse|tls|uint|wasm|win|xxhash|aarch)-?\\d{1,4}',
  ].join('|')})(?!\\d)`,
  'gi',
);

/** A value without what it has of names of techniques, such as `sha256`, `Utf8` and `f32x4`. */
export function withoutTerms(value: string): string {
  return value.replace(/([a-z])(?=[A-Z])/g, '$1_').replace(terms, '-');
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
  // Base64 ends with these: what they stand within gives a value to a name.
  if (/=[^=]/.test(value)) return value.split('=').some(isRandom);
  // Base64 has letters of both cases beside its slashes: this is a path, of which each part is a name.
  if (value.includes('/') && value.split(/[/_.~-]/).every((word) => ofOneCase.test(word)))
    return value.split('/').some((part) => part.length >= shortest && isOddName(part));
  return isOddName(value);
}

const ofOneCase = /^(?:[A-Z]?[^A-Z]*|[^a-z]*)$/;

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
const hash = /(?<=^|[/=])[\da-f]{32,128}(?=$|\/)/;
/** Before one: what it is called, where it is in an address, what of Git takes or writes one. */
const ofHash = new RegExp(
  [
    String.raw`@`,
    String.raw`\b(?:sha-?(?:1|256|384|512)|h1|md5):?`,
    String.raw`\/(?:commit|commits|blob|blame|tree|raw|compare|avatar)\/`,
    String.raw`(?:\bgithub:|\braw\.githubusercontent\.com\/)[\w.-]{1,40}\/[\w.-]{1,60}\/`,
    String.raw`\bgist\.github(?:usercontent)?\.com\/[\w.-]{1,40}\/`,
    String.raw`\bgit[ \t]+(?:checkout|cherry-pick|revert|show|reset[ \t]+--hard)[ \t]+`,
    String.raw`(?:^|\n)(?:From |index (?:[\da-f]{7,40}\.\.)?)`,
    String.raw`\bSignedSource<<`,
    String.raw`(?:\b|_)(?:checksum|commit(?:[-_]?(?:hash|id|ish|sha))?|content[-_]?hash|digest|etag|fingerprint|git[-_]?tag|integrity|md5|oid|ref|rev|revision|\w{0,20}?sha-?(?:1|256|384|512)?(?:sum)?|version)(?:["'\`]?\s*[:=]{1,2}\s*|["'\`]?\s+|\()["'\`]?`,
  ]
    .map((each) => `(?:${each})`)
    .join('|')
    .replace(/^.*$/, '(?:$&)$'),
  'i',
);
const picture = /data:(?:image|font|audio|video)\/[\w.+-]{1,40};base64,$/;
const headCharacters = 64;

function isPublished(text: string, start: number, end: number): boolean {
  const value = text.slice(start, end);
  if (digest.test(value)) return true;
  const head = text.slice(Math.max(0, start - headCharacters), start);
  if (picture.test(head)) return true;
  const own = hash.exec(value);
  if (!own) return false;
  const [before, behind] = [value.slice(0, own.index), value.slice(own.index + own[0].length)];
  return ofHash.test(head + before) && !isRandom(before) && !isRandom(behind);
}
