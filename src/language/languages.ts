// What is known of each language: one table with a row for each language id, read by id or by a file's name.

import { type ImportRule, ofC, ofGo, ofJava, ofPython, ofRust, ofScript } from './importRules';

export interface Language {
  /** What people call it. */
  readonly name: string;
  /** What the names of its files end with, the usual ending first; none where files are known by whole names. */
  readonly endings: readonly string[];
  /** Whether its files are source code, to measure on and to read beside others. */
  readonly isSource?: boolean;
  readonly lineComments: readonly string[];
  readonly blockComments: readonly (readonly [opener: string, closer: string])[];
  /** What makes a path in a prompt a comment; absent where a file cannot begin with a line of comment. */
  readonly pathComment?: string;
  readonly quotes: Quotes;
  /** What opens a block at a line's end: `{`, which `}` ends, or `:`, where indentation does. */
  readonly blocks: 'brace' | 'colon' | 'none';
  /** Lines that open a block which a word ends, and the word; none where indentation does. */
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

interface Quotes {
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

/** A rule of a Makefile, whose recipe is indented. */
export const makeRule = /^[^\s#=][^#=]*:(?![:=])[^=]*$/;

/** Also of prose, where an apostrophe opens nothing. */
const double = { short: ['"'], long: [] } as const;
const both = { short: ['"', "'"], long: [] } as const;
const backticks = { short: ['"', "'"], long: ['`'] } as const;
const triples = { short: ['"', "'"], long: ['"""', "'''"] } as const;
const characters = { short: ['"'], long: [], character: "'" } as const;
const tripleAndCharacters = { short: ['"'], long: ['"""'], character: "'" } as const;

const c = { ...slashes, quotes: characters } as const;
const hcl = { ...hash, lineComments: ['#', '//'], blockComments: starred, quotes: double } as const;
const readC = { ...c, isSource: true, grammar: 'cpp', family: 'c', imports: ofC } as const;
const script = {
  ...slashes,
  ...{ quotes: backticks, isSource: true, family: 'typescript', imports: ofScript },
} as const;

/** Of settings, by the ids of the extensions that bring them. */
export const configurations: readonly string[] = [
  ...[
    'ansible',
    'apacheconf',
    'azure-pipelines',
    'conf',
    'env',
    'github-actions-workflow',
    'helm',
    'home-assistant',
  ],
  ...['java-properties', 'nginx', 'spring-boot-properties', 'spring-boot-properties-yaml', 'ssh_config'],
  ...['systemd-conf', 'systemd-unit-file'],
];

/** Of running text, with or without code in it, by the ids of the extensions that bring them. */
export const texts: readonly string[] = [
  ...[
    'asciidoc',
    'chatagent',
    'creole',
    'cucumber',
    'djot',
    'feature',
    'gherkin',
    'instructions',
    'literate haskell',
    'mediawiki',
  ],
  ...[
    'norg',
    'org',
    'pandoc',
    'prompt',
    'quarto',
    'rmd',
    'scminput',
    'textile',
    'typst',
    'vimwiki',
    'wikitext',
  ],
];

/** Markup with marks of a program that fills it, by the ids of the extensions that bring them. */
export const templates: readonly string[] = [
  ...[
    'astro',
    'blade',
    'django-html',
    'ejs',
    'erb',
    'haml',
    'html-eex',
    'jinja',
    'jinja-html',
    'jsp',
    'liquid',
    'mdx',
  ],
  ...['mustache', 'njk', 'nunjucks', 'phoenix-heex', 'slim', 'twig'],
];

/** By the ids of VS Code. */
export const languages: ReadonlyMap<string, Language> = new Map<string, Language>(
  Object.entries({
    ada: {
      name: 'Ada',
      ...dashes,
      endings: ['.adb', '.ads'],
      isSource: true,
      quotes: characters,
      blocks: 'none',
    },
    bat: {
      name: 'Batch',
      ...values,
      endings: ['.bat', '.cmd'],
      lineComments: ['::'],
      pathComment: '::',
      quotes: double,
      bareValues: true,
    },
    bibtex: { name: 'BibTeX', ...percent, endings: ['.bib'], quotes: double },
    c: { name: 'C', ...readC, endings: ['.c'] },
    clojure: {
      name: 'Clojure',
      ...percent,
      endings: ['.clj'],
      isSource: true,
      lineComments: [';'],
      pathComment: ';',
      quotes: double,
    },
    cmake: {
      name: 'CMake',
      ...hash,
      endings: ['.cmake'],
      blockComments: [['#[[', ']]']],
      quotes: double,
      bareValues: true,
    },
    coffeescript: {
      name: 'CoffeeScript',
      ...hash,
      endings: ['.coffee'],
      isSource: true,
      blockComments: [['###', '###']],
      quotes: triples,
    },
    // A header may be one of C; C++ reads C as well.
    cpp: { name: 'C++', ...readC, endings: ['.cpp', '.cc', '.cxx', '.h', '.hh', '.hpp', '.hxx'] },
    csharp: {
      name: 'C#',
      ...c,
      endings: ['.cs'],
      isSource: true,
      quotes: tripleAndCharacters,
      grammar: 'c-sharp',
    },
    css: {
      name: 'CSS',
      ...uncommented,
      endings: ['.css'],
      blockComments: starred,
      quotes: both,
      grammar: 'css',
    },
    'cuda-cpp': { name: 'CUDA C++', ...c, endings: ['.cu', '.cuh'], isSource: true },
    dart: { name: 'Dart', ...slashes, endings: ['.dart'], isSource: true, quotes: triples },
    diff: { name: 'Diff', ...uncommented, endings: ['.diff', '.patch'], quotes: double },
    dockercompose: {
      name: 'Docker Compose',
      ...hash,
      endings: ['.yaml', '.yml'],
      quotes: both,
      bareValues: true,
    },
    dockerfile: { name: 'Dockerfile', ...hash, endings: [], quotes: both, bareValues: true },
    dotenv: { name: 'Dotenv', ...values, endings: ['.env'], quotes: both, bareValues: true },
    elixir: {
      name: 'Elixir',
      ...hash,
      endings: ['.ex', '.exs'],
      isSource: true,
      quotes: triples,
      ...ended(/\bdo$|\bfn\b.*->$/),
    },
    elm: {
      name: 'Elm',
      ...{ ...dashes, endings: ['.elm'], isSource: true, blockComments: [['{-', '-}']] },
      quotes: tripleAndCharacters,
    },
    erlang: { name: 'Erlang', ...percent, endings: ['.erl', '.hrl'], isSource: true, quotes: both },
    fish: {
      name: 'Fish',
      ...ended(/^\s*(?:if|for|while|function|begin|switch)\b(?!.*;\s*end\b)/),
      ...hash,
      endings: ['.fish'],
      quotes: both,
      bareValues: true,
    },
    fsharp: {
      name: 'F#',
      ...{ ...slashes, endings: ['.fs', '.fsx'], isSource: true, blockComments: [['(*', '*)']] },
      quotes: tripleAndCharacters,
    },
    'git-commit': { name: 'Git Commit Message', ...values, endings: [], quotes: double },
    'git-rebase': { name: 'Git Rebase Message', ...values, endings: [], quotes: double },
    go: {
      name: 'Go',
      ...{ ...slashes, endings: ['.go'], isSource: true, grammar: 'go', imports: ofGo },
      quotes: { short: ['"'], long: ['`'], character: "'" },
    },
    graphql: {
      name: 'GraphQL',
      ...hash,
      endings: ['.graphql', '.gql'],
      quotes: { short: ['"'], long: ['"""'] },
    },
    groovy: { name: 'Groovy', ...slashes, endings: ['.groovy', '.gradle'], isSource: true, quotes: triples },
    handlebars: { name: 'Handlebars', ...markup, endings: ['.hbs', '.handlebars'], quotes: both },
    hcl: { name: 'HCL', ...hcl, endings: ['.hcl'] },
    haskell: {
      name: 'Haskell',
      ...dashes,
      endings: ['.hs'],
      isSource: true,
      blockComments: [['{-', '-}']],
      quotes: characters,
    },
    hlsl: { name: 'HLSL', ...c, endings: ['.hlsl'] },
    html: { name: 'HTML', ...mixed, endings: ['.html', '.htm'], quotes: both },
    ignore: { name: 'Ignore', ...values, endings: [], quotes: double },
    ini: {
      name: 'Ini',
      ...values,
      endings: ['.ini'],
      lineComments: [';', '#'],
      pathComment: ';',
      quotes: both,
      bareValues: true,
    },
    jade: { name: 'Pug', ...slashes, endings: ['.pug', '.jade'], quotes: both },
    java: {
      name: 'Java',
      ...{ ...c, endings: ['.java'], quotes: tripleAndCharacters, isSource: true, grammar: 'java' },
      imports: ofJava,
    },
    javascript: { name: 'JavaScript', ...script, endings: ['.js', '.cjs', '.mjs'], grammar: 'javascript' },
    javascriptreact: {
      name: 'JavaScript JSX',
      ...script,
      endings: ['.jsx'],
      grammar: 'javascript',
      dialectOf: 'javascript',
    },
    json: { name: 'JSON', ...uncommented, endings: ['.json'], quotes: double },
    jsonc: { name: 'JSON with Comments', ...slashes, endings: ['.jsonc'], quotes: double },
    jsonl: { name: 'JSON Lines', ...uncommented, endings: ['.jsonl'], quotes: double },
    julia: {
      name: 'Julia',
      ...{
        ...hash,
        endings: ['.jl'],
        isSource: true,
        blockComments: [['#=', '=#']],
        quotes: tripleAndCharacters,
      },
      ...ended(
        /^\s*(?:(?:mutable )?struct|function|if|for|while|let|try|macro)\b(?!.*\bend\b)|\bdo(?: [\w, ]+)?$/,
      ),
    },
    kotlin: { name: 'Kotlin', ...c, endings: ['.kt', '.kts'], isSource: true, quotes: tripleAndCharacters },
    latex: { name: 'LaTeX', ...percent, endings: ['.tex'], quotes: double },
    less: { name: 'Less', ...slashes, endings: ['.less'], quotes: both },
    log: { name: 'Log', ...uncommented, endings: ['.log'], quotes: double, bareValues: true },
    lua: {
      name: 'Lua',
      ...{ ...dashes, endings: ['.lua'], isSource: true, blockComments: [['--[[', ']]']], quotes: both },
      ...ended(/\b(?:then|do|function\b[\w.: ]*\([^()]*\))$/),
    },
    makefile: {
      name: 'Makefile',
      ...hash,
      endings: [],
      quotes: both,
      wordBlocks: [[makeRule, '']],
      bareValues: true,
    },
    markdown: { name: 'Markdown', ...markup, endings: ['.md'], quotes: double, bareValues: true },
    nix: {
      name: 'Nix',
      ...hash,
      endings: ['.nix'],
      blockComments: starred,
      quotes: { short: ['"'], long: ["''"] },
    },
    'objective-c': { name: 'Objective-C', ...c, endings: ['.m'], isSource: true },
    'objective-cpp': { name: 'Objective-C++', ...c, endings: ['.mm'], isSource: true },
    ocaml: {
      name: 'OCaml',
      ...uncommented,
      endings: ['.ml', '.mli'],
      isSource: true,
      blockComments: [['(*', '*)']],
      quotes: characters,
    },
    perl: { name: 'Perl', ...hash, endings: ['.pl', '.pm'], isSource: true, quotes: both },
    php: { name: 'PHP', ...slashes, endings: ['.php'], isSource: true, quotes: both, grammar: 'php' },
    plaintext: { name: 'Plain Text', ...uncommented, endings: [], quotes: double, bareValues: true },
    powershell: {
      name: 'PowerShell',
      ...hash,
      endings: ['.ps1', '.psm1'],
      isSource: true,
      blockComments: [['<#', '#>']],
      quotes: both,
      grammar: 'powershell',
    },
    properties: { name: 'Properties', ...values, endings: ['.properties'], quotes: double, bareValues: true },
    python: {
      name: 'Python',
      ...{
        ...hash,
        endings: ['.py', '.pyi'],
        isSource: true,
        quotes: triples,
        blocks: 'colon',
        grammar: 'python',
      },
      imports: ofPython,
    },
    r: {
      name: 'R',
      ...hash,
      endings: ['.r', '.R'],
      isSource: true,
      quotes: { short: ['"', "'", '`'], long: [] },
    },
    raku: { name: 'Raku', ...hash, endings: ['.raku', '.rakumod'], quotes: both },
    razor: { name: 'Razor', ...mixed, endings: ['.cshtml', '.razor'], quotes: both },
    restructuredtext: {
      name: 'reStructuredText',
      ...uncommented,
      endings: ['.rst'],
      quotes: double,
      bareValues: true,
    },
    ruby: {
      name: 'Ruby',
      ...{
        ...hash,
        endings: ['.rb'],
        isSource: true,
        quotes: { short: ['"', "'", '`'], long: [] },
        grammar: 'ruby',
      },
      ...ended(
        /^\s*(?:def|class|module|if|unless|while|until|begin)\b(?!.*(?:\bend\b|\)? = |;))|\bdo(?: *\|[^|]*\|)?$/,
      ),
    },
    rust: { name: 'Rust', ...c, endings: ['.rs'], isSource: true, grammar: 'rust', imports: ofRust },
    scala: { name: 'Scala', ...c, endings: ['.scala'], isSource: true, quotes: tripleAndCharacters },
    scss: { name: 'SCSS', ...slashes, endings: ['.scss'], quotes: both },
    shaderlab: { name: 'ShaderLab', ...slashes, endings: ['.shader'], quotes: double },
    shellscript: {
      name: 'Shell Script',
      ...{ ...hash, endings: ['.sh', '.bash', '.zsh'], isSource: true, quotes: backticks, grammar: 'bash' },
      wordBlocks: [
        [/(?:^|[\s;])then$/, 'fi'],
        [/(?:^|[\s;])do$/, 'done'],
        [/(?:^|[\s;])case\b.*\sin$/, 'esac'],
      ],
      bareValues: true,
    },
    sql: { name: 'SQL', ...dashes, endings: ['.sql'], blockComments: starred, quotes: both, blocks: 'none' },
    svelte: { name: 'Svelte', ...mixed, endings: ['.svelte'], isSource: true, quotes: backticks },
    swift: {
      name: 'Swift',
      ...slashes,
      endings: ['.swift'],
      isSource: true,
      quotes: { short: ['"'], long: ['"""'] },
    },
    terraform: { name: 'Terraform', ...hcl, endings: ['.tf', '.tfvars'] },
    tex: { name: 'TeX', ...percent, endings: ['.sty', '.cls'], quotes: double },
    toml: { name: 'TOML', ...values, endings: ['.toml'], quotes: triples },
    typescript: { name: 'TypeScript', ...script, endings: ['.ts', '.cts', '.mts'], grammar: 'typescript' },
    typescriptreact: {
      name: 'TypeScript JSX',
      ...script,
      endings: ['.tsx'],
      grammar: 'tsx',
      dialectOf: 'typescript',
    },
    vb: {
      name: 'Visual Basic',
      ...values,
      endings: ['.vb'],
      isSource: true,
      lineComments: ["'"],
      pathComment: "'",
      quotes: double,
    },
    vhdl: { name: 'VHDL', ...dashes, endings: ['.vhd', '.vhdl'], quotes: characters, blocks: 'none' },
    vue: { name: 'Vue', ...mixed, endings: ['.vue'], isSource: true, quotes: backticks },
    xml: { name: 'XML', ...markup, endings: ['.xml'], quotes: both, blocks: 'none' },
    xsl: { name: 'XSL', ...markup, endings: ['.xsl', '.xslt'], quotes: both, blocks: 'none' },
    yaml: { name: 'YAML', ...hash, endings: ['.yaml', '.yml'], quotes: both, bareValues: true },
  } satisfies Record<string, Language>),
);

/** What is taken for granted of a language that has no row: it may be one of data. */
const unknown: Language = { ...slashes, name: '', endings: [], quotes: both, bareValues: true };
const configuration: Language = { ...values, name: '', endings: [], quotes: both, bareValues: true };
const text: Language = { ...uncommented, name: '', endings: [], quotes: double, bareValues: true };
const template: Language = { ...mixed, name: '', endings: [], quotes: both };

export function languageAt(languageId: string): Language {
  const ofKind = templates.includes(languageId)
    ? template
    : configurations.includes(languageId)
      ? configuration
      : texts.includes(languageId)
        ? text
        : unknown;
  return languages.get(languageId) ?? ofKind;
}

/** The languages by the endings of their files' names. */
const byEnding = new Map(
  [...languages].flatMap(([id, { endings }]) => endings.map((ending) => [ending, id] as const)),
);

/** The language of a file by the ending of its name; undefined where none is known. */
export function languageOf(file: string): string | undefined {
  return byEnding.get((/\.[^./\\]+$/.exec(file)?.[0] ?? '').toLowerCase());
}

/** The language of a source file by the ending of its name; undefined for any other file. */
export function sourceLanguageOf(file: string): string | undefined {
  const languageId = languageOf(file);
  return languageId !== undefined && languageAt(languageId).isSource ? languageId : undefined;
}

const sourceEndings = [...byEnding].flatMap(([ending, id]) => (languageAt(id).isSource ? [ending] : []));

/** Source files, as a glob pattern. */
export const sourceGlob = `**/*{${sourceEndings.join(',')}}`;

/** A language without its dialect. */
export function languageName(languageId: string): string {
  return languageAt(languageId).dialectOf ?? languageId;
}

/** What people call a language; one that is not known by its id. */
export function displayName(languageId: string): string {
  return languageAt(languageId).name || languageId;
}

/** Every grammar that reads one of the languages. */
export const grammars: readonly string[] = [
  ...new Set([...languages.values()].flatMap(({ grammar }) => grammar ?? [])),
];
