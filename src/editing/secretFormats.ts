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
const behind = (command: string, flag: string, parted = `(?:${gap}|=|)`): RegExp =>
  new RegExp(
    String.raw`\b(?:${command})${gap}(?:[^\n|;&]{0,200}?[\s"'])?(?:${flag})${parted}["']?([^\s"'\`|;&-][^\s"'\`|;&]{2,255})`,
    'g',
  );
/** What commands take a password by, that have it behind a flag of one letter or by its place. */
const commands = [
  behind('redis-cli', '-a|--pass'),
  behind('(?:un)?zip|zipcloak|sqlcmd|bcp|ipmitool', '-P'),
  behind('ldap(?:search|add|modify|delete|passwd|whoami|compare)', '-w'),
  behind('mongo(?:sh|dump|restore|export|import|stat|top)?', '-p'),
  behind('7z[arz]?|rar|unrar', '-p', ''),
  behind('openssl', '-k|-K', gap),
  behind('openssl', '-pass(?:in|out)?[ \\t]+pass:|pass:', ''),
  behind('htpasswd', String.raw`-\w*b\w*${gap}(?:-\w+${gap})*(?:[^\s"'-][^\s"']*${gap}){2}`, ''),
  behind('vault', 'login', gap),
  behind('rabbitmqctl', String.raw`(?:add_user|change_password|authenticate_user)${gap}[^\s"']+`, gap),
  behind('smbclient|rpcclient|smbget', String.raw`-U${gap}[^\s"'%]+%`, ''),
  behind('(?:x|w)?freerdp', '/p:', ''),
];
const commandNames =
  /\b(?:redis-cli|zip|unzip|zipcloak|sqlcmd|bcp|ipmitool|ldap[a-z]{3,7}|mongo|mongo[a-z]{2,7}|7z[arz]?|(?:un)?rar|openssl|htpasswd|vault|rabbitmqctl|smb[a-z]{3,6}|rpcclient|[xw]?freerdp)["']?,?[ \t]/;
/** Passwords in URLs and addresses of databases, where a port is none, in commands and in calls of what takes one. */
const logins = [
  /(?<=[a-z\d]):\/\/[^\s/:@"'`<>]{0,64}:(?!\d{0,5}(?:[/?#"'`\s]|$))([^\s/@"'`<>]{1,256})(?:@|$)/gi,
  /\b[\w.-]{1,64}:([^\s:@"'`]{1,128})@(?:tcp|udp|unix)\(/g,
  /\s(?:-u|--user)[ =]["']?[^\s:"'`$]{1,64}:(?!\d+\b)([^\s"'`]{1,256})/g,
  /\bsshpass\s+-p\s*["']?([^\s"']{1,256})/g,
  /\b(?:mysql|mariadb)\w{0,9}[ \t][^\n|;&]{0,200}?(?<=\s)-p["']?([^\s"'`]{1,256})/g,
  /\b(?:docker|podman|buildah|skopeo|nerdctl|helm|oc|az|cf)[ \t](?:registry[ \t])?login[ \t][^\n|;&]{0,200}?(?<=\s)-p[ =]?["']?([^\s"'`]{1,256})/g,
  /\b(?:echo|printf)[ \t](?:-\w+[ \t])?["']?([^\n|]{1,256}?)["']?[ \t]*\|[^\n|]{0,200}?(?:--?pass(?:word|phrase)?-(?:stdin|fd)|--stdin|\bchpasswd|\bsudo[ \t]+-S)\b/g,
  /\b(?:echo|printf)[ \t]+(?:["']%s(?:\\n)?["'][ \t]+)?["']([^"'\n]{1,256})["'][ \t]*>{1,2}[ \t]*["']?[\w./~$-]{0,80}(?:passw|secret|token)/gi,
  /\bset[ \t]+password(?:[ \t]+for[ \t][^\n=;]{1,80})?[ \t]*=[ \t]*(?:\w+\()?["']([^"'\n]{1,256})/gi,
  /\bidentified[ \t]+(?:with[ \t]+\w+[ \t]+)?(?:by|as)[ \t]+(?:password[ \t]+)?["']([^"'\n]{1,256})/gi,
  /\bjwt\.\w{1,20}\((?:[^()\n]|\([^()\n]{0,80}\)){0,200},\s*b?["'`]([^"'`\n]{1,256})(?:["'`]|$)/gm,
  /\b(?:createHmac|createCipheriv|createDecipheriv)\(\s*["'`][\w-]{1,40}["'`],\s*["'`]([^"'`\n]{1,256})/g,
  /\b(?:hmac\.new|hmacShaKeyFor|hash_hmac)\((?:\s*["'][\w-]{1,20}["']\s*,[^,\n]{1,80},)?\s*b?["'`]([^"'`\n]{1,256})/g,
  /\b(?:bcrypt|argon2|scrypt)\.(?:hash|verify|compare|hashpw|checkpw|generate_from_password|GenerateFromPassword)\w{0,8}\(\s*(?:\[\]byte\()?b?["'`]([^"'`\n]{1,256})/g,
  /\bcrypt\(\s*'([^'\n]{1,256})'\s*,/g,
  /\bpgp_sym_(?:en|de)crypt\((?:[^()\n]|\([^()\n]{0,80}\)){0,200},\s*'([^'\n]{1,256})/gi,
  /\bcreate_(?:super)?user\((?:[^(),\n]{1,80},\s*){2}["']([^"'\n]{1,256})/g,
  /\b(?:HTTPBasicAuth|BasicAuth|SetBasicAuth|basicAuth|httpBasic|basic_auth|UserPassword)\(\s*[^(),\n]{1,80},\s*["'`]([^"'`\n]{1,256})/g,
  /\bauth=\(\s*["'][^"'\n]{1,80}["'],\s*["']([^"'\n]{1,256})/g,
  // Names of sources of data in Go, with or without an address.
  /\bOpen\(\s*["`]mysql["`],\s*["`][\w.-]{1,64}:([^\s:@"'`/]{1,128})/g,
  /["'`][\w.-]{1,64}:([^\s:@"'`/]{1,128})@(?:(?:tcp|udp|unix)\(|\/\w)/g,
  /\bgetConnection\([^()\n]{0,200},\s*"[^"\n]{0,80}",\s*"([^"\n]{1,256})/g,
];
/** Filled in later, or to be replaced. */
const filledIn =
  /^(?:[${%*[(].*|x+|\.+|(?:my|your|the|db|user)?[-_]?(?:pass(?:word|wd)?|pwd|pw|secret|token|key|credentials?))$/i;

/** The stretches of a text that have the format of a key or token. */
export function formatRanges(text: string): Range[] {
  const found: Range[] = scanned(text);
  const add = ({ 0: value, index }: RegExpExecArray): unknown =>
    found.push({ start: index, end: index + value.length });
  for (const format of certain) for (const match of text.matchAll(format)) add(match);
  for (const format of uncertain)
    for (const match of text.matchAll(format)) if (oddness(match[1]!) >= oddPart) add(match);
  for (const login of commandNames.test(text) ? [...logins, ...commands] : logins)
    for (const { 0: whole, 1: value, index } of text.matchAll(login)) {
      const start = index + whole.lastIndexOf(value!);
      if (!filledIn.test(value!)) found.push({ start, end: start + value!.length });
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
