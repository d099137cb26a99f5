// What secrets are called, in the languages that people name them in, and the words that stand beside such names and for such values.

/** What is secret whatever it looks like. */
const secret = [
  ...['passw(?:ort|örter|oerter)', 'pass(?:words?|wd|phrases?|code)', 'passord', 'pswd', 'pwd', 'pass', 'pw'],
  ...['requirepass', 'masterauth', 'secrets?', 'credentials?', 'creds', 'mnemonic', 'secure[-_ ]?string'],
  ...['conn(?:ection)?[-_ ]?str(?:ing)?', 'dsn', '(?:seed|recovery)[-_ ]?(?:phrases?|words)'],
  ...[
    'kennw(?:ort|örter|oerter)',
    'geheim(?:nis(?:se)?)?',
    'zugangsdaten',
    'wachtwoord(?:en)?',
    'l[öo]senord',
  ],
  ...[
    'mots?[-_ ]?de[-_ ]?passe',
    'mdp',
    'contrase[ñn]as?',
    'senhas?',
    'has[łl][oa]',
    'hesl[oa]',
    'adgangskoder?',
    'kodeord(?:et|ene)?',
    'salasan(?:a|at)',
    'jelsz(?:[óo]|avak)',
    '[şs]ifre(?:si|ler)?',
  ],
  ...['парол[ьи]', '密[码碼]', 'パスワード', '비밀번호'],
];
/** Only what is passed to it is secret. */
const calls = ['log[io]n', 'signin', 'authenticate'];
/** Of these one that is a word is a kind of thing, and no secret. */
const kinds = [
  ...['tokens?', 'bearer', 'auth(?:orization|entication)?', 'salt', 'otp', 'psk', 'clave', 'parola'],
  '(?:aes|api|apps?|nwks?|access|account|auth|client|cipher|consumer|crypt|deploy|encrypt(?:ion)?|hmac|jwt|licen[cs]e|master|private|secret|server|service|session|shared|sign(?:ing)?|ssh|storage|subscription|webhook)[-_. ]?keys?',
  '(?:api|client|haupt|krypto|privat\\w{0,3}|sitzungs|zugangs|zugriffs)[-_ ]?schl(?:ü|ue)ssel',
];
/** Of these a number of four to eight digits. */
const pins = ['pin(?:[-_ ]?codes?)?'];
/** Too short, or too like a part of other words, to be found within a longer one. */
const short =
  /^(?:pass|pw|auth|creds|dsn|salt|otp|psk|mdp|clave|parola|senhas?|has[łl][oa]|hesl[oa]|geheim|pin|log[io]n|signin|authenticate|conn.*str(?:ing)?)$/i;
/** Of these, what no letter stands before. */
const alone = /^(?:pin|log[io]n|signin|authenticate)$/i;
/** Words that end with such a one, and what a longer one goes on with to another. */
const ordinary =
  /(?:[ck]om|eng|kee|reise|sur|tres)pass$|(?:auto|con|en)clave$|basalt$|bspw$|(?:ins|pfle)geheim$/;
const otherWord = /^(?:less|i[sz]|lint|ar[yi]|ing|ion|ive|ly|t?e[sd]?(?!\p{L})|voll|ically)/iu;

export const called = new RegExp(
  `(${secret.join('|')})|(${calls.join('|')})|(${kinds.join('|')})|(${pins.join('|')})`,
  'gi',
);
const calledSo = new RegExp(`^(?:${called.source})$`, 'i');

/** Whether a text in a script without spaces speaks of secrets. */
export const speaksOfSecrets = (text: string): boolean => /\p{Lo}/u.test(text) && text.search(called) >= 0;

/** What a text names of secrets. */
export const namesOfSecrets = (text: string): string[] => text.match(called) ?? [];

export const isCalledSo = (word: string): boolean => calledSo.test(word);

/** Behind the name of a secret, what is told of it and is not it. */
const about = wordSet(
  `action algorithm args attribute button charset class code column command count cookie decode description digest duration encode
  encoding endpoint enabled end env error errors event expiration expired expires expiry field file filename flow format
  function hasher hashers header help hint host id ids index input issuer kind label length lifetime limit link list
  location manager max message messages method min missing mode name names option options params parser path pattern
  placeholder policy position prefix prompt property provider queue reader realm ref reference regex required role route
  schema scheme scope scopes selector separator service size source start state status store strategy stream suffix text
  title ttl type types uri url usage user username validator validators variable version`,
);
/** What stands for a value that somebody has to give, and what is said of where one comes from. */
const blank = wordSet(
  `a abc an any api app bar basic baz blue bool bytes change changeme cyan dummy empty example fake false foo goes gray green grey here include
  inherit insert key magenta me my new nil no none null old omit optional origin placeholder red redacted replace required same sample
  set some str string super test testing the this to todo true undefined value xxx yellow your`,
);
/** What is told to people about a secret, not what a phrase that is one is made of. */
const telling = wordSet(
  `are been can cannot check choose confirm confirmed enter expected expired failed field forgot given has have if incorrect
  invalid is least match matches missing must need needs not please provide provided required reset should than too use
  used was were will wrong`,
);
/** What renders, compiles or learns in passes, and what else words that end so begin with. */
const passes = wordSet(
  `all any backward band bloom blur by compile compiler compute depth draw effect filter final first forward fragment full function geometry
  high   layer layers light lighting loop low main mask mini multi no opt optimization optimizer over parse picking post pre render rendering scene
  screen second shader shadow single sub surrogate texture third two under`,
);

export const isAbout = (word: string): boolean => about.has(word) || about.has(word.replace(/s$/, ''));
export const isBlank = (word: string): boolean => blank.has(word);
export const isTelling = (word: string): boolean => telling.has(word);

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}

export function wordsIn(text: string): string[] {
  return (text.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|[\p{Lo}\p{Lm}]+|\d+/gu) ?? []).map((each) =>
    each.toLowerCase(),
  );
}

/** What a value is a secret by. */
export interface Name {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** `secret` whatever it looks like, a `call` what is passed to it, a `pin` a number, of `kinds` what does not look like a word. */
  readonly group: 'secret' | 'call' | 'pin' | 'kind';
  /** It names what is told of a secret. */
  readonly isAbout: boolean;
}

const smallLetter = /\p{Ll}/u;
const ofName = /[\p{L}\p{N}_$-]/u;
/** The letters of one word before a place: in capitals, and in small letters. */
const capitals = /[A-Z]*$/;
const smallLetters = /\p{Lu}?\p{Ll}*$/u;
const rest = /(?:[\p{L}\p{N}_$]|[.-](?=[\p{L}_])){0,60}/uy;
const longestHead = 40;

/** The names of secrets in a text: each the whole name that has such a word in it, which is no part of another word. */
export function* namesIn(text: string): Generator<Name> {
  const words = new RegExp(called);
  for (let match = words.exec(text); match; match = words.exec(text)) {
    const { 0: word, 1: secretWord, 2: callWord, 4: pinWord, index } = match;
    // Words overlap: two others may have such a word across them, as `rootPassword` has `otp`.
    words.lastIndex = index + 1;
    const end = index + word.length;
    const behind = text[end] ?? '';
    const isShort = short.test(word);
    if (/[A-Z]$/.test(word) ? /[A-Z]/.test(behind) : smallLetter.test(behind))
      if (isShort || otherWord.test(text.slice(end, end + 9))) continue;
    if (isShort && isWithin(text.slice(Math.max(0, index - longestHead), index), word)) continue;
    let start = index;
    while (start > 0 && index - start < longestHead && ofName.test(text[start - 1]!)) start--;
    rest.lastIndex = end;
    const tail = rest.exec(text)?.[0] ?? '';
    const own = text.slice(start, end) + tail;
    const isPass = /^pass$/.test(word) || word === 'Pass';
    // As the beginning of a longer name it may be a tool's.
    const isTool = /^pw$/i.test(word) && /^(?!_?(?:prod|dev|test|\d)|\.equals)./i.test(tail);
    const isOther = isTool || (isPass && wordsIn(own).some((each) => passes.has(each)));
    const isSecret = secretWord !== undefined && !isOther;
    // The plural of one word may be the beginning of the next: `secretstring`.
    const tale = tail.replace(/(?:plain|clear)[-_]?text/gi, '');
    const told = /s$/i.test(word) ? `${tale} s${tale}` : tale;
    const name: Name = {
      ...{ text: own, start, end: end + tail.length },
      group: isSecret ? 'secret' : callWord !== undefined ? 'call' : pinWord !== undefined ? 'pin' : 'kind',
      isAbout: wordsIn(told).some(isAbout),
    };
    // What a name goes on with is the same for each such word in it.
    if (isSecret && !name.isAbout) words.lastIndex = name.end;
    yield name;
  }
}

/** Whether a short word is a part of a longer one, and not glued to another: as `pass` is of `compass`, not of `dbpass`. */
function isWithin(head: string, word: string): boolean {
  // `Pass` begins anew.
  if (/^[A-Z](?![A-Z])/.test(word)) return false;
  const before = (/^[A-Z]/.test(word) ? capitals : smallLetters).exec(head)![0].toLowerCase();
  if (before === '') return false;
  // What begins in one word and ends in the next is of neither.
  const isAcross = /\p{Ll}\p{Lu}/u.test(word);
  return (
    isAcross ||
    before.length < 2 ||
    alone.test(word) ||
    passes.has(before) ||
    ordinary.test(before + word.toLowerCase())
  );
}
