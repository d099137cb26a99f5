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
    if (most >= odd && i - start >= shortest && isRandom(text.slice(start, i))) found.push({ start, end: i });
    [start, most, now, before] = [i + 1, 0, 0, 0];
  }
  return found;
}

function isRandom(value: string): boolean {
  if (path.test(value) && !/[A-Za-z]{2}/.test(value.replace(/z/gi, ''))) return false;
  return (
    oddness(value.replace(uuid, '-').replace(number, '-')) >= (/\d/.test(value) ? odd : oddWithoutDigits)
  );
}
