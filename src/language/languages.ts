// What is known of each language: one table with a row for each language id, read by id or by a file's name.

import { type ImportRule, ofC, ofGo, ofJava, ofPython, ofRust, ofScript } from './importRules';

export interface Language {
  /** What the names of its files end with, the usual ending first; none where files are known by whole names. */
  readonly endings: readonly string[];
  /** Whether its files are source code to measure on and to read beside others; another one changes the frozen sets. */
  readonly isSource?: boolean;
  readonly lineComments: readonly string[];
  readonly blockComments: readonly (readonly [opener: string, closer: string])[];
  /** What makes a path in a prompt a comment; absent where a file cannot begin with a line of comment. */
  readonly pathComment?: string;
  readonly quotes: Quotes;
  /** What opens a block at a line's end: `{`, which `}` ends, or `:`, where indentation does. */
  readonly blocks: 'brace' | 'colon' | 'none';
  /** Lines that open a block which a word ends, and the word. */
  readonly wordBlocks?: readonly (readonly [opener: RegExp, closer: string])[];
  /** The one of tree-sitter that reads it, as its file is called. */
  readonly grammar?: string;
  /** The language that figures count it under, where it is a dialect. */
  readonly dialectOf?: string;
  /** The same for languages whose code is of use to each other. */
  readonly family?: string;
  readonly imports?: ImportRule;
  /** Text stands in it without quotes, behind a name. */
  readonly bareValues?: true;
}

export interface Quotes {
  /** Around strings that end with their line at the latest. */
  readonly short: readonly string[];
  /** Around strings that run over lines; where it is three of a short quote, that opens it. */
  readonly long: readonly string[];
  /** Around one character, or none where it is a lifetime, a mark on a name, or parts the digits of a number. */
  readonly character?: string;
}

const starred = [['/*', '*/']] as const;
const arrowed = [['<!--', '-->']] as const;

const slashes = { lineComments: ['//'], blockComments: starred, pathComment: '//', blocks: 'brace' } as const;
const hash = { lineComments: ['#'], blockComments: [], pathComment: '#', blocks: 'brace' } as const;
const dashes = { lineComments: ['--'], blockComments: [], pathComment: '--', blocks: 'brace' } as const;
const percent = { lineComments: ['%'], blockComments: [], pathComment: '%', blocks: 'brace' } as const;
const markup = { lineComments: [], blockComments: arrowed, blocks: 'brace' } as const;
/** Script and style within markup, with which such a file begins. */
const mixed = { lineComments: ['//'], blockComments: [...starred, ...arrowed], blocks: 'brace' } as const;
const ended = (opener: RegExp) => ({ wordBlocks: [[opener, 'end']] }) as const;
const uncommented = { lineComments: [], blockComments: [], blocks: 'brace' } as const;
const values = { lineComments: ['#'], blockComments: [], pathComment: '#', blocks: 'none' } as const;

/** Also of prose, where an apostrophe opens nothing. */
const double = { short: ['"'], long: [] } as const;
const both = { short: ['"', "'"], long: [] } as const;
const backticks = { short: ['"', "'"], long: ['`'] } as const;
const triples = { short: ['"', "'"], long: ['"""', "'''"] } as const;
const characters = { short: ['"'], long: [], character: "'" } as const;
const tripleAndCharacters = { short: ['"'], long: ['"""'], character: "'" } as const;

const c = { ...slashes, quotes: characters } as const;
const readC = { ...c, isSource: true, grammar: 'cpp', family: 'c', imports: ofC } as const;
const script = {
  ...slashes,
  ...{ quotes: backticks, isSource: true, family: 'typescript', imports: ofScript },
} as const;

/** By the ids of VS Code. */
export const languages: ReadonlyMap<string, Language> = new Map<string, Language>(
  Object.entries({
    ada: { ...dashes, endings: ['.adb', '.ads'], quotes: characters, blocks: 'none' },
    bat: {
      ...values,
      endings: ['.bat', '.cmd'],
      lineComments: ['::'],
      pathComment: '::',
      quotes: double,
      bareValues: true,
    },
    bibtex: { ...percent, endings: ['.bib'], quotes: double },
    c: { ...readC, endings: ['.c'] },
    clojure: { ...percent, endings: ['.clj'], lineComments: [';'], pathComment: ';', quotes: double },
    coffeescript: { ...hash, endings: ['.coffee'], blockComments: [['###', '###']], quotes: triples },
    // A header may be one of C; C++ reads C as well.
    cpp: { ...readC, endings: ['.cpp', '.cc', '.h', '.hpp'] },
    csharp: { ...c, endings: ['.cs'], quotes: tripleAndCharacters, grammar: 'c-sharp' },
    css: { ...uncommented, endings: ['.css'], blockComments: starred, quotes: both, grammar: 'css' },
    'cuda-cpp': { ...c, endings: ['.cu', '.cuh'] },
    dart: { ...slashes, endings: ['.dart'], quotes: triples },
    diff: { ...uncommented, endings: ['.diff', '.patch'], quotes: double },
    dockercompose: { ...hash, endings: ['.yaml', '.yml'], quotes: both, bareValues: true },
    dockerfile: { ...hash, endings: [], quotes: both, bareValues: true },
    dotenv: { ...values, endings: ['.env'], quotes: both, bareValues: true },
    elixir: { ...hash, endings: ['.ex', '.exs'], quotes: triples, ...ended(/\bdo$|\bfn\b.*->$/) },
    elm: {
      ...{ ...dashes, endings: ['.elm'], blockComments: [['{-', '-}']] },
      quotes: tripleAndCharacters,
    },
    fsharp: {
      ...{ ...slashes, endings: ['.fs', '.fsx'], blockComments: [['(*', '*)']] },
      quotes: tripleAndCharacters,
    },
    'git-commit': { ...values, endings: [], quotes: double },
    'git-rebase': { ...values, endings: [], quotes: double },
    go: {
      ...{ ...slashes, endings: ['.go'], isSource: true, grammar: 'go', imports: ofGo },
      quotes: { short: ['"'], long: ['`'], character: "'" },
    },
    groovy: { ...slashes, endings: ['.groovy', '.gradle'], quotes: triples },
    handlebars: { ...markup, endings: ['.hbs', '.handlebars'], quotes: both },
    haskell: { ...dashes, endings: ['.hs'], blockComments: [['{-', '-}']], quotes: characters },
    hlsl: { ...c, endings: ['.hlsl'] },
    html: { ...mixed, endings: ['.html', '.htm'], quotes: both },
    ignore: { ...values, endings: [], quotes: double },
    ini: {
      ...values,
      endings: ['.ini'],
      lineComments: [';', '#'],
      pathComment: ';',
      quotes: both,
      bareValues: true,
    },
    jade: { ...slashes, endings: ['.pug', '.jade'], quotes: both },
    java: {
      ...{ ...c, endings: ['.java'], quotes: tripleAndCharacters, isSource: true, grammar: 'java' },
      imports: ofJava,
    },
    javascript: { ...script, endings: ['.js', '.cjs', '.mjs'], grammar: 'javascript' },
    javascriptreact: { ...script, endings: ['.jsx'], grammar: 'javascript', dialectOf: 'javascript' },
    json: { ...uncommented, endings: ['.json'], quotes: double },
    jsonc: { ...slashes, endings: ['.jsonc'], quotes: double },
    jsonl: { ...uncommented, endings: ['.jsonl'], quotes: double },
    julia: {
      ...{ ...hash, endings: ['.jl'], blockComments: [['#=', '=#']], quotes: tripleAndCharacters },
      ...ended(
        /^(?:(?:mutable )?struct|function|if|for|while|let|try|macro)\b(?!.*\bend\b)|\bdo(?: [\w, ]+)?$/,
      ),
    },
    kotlin: { ...c, endings: ['.kt', '.kts'], quotes: tripleAndCharacters },
    latex: { ...percent, endings: ['.tex'], quotes: double },
    less: { ...slashes, endings: ['.less'], quotes: both },
    log: { ...uncommented, endings: ['.log'], quotes: double, bareValues: true },
    lua: {
      ...{ ...dashes, endings: ['.lua'], blockComments: [['--[[', ']]']], quotes: both },
      ...ended(/\b(?:then|do|function\b[\w.: ]*\([^()]*\))$/),
    },
    makefile: { ...hash, endings: [], quotes: both, bareValues: true },
    markdown: { ...markup, endings: ['.md'], quotes: double },
    'objective-c': { ...c, endings: ['.m'] },
    'objective-cpp': { ...c, endings: ['.mm'] },
    perl: { ...hash, endings: ['.pl', '.pm'], quotes: both },
    php: { ...slashes, endings: ['.php'], quotes: both, grammar: 'php' },
    plaintext: { ...uncommented, endings: [], quotes: double, bareValues: true },
    powershell: {
      ...hash,
      endings: ['.ps1', '.psm1'],
      blockComments: [['<#', '#>']],
      quotes: both,
      grammar: 'powershell',
    },
    properties: { ...values, endings: ['.properties'], quotes: double, bareValues: true },
    python: {
      ...{ ...hash, endings: ['.py'], isSource: true, quotes: triples, blocks: 'colon', grammar: 'python' },
      imports: ofPython,
    },
    r: { ...hash, endings: ['.r'], quotes: { short: ['"', "'", '`'], long: [] } },
    raku: { ...hash, endings: ['.raku', '.rakumod'], quotes: both },
    razor: { ...mixed, endings: ['.cshtml', '.razor'], quotes: both },
    restructuredtext: { ...uncommented, endings: ['.rst'], quotes: double },
    ruby: {
      ...{ ...hash, endings: ['.rb'], quotes: { short: ['"', "'", '`'], long: [] }, grammar: 'ruby' },
      ...ended(
        /^(?:def|class|module|if|unless|while|until|begin)\b(?!.*(?:\bend\b|\)? = |;))|\bdo(?: *\|[^|]*\|)?$/,
      ),
    },
    rust: { ...c, endings: ['.rs'], isSource: true, grammar: 'rust', imports: ofRust },
    scala: { ...c, endings: ['.scala'], quotes: tripleAndCharacters },
    scss: { ...slashes, endings: ['.scss'], quotes: both },
    shaderlab: { ...slashes, endings: ['.shader'], quotes: double },
    shellscript: {
      ...{ ...hash, endings: ['.sh'], isSource: true, quotes: backticks, grammar: 'bash' },
      wordBlocks: [
        [/(?:^|[\s;])then$/, 'fi'],
        [/(?:^|[\s;])do$/, 'done'],
      ],
      bareValues: true,
    },
    sql: { ...dashes, endings: ['.sql'], blockComments: starred, quotes: both, blocks: 'none' },
    svelte: { ...mixed, endings: ['.svelte'], quotes: backticks },
    swift: { ...slashes, endings: ['.swift'], quotes: { short: ['"'], long: ['"""'] } },
    tex: { ...percent, endings: ['.sty', '.cls'], quotes: double },
    toml: { ...values, endings: ['.toml'], quotes: triples },
    typescript: { ...script, endings: ['.ts', '.cts', '.mts'], grammar: 'typescript' },
    typescriptreact: { ...script, endings: ['.tsx'], grammar: 'tsx', dialectOf: 'typescript' },
    vb: { ...values, endings: ['.vb'], lineComments: ["'"], pathComment: "'", quotes: double },
    vhdl: { ...dashes, endings: ['.vhd', '.vhdl'], quotes: characters, blocks: 'none' },
    vue: { ...mixed, endings: ['.vue'], quotes: backticks },
    xml: { ...markup, endings: ['.xml'], quotes: both, blocks: 'none' },
    xsl: { ...markup, endings: ['.xsl', '.xslt'], quotes: both, blocks: 'none' },
    yaml: { ...hash, endings: ['.yaml', '.yml'], quotes: both, bareValues: true },
  } satisfies Record<string, Language>),
);

/** What is taken for granted of a language that has no row. */
const unknown: Language = { ...slashes, endings: [], quotes: backticks };

export function languageAt(languageId: string): Language {
  return languages.get(languageId) ?? unknown;
}

/** The languages of source files, by the endings of their names. */
const bySourceEnding = new Map(
  [...languages].flatMap(([id, { endings, isSource }]) =>
    isSource ? endings.map((ending) => [ending, id] as const) : [],
  ),
);

/** The language of a source file by the ending of its name; undefined for any other file. */
export function languageOf(file: string): string | undefined {
  return bySourceEnding.get(/\.[^./\\]+$/.exec(file)?.[0] ?? '');
}

/** Source files, as a glob pattern. */
export const sourceGlob = `**/*{${[...bySourceEnding.keys()].join(',')}}`;

/** A language without its dialect. */
export function languageName(languageId: string): string {
  return languageAt(languageId).dialectOf ?? languageId;
}

/** Every grammar that reads one of the languages. */
export const grammars: readonly string[] = [
  ...new Set([...languages.values()].flatMap(({ grammar }) => grammar ?? [])),
];
