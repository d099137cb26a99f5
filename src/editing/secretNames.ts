// Whether a file, by its path, is of a kind that holds secrets; sources that only have to do with secrets are of none.

/** The endings of data; code does not end so. */
const data =
  '(?:json[c5]?|ya?ml|toml|ini|cfg|conf|config|properties|plist|xcconfig|xml|[ct]sv|txt|env|dat|db|pickle)';
/** The endings of languages that settings are written in, and that are loaded as they are. */
const script = '(?:py|rb|php|[cm]?js|exs|sh|bash|zsh|fish|ps1|bat|cmd|pl|lua|r|h)';
/** Whose secrets they are. */
const owner =
  '(?:api|app|aws|azure|gcp|google|db|database|mysql|postgres|redis|mongo|wifi|arduino|my|our|local|dev|development|stage|staging|prod|production|user|admin|root|default|\\d+)';
/** The endings of what people write lists in, and of all that is written down and no code. */
const office = '(?:xlsx?|ods|docx?|odt|rtf)';
const list = `(?:txt|[ct]sv|${office}|md|org)`;
const written = `(?:${list}|${data})`;
/** What passwords are called in other languages, as a file is named after them. */
const foreign =
  'passw(?:ort|oe?rter|örter)|kennw(?:ort|oe?rter|örter)|geheim(?:nisse?)?|zugangsdaten|mots?-de-passe|contrase[nñ]as?|senhas?|wachtwoord(?:en)?|has[łl][oa]|l[öo]senord|passord|adgangskoder?|hesl[oa]|[şs]ifre(?:ler)?|parola|salasanat?|jelsz(?:[óo]|avak)|парол[ьи]|密[码碼]|パスワード|비밀번호';
/** Programs that keep passwords, and what they write for others to read. */
const keepers =
  '(?:1-?password|bitwarden|last-?pass|kee-?pass(?:xc)?|dashlane|nord-?pass|enpass|proton-?pass|roboform)';
/** What a file is about that only shows, checks or moves secrets. */
const about =
  /^(?:examples?|samples?|templates?|schema|tests?|spec|mocks?|fixtures?|dummy|fake|no|check|create|delete|detect|fetch|find|forgot|get|lint|load|pull|push|remove|reset|rotate|scan|set|sync|update|validate|verify)$/;

const kinds: Record<string, RegExp[]> = {
  environments: [
    /^\.env(?:rc|\d+|file|ironment|s)?(?:$|[.-])/,
    /\.env$/,
    /^\.\w+env(?:iron)?$/,
    new RegExp(`^env[.-](?:${owner}|test|qa|uat|ci)(?:[.-](?:${owner}|${data}))*$`),
    /^\.dev\.vars(?:$|\.)/,
  ],
  'keys and certificates': [
    /\.(?:pem|key|p8|p12|pfx|pkcs12|crt|cer|cert|der|jks|bks|keystore|kdbx?|ppk|gpg|pgp|1pux|1pif|nmconnection|keytab|keychain|ovpn|pcf)$/,
    /\.(?:pem|key)\.txt$/,
    /^(?:[^.]*-)?id-(?:rsa|dsa|ecdsa|ed25519)(?:$|[.-])/,
    // AsciiDoc has the same ending.
    /(?:keys?|(?:^|-)(?:secret|private|public|pub|gpg|pgp|backup))(?:-[^.]*)?\.asc$/,
    new RegExp(
      `(?:^\\.?|-)(?:private|secret|api|access|root|signing|deploy|sa|service|firebase|gcp|gcloud|aws|azure|openai|anthropic)-?keys?(?:\\.${data})?$`,
    ),
    /^(?:keys?|keyfile|keystore|wallet)\.json$/,
    /^(?:ssh-host|host)-(?:rsa|dsa|ecdsa|ed25519)-key(?:\.pub)?$/,
    /^(?:[^.]*-)?wallet\.(?:dat|keys)$/,
  ],
  'logins of programs': [
    /^[.-](?:netrc|npmrc|pypirc|pgpass|htpasswd|htdigest|git-credentials|gitcookies|my\.cnf|mylogin\.cnf|s3cfg|boto)$/,
    /^\.(?:dockercfg|dockerconfigjson|terraformrc|ftpconfig|esmtprc|msmtprc|fetchmailrc|sentryclirc|databrickscfg)$/,
    /^\.?(?:smbcredentials|authinfo|google-authenticator)$/,
    /^(?:credentials\.cifs|credentials\.tfrc\.json|tomcat-users\.xml|datasources\.local\.xml|initial-?admin-?password)$/,
    /^(?:rclone|wireguard|hostapd|swanctl|openconnect|wpa-supplicant(?:-[^.]*)?)\.conf$/,
    // Of tunnels: `vpn.conf`, `office-vpn.conf`, `wg0.conf`, `wg-home.conf`.
    /^(?:(?:[^.]*-)?(?:open)?vpnc?(?:-[^.]*)?|(?:[^.]*-)?wg(?:\d+|-[^.]*))\.(?:conf|cfg|config)$/,
    /\.(?:htpasswd|htdigest)$/,
    /^\.yarnrc\.ya?ml$/,
    /^cookies\.(?:txt|sqlite)$/,
    /^(?:sitemanager|recentservers|file-?zilla)\.xml$/,
    /^(?:htpasswd|pgpass\.conf|terraform\.rc|kaggle\.json|sftp(?:-config)?\.json|wp-config\.php|local\.settings\.json)$/,
    /^(?:local|key|keystore|signing)\.properties$/,
    // Of Composer, and what Maven logs in with.
    /^auth\.json$/,
    /^settings-security\.xml$/,
    // Of browsers, with the keys to them.
    /^(?:logins(?:-backup)?\.json|key[34]\.db|signons\.sqlite|login-data(?:-for-account)?)$/,
    /^(?:firefox|chrome|edge|safari|brave|opera)-(?:logins|passwords)\.[ct]sv$/,
  ],
  'accounts of services': [
    /(?:^|-)service-?account(?:-[^.]*)?\.json$/,
    /firebase-adminsdk[^.]*\.json$/,
    new RegExp(`^client-secrets?(?:(?:[.-].*)?\\.${data})?$`),
  ],
  tokens: [
    /^\.?(?:token|vault-token)$/,
    // Of Rails.
    /^secret-token\.rb$/,
    /^\.?(?:tokens?|bearer)\.(?:json|txt|csv|pickle)$/,
    new RegExp(
      `(?:^|-)(?:access|auth|bot|oauth|refresh|bearer|github|gh|gitlab|gmail|npm|slack|discord|telegram|secret)-tokens?(?:\\.${data})?$`,
    ),
  ],
  passwords: [
    /^(?:g?shadow|passphrase)$/,
    new RegExp(`^\\.?(?:${owner}[.-])*(?:passwords?|passwd)(?:\\.(?:${office}|${data}))?$`),
    new RegExp(`^\\.?(?:[^.]*-)?(?:${foreign})(?:-[^.]*)?(?:\\.${written})?$`),
    new RegExp(`^(?:${owner}-)*(?:pass|pwd?s?|pass-?phrases?|logins?|wifi|mnemonic|seed-?phrase)\\.${list}$`),
    // The pins of chips are listed as well, with these endings.
    new RegExp(`^(?:${owner}-)*pins?\\.(?:txt|${office}|md|org)$`),
    new RegExp(
      `(?:^|-)(?:(?:recovery|backup|emergency|2fa|mfa|t?otp)-?codes?|recovery-?(?:keys?|phrases?|words))(?:-[^.]*)?(?:\\.${written})?$`,
    ),
    /^\.?vault-?pass(?:word)?(?:\.\w+)?$/,
    new RegExp(`^\\.?(?:[^.]*-)?vault-?(?:pass(?:word|wd)?|pwd?)(?:-file)?(?:\\.${written})?$`),
    new RegExp(`^${keepers}(?:-[^.]*)?-(?:exports?|vault|backup|logins?)(?:-[^.]*)?\\.${written}$`),
    new RegExp(`^${keepers}\\.[ct]sv$`),
    /^vault\.ya?ml$/,
  ],
  infrastructure: [/\.(?:tfstate|tfvars|kubeconfig)(?:\.json)?$/, /^kube-?config(?:\.ya?ml)?$/],
  histories: [
    /^\.[^.]*(?:history|histfile)$/,
    /^[.-](?:lesshst|viminfo)$/,
    /^(?:(?:[^.]*-)?host|consolehost|fish|bash|zsh|ksh|psql|mysql|python|node-repl|rediscli)-history(?:\.txt)?$/,
  ],
  'settings in code': [
    new RegExp(`^(?:${owner}[.-])*(?:secrets?|credentials|creds)(?:[.-]${owner})*\\.${script}$`),
    new RegExp(`^(?:${owner}[.-])*secrets(?:[.-]${owner})*\\.(?:swift|kts?|dart|[cm]?ts)$`),
    new RegExp(`^(?:${owner}-)*api-?keys?\\.${script}$`),
  ],
};

/** Of the folders of a home, those in which every file is a secret, and files of such names elsewhere. */
const places = [
  /(?:^|\/)\.(?:ssh|gnupg|password-store)\//,
  /(?:^|\/)(?:wireguard|openvpn)\/(?:.*\/)?[^/]*\.conf$/,
  /(?:^|\/)\.(?:aws\/(?:credentials|config)|docker\/config\.json|kube\/config|config\/(?:gcloud\/.*|gh\/hosts\.yml)|m2\/settings\.xml|oci\/config|acme\.sh\/account\.conf|config\/doctl\/config\.yaml|composer\/auth\.json|cargo\/credentials|gem\/credentials)$/,
  /(?:^|\/)\.(?:dbt\/profiles\.ya?ml|(?:ngrok2|config\/ngrok)\/ngrok\.ya?ml|azure\/(?:msal_token_cache|accesstokens|service_principal_entries)\.\w+)$/,
  // Of virtual environments people have such a folder as well.
  new RegExp(`(?:^|/)\\.envs/(?:.*/)?(?:\\.?[^./]+|[^/]*\\.${data})$`),
  new RegExp(`(?:^|/)\\.?(?:secrets|credentials)/(?:.*/)?(?:[^./]+|[^/]*\\.${data})$`),
];

/** Data that is named after secrets, whosever they are and wherever they hold, and not after what is about them. */
const named = [
  new RegExp(
    `^\\.?(.*?[.-])?(?:secrets?|credentials?|creds)(?:[.-]${owner})*(?:\\.${data})?(?:\\.${owner})?$`,
  ),
  /^([^.]*-)?passwords(?:-[^.]*)?\.(?:txt|json|[ct]sv|xlsx?|ods|docx?|odt)$/,
];
/** Where texts are kept in many languages, and where tokens and keys are of a design, not of a login: not far above. */
const shown =
  /(?:^|\/)(?:_?locales?|i18n|l10n|intl|lang|languages?|translations?|messages|nls)\/(?:(?:[a-z]{2}|[a-z]{2,3}[-_][a-z\d]{2,4})\/(?:[^/]*\/)?)?[^./][^/]*\.(?:json[c5]?|ya?ml|toml|properties|ini)$/;
const designed =
  /(?:^|\/)(?:ui|(?:[^/]*-)?(?:design|themes?|styles?|styling|css|figma|tokens|vocabulary|tokenizers?)(?:-[^/]*)?)\/(?:tokens|keys)\.json$/;
/** Kinds that texts in other languages and designs are named like. */
const alike = new Set(['keys and certificates', 'logins of programs', 'tokens', 'passwords']);

/** Whether a file, by its path, may hold secrets, so that its text goes nowhere, not even to a model on this machine. */
export function isSecret(path: string): boolean {
  const parts = path.replaceAll('\\', '/').toLowerCase().normalize();
  if (places.some((place) => place.test(parts))) return true;
  const names = plainNames(path);
  const isAlike = shown.test(parts) || designed.test(parts);
  for (const [kind, patterns] of Object.entries(kinds))
    if (!(isAlike && alike.has(kind)) && patterns.some((pattern) => names.some((name) => pattern.test(name))))
      return true;
  if (isAlike) return false;
  return named.some((pattern) =>
    names.some((name) => {
      const match = pattern.exec(name);
      return match !== null && !(match[1] ?? '').split(/[.-]/).some((word) => about.test(word));
    }),
  );
}

/** What marks a copy behind a name or before an ending: of editors, systems and browsers, and what people call one. */
const mark =
  /(?:[-.]+(?:\(\d+\)|(?:copy|kopie|copie|old|bak|backup|orig|save|dec|tmp|sw[op])-?(?:\d+|\(\d+\))?)|\(\d+\)|\.?\d+|[~#-])(?=\.|$)/;

/**
 * The name in lower case, its words parted by `-`, and as it is, for capitals stand within words as well (`GitHub`); of
 * both what is left without each mark of a copy: of `awsCredentials.json.bak` it is `aws-credentials.json` in the end.
 */
function plainNames(path: string): string[] {
  // Systems spell letters with marks in one character or in two.
  const name = /[^/\\]*$/.exec(path)![0].normalize();
  const parted = name.replace(/([a-z\d])([A-Z])/g, '$1-$2').replace(/([A-Z])([A-Z][a-z])/g, '$1-$2');
  return [...new Set([parted, name])].flatMap((each) => {
    const words = each.toLowerCase().replace(/[_ ]/g, '-').replace(/^\.?#/, '');
    const found = [words];
    for (let next = words.replace(mark, ''); next !== found.at(-1); next = next.replace(mark, ''))
      found.push(next);
    return found;
  });
}
