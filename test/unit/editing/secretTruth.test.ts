// Truth in, truth out: secrets drawn at random, in many languages' forms and places, are in no prompt and in no answer shown.

import assert from 'node:assert/strict';
import { openFile, RelatedChunks } from '../../../src/editing/relatedChunks';
import { discreet, withoutSecrets } from '../../../src/editing/secretValues';
import type { Completion, Prompt } from '../../../src/protocol';
import { type RandomSource, randomSource } from '../random';
import {
  behindForms,
  drawn,
  formats,
  harmless,
  lists,
  joinedNames,
  namedForms,
  names,
  ofMany,
  otherNames,
  ownersOf,
  ownForms,
  words,
} from './secretCases';

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

/** A statement with a name in it, as it is spelt there. */
const withName = (statement: string, { snake, camel, constant }: (typeof names)[number]): string =>
  statement
    .replaceAll('camelName', camel)
    .replaceAll('CamelName', camel[0]!.toUpperCase() + camel.slice(1))
    .replaceAll('snake_name', snake)
    .replaceAll('CONSTANT_NAME', constant);
const withSecret = (statement: string, secret: string): string => statement.replaceAll('§', () => secret);

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

/** All that is kept where a model writes the text, offers it as an alternative, or the other one has said it. */
function shownOf(text: string, prefix: string, languageId: string): string {
  const prompt: Prompt = { path: 'a', languageId, prefix, suffix: '\nend\n', related: [] };
  const first = discreet(answer(text), prompt);
  const second = discreet({ ...answer('x'), alternatives: [{ text, confidence: 1 }] }, prompt);
  const other = { model: 'other', shown: true, confidence: 1, milliseconds: 1, said: { text } };
  const third = discreet({ ...answer('x'), other }, prompt);
  return first.text + JSON.stringify([second.alternatives, third]);
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

  const withNames = (
    forms: typeof namedForms,
  ): { languageId: string; statement: string; isSure: boolean }[] =>
    forms.flatMap(([languageId, statement, odd]) =>
      names.map((name) => ({
        ...{ languageId, statement: withName(statement, name), isSure: name.isSure && odd !== 'odd' },
      })),
    );
  const named = withNames(namedForms);
  const own = [...ownForms, ...ofMany].map(([languageId, statement]) => ({
    languageId,
    statement,
    isSure: true,
  }));

  it('is in no text where its name or its form tells it', () => {
    const random = randomSource(3);
    const missed = [...named, ...withNames(behindForms), ...own].flatMap(
      ({ languageId, statement, isSure }) => {
        const { plain, odd } = words(random);
        return (isSure ? [plain, odd] : [odd]).flatMap((secret) => {
          const written = withSecret(statement, secret);
          return withoutSecrets(written, languageId).includes(secret) ? [`${languageId}: ${written}`] : [];
        });
      },
    );
    assert.deepEqual(missed, []);
  });

  it('is told by every word for one, joined with any other word', () => {
    const random = randomSource(13);
    const missed = joinedNames.flatMap(({ name, isSure }) => {
      const { plain, odd } = words(random);
      const secret = isSure ? plain : odd;
      const [code, data] = [`open({ "${name}": "${secret}" })`, `${name}: ${secret}`];
      const isKept = !withoutSecrets(code, 'typescript') && !withoutSecrets(data, 'yaml');
      return isKept ? [] : [`${code}, ${data}`];
    });
    assert.deepEqual(missed, []);
    const seen = otherNames.filter(
      (name) => withoutSecrets(`open({ ${name}: "dogubane" })`, 'typescript') === '',
    );
    assert.deepEqual(seen, []);
  });

  it('is seen in no statement that only has its name', () => {
    const seen = harmless.flatMap(([languageId, statement]) =>
      names
        .map((name) => withName(statement, name))
        .filter((written) => withoutSecrets(written, languageId) !== written),
    );
    assert.deepEqual(seen, []);
  });

  it('is in no prompt and no answer where its name tells it, also cut short', () => {
    const random = randomSource(5);
    for (const { languageId, statement } of [...named.filter(({ isSure }) => isSure), ...own]) {
      // What stands behind a secret cannot tell one that is cut short.
      if (random.below(8) > 0 || /§.* (?:[|>]|\/)/.test(statement)) continue;
      // A list without a rule is one where the text begins with it alone.
      if (languageId === 'csv') continue;
      const { plain: secret } = words(random);
      const written = withSecret(statement, secret);
      const what = `${languageId}, ${written}`;
      // A list of values begins with the file, where its head is.
      const isList = languageId === 'csv';
      assertKept(secret, relatedTo(isList ? written : fileWith(written, random), languageId), what);
      const at = written.indexOf(secret);
      for (const [from, to] of [
        [0, written.length],
        [at, written.length],
        [at + 2, at + secret.length],
      ] as const)
        assertKept(
          secret.slice(Math.max(0, from - at)),
          shownOf(written.slice(from, to), (isList ? '' : 'a\n') + written.slice(0, from), languageId),
          `${what}, ${from} to ${to}`,
        );
    }
  });

  it('is in no text at any place of a list or block of any length', () => {
    const random = randomSource(17);
    const [count, places] = [300, [0, 1, 2, 3, 4, 15, 16, 64, 65, 66, 150, 298, 299]];
    const shown = lists.flatMap(([languageId, list]) => {
      const secrets = Array.from({ length: count }, () => words(random).plain);
      const written = secrets.map((secret, i) => {
        const name = ownersOf[i] ?? `${ownersOf[i % ownersOf.length]}${i}`;
        return withSecret(list[1].replace('@', name), secret);
      });
      const text = [list[0], ...written, list[2]].join('\n');
      const kept = withoutSecrets(`one\n${text}\ntwo\n`, languageId);
      assert.ok(kept.startsWith('one\n') && kept.endsWith('\ntwo\n'), `${languageId}: ${list[0]}: ${kept}`);
      return places
        .filter((place) => kept.includes(secrets[place]!))
        .map((place) => `${languageId}: ${list[0]} ${written[place]}`);
    });
    assert.deepEqual(shown, []);
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
