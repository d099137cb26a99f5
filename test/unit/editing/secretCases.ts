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
  'password passwd pwd pw pass passphrase secret passwort kennwort geheimnis zugangsdaten mot_de_passe mdp contraseña contrasena senha wachtwoord hasło haslo lösenord passord heslo пароль 密码 パスワード 비밀번호'.split(
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
  ['xml', '<input type="text" name="snake_name" required/>'],
];
