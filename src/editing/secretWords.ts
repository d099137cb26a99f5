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
    'adgangskode',
    '[şs]ifre(?:si|ler)?',
  ],
  ...['парол[ьи]', '密[码碼]', 'パスワード', '비밀번호'],
];
/** Only what is passed to it is secret. */
const calls = ['log[io]n', 'signin', 'authenticate'];
/** Of these one that is a word is a kind of thing, and no secret. */
const kinds = [
  ...['tokens?', 'bearer', 'auth(?:orization|entication)?', 'salt', 'otp', 'clave', 'parola'],
  '(?:api|app|access|account|auth|client|cipher|crypt|deploy|encrypt(?:ion)?|hmac|jwt|licen[cs]e|master|private|secret|server|service|session|shared|sign(?:ing)?|ssh|storage|subscription|webhook)[-_. ]?keys?',
  '(?:api|client|haupt|krypto|privat\\w{0,3}|sitzungs|zugangs|zugriffs)[-_ ]?schl(?:ü|ue)ssel',
];
/** Of these a number of four to eight digits. */
const pins = ['pin(?:[-_ ]?codes?)?'];
/** Too short, or too like a part of other words, to be found within a longer one. */
const short =
  /^(?:pass|pwd?|pswd|auth|creds|dsn|salt|otp|mdp|clave|parola|senhas?|has[łl][oa]|hesl[oa]|geheim|pin|log[io]n|signin|authenticate)$/i;

export const called = new RegExp(
  `(${secret.join('|')})|(${calls.join('|')})|(${kinds.join('|')})|(${pins.join('|')})`,
  'gi',
);
const calledSo = new RegExp(`^(?:${called.source})$`, 'i');

/** Whether a text in a script without spaces speaks of secrets. */
export const speaksOfSecrets = (text: string): boolean => /\p{Lo}/u.test(text) && text.search(called) >= 0;

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
  `a abc an any api app bar basic baz bool bytes change changeme dummy empty example fake false foo goes here include
  inherit insert key me my new nil no none null old omit optional origin placeholder redacted replace required same sample
  set some str string super test testing the this to todo true undefined value xxx your`,
);
/** What is told to people about a secret, not what a phrase that is one is made of. */
const telling = wordSet(
  `are been can cannot check choose confirm confirmed enter expected expired failed field forgot given has have if incorrect
  invalid is least match matches missing must need needs not please provide provided required reset should than too use
  used was were will wrong`,
);
/** What renders, compiles or learns in passes. */
const passes = wordSet(
  `backward bloom blur by compile compiler compute depth draw effect filter final first forward fragment full geometry
  layer layers light lighting main mask multi opt optimization optimizer parse picking post pre render rendering scene
  screen second shader shadow single texture third two`,
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

const letter = /\p{L}/u;
const smallLetter = /\p{Ll}/u;
const ofName = /[\p{L}\p{N}_$-]/u;
const rest = /(?:[\p{L}\p{N}_$]|[.-](?=[\p{L}_])){0,60}/uy;
const longestHead = 40;

/** The names of secrets in a text: each the whole name that has such a word in it, which is no part of another word. */
export function* namesIn(text: string): Generator<Name> {
  // What a name goes on with is the same for each such word in it.
  let reached = 0;
  for (const { 0: word, 1: secretWord, 2: callWord, 4: pinWord, index } of text.matchAll(called)) {
    if (index < reached) continue;
    const end = index + word.length;
    const [before, behind] = [text[index - 1] ?? '', text[end] ?? ''];
    const isUpper = /[A-Z]$/.test(word);
    if (isUpper ? /[A-Z]/.test(behind) : smallLetter.test(behind)) continue;
    if (short.test(word) && isWithin(before, word)) continue;
    let start = index;
    while (start > 0 && index - start < longestHead && ofName.test(text[start - 1]!)) start--;
    rest.lastIndex = end;
    const tail = rest.exec(text)?.[0] ?? '';
    // As the beginning of a longer name it is something else.
    if (/^pw$/i.test(word) && /^(?!_?(?:prod|dev|test|\d)|\.equals)./i.test(tail)) continue;
    const own = text.slice(start, end) + tail;
    const isPass = /^pass$/.test(word) || word === 'Pass';
    const isSecret = secretWord !== undefined && !(isPass && wordsIn(own).some((each) => passes.has(each)));
    const name: Name = {
      ...{ text: own, start, end: end + tail.length },
      group: isSecret ? 'secret' : callWord !== undefined ? 'call' : pinWord !== undefined ? 'pin' : 'kind',
      isAbout: wordsIn(tail).some(isAbout),
    };
    if (isSecret && !name.isAbout) reached = name.end;
    yield name;
  }
}

/** Whether a short word goes on a longer one: `Pass` begins anew, `pass` behind a letter does not. */
function isWithin(before: string, word: string): boolean {
  if (/^[A-Z]{2}/.test(word)) return /[A-Z]/.test(before);
  return /^[A-Z]/.test(word) ? false : letter.test(before);
}
