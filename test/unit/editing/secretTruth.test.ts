// Truth in, truth out: secrets drawn at random, in many languages' forms and places, are in no prompt and in no answer shown.

import assert from 'node:assert/strict';
import { openFile, RelatedChunks } from '../../../src/editing/relatedChunks';
import { discreet, withoutSecrets } from '../../../src/editing/secretValues';
import type { Completion, Prompt } from '../../../src/protocol';
import { type RandomSource, randomSource } from '../random';

const hex = '0123456789abcdef';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const base62 = upper + upper.toLowerCase() + digits;
const base64 = `${base62}+/`;
const base64url = `${base62}-_`;

/** What is written between parts is drawn from these alphabets: `h` hex, `w` base62, `B` base64, `U` base64url, `A` upper case, `9` digits. */
const alphabets: Record<string, string> = {
  h: hex,
  w: base62,
  B: base64,
  U: base64url,
  A: `${upper}234567`,
  9: digits,
};

/** `{w40}` is forty characters of an alphabet. */
const drawn = (format: string, random: RandomSource): string =>
  format.replace(/\{(\w)(\d+)\}/g, (_, alphabet: string, length: string) =>
    Array.from({ length: Number(length) }, () => random.pick([...alphabets[alphabet]!])).join(''),
  );

/** As their issuers publish them; what stands before `|` is no secret. */
const formats: Record<string, string> = {
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

const quoted: [languageId: string, statement: string][] = [
  ['typescript', "const host = '@';"],
  ['typescript', 'open({ retries: 3, host: `@` });'],
  ['python', 'HOST = "@"  # ours'],
  ['python', 'session.login("@")'],
  ['python', 'HOST = b"""@"""'],
  ['go', 'var host string = "@"'],
  ['rust', 'let host: &str = r#"@"#;'],
  ['java', 'private static final String HOST = "@";'],
  ['c', '#define HOST "@"'],
  ['csharp', 'var host = @"@";'],
  ['php', "define('HOST', '@');"],
  ['ruby', "host: '@',"],
  ['swift', 'let host = "@"'],
  ['kotlin', 'const val HOST = "@"'],
  ['sql', "INSERT INTO hosts VALUES (1, '@');"],
  ['shellscript', 'export HOST=@'],
  ['shellscript', 'curl -H "X-Host: @" https://example.net/'],
  ['dockerfile', 'ENV HOST @'],
  ['yaml', 'host: @'],
  ['json', '"host": "@",'],
  ['toml', 'host = "@"'],
  ['ini', 'host=@'],
  ['xml', '<host>@</host>'],
  ['lua', 'host = [[@]]'],
  ['plaintext', '@'],
];

/** Where a name tells it, the value is a word that looks like nothing. */
const named: [languageId: string, statement: string][] = [
  ['typescript', "const dbPassword = '@';"],
  ['typescript', "const password: string = '@';"],
  ['typescript', "connect({ user: 'bob', password: '@' });"],
  ['typescript', "const secret = process.env.SECRET ?? '@';"],
  ['python', 'DB_PASSWORD = "@"'],
  ['python', 'SECRET_KEY = (\n    "@"\n)'],
  ['python', 'connect("db", password="@")'],
  ['python', 'password: str = "@"'],
  ['python', 'client.login("bob", "@")'],
  ['python', 'os.environ["DB_PASSWORD"] = "@"'],
  ['python', 'os.environ.get("DB_PASSWORD", "@")'],
  ['go', 'var password string = "@"'],
  ['go', 'password := "@"'],
  ['rust', 'const PASSWORD: &str = "@";'],
  ['java', 'dataSource.setPassword("@");'],
  ['java', 'System.setProperty("db.password", "@");'],
  ['c', '#define WIFI_PASSWORD "@"'],
  ['cpp', 'const char password[] = "@";'],
  ['php', "define('DB_PASSWORD', '@');"],
  ['php', "'password' => '@',"],
  ['ruby', ':password => "@"'],
  ['sql', "CREATE USER bob IDENTIFIED WITH PASSWORD '@';"],
  ['json', '"clientSecret": "@",'],
  ['json', '{ "name": "DB_PASSWORD",\n  "value": "@" }'],
  ['toml', 'password = "@"'],
  ['yaml', 'db_password: @'],
  ['yaml', '- name: DB_PASSWORD\n  value: @'],
  ['properties', 'spring.datasource.password=@'],
  ['ini', 'password = @'],
  ['shellscript', 'export DB_PASSWORD=@'],
  ['dockerfile', 'ENV DB_PASSWORD=@'],
  ['xml', '<password>@</password>'],
  ['xml', '<add key="Password" value="@"/>'],
];
const word = 'correcthorsebattery';

/** A file of the statement at a place drawn at random; what is in it beside is like the document. */
function fileWith(statement: string, random: RandomSource): string {
  const lines = Array.from({ length: random.below(12) + 2 }, (_, i) => `connect step${i} to the host`);
  lines.splice(random.below(lines.length), 0, statement);
  return lines.join('\n');
}

function relatedTo(text: string, languageId: string): string {
  const place = { key: '/w/main', path: 'main', languageId, prefix: 'connect host HOST step1', suffix: '' };
  const file = { ...openFile({ path: 'conf', languageId, text }), key: '/w/conf' };
  return new RelatedChunks()
    .at(place, [file])
    .map((each) => each.text)
    .join('\n');
}

function assertKept(secret: string, shown: string, what: string): void {
  for (let i = 0; i + 8 <= secret.length; i++)
    assert.ok(!shown.includes(secret.slice(i, i + 8)), `${what}: ${secret} in ${shown}`);
}

const answer = (text: string): Completion => ({
  ...{ text, reason: 'line', shown: true, confidence: 1, tokens: 9, promptTokens: 9, reusedTokens: 0 },
  ...{ prefillMs: 1, decodeMs: 1, tokensPerSecond: 1, model: 'one that repeats' },
});

/** What is shown where a model writes the text, and as an alternative. */
function shownOf(text: string, prefix: string, languageId: string): string {
  const prompt: Prompt = { path: 'a', languageId, prefix, suffix: '\nend\n', related: [] };
  const first = discreet(answer(text), prompt);
  const second = discreet({ ...answer('x'), alternatives: [{ text, confidence: 1 }] }, prompt);
  return first.text + JSON.stringify(second.alternatives);
}

describe('a secret of another file', () => {
  for (const [issuer, format] of Object.entries(formats))
    it(`is in no prompt and no answer: ${issuer}`, () => {
      const random = randomSource(issuer.length * 97 + format.length);
      for (const [languageId, statement] of quoted) {
        const [open, secret] = ['', ...drawn(format, random).split('|')].slice(-2) as [string, string];
        const what = `${languageId}, ${statement}`;
        const written = statement.replace('@', () => open + secret);
        const kept = relatedTo(fileWith(written, random), languageId);
        assertKept(secret, kept, what);
        const at = written.indexOf(secret);
        // The document has begun it, or not even the line; the answer ends it, or is cut short.
        const begun = random.pick([0, at, at + 1 + random.below(4)]);
        const least = secret.length > 24 ? at + 24 - begun : at + secret.length - begun;
        for (const cut of [0, 1, random.below(Math.max(1, written.length - begun - least))]) {
          const text = written.slice(begun, Math.max(begun + least, at + secret.length - cut));
          if (cut === 0 || text.length > 0)
            assertKept(
              secret.slice(Math.max(0, begun - at)),
              shownOf(text, `a\n${written.slice(0, begun)}`, languageId),
              what,
            );
        }
      }
    });

  it('is in no prompt and no answer where its name tells it, also cut short', () => {
    const random = randomSource(5);
    for (const [languageId, statement] of named) {
      const written = statement.replace('@', () => word);
      assertKept(word, relatedTo(fileWith(written, random), languageId), `${languageId}, ${statement}`);
      const at = written.indexOf(word);
      for (const [from, to] of [
        [0, written.length],
        [at, written.length],
        [at + 2, at + word.length - 1],
        [at, at + 9],
      ] as const)
        assertKept(
          word.slice(Math.max(0, from - at)),
          shownOf(written.slice(from, to), `a\n${written.slice(0, from)}`, languageId),
          `${languageId}, ${statement}, ${from} to ${to}`,
        );
    }
  });

  it('is left out on all lines of a key without its first line', () => {
    const random = randomSource(7);
    for (let i = 0; i < 50; i++) {
      const body = drawn('b3BlbnNzaC1rZXktdjEA{B50}\n{B70}\n{B70}\n{B18}==', random);
      const indented = body.replace(/^/gm, random.pick(['', '  ', '    "', '# ']));
      assert.match(withoutSecrets(`connect\n${indented}\nto`, 'python'), /^connect\n+to$/);
    }
  });

  it('is found by its look alone, all but one of a hundred of twenty characters', () => {
    const random = randomSource(11);
    for (const [format, most] of [
      ['{w20}', 15],
      ['{w24}', 6],
      ['{w32}', 1],
      ['{h32}', 1],
      ['{B40}', 1],
    ] as const) {
      const missed = Array.from({ length: 1000 }, () => `x = "${drawn(format, random)}"`).filter(
        (line) => withoutSecrets(line, 'python') === line,
      );
      assert.ok(
        missed.length <= most,
        `${format}: ${missed.length} of 1000, ${missed.slice(0, 5).join(' ')}`,
      );
    }
  });
});
