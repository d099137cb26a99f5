// Keys and tokens in a text, told by the formats that are published: secretlint's recommended rules, and those that it lacks.

import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { oddness, oddPart, type Range } from './secretLooks';

/** What is used of a rule of secretlint. */
interface Rule {
  readonly meta: { readonly id: string };
  create(context: RuleContext, options: object): { file(source: { content: string }): unknown };
}
/** The rules only pass messages on, so that what is found can be passed in their place. */
interface RuleContext {
  createTranslator(): (message: string, data?: Record<string, string>) => string[];
  report(found: { message: string[]; range: readonly [number, number] }): void;
}

/** What a comment allows in a report is not allowed in a prompt. */
const commentRule = '@secretlint/secretlint-rule-filter-comments';
const scanners = (rules as unknown as Rule[]).filter(({ meta }) => meta.id !== commentRule);

/** What keys begin with that says whose they are, so that a part of one is enough. */
const sure = {
  code: 'gh[pousr]_ github_pat_ gl(?:pat|dt|rt|ptt|cbt|ft|imt|agent|oas|soat|ffct)- pypi-AgE dckr_(?:pat|oat)_',
  models: String.raw`sk-or-v\d- sk-ant- sk-proj- sk-svcacct- pplx-`,
  clouds: String.raw`AIza GOCSPX- ya29\. do[opr]_v1_ fm[12][ar]?_ HRKU- sbp_ sb_secret_ pscale_(?:tkn|pw|oauth)_ hv[sbr]\. dp\.(?:pt|st|ct|sa|scim|audit)\. AGE-SECRET-KEY-1`,
  money: '[sr]k_(?:live|test)_ whsec_ sq0(?:atp|csp|idp)- shp(?:at|ca|pa|ss)_',
  teams: String.raw`xox[a-z]-\d xapp-\d lin_api_ fig[dopu]_ ATATT3 ATCTT3 PMAK-`,
  watching: 'NR(?:AK|JS|II|RA)- sntry[su]_ glsa_',
  mail: String.raw`SG\. xkeysib-`,
};
/** What names begin with as well, so that the rest has to look like a key. */
const unsure = String.raw`(?:AKIA|ASIA)(?=[A-Z2-7]{8}) (?:SK|AC)(?=[\da-f]{8}) npm_ xai- gsk_ hf_ r8_ pul- dapi EAAA ntn_ secret_ key- pat(?=\w{14}\.) ATBB glc_ v1\.0- 1//0 fo1_ sk- dt0[a-z]\d\d\.`;
const begin = (beginnings: string): RegExp =>
  new RegExp(`\\b(?:${beginnings.split(' ').join('|')})([\\w.~+/=-]{8,})`, 'g');

const certain = [
  begin(Object.values(sure).join(' ')),
  // Amazon: identifiers of access keys, lasting and temporary.
  /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g,
  // JSON Web Tokens (RFC 7519): `{"` begins with `ey` in base64.
  /\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g,
  // Telegram; Discord's webhooks.
  /\b\d{8,10}:AA[\w-]{8,}/g,
  /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{8,}/g,
  // Azure: keys of accounts, of Active Directory, signatures of shared access.
  /\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{8,}={0,2}/g,
  /[\w.~-]{3}\dQ~[\w.~-]{8,}/g,
  /[?&;]sig=[\w%+/=-]{8,}/g,
  // Private keys (RFC 7468) that are not whole, or are strings to be joined.
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?:(?:\\[nr\s]|[\s"'`+,])*[A-Za-z0-9+/=]{16,})+/g,
];
/** Of these, what is in the group has to look like a key. */
const uncertain = [
  begin(unsure),
  // What a server is told who asks with (RFC 6750, RFC 7617).
  /\b(?:Bearer|Basic)\s+([\w.~+/-]{8,}=*)/gi,
];
/** Between the words of a command, in a line or in a list of strings. */
const gap = String.raw`["']?,?[ \t]+["']?`;
/** A command that has its value behind a flag, or behind what else stands for one. */
type Command = readonly [command: string, flag: string, parted?: string];
const word = String.raw`[^\s"']+`;
const key = String.raw`(?!(?:user|host|port|path|url|role|type|ttl|polic)\w*=)[\w.-]+=`;
/** What commands take a password by, that have it behind a flag of one letter or by its place. */
const commandsWith: readonly Command[] = [
  ['redis-cli', '-a|--pass'],
  ['(?:un)?zip|zipcloak|sqlcmd|bcp|ipmitool|mosquitto_(?:pub|sub|rr)', '-P'],
  ['ldap(?:search|add|modify|delete|passwd|whoami|compare)', '-w'],
  ['mongo(?:sh|dump|restore|export|import|stat|top)?', '-p'],
  ['7z[arz]?|rar|unrar', '-p', ''],
  [
    'ncftp(?:put|get|ls)?|evil-winrm|psexec|cqlsh|beeline|rdesktop|hydra|(?:crackmap|net)exec|usermod|useradd',
    '-p',
    gap,
  ],
  ['ssh-keygen', '-[NP]'],
  ['snmp(?:walk|get|set|bulkwalk|trap|table)', '-[AX]'],
  ['openssl', '-k|-K', gap],
  ['openssl', '-pass(?:in|out)?[ \\t]+pass:|pass:', ''],
  [`openssl${gap}passwd`, '-(?:1|5|6|apr1|crypt)', gap],
  ['(?:ht|mosquitto_)passwd', String.raw`-\w*b\w*${gap}(?:-\w+${gap})*(?:[^\s"'-][^\s"']*${gap}){2}`, ''],
  ['vault', 'login', gap],
  [`az${gap}keyvault${gap}secret${gap}set`, '--value'],
  [`aws${gap}ssm${gap}put-parameter`, '--value(?=[^\\n]*SecureString)'],
  [`aws${gap}ssm${gap}put-parameter`, 'SecureString[^\\n]{0,80}--value'],
  [`(?:fly|flyctl|doppler)${gap}secrets${gap}set`, key, ''],
  [`pulumi${gap}config${gap}set`, `--secret${gap}${word}`, gap],
  [`security${gap}add-(?:generic|internet)-password`, '-w', gap],
  [`bw${gap}(?:unlock|login${gap}${word})`, '(?!-)', ''],
  ['curl', `--proxy-user[ =]${word.replace(']', ':]')}:`, ''],
  [`vault${gap}kv${gap}(?:put|patch)`, key, ''],
  [`vault${gap}write`, '(?:value|key|data)=', ''],
  [`gh${gap}secret${gap}set`, '--body|-b'],
  [`(?:kubectl|oc)${gap}create${gap}secret`, `--from-literal[= ]["']?${key}`, ''],
  ['rabbitmqctl', `(?:add_user|change_password|authenticate_user)${gap}${word}`, gap],
  ['smbclient|rpcclient|smbget|winexe|wmic', String.raw`-U${gap}[^\s"'%]+%`, ''],
  ['(?:x|w)?freerdp', '/p:', ''],
  ['https?|xhs?', String.raw`(?:-a|--auth)(?:${gap}|=)["']?[^\s"':/]+:`, ''],
  ['lftp', String.raw`-u${gap}[^\s"',]+,`, ''],
  ['twine', '-p', gap],
  [
    `config(?:ure)?${gap}set`,
    String.raw`[\w./:@-]{0,60}(?:[sS]ecret|[tT]oken|[pP]assw|credential)[\w-]{0,20}`,
    gap,
  ],
  ['nmcli', 'password|(?:wifi-sec\\.)?psk', gap],
  ['wpa_passphrase', word, gap],
  [`ansible-vault${gap}encrypt_string`, '', ''],
  ['sqlplus|sqlldr|expdp|impdp|rman', String.raw`(?<![\w/.@])(?:userid=)?[\w$#]{1,40}/(?!/)`, ''],
  ['exp|imp', String.raw`(?<![\w/.@])[\w$#]{1,40}/(?=[^\s/@]+@)`, ''],
  ['schtasks', '/rp', gap],
  [`net${gap}user`, String.raw`(?!/)${word}`, String.raw`${gap}(?![/"])`],
  [`net${gap}use`, String.raw`/user:${word}`, gap],
  [`net${gap}use`, String.raw`(?:[^\s/]\S*[ \t]+){1,2}`, String.raw`(?!\\)(?=\S+[ \t]+/user:)`],
];
const commands = commandsWith.map(
  ([command, flag, parted = `(?:${gap}|=|)`]) =>
    new RegExp(
      String.raw`(?:${command})${gap}(?:[^\n|;&]{0,200}?[\s"'])?(?:${flag})${parted}["']?([^\s"'\`|;&-][^\s"'\`|;&]{2,255})`,
      'y',
    ),
);
const commandNames = new RegExp(
  String.raw`(?<![\w/.-])(?:${[...new Set(commandsWith.map(([command]) => command))].join('|')})["']?,?[ \t]`,
  'g',
);
/** What reads a password from its input. */
const reader =
  '(?:sudo[ \\t]+)?(?:kinit|cryptsetup|(?:ch|smb|ht|sasl)?passwd2?|su|sudo[ \\t]+-S|read[ \\t]+-\\w*s\\w*|pass[ \\t]+insert|secret-tool|(?:docker|podman)[ \\t]+(?:secret|login)|gh[ \\t]+(?:secret|auth)|gcloud[ \\t]+secrets)\\b';
/** Calls that have a password by its place among what is passed to them. */
const placed: readonly (readonly [place: number, calls: string])[] = [
  [2, '(?:HTTP)?(?:Basic|Digest)Auth|SetBasicAuth|basicAuth|httpBasic|basic_auth|UserPassword|CRAMMD5Auth'],
  [2, '(?:Network|UsernamePassword)Credentials?|PasswordAuthentication|UsernamePasswordAuthenticationToken'],
  [2, '[wW]i[fF]i\\w{0,8}\\.begin|softAP|addAP|username_pw_set|setUsernamePassword|auth_plain'],
  [2, '(?:cx_Oracle|oracledb|wlan|sta_if|station|sta)\\.connect|oci_p?connect'],
  [
    3,
    'create_(?:super)?user|getConnection|PlainAuth|Sequelize|PDO|mysqli|FTP(?:_TLS)?|Net::FTP\\.(?:open|new)',
  ],
  [3, '(?:MySQLdb|pymysql|mysql|mariadb|pymssql|fdb|jaydebeapi)(?:\\.connector)?\\.connect|DBI->connect'],
  [3, '(?:mysqli?|odbc|ibase|sybase|mssql)_p?connect|ftp_login|ldap_bind|ssh2_auth_password|imap_open'],
  [3, '(?:signIn|createUser)WithEmailAndPassword'],
  [4, 'mysql_real_connect'],
  [5, 'SMTP\\.start'],
];
/** These may be calls of something else. */
const likely = '(?:\\.|->)(?:connect|[oO]pen|logon)';
const places = [2, 3, 4, 5];
const calls = new RegExp(
  `(?:${places
    .map((place) => placed.filter(([own]) => own === place).map(([, names]) => names))
    .map((names) => `\\b(${names.join('|')})`)
    .join('|')}|${likely})(?=\\(|[ \\t]["'])`,
  'g',
);
const passed = String.raw`(?:"[^"\n]{0,80}"|'[^'\n]{0,80}'|\([^()\n]{0,80}\)|[^(),;"'\n]|\n){1,80},\s*`;
const passedAt = (place: number, least: string): RegExp =>
  new RegExp(
    String.raw`\(?\s*(?:${passed}){${place - 1}}(?:\w{1,12}!?\()?(?:\[\]byte\()?[a-z@$]?["'\`]${least}([^"'\`\n]{1,256})`,
    'y',
  );
const passedIn = places.map((place) => passedAt(place, ''));
const likelyPassed = [3, 4].map((place) =>
  passedAt(place, `(?=[^"'\\n]*\\d)(?=[^"'\\n]*[A-Za-z])(?!\\w+=|[^"'\\n]*[/,])`),
);

/** Passwords in URLs and addresses of databases, where a port is none, in commands and in calls of what takes one. */
const logins = [
  /:\/\/(?<=[a-z\d]:\/\/)[^\s/:@"'`<>]{0,64}:(?!\d{0,5}(?:[/?#"'`\s]|$))([^\s/@"'`<>]{1,256})(?:@|$)/gi,
  // The user may be a mail address.
  /:\/\/(?<=[a-z\d]:\/\/)[^\s/:@"'`<>]{1,64}@[^\s/:@"'`<>]{1,64}:(?!\d{0,5}[/?#"'`\s])([^\s/@"'`<>]{1,256})@/gi,
  /:(?<=[\w.-]:)([^\s:@"'`]{1,128})@(?:tcp|udp|unix)\(/g,
  /\s(?:-u|--user)[ =]["']?[^\s:"'`$]{1,64}:(?!\d+\b)([^\s"'`]{1,256})/g,
  /\bcurl[ \t][^\n|;&]{0,200}?(?<=\s)-(?!-)[A-Za-z]{0,8}u[ =]?["']?[\w.@-]{1,64}:(?!\d+\b)([^\s"'`]{1,256})/g,
  /\bjdbc:oracle:\w+:[\w$]{1,64}\/([^\s@"'`]{1,256})@/gi,
  /\b(?:cx_Oracle|oracledb)\.connect\(\s*["'][\w$]{1,64}\/([^\s@"'`]{1,256})@/g,
  /\bsshpass\s+-p\s*["']?([^\s"']{1,256})/g,
  /\b(?:mysql|mariadb)\w{0,9}[ \t][^\n|;&]{0,200}?(?<=\s)-p["']?([^\s"'`]{1,256})/g,
  /\b(?:docker|podman|buildah|skopeo|nerdctl|helm|oc|az|cf)[ \t](?:registry[ \t])?login[ \t][^\n|;&]{0,200}?(?<=\s)-p[ =]?["']?([^\s"'`]{1,256})/g,
  /\b(?:echo|printf)[ \t](?:-\w+[ \t])?["']?([^\n|]{1,256}?)["']?[ \t]*\|[^\n|]{0,200}?(?:--?pass(?:word|phrase)?-(?:stdin|fd)|--stdin|\bchpasswd|\bsudo[ \t]+-S)\b/g,
  new RegExp(
    String.raw`\b(?:echo|printf|yes)[ \t](?:-\w+[ \t])?["']?([^\n|]{1,256}?)["']?[ \t]*\|[ \t]*${reader}`,
    'g',
  ),
  new RegExp(
    String.raw`<<<(?<=(?<![\w-])${reader}[^\n|;&]{0,100}<<<)[ \t]*(?:\$(?='))?["']?([^"'\n;|&]{1,256})`,
    'g',
  ),
  new RegExp(
    String.raw`<<-?(?<=(?<![\w-])${reader}[^\n|;&]{0,100}<<-?)[ \t]*["']?\w+["']?\n([^\n]{1,256})`,
    'g',
  ),
  /pass\w{0,8}(?:-file)?[= ]<\((?:echo|printf)[ \t]+(?:-\w+[ \t])?["']?([^"')\n]{1,256})/gi,
  // What is sent where a password is asked for.
  /(?:\b(?:expect|read_until|wait\w*)\b[^\n;]{0,80}|(?<![pP]))ass(?:word|wd|phrase|code)[^"'\n]{0,20}["'][^\n"']{0,40}?[\s;{)]{1,20}(?:\w{1,20}\.)?(?:send|write)\w{0,8}(?:[ \t]+--)?[ \t(]*b?["']([^"'\n]{1,256}?)(?:\\[rn])*(?:["']|$)/g,
  // Files that programs log in with (PostgreSQL, FTP).
  /:(?:543\d|6432|\*(?=[^\n]*pgpass)):[\w*-]{1,40}:[\w*.-]{1,40}:([^\s"'`:]{1,128})/g,
  /\bmachine[ \t]+\S{1,80}[ \t]+login[ \t]+\S{1,80}[ \t]+password[ \t]+([^\s"'`]{1,128})/g,
  /\b(?:echo|printf)[ \t]+(?:["']%s(?:\\n)?["'][ \t]+)?["']([^"'\n]{1,256})["'][ \t]*>{1,2}[ \t]*["']?[\w./~$-]{0,80}(?:passw|secret|token)/gi,
  /\bset[ \t]+password(?:[ \t]+for[ \t][^\n=;]{1,80})?[ \t]*=[ \t]*(?:\w+\()?["']([^"'\n]{1,256})/gi,
  /\bidentified[ \t]+(?:with[ \t]+\w+[ \t]+)?(?:by|as)[ \t]+(?:password[ \t]+)?["']([^"'\n]{1,256})/gi,
  /\b(?:(?:create|alter)[ \t]+user|connect[ \t]+to)[ \t]+\S{1,64}[ \t]+identified[ \t]+by[ \t]+(?!values\b|password\b)([^\s"'`:;,&<@]{1,256})/gi,
  /\bjwt\.\w{1,20}\((?:[^()\n]|\([^()\n]{0,80}\)){0,200},\s*b?["'`]([^"'`\n]{1,256})(?:["'`]|$)/gm,
  /\b(?:createHmac|createCipheriv|createDecipheriv)\(\s*["'`][\w-]{1,40}["'`],\s*["'`]([^"'`\n]{1,256})/g,
  /\b(?:hmac\.new|hmacShaKeyFor|hash_hmac)\((?:\s*["'][\w-]{1,20}["']\s*,[^,\n]{1,80},)?\s*b?["'`]([^"'`\n]{1,256})/g,
  /(?:\b(?:bcrypt|argon2|scrypt)|[pP]ass(?:word)?_?(?:[eE]ncoder|[hH]asher)(?:\(\))?)\.(?:hash|verify|compare|hashpw|checkpw|encode|matches|make|generate_from_password|GenerateFromPassword)\w{0,8}\(\s*(?:\[\]byte\()?b?["'`]([^"'`\n]{1,256})/g,
  /\bcrypt\(\s*'([^'\n]{1,256})'\s*,/g,
  // What keys are made of, and what opens a store of them in Java.
  /\b(?:HMAC(?:SHA)?\d{1,3}|SymmetricSecurityKey|Rfc2898DeriveBytes|(?:scrypt|pbkdf2)(?:Sync)?)\(\s*(?:[\w.:]{1,40}\(\s*)?b?["'`]([^"'`\n]{1,256})/g,
  /(?:\.(?:load|store|getKey|setKeyEntry|init)|(?:KeySpec|Protection|Authentication))\((?:[^"\n;]{0,80}|"[^"\n]{0,80}",\s*){0,2}"([^"\n]{1,256})"\.toCharArray\(\)/g,
  /\bpgp_sym_(?:en|de)crypt\((?:[^()\n]|\([^()\n]{0,80}\)){0,200},\s*'([^'\n]{1,256})/gi,
  /\bauth=\(\s*["'][^"'\n]{1,80}["'],\s*["']([^"'\n]{1,256})/g,
  // Names of sources of data in Go, with or without an address.
  /\bOpen\(\s*["`]mysql["`],\s*["`][\w.-]{1,64}:([^\s:@"'`/]{1,128})/g,
  /["'`][\w.-]{1,64}:([^\s:@"'`/]{1,128})@(?:(?:tcp|udp|unix)\(|\/\w)/g,
];
/** Filled in later, or to be replaced. */
const filledIn =
  /^(?:[${*[(].*|%(?![\da-f]{2}).*|x+|\.+|(?:my|your|the|db|user)?[-_]?(?:pass(?:word|wd)?|pwd|pw|secret|token|key|credentials?))$/i;

/** The stretches of a text that have the format of a key or token. */
export function formatRanges(text: string): Range[] {
  const found: Range[] = scanned(text);
  const add = ({ 0: value, index }: RegExpExecArray): unknown =>
    found.push({ start: index, end: index + value.length });
  for (const format of certain) for (const match of text.matchAll(format)) add(match);
  for (const format of uncertain)
    for (const match of text.matchAll(format)) if (oddness(match[1]!) >= oddPart) add(match);
  const addValue = ({ 0: whole, 1: value, index }: RegExpExecArray): void => {
    const start = index + whole.lastIndexOf(value!);
    if (!filledIn.test(value!)) found.push({ start, end: start + value!.length });
  };
  for (const login of logins) for (const match of text.matchAll(login)) addValue(match);
  const addAt = (patterns: readonly RegExp[], place: number): void => {
    for (const pattern of patterns) {
      pattern.lastIndex = place;
      const match = pattern.exec(text);
      if (match) addValue(match);
    }
  };
  for (const { index } of text.matchAll(commandNames)) addAt(commands, index);
  for (const match of text.matchAll(calls)) {
    const own = passedIn[match.slice(1).findIndex((name) => name !== undefined)];
    addAt(own ? [own] : likelyPassed, match.index + match[0].length);
  }
  return found;
}

/** What secretlint finds. */
function scanned(text: string): Range[] {
  const found: Range[] = [];
  const context: RuleContext = {
    createTranslator:
      () =>
      (_message, data = {}) =>
        Object.values(data),
    report: ({ message: values, range: [start, end] }) => {
      found.push({ start, end });
      // A range may begin where the name of a key does, and end before the key.
      for (const value of values) {
        const at = value === '' ? -1 : text.indexOf(value, start);
        if (at >= 0) found.push({ start: at, end: at + value.length });
      }
    },
  };
  for (const scanner of scanners) scanner.create(context, {}).file({ content: text });
  return found;
}
