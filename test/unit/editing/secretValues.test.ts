// Keys and tokens in texts of other files, and in answers: found by their formats, and not where none are.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { languageOf } from '../../../src/language/languages';
import { showsSecret, withoutSecrets as without } from '../../../src/editing/secretValues';

const withoutSecrets = (text: string): string => without(text, 'typescript');

/** Put together here, so that nobody's scanner takes this file for one that holds keys. */
const letters = 'k3X9mQ2vL7pR5tW8yB4nC6dF1gH0jZsA';
const some = (length: number, from = letters): string => from.repeat(9).slice(0, length);
const lines = (length: number): string => some(length, `${some(64)}\n`);
const pem = (kind: string): string[] => [
  `-----BEGIN ${kind}PRIVATE KEY-----`,
  `-----END ${kind}PRIVATE KEY-----`,
];
const [rsaBegin, rsaEnd] = pem('RSA ') as [string, string];

const values: Record<string, string> = {
  'GitHub, classic': 'ghp_' + some(36),
  'GitHub, fine-grained': 'github_pat_' + some(82),
  GitLab: 'glpat-' + some(20),
  npm: 'npm_' + some(36),
  Slack: `xoxb-123456789012-1234567890123-${some(24)}`,
  "Slack's webhooks": `https://hooks.slack.com/services/T${some(8)}/B${some(8)}/${some(24)}`,
  'Hugging Face': 'hf_' + some(34, 'abcDEFghiJKL'),
  Docker: 'dckr_pat_' + some(27),
  Shopify: 'shpat_' + some(32),
  Vault: 'hvs.' + some(95),
  'a URL with a password': 'https://deploy:' + 'hunter2x@' + 'git.example.net/a.git',
  'a database': 'postgres://app:' + 's3cr3tpw@' + 'db:5432/x',
  'an identifier of Amazon': 'AKIA' + some(16, 'QWERTYUIOP234567'),
  'a key of Google': 'AIza' + some(35),
  'a secret of Google': 'GOCSPX-' + some(28),
  Stripe: 'sk_live_' + some(24),
  "Stripe's webhooks": 'whsec_' + some(32),
  'a JSON Web Token': `eyJ${some(20)}.eyJ${some(40)}.${some(43)}`,
  PyPI: 'pypi-AgE' + some(90),
  SendGrid: `SG.${some(22)}.${some(43)}`,
  Telegram: '123456789:AA' + some(33),
  "Discord's webhooks": `https://discord.com/api/webhooks/123456789012345678/${some(68)}`,
  age: 'AGE-SECRET-KEY-1' + some(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'),
  Azure: 'AccountKey=' + some(86) + '==',
};

const typescript = 'node_modules/typescript/lib/typescript.js';
const filesIn = (folder: string): string[] =>
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file}`)
    .filter((file) => /\.(?:ts|cpp|h|py|jsonl)$/.test(file));

describe('a key or token in another file', () => {
  for (const [issuer, value] of Object.entries(values))
    it(`is left out with its line: ${issuer}`, () => {
      const text = `const first = 1;\nconst key = '${value}'; // mine\nconst last = 2;\n`;
      assert.equal(withoutSecrets(text), 'const first = 1;\n\nconst last = 2;\n');
    });

  it('is left out also where its name stands on the line before', () => {
    const text = `AWS_SECRET_ACCESS_KEY =\n  "${some(40)}"\nREGION = "eu"\n`;
    assert.equal(withoutSecrets(text), '\n\nREGION = "eu"\n');
  });

  it('is left out where a comment tells a scanner to look away', () => {
    const text = `// secretlint-disable-next-line\nkey = "${values.GitLab}"\n`;
    assert.equal(withoutSecrets(text), '// secretlint-disable-next-line\n\n');
  });

  it('is left out on all of its lines', () => {
    const body = `MII${lines(600)}`;
    const rows = `${rsaBegin}\n${body}\n${rsaEnd}`.split('\n').length;
    assert.equal(withoutSecrets(`a\n${rsaBegin}\n${body}\n${rsaEnd}\nb`), `a\n${'\n'.repeat(rows - 1)}\nb`);
    const joined = `key = (\n  "${rsaBegin}\\n"\n  "${some(64)}\\n"\n  "${some(40)}"\n)\n`;
    assert.equal(withoutSecrets(joined), 'key = (\n\n\n\n)\n');
  });

  it('leaves every other line as it is, at its number', () => {
    const plain = [
      "if (text.startsWith('-----BEGIN PRIVATE KEY-----')) {\n  parsePrivateKeyFromThisText(text);\n}",
      'const url = `postgres://${user}:${password}@${host}/db`;',
      'const token = request.headers.authorization;\r\nreturn jwt.verify(token, secret);',
      'password: "changeme", apiKey: process.env.API_KEY, id: "123e4567-e89b-12d3-a456-426614174000"',
      'sk_live_ ghp_ AKIA xoxb- eyJ 123456789:AA https://user:password@localhost/',
    ];
    for (const text of plain) assert.equal(withoutSecrets(text), text);
    const numbered = withoutSecrets(`a\r\n${values.npm}\r\nb\r\n`).split('\n');
    assert.deepEqual([numbered.length, numbered[0], numbered[2]], [4, 'a\r', 'b\r']);
  });

  it('is seen in few lines of code that has none', () => {
    const texts = [...filesIn('src'), ...filesIn('native'), ...filesIn('test/fixtures'), typescript].map(
      (file) => [fs.readFileSync(file, 'utf8'), languageOf(file) ?? 'plaintext'] as const,
    );
    let [lines, left] = [0, 0];
    for (const [text, languageId] of texts) {
      const seen = without(text, languageId).split('\n');
      const all = text.split('\n');
      assert.equal(seen.length, all.length);
      lines += all.length;
      left += all.filter((line, i) => line !== seen[i]).length;
    }
    assert.ok(lines > 200_000 && left < 0.003 * lines, `${left} of ${lines} lines`);
  });

  it('is looked for in little time, whatever the text', () => {
    const texts = [
      'A',
      ' ',
      '-',
      'https://',
      'http://a:',
      'mysql://a:b',
      `${rsaBegin}\n`,
      'SECRET_ACCESS_KEY',
      'eyJ',
    ];
    for (const each of [...texts, 'xoxb-a-', 'SG.a.', `${rsaBegin}+`, 'AccountKey=', 'sk-proj-', '1:A']) {
      const begun = performance.now();
      withoutSecrets(each.repeat(200_000 / each.length));
      assert.ok(performance.now() - begun < 2000, `${each} took ${performance.now() - begun} ms`);
    }
  });
});

describe('an answer', () => {
  const value = values.Stripe!;
  const shows = (prefix: string, text: string, suffix = ''): boolean =>
    showsSecret(text, { prefix, suffix, languageId: 'typescript' });

  it('shows a key that its document does not hold, also from within', () => {
    assert.ok(shows('const key = ', `'${value}';`));
    assert.ok(shows(`const key = '${value.slice(0, 12)}`, `${value.slice(12)}';`));
    assert.ok(shows('a\n', `first();\nconst key = '${value}';`));
  });

  it('shows none where its document holds it already, or there is none', () => {
    assert.ok(!shows(`const key = '${value}';\nconst same = `, `'${value}';`));
    assert.ok(!shows('const same = ', `'${value}';`, `\nconst key = '${value}';`));
    assert.ok(!shows(`const key = '${value}`, "';"));
    assert.ok(!shows('const key = ', 'process.env.KEY;'));
  });
});
