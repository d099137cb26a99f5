// Makes a recording for `replay` of a commit: its changes become cursor jumps, deletions and characters typed one by one, with pauses by seed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { diffLines, diffWordsWithSpace } from 'diff';
import { program } from './steps.mjs';

const usage =
  'node scripts/record.mjs --repository FOLDER --commit ID --source OWNER/NAME --licence NAME [--seed N] --out FILE PATH...';
const languageIds = { '.go': 'go', '.js': 'javascript', '.py': 'python', '.rs': 'rust', '.ts': 'typescript' };

function git(folder, ...args) {
  const { status, stdout, stderr } = spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

function copyrightOf(read) {
  for (const name of ['LICENSE', 'LICENSE.txt', 'LICENSE.md'])
    try {
      return /^.*copyright \(c\).*$/im.exec(read(name))[0].trim();
    } catch {
      // Another name, then.
    }
  throw new Error('The repository has no LICENSE with a line of copyright.');
}

/** Replacements `{ at, removed, added }` in the order of `at`, an offset in `before`: of lines, and of words in lines much alike. */
function editsBetween(before, after) {
  return replacements(diffLines(before, after)).flatMap((edit) => {
    const { at, removed, added } = edit;
    const words = removed && added ? diffWordsWithSpace(removed, added) : [];
    const kept = words.filter((part) => !part.added && !part.removed).map((part) => part.value);
    if (kept.join('').trim().length > removed.length / 2)
      return replacements(words).map((word) => ({ ...word, at: at + word.at }));
    // Whole lines are typed from the end of the line above, with the line end first.
    if (!removed && at > 0 && added.endsWith('\n'))
      return [{ at: at - 1, removed: '', added: `\n${added.slice(0, -1)}` }];
    const lines = removed.endsWith('\n') && added.endsWith('\n') ? -1 : undefined;
    return [{ at, removed: removed.slice(0, lines), added: added.slice(0, lines) }];
  });
}

function replacements(parts) {
  const edits = [];
  let at = 0;
  let open;
  for (const { value, added, removed } of parts) {
    if (!added && !removed) open = undefined;
    else {
      if (!open) edits.push((open = { at, removed: '', added: '' }));
      open[added ? 'added' : 'removed'] += value;
    }
    if (!added) at += value.length;
  }
  return edits;
}

const closers = { '(': ')', '[': ']', '{': '}', '"': '"', "'": "'", '`': '`' };
/** Longer texts are selected and deleted at once. */
const longestBackspacing = 12;

/** Writes the steps of somebody who makes edits, and the documents as they become. */
class Typist {
  steps = [];
  /** Each with how far its text has moved behind the edits made. */
  #documents;
  #current = 0;
  /** What is still to be done in other files when so many characters have been typed in the first one. */
  #visits = [];
  #typed = 0;
  #random;

  constructor(files, seed) {
    this.#documents = files.map(({ path: file, text }) => ({ file, text, cursor: 0, moved: 0 }));
    this.#random = randomSource(seed);
  }

  /** Makes the first file's edits in their order, and in between, in the midst of typing, goes to the others twice each. */
  edit([first, ...others]) {
    const visits = [0, 1].flatMap((half) =>
      others.map((edits, i) => {
        const middle = Math.ceil(edits.length / 2);
        return { index: i + 1, edits: half === 0 ? edits.slice(0, middle) : edits.slice(middle) };
      }),
    );
    const length = first.reduce((sum, { added }) => sum + added.length, 0);
    this.#visits = visits.map((visit, i) => ({ ...visit, after: (length * (i + 1)) / (visits.length + 1) }));
    this.#inFile(0, first);
  }

  check(texts) {
    this.#documents.forEach(({ file, text }, i) => {
      if (text !== texts[i]) throw new Error(`The steps do not lead to ${file} as it was committed.`);
    });
    for (const kind of ['accept', 'undo', 'open'])
      if (!this.steps.some((step) => kind in step))
        throw new Error(`No ${kind} was drawn: take another seed.`);
  }

  #visit({ index, edits }) {
    this.#step({ open: this.#documents[index].file }, 2500);
    this.#inFile(index, edits);
    this.#current = 0;
    this.#step({ open: this.#documents[0].file }, 2500);
  }

  #inFile(index, edits) {
    this.#current = index;
    const document = this.#document;
    for (const { at, removed, added } of edits) {
      const end = at + document.moved + removed.length;
      if (document.cursor !== end) {
        document.cursor = end;
        this.#step({ move: end }, 1200);
      }
      this.#delete(removed);
      this.#type(added);
      document.moved += added.length - removed.length;
    }
  }

  get #document() {
    return this.#documents[this.#current];
  }

  /** A pause is drawn around `usual` milliseconds, from a log-normal distribution. */
  #step(step, usual) {
    const normal = Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
    this.steps.push({ pause: Math.max(15, Math.round(usual * Math.exp(0.5 * normal))), ...step });
  }

  #replace(left, right, text, behind = '') {
    const document = this.#document;
    const start = document.cursor - left;
    document.text =
      document.text.slice(0, start) + text + behind + document.text.slice(document.cursor + right);
    document.cursor = start + text.length;
  }

  #delete(text) {
    for (let rest = text.length; rest > 0;) {
      const count = text.length > longestBackspacing ? rest : 1;
      this.#step({ delete: count }, rest === text.length ? 700 : 90);
      this.#replace(count, 0, '');
      rest -= count;
    }
  }

  #type(text) {
    const document = this.#document;
    // Before each keystroke of this run: where the text stood, the cursor, and what the editor has closed.
    const before = [];
    let closed = [];
    let mistakes = 0;
    for (let at = 0; at < text.length;) {
      const accepted = this.#random() < 0.04 ? restOfLine(text, at, closed) : '';
      const key = accepted || keystrokeAt(text, at);
      before.push({ at, closed, text: document.text, cursor: document.cursor });
      if (accepted) {
        this.#step({ accept: accepted }, 600);
        this.#replace(0, 0, accepted);
      } else if (closed.at(-1) === at) {
        this.#step({ type: key, over: 1 }, 130);
        this.#replace(0, 1, key);
        closed = closed.slice(0, -1);
      } else {
        const closer = closerAt(text, at);
        const closes = closer > 0 && /^[\s)\]}"'`;,]?$/.test(document.text[document.cursor] ?? '');
        this.#step(
          closes ? { type: key, closes: closers[key] } : { type: key },
          key.startsWith('\n') ? 450 : /\w/.test(key) ? 130 : 190,
        );
        this.#replace(0, 0, key, closes ? closers[key] : '');
        if (closes) closed = [...closed, closer];
      }
      at += key.length;
      if (this.#current === 0 && (this.#typed += key.length) >= this.#visits[0]?.after)
        this.#visit(this.#visits.shift());
      // One accepted text in three was not meant, and now and then a few keystrokes are taken back.
      const undone = accepted ? Number(this.#random() < 0.33) : this.#random() < 0.006 ? 4 : 0;
      if (undone > 0 && before.length >= undone && mistakes++ < 3) {
        this.#step({ undo: undone }, 900);
        ({ at, closed, text: document.text, cursor: document.cursor } = before.at(-undone));
        before.length -= undone;
      }
    }
  }
}

/** A character, or a line end with the indentation that the editor puts behind it. */
function keystrokeAt(text, at) {
  const line = /^\n[ \t]*(?=\S)/.exec(text.slice(at));
  return line ? line[0] : String.fromCodePoint(text.codePointAt(at));
}

/** What ghost text could have offered: up to the line's end, or to a closer that stands there already. */
function restOfLine(text, at, closed) {
  const end = Math.min(
    closed.at(-1) ?? Infinity,
    text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at),
  );
  const rest = text.slice(at, end);
  return rest.trim().length >= 5 ? rest : '';
}

/** Where, in the same line, stands the closer of the bracket or quote at `at`; 0 for none. */
function closerAt(text, at) {
  const closer = closers[text[at]];
  if (!closer) return 0;
  for (let i = at + 1, depth = 0; i < text.length && text[i] !== '\n'; i++) {
    if (text[i] === closer && depth-- === 0) return i;
    if (text[i] === text[at]) depth++;
  }
  return 0;
}

/** Numbers in 0..1 by seed (mulberry32). */
function randomSource(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

await program(import.meta.url, (args) => {
  const string = { type: 'string' };
  const names = ['repository', 'commit', 'source', 'licence', 'out'];
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(names.map((name) => [name, string])),
      seed: { ...string, default: '1' },
    },
  });
  if (positionals.length === 0 || names.some((name) => !values[name])) throw new Error(`Usage: ${usage}`);
  const show = (what) => git(values.repository, 'show', `${values.commit}${what}`);
  const header = {
    schema: 'ryzanstein/session/1',
    source: values.source,
    version: git(values.repository, 'rev-parse', values.commit).trim(),
    licence: values.licence,
    copyright: copyrightOf((name) => show(`:${name}`)),
    files: positionals.map((file) => {
      const after = show(`:${file}`);
      const sha256 = createHash('sha256').update(after).digest('hex');
      return { path: file, languageId: languageIds[path.extname(file)], text: show(`^:${file}`), sha256 };
    }),
  };
  const typist = new Typist(header.files, Number(values.seed));
  typist.edit(positionals.map((file) => editsBetween(show(`^:${file}`), show(`:${file}`))));
  typist.check(positionals.map((file) => show(`:${file}`)));
  const lines = [header, ...typist.steps].map((line) => JSON.stringify(line));
  writeFileSync(values.out, `${lines.join('\n')}\n`);
});
