// Secrets drawn at random: by the formats that are published, and words that only their names or forms tell, in each form of many languages.

import type { RandomSource } from '../random';

const hex = '0123456789abcdef';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const base62 = upper + upper.toLowerCase() + digits;

/** What is written between parts is drawn from these alphabets: `h` hex, `w` base62, `B` base64, `U` base64url, `A` upper case, `9` digits. */
const alphabets: Record<string, string> = {
  h: hex,
  w: base62,
  B: `${base62}+/`,
  U: `${base62}-_`,
  A: `${upper}234567`,
  9: digits,
};

/** `{w40}` is forty characters of an alphabet. */
export const drawn = (format: string, random: RandomSource): string =>
  format.replace(/\{(\w)(\d+)\}/g, (_, alphabet: string, length: string) =>
    Array.from({ length: Number(length) }, () => random.pick([...alphabets[alphabet]!])).join(''),
  );

/** As their issuers publish them; what stands before `|` is no secret. */
export const formats: Record<string, string> = {
  Airtable: 'pat{w14}.{h64}',
  Amazon: 'AKIA{A16}',
  Anthropic: 'sk-ant-api03-{U93}AA',
  Atlassian: 'ATATT3xFfGF0{U171}={h8}',
  'Azure Active Directory': '{w3}8Q~{U34}',
  'Azure Storage': 'AccountKey={B86}==',
  'a bearer': 'Bearer {U43}',
  'a basic login': 'Basic {B31}=',
  'a body of OpenSSH': 'b3BlbnNzaC1rZXktdjEA{B50}',
  DigitalOcean: 'dop_v1_{h64}',
  'Discord, bots': 'MTIz{w20}.G{w5}.{U38}',
  Doppler: 'dp.pt.{w43}',
  Firebase: 'AAAA{U7}:APA91b{U134}',
  Fly: 'fm2_{B180}',
  GitHub: 'ghp_{w36}',
  GitLab: 'glpat-{U20}',
  'GitLab, deploys': 'gldt-{U20}',
  Google: 'AIza{U35}',
  'Google, OAuth': 'ya29.a0{U60}',
  Heroku: 'HRKU-{h8}-{h4}-{h4}-{h4}-{h12}',
  'Hugging Face': 'hf_{w34}',
  'JSON Web Tokens': 'eyJhbGci{U28}.eyJ{U60}.{U43}',
  Mailchimp: '{h32}-us12',
  Mailgun: 'key-{h32}',
  'New Relic': 'NRAK-{A27}',
  npm: 'npm_{w36}',
  Notion: 'ntn_{w46}',
  'Notion, earlier': 'secret_{w43}',
  OpenAI: 'sk-proj-{U120}',
  OpenRouter: 'sk-or-v1-{h64}',
  Perplexity: 'pplx-{w48}',
  PlanetScale: 'pscale_tkn_{U43}',
  Postman: 'PMAK-{h24}-{h34}',
  Replicate: 'r8_{w37}',
  'a shared signature': 'https://a.blob.example.net/c?sv=1&sig=|{w40}%3D',
  SendGrid: 'SG.{U22}.{U43}',
  Sentry: 'sntrys_{U120}',
  'Sentry, users': 'sntryu_{h64}',
  Slack: 'xoxb-{911}-{913}-{w24}',
  Square: 'sq0atp-{U22}',
  'Square, OAuth': 'sq0csp-{U43}',
  Stripe: 'sk_live_{w24}',
  Supabase: 'sbp_{h40}',
  Twilio: 'SK{h32}',
  'a URL of Redis': 'redis://:{w16}@h:6379',
  'a URL of a database': 'postgres://app:{w12}@db/x',
  xAI: 'xai-{w80}',
  'a digest': '{h40}',
  'thirty-two of base62': '{w32}',
};

/** A word that looks like nothing; with a digit, or a sign as well. */
export function words(random: RandomSource): { plain: string; odd: string } {
  const syllables = Array.from(
    { length: 4 },
    () => random.pick([...'bdfgklmnprst']) + random.pick([...'aeiou']) + random.pick(['', '', 'n', 'r', 's']),
  ).join('');
  const capital = syllables[0]!.toUpperCase() + syllables.slice(1);
  const number = String(1000 + random.below(9000));
  return {
    plain: syllables,
    odd: random.pick([capital + number, `${syllables}${number}!`, `${capital}#${number}`]),
  };
}

/** What secrets are called, in many languages, as part of names as they are spelt in code. */
const secretWords =
  'password passwd pwd pw pass passphrase secret passwort kennwort geheimnis zugangsdaten mot_de_passe mdp contraseña contrasena senha wachtwoord hasło haslo lösenord passord heslo geheim şifre adgangskode kodeord salasana jelszó seed_phrase пароль 密码 パスワード 비밀번호'.split(
    ' ',
  );
/** Of these a value that is a word is a kind of thing. */
const kindWords = 'api_key token access_token auth_token clave parola api_schluessel api_schlüssel'.split(
  ' ',
);

const camel = (text: string): string =>
  text.replace(/_(\p{L})/gu, (_, letter: string) => letter.toUpperCase());

export interface SecretName {
  readonly snake: string;
  readonly camel: string;
  readonly constant: string;
  /** Whether its value is secret though it looks like a word. */
  readonly isSure: boolean;
}

export const names: readonly SecretName[] = [
  ...secretWords.map((word) => ({ word, isSure: true })),
  ...kindWords.map((word) => ({ word, isSure: false })),
].flatMap(({ word, isSure }) =>
  [word, `db_${word}`, `user_${word}`, `${word}_prod`].map((snake) => ({
    ...{ snake, camel: camel(snake), constant: snake.toUpperCase(), isSure },
  })),
);

/** What else names are made of, and what with a secret's word has another one across the two: `rootPassword` has `otp`. */
const otherWords =
  'root bot iot snapshot cmd mysql db user admin my mail smtp ftp ssh vpn ldap test prod app ansible slot pg key vault bind old wifi tokens ends'.split(
    ' ',
  );
const pascal = (text: string): string => text.replace(/^\p{L}/u, (letter) => letter.toUpperCase());
const joined = (words: string[]): string[] => {
  const [snake, glued] = [words.join('_'), words.join('').replaceAll('_', '')];
  const inCamel = camel(snake);
  return [inCamel, pascal(inCamel), snake, snake.replaceAll('_', '-'), snake.toUpperCase()].concat(
    // Too short to be told within other letters, or before them.
    /^_?(?:pw|pass|mdp|senha|has[łl]o|heslo|geheim|clave|parola)$/.test(words[0]!)
      ? []
      : [glued, glued.toUpperCase()],
  );
};

/** Every word for secrets behind another word and before one, in each spelling. */
export const joinedNames: readonly { readonly name: string; readonly isSure: boolean }[] = [
  ...secretWords.map((word) => ({ word, isSure: true })),
  ...kindWords.map((word) => ({ word, isSure: false })),
].flatMap(({ word, isSure }) =>
  otherWords.flatMap((other) =>
    [
      ...joined([other, word]),
      // These only tell of one.
      ...(/^(?:user|ends)$/.test(other) ? [] : joined([word, other])),
    ].map((name) => ({ name, isSure: isSure && !/^pw/i.test(name) })),
  ),
);

/** Words of dictionaries and of code that only have such a word in them. */
export const otherNames =
  'compass bypass trespass encompass surpass overpass underpass passage passenger passive passport subpass renderpass bandpass minipass COMPASS BYPASS kompass engpass enclave autoclave basalt secretary secretion secretly tokenizer passwordless PASSWORDLESS spin mapping connectionStrategy connection_strategy snapshotPath extendsName cmdPath slotPath'.split(
    ' ',
  );

/**
 * A statement in which a secret `§` stands behind its name: `camelName`, `snake_name` or `CONSTANT_NAME`. `odd`: only
 * where the secret looks like one does anything tell it from text.
 */
export const namedForms: readonly (readonly [languageId: string, statement: string, odd?: 'odd'])[] = [
  ['typescript', "const camelName = '§';"],
  ['typescript', "const camelName: string = '§';"],
  ['typescript', "connect({ user: 'bob', camelName: '§' });"],
  ['typescript', "connect({ user: 'bob', 'snake_name': '§' });"],
  ['typescript', "if (camelName === '§') open();"],
  ['typescript', "const it = process.env.CONSTANT_NAME ?? '§';"],
  ['typescript', "const it = process.env.CONSTANT_NAME || '§';"],
  ['typescript', '// camelName: §', 'odd'],
  ['typescript', "connect('Server=db;Uid=sa;camelName=§;');"],
  ['csharp', 'var text = "Server=db;Database=x;User Id=sa;snake_name=§;";'],
  ['csharp', '"Server=db;Uid=sa;CamelName=§"'],
  ['python', 'connect("host=db user=app snake_name=§")'],
  ['java', 'String url = "jdbc:mysql://db/x?user=app&camelName=§";'],
  ['java', '@Value("${db.camelName:§}") private String it;'],
  ['java', 'dataSource.setCamelName("§");'],
  ['java', 'System.setProperty("db.camelName", "§");'],
  ['java', 'properties.put("CONSTANT_NAME", "§");'],
  ['java', 'properties.put(Context.DB_CONSTANT_NAME, "§");'],
  ['python', 'CONSTANT_NAME = "§"'],
  ['python', 'snake_name = (\n    "§"\n)'],
  ['python', 'connect("db", snake_name="§")'],
  ['python', 'snake_name: str = "§"'],
  ['python', 'snake_name: str = Field(default="§")'],
  ['python', 'os.environ["CONSTANT_NAME"] = "§"'],
  ['python', 'os.environ.get("CONSTANT_NAME", "§")'],
  ['python', 'parser.add_argument("--snake_name", default="§")'],
  ['python', 'parser.add_argument(\n    "--snake_name",\n    type=str,\n    default="§",\n)'],
  ['python', 'run(["tool", "--snake_name", "§"])'],
  ['python', '# snake_name = §', 'odd'],
  ['python', '# The snake_name is §', 'odd'],
  ['go', 'var camelName string = "§"'],
  ['go', 'camelName := "§"'],
  ['go', 'os.Setenv("CONSTANT_NAME", "§")'],
  ['rust', 'const CONSTANT_NAME: &str = "§";'],
  ['c', '#define CONSTANT_NAME "§"'],
  ['php', "define('CONSTANT_NAME', '§');"],
  ['php', "'snake_name' => '§',"],
  ['ruby', ':snake_name => "§"'],
  ['hcl', 'variable "snake_name" {\n  type    = string\n  default = "§"\n}'],
  ['sql', "INSERT INTO users (name, snake_name) VALUES ('bob', '§');"],
  ['sql', "insert into users(snake_name, name, age)\nvalues ('§', 'bob', 7),\n       ('§', 'eve', 8);"],
  ['sql', "UPDATE users SET name = 'bob', snake_name = '§' WHERE id = 7;"],
  ['json', '"camelName": "§",'],
  ['json', '{ "name": "CONSTANT_NAME",\n  "value": "§" }'],
  ['toml', 'snake_name = "§"'],
  ['yaml', 'snake_name: §'],
  ['yaml', '- name: CONSTANT_NAME\n  value: §'],
  ['yaml', 'args:\n  - --snake_name\n  - §'],
  ['yaml', 'args: ["--snake_name", "§"]'],
  ['yaml', 'url: jdbc:mysql://db/x?user=app&snake_name=§'],
  ['yaml', 'it: ${CONSTANT_NAME:-§}'],
  ['properties', 'spring.datasource.snake_name=§'],
  ['ini', 'snake_name = §'],
  ['shellscript', 'export CONSTANT_NAME=§'],
  ['shellscript', 'CONSTANT_NAME=§ psql -h db'],
  ['shellscript', 'tool --snake_name § --host db'],
  ['shellscript', 'tool --snake_name=§ db'],
  ['shellscript', 'tool --snake_name \\\n  § \\\n  --host db'],
  ['markdown', 'Call `tool --snake_name §` once.'],
  ['dockerfile', 'ENV CONSTANT_NAME=§'],
  ['dockerfile', 'ENV CONSTANT_NAME §'],
  ['xml', '<camelName>§</camelName>'],
  ['xml', '<add key="snake_name" value="§"/>'],
  ['xml', '<property name="db.camelName">§</property>'],
  ['xml', '<entry key="db.camelName">§</entry>'],
  ['xml', '<key>snake_name</key>\n<string>§</string>'],
  ['xml', '<property><name>db.camelName</name><value>§</value></property>'],
  // Behind operators, in calls, in lists and over lines.
  ['typescript', "const camelName = process.env.X ?? '§';"],
  ['typescript', 'const camelName = process.env.X || `§`;'],
  ['typescript', "const camelName = isLive ? read() : '§';"],
  ['typescript', "const camelName = isLive ? '§' : read();"],
  ['typescript', "const camelName =\n  isLive\n    ? read()\n    : '§';"],
  ['typescript', "const camelName = env.X\n  ?? env.Y\n  ?? '§';"],
  ['typescript', "const camelName = <string>'§';"],
  ['typescript', "const camelName = begin + '§';"],
  ['typescript', "const camelName = // of the server\n  '§';"],
  ['typescript', "const camelName =\n  /* of the server */\n  '§';"],
  ['typescript', 'const camelName = `\n§\n`;'],
  ['typescript', "const camelName = ['a', 'b', '§'].join('');"],
  ['typescript', "const camelName = new Set(['§']);"],
  ['typescript', "const camelName = { value: '§' };"],
  ['typescript', "camelName: z.string().default('§'),"],
  ['typescript', "const [user, camelName] = ['bob', '§'];"],
  ['typescript', "it.camelName ||= read() || '§';"],
  ['typescript', "const getIt = { camelName: () => '§' };"],
  ['python', "snake_name = os.environ['X'] or '§'"],
  ['python', "snake_name = '§' if live else read()"],
  ['python', "user, snake_name = 'bob', '§'"],
  ['python', "snake_name, user = '§', 'bob'"],
  ['python', 'snake_name = """\n§\n"""'],
  ['python', 'def snake_name(self):\n    return "§"'],
  ['go', 'user, camelName := "bob", "§"'],
  ['go', 'camelName := cmp.Or(os.Getenv("X"), string("§"))'],
  ['rust', 'let camelName = env::var("CONSTANT_NAME").unwrap_or("§".into());'],
  ['rust', 'let snake_name = if live { read() } else { "§" };'],
  ['rust', 'let (user, snake_name) = ("bob", "§");'],
  ['kotlin', 'camelName = System.getenv("X") ?: "§"'],
  ['kotlin', 'val camelName by lazy { "§" }'],
  ['ruby', "snake_name = ENV['X'] || '§'"],
  ['ruby', "snake_name = ENV.fetch('X') { '§' }"],
  ['php', '$snake_name = $argv[1] ?? "§";'],
  ['php', "'snake_name' => env('X', '§'),"],
  ['swift', 'let camelName = env["X"] ?? "§"'],
  ['lua', 'local snake_name = os.getenv("X") or "§"'],
  ['scala', 'val camelName = sys.env.getOrElse("X", "§")'],
  ['csharp', 'public string CamelName { get; set; } = "§";'],
  ['csharp', 'public string CamelName { get; private set; } = "§";'],
  ['csharp', 'public string CamelName => "§";'],
  ['cpp', 'std::string snake_name{"§"};'],
  ['java', 'String camelName() { return "§"; }'],
  ['java', 'when(it.camelName()).thenReturn("§");'],
  // Compared with it, or typed into its field.
  ['typescript', "expect(user.camelName).toEqual('§');"],
  ['typescript', "expect(user.camelName).to.be.equal('§');"],
  ['typescript', "switch (camelName) {\n  case '§':\n    open();\n}"],
  ['typescript', "await page.getByLabel('camelName').fill('§');"],
  ['typescript', "await page.fill('#snake_name', '§');"],
  ['typescript', "await page.type('input[name=snake_name]', '§');"],
  ['ruby', 'expect(user.snake_name).to eq("§")'],
  ['ruby', "fill_in 'snake_name', with: '§'"],
  ['ruby', "case snake_name\nwhen '§'\n  open\nend"],
  ['python', 'self.assertEqual(user.snake_name, "§")'],
  ['python', 'match snake_name:\n    case "§":\n        open()'],
  ['java', 'assertThat(user.camelName()).isEqualTo("§");'],
  ['java', 'if (camelName.equals("§")) open();'],
  ['rust', 'assert_eq!(user.snake_name, "§");'],
  ['rust', 'match snake_name {\n    "§" => open(),\n    _ => refuse(),\n}'],
  ['go', 'switch camelName {\ncase "§":\n\topen()\n}'],
  ['c', 'if (strcmp(snake_name, "§") == 0) open();'],
  ['shellscript', 'case "$CONSTANT_NAME" in\n  §) run ;;\nesac'],
  // Asked for, run over, or given by a function.
  ['python', 'if snake_name("It: ") != "§":\n    refuse()'],
  ['python', 'if input("snake_name? ") == "§":\n    open()'],
  ['typescript', "if (prompt('camelName: ') === '§') open();"],
  ['go', 'if camelName() != "§" {'],
  ['python', 'for snake_name in ["abcd", "§"]:\n    open(snake_name)'],
  ['typescript', "for (const camelName of ['abcd', '§']) open(camelName);"],
  ['go', 'for _, camelName := range []string{"abcd", "§"} {'],
  ['rust', 'for snake_name in ["abcd", "§"] {'],
  ['csharp', 'foreach (var camelName in new[] { "abcd", "§" })'],
  ['shellscript', 'for CONSTANT_NAME in abcd §; do'],
  ['python', 'snake_name = lambda it: "§"'],
  ['python', 'monkeypatch.setattr("ours.snake_name", lambda _: "§")'],
  ['python', 'patch("ours.snake_name", return_value="§")'],
  ['python', 'snake_name = Mock(return_value="§")'],
  ['typescript', "const camelName = function () { return '§'; };"],
  ['rust', 'let camelName = || "§";'],
  ['ruby', 'snake_name = -> { "§" }'],
  // Begun in a string before, or in one within a string.
  ['csharp', 'var text = "Server=db;Uid=sa;CamelName=" + "§";'],
  ['python', 'text = "host=db snake_name=" "§"'],
  ['shellscript', 'curl -d "{\\"snake_name\\": \\"§\\"}" db'],
  ['java', 'String text = "{\\"user\\":\\"bob\\",\\"camelName\\":\\"§\\"}";'],
  ['csharp', 'var text = @"{""camelName"": ""§""}";'],
  ['json', '"source": ["snake_name = \\"§\\"\\n"]'],
  ['json', '    "open(snake_name=\\"§\\")\\n",'],
  // In data, on lines below or where nobody gives another.
  ['shellscript', 'CONSTANT_NAME=${1:-§}'],
  ['shellscript', ': ${CONSTANT_NAME:=§}'],
  ['shellscript', 'CONSTANT_NAME=$(echo "§")'],
  ['yaml', 'snake_name:\n  §'],
  ['yaml', 'snake_name: >-\n  §'],
  ['yaml', 'snake_name:\n  value: §'],
  ['yaml', 'snake_name:\n  type: string\n  default: "§"'],
  ['yaml', 'snake_name: {value: §}'],
  ['yaml', '- key: snake_name\n  val: §'],
  ['json', '{ "ParameterKey": "camelName", "ParameterValue": "§" }'],
  ['json', '{ "key": "snake_name", "data": "§" }'],
  ['shellscript', 'CONSTANT_NAME="$(cat <<EOF\n§\nEOF\n)"'],
  ['shellscript', 'read -r CONSTANT_NAME <<EOF\n§\nEOF'],
  ['ruby', 'snake_name = <<~TEXT\n  §\nTEXT'],
  ['php', '$snake_name = <<<TEXT\n§\nTEXT;'],
  ['properties', 'snake_name = \\\n  §'],
  ['json', '{ "camelName": { "value": "§" } }'],
  ['xml', '<camelName>\n  §\n</camelName>'],
  ['xml', '<camelName><![CDATA[§]]></camelName>'],
  ['xml', '<property name="camelName">\n  <value>§</value>\n</property>'],
];

/** In these the secret stands before its name. */
export const behindForms: typeof namedForms = [
  ['typescript', "if ('§' === camelName) open();"],
  ['typescript', "open('§'); // camelName"],
  ['python', 'assert "§" == user.snake_name'],
  ['java', 'assertEquals("§", user.camelName());'],
  ['java', 'if ("§".equals(camelName)) open();'],
  ['java', '@DefaultValue("§") String camelName;'],
  ['java', '@Value("§")\n    private String camelName;'],
  ['csharp', '[DefaultValue("§")]\npublic string CamelName { get; set; }'],
  ['go', 'assert.Equal(t, "§", user.CamelName)'],
  ['rust', 'assert_eq!("§", user.snake_name);'],
  ['json', '{ "value": "§", "name": "snake_name" }'],
  ['json', '{\n  "value": "§",\n  "type": "text",\n  "key": "CONSTANT_NAME"\n}'],
  ['yaml', '- value: §\n  name: snake_name'],
  ['yaml', '- { value: §, name: snake_name }'],
  ['xml', '<add value="§" key="camelName"/>'],
  ['ruby', '["abcd", "§"].each do |snake_name|'],
  ['php', 'foreach (["abcd", "§"] as $snake_name) {'],
  ['python', 'if "§" == input("snake_name: "):'],
  ['rust', '#[arg(long, default_value = "§")]\n    snake_name: String,'],
];

/** Where a name says that it holds several, by whom they are called. */
export const ofMany: typeof namedForms = [
  ['typescript', "const passwords = { anna: '§' };"],
  ['typescript', "const dbPasswords = new Map([['anna', '§']]);"],
  ['typescript', "export const PASSWORDS = ['abcd', '§'];"],
  ['python', "PASSWORDS = {\n    'bob': 'abcd',\n    'anna': '§',\n}"],
  ['go', 'var passwords = map[string]string{\n\t"anna": "§",\n}'],
  ['yaml', 'passwords:\n  bob: abcd\n  anna: §'],
  ['yaml', 'passwords: {anna: §}'],
  ['yaml', 'passwords:\n  - abcd\n  - §'],
  ['python', 'passwords["anna"] = "§"'],
  ['go', 'passwords["anna"] = "§"'],
  ['ruby', 'passwords[:anna] = "§"'],
  ['python', 'passwords.update(anna="§")'],
  ['python', 'passwords.update({"anna": "§"})'],
  ['python', 'passwords.append("§")'],
  ['java', 'dbPasswords.put("anna", "§");'],
  ['typescript', "this.passwords.set(anna, '§');"],
  ['json', '{ "passwords": { "anna": "§" } }'],
];

/** In these the form alone tells it. */
export const ownForms: readonly (readonly [languageId: string, statement: string])[] = [
  ['shellscript', 'mysql -u root -p§ shop'],
  ['shellscript', 'mysqldump -h db -uroot -p§ shop > dump.sql'],
  ['python', 'os.system("mysql -u root -p§ shop")'],
  ['shellscript', 'docker login -u bob -p § registry.example.net'],
  ['shellscript', 'echo § | docker login --username bob --password-stdin'],
  ['shellscript', 'echo "§" | sudo -S apt-get update'],
  ['shellscript', 'sshpass -p § ssh bob@db'],
  ['shellscript', 'curl -u bob:§ https://example.net/'],
  ['shellscript', 'gpg --batch --passphrase § --decrypt a.gpg'],
  ['shellscript', 'wget --password § https://example.net/'],
  ['shellscript', 'redis-server --requirepass §'],
  ['properties', 'requirepass §'],
  ['sql', "CREATE USER 'app'@'db' IDENTIFIED BY '§';"],
  ['sql', "CREATE USER bob IDENTIFIED WITH PASSWORD '§';"],
  ['typescript', "const signed = jwt.sign({ id: 7 }, '§');"],
  ['typescript', "jwt.verify(token, '§', { algorithms: ['HS256'] });"],
  ['typescript', "crypto.createHmac('sha256', '§').update(body);"],
  ['python', 'jwt.encode({"id": 7}, "§", algorithm="HS256")'],
  ['python', 'client.login("bob", "§")'],
  ['python', 'client.login(user, "§")'],
  ['java', 'DriverManager.getConnection(url, "app", "§");'],
  ['go', 'sql.Open("mysql", "app:§@tcp(db)/shop")'],
  ['go', 'sql.Open("postgres", "postgres://app:§@db/shop")'],
  ['sql', "SET PASSWORD FOR 'bob'@'db' = '§';"],
  ['sql', "SELECT pgp_sym_encrypt(name, '§');"],
  ['sql', "SELECT crypt('§', gen_salt('bf'));"],
  ['go', 'sql.Open("mysql", "root:§@/shop")'],
  ['go', 'request.SetBasicAuth("bob", "§")'],
  ['typescript', "await bcrypt.hash('§', 10);"],
  ['typescript', "changePassword({ old: '§', next: other });"],
  ['python', 'User.objects.create_user("bob", "bob@example.net", "§")'],
  ['python', 'get(url, auth=("bob", "§"))'],
  ['shellscript', 'redis-cli -h db -a § ping'],
  ['python', 'run(["redis-cli", "-a", "§", "ping"])'],
  ['shellscript', 'zip -P § a.zip a'],
  ['shellscript', 'ldapsearch -x -D cn=admin -w § -b dc=example'],
  ['shellscript', 'mongo -u root -p § shop'],
  ['shellscript', 'htpasswd -bc users bob §'],
  ['shellscript', 'vault login §'],
  ['shellscript', 'openssl enc -aes-256-cbc -k § -in a'],
  ['shellscript', 'openssl rsa -passin pass:§ -in a'],
  ['shellscript', 'printf "%s" "§" > password.txt'],
  ['shellscript', 'keytool -genkey -alias a -storepass §'],
  ['shellscript', 'sqlplus -s scott/§@db'],
  ['shellscript', 'http -a bob:§ https://example.net'],
  ['shellscript', 'https --auth=bob:§ example.net'],
  ['shellscript', 'lftp -u bob,§ ftp://db'],
  ['shellscript', 'mosquitto_pub -h db -u bob -P § -t a -m b'],
  ['python', 'run(["mosquitto_sub", "-P", "§"])'],
  ['shellscript', 'ssh-keygen -t ed25519 -N "§" -f ours'],
  ['shellscript', 'gh secret set NAME --body §'],
  ['shellscript', 'vault kv put secret/db user=bob value=§'],
  ['shellscript', 'kubectl create secret generic db --from-literal=value=§'],
  ['shellscript', 'smbclient //db/a -U bob%§'],
  ['shellscript', 'nmcli device wifi connect ours password §'],
  ['shellscript', 'wpa_passphrase ours §'],
  ['shellscript', 'openssl passwd -6 §'],
  ['shellscript', 'cqlsh -u bob -p § db'],
  ['shellscript', 'kinit bob <<< §'],
  ['shellscript', 'cryptsetup open /dev/sda2 a <<< "§"'],
  ['shellscript', 'read -rs IT <<< "§"'],
  ['shellscript', "sudo passwd bob <<< $'§\\n§'"],
  ['shellscript', 'passwd bob <<EOF\n§\nEOF'],
  ['shellscript', 'echo -e "§\\n§" | passwd bob'],
  ['shellscript', 'printf "§\\n§\\n" | sudo smbpasswd -a -s bob'],
  ['shellscript', 'echo -n "§" | cryptsetup luksFormat /dev/sda2 -'],
  ['shellscript', 'echo § | docker secret create ours -'],
  ['bat', 'net use x: \\\\db\\a § /user:bob'],
  ['bat', 'net use \\\\db\\a /user:bob §'],
  ['bat', 'net user bob § /add'],
  ['tcl', 'expect "*assword*"; send "§\\r"'],
  ['tcl', 'expect {\n  "*?assword:*" { send -- "§\\r" }\n}'],
  ['python', 'child.expect("Password: ")\nchild.sendline("§")'],
  ['python', 'link.read_until(b"Password: ")\nlink.write(b"§\\n")'],
  ['shellscript', 'echo "db:5432:shop:bob:§" > ~/.pgpass'],
  ['shellscript', 'cat > ~/.pgpass <<EOF\ndb:5432:*:bob:§\nEOF'],
  ['shellscript', 'echo "machine db login bob password §" >> ~/.netrc'],
];

/** Statements with names of secrets that hold none. */
export const harmless: readonly (readonly [languageId: string, statement: string])[] = [
  ['typescript', 'const camelName = process.env.CONSTANT_NAME;'],
  ['typescript', "const camelName = process.env['CONSTANT_NAME'] ?? '';"],
  ['typescript', 'interface Login { camelName: string; user: string }'],
  ['typescript', "import camelName from './camelName';"],
  ['typescript', "const type = shown ? 'snake_name' : 'text';"],
  ['typescript', "const fields = ['user', 'snake_name', 'address'];"],
  ['typescript', "for (const field of ['snake_name', 'address', 'city']) check(field);"],
  ['typescript', "const rules = { camelName: 'required|string|min:8' };"],
  ['typescript', "const errors = { camelName: 'Must have eight characters' };"],
  ['typescript', "write(camelName, 'server', ours);"],
  ['typescript', "const it = hash(camelName.encode('utf8'));"],
  ['typescript', '// The camelName of the user is checked where it is needed.'],
  ['typescript', 'if (camelName.length < 8 || camelName === other) refuse();'],
  ['typescript', 'send(`the answer to ${camelName} and ${other}`);'],
  ['python', 'snake_name = os.environ["CONSTANT_NAME"]'],
  ['python', 'snake_name: str | None = None'],
  ['python', 'def check(self, snake_name: str) -> bool:'],
  ['python', 'parser.add_argument("--snake_name", help="as the server wants it", required=True)'],
  ['python', 'CONSTANT_NAME_HASHERS = ["accounts.hashers.Argon2Hasher"]'],
  ['python', 'query = "UPDATE users SET snake_name = ? WHERE id = ?"'],
  ['python', 'query = "UPDATE users SET name = :name, snake_name = :snake_name"'],
  ['go', 'type Login struct { CamelName string `json:"snake_name"` }'],
  ['sql', 'snake_name VARCHAR(255) NOT NULL,'],
  ['sql', 'INSERT INTO users (name, snake_name) VALUES (?, ?);'],
  ['yaml', 'snake_name: ${CONSTANT_NAME}'],
  ['yaml', 'snake_name: ${{ secrets.CONSTANT_NAME }}'],
  ['shellscript', 'CONSTANT_NAME=$1'],
  ['shellscript', 'tool --snake_name "$CONSTANT_NAME" --host db'],
  ['dockerfile', 'ARG CONSTANT_NAME'],
  ['typescript', "const camelName = config.get('server', 'main');"],
  ['typescript', 'const camelName = isLive ? live : other;'],
  ['typescript', "const camelName = mode === 'production' ? live : other;"],
  ['typescript', "const camelName = translate('login.label');"],
  ['typescript', "const camelName = read();\nconst mode = 'production';"],
  ['typescript', "const camelName = { type: 'string', label: 'Geheim', required: true };"],
  ['typescript', "const camelName = () => { open('settings'); };"],
  ['typescript', "const camelName = useCallback(async () => { open('settings'); }, []);"],
  ['typescript', "const camelNameFields = ['address', 'city'];"],
  ['typescript', 'expect(user.camelName).toBe(other);'],
  ['typescript', "open('settings', camelName);"],
  ['typescript', "function open(camelName: string, mode = 'fast') {}"],
  ['typescript', "connect(camelName, { mode: 'fast' });"],
  ['typescript', "log('opened'); // needs the camelName of somebody"],
  ['typescript', "const show = type === 'settings' && camelName;"],
  ['python', 'def snake_name(self):\n    """Gives what opens the door."""'],
  ['python', 'if mode == "fast" and snake_name:\n    open("settings")'],
  ['python', 'user, snake_name = read("settings")'],
  ['python', 'snake_name = read()\nif mode:\n    open("settings")\nelse:\n    open("gates")'],
  ['python', 'if snake_name:\n    data["mode"] = "fast"'],
  ['python', 'class Login(snake_name):\n    MODE = "fast"'],
  ['python', '"""\nsnake_name: Takes what `mode` and `other` open\nand closes it.\n"""'],
  ['python', '# The snake_name is checked by sha256 where it is needed.'],
  ['go', 'if camelName == "" {\n\topen("settings")\n}'],
  ['go', 'camelName, err := read("settings")'],
  ['rust', "fn open<'a>(snake_name: &'a str, mode: &'a str) {}"],
  ['csharp', 'public string CamelName { get; set; } = string.Empty;'],
  ['yaml', 'snake_name:\n  type: string\n  description: What opens the door\n  required: true'],
  ['yaml', 'snake_name:\n  secretKeyRef:\n    name: database\n    key: main'],
  ['shellscript', 'CONSTANT_NAME=$(cat settings)'],
  ['shellscript', 'CONSTANT_NAME=${CONSTANT_NAME:-$OTHER}'],
  ['typescript', "for (const field of [camelName, other]) open('settings');"],
  ['python', 'for snake_name in read("settings"):\n    open("gates")'],
  ['python', 'for it in snake_names:\n    if it == "fast":\n        open("gates")'],
  ['python', 'sort(snake_names, key=lambda it: it["name"])'],
  ['typescript', "send('{\\'kind\\': \\'gates\\'}', camelName);"],
  ['typescript', 'const said = "The \\"camelName\\" is needed, \\"please\\"";'],
  ['json', '{ "value": "gates", "name": "field" },\n{ "name": "snake_name" }'],
  ['shellscript', 'tool --snake_name "$CONSTANT_NAME" <<EOF\none\ntwo\nthree\nfour\nEOF'],
  ['typescript', "const url = 'a?camelName=' + camelName;"],
  // Commands that only sound like those that take one.
  ['shellscript', 'cp -p some/file@main /home/bob/file'],
  ['shellscript', 'grep bob /etc/passwd | sort -u'],
  ['shellscript', 'echo "$it" | sudo tee -a settings'],
  ['shellscript', 'echo settings | grep passwd'],
  ['shellscript', 'curl -a https://example.net/sqlplus/main@live'],
  ['bat', 'net use x: \\\\db\\share /user:bob'],
  ['bat', 'net user bob'],
  ['shellscript', 'gh secret list --repo owner/name'],
  ['shellscript', 'ssh-keygen -t ed25519 -f ours'],
  ['shellscript', 'cat <<EOF > settings\nmode fast\nEOF'],
  ['python', 'print("Enter the name:")\nlink.send("hello")'],
  ['yaml', 'ports: ["127.0.0.1:8080:80", "aa:12:bb:34:cc:56"]'],
  ['xml', '<camelName/>\n<user>bobby</user>'],
  ['xml', '<input type="text" name="snake_name" required/>'],
];
