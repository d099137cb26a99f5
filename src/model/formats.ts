// How each family of models is shown a hole in a file and the files around it: one table of the published formats.

/** `spm` puts the suffix before the prefix, so that what is typed only extends the ids; `psm` the other way round. */
export type FimOrder = 'spm' | 'psm';

/** What a control token is for, named as in `ControlIds`. */
export type FimRole = 'fimPrefix' | 'fimSuffix' | 'fimMiddle' | 'repository' | 'fileSeparator';

/**
 * Templates: `<role>` is a control token, `{name}` is filled in, and everything else is text as it stands. `{files}` is
 * the repository and the other files, `{here}` the path of this one, `{comment}` what a comment begins with.
 */
export interface Format {
  family: string;
  repository?: string;
  file: string;
  here: string;
  /** Whether the model sees this file's path also where no other file stands before it. */
  alwaysHere: boolean;
  /** Around a hole, by order, the one to prefer first. */
  holes: Partial<Record<FimOrder, string>>;
  /** Without a hole: for a model that only continues text. */
  plain: string;
}

interface Family extends Format {
  /** As the vocabulary spells them. All but the repository's tell the family. */
  tokens: Partial<Record<FimRole, string>>;
  /** Where spellings alone are no proof of it: what the model is called. */
  called?: RegExp;
  /** What ends an answer besides these tokens. */
  ends: string[];
}

const separated = {
  repository: '<repository>{name}\n',
  file: '<fileSeparator>{path}\n{text}\n',
  here: '<fileSeparator>{path}\n',
  alwaysHere: true,
  holes: {
    psm: '{files}{here}<fimPrefix>{before}<fimSuffix>{after}<fimMiddle>',
    spm: '{files}{here}<fimPrefix><fimSuffix>{after}<fimMiddle>{before}',
  },
  plain: '{files}{here}{before}',
};

/** Where no token marks a file, a comment does, and all of it is a part of the text before the hole. */
const commented = {
  file: '{comment} {path}\n{text}\n',
  here: '{comment} {path}\n',
  alwaysHere: false,
  holes: { psm: '<fimPrefix>{files}{here}{before}<fimSuffix>{after}<fimMiddle>' },
  plain: '{files}{here}{before}',
};

const barTokens = { fimPrefix: '<|fim_prefix|>', fimSuffix: '<|fim_suffix|>', fimMiddle: '<|fim_middle|>' };
const plainTokens = { fimPrefix: '<fim_prefix>', fimSuffix: '<fim_suffix>', fimMiddle: '<fim_middle>' };

/** The first family whose tokens the model has is its family. */
const families: Family[] = [
  {
    family: 'Qwen 2.5 Coder',
    tokens: { ...barTokens, repository: '<|repo_name|>', fileSeparator: '<|file_sep|>' },
    ...separated,
    ends: ['<|endoftext|>', '<|fim_pad|>', '<|im_start|>', '<|im_end|>'],
  },
  {
    family: 'CodeGemma',
    tokens: { ...barTokens, fileSeparator: '<|file_separator|>' },
    file: '{path}\n{text}<fileSeparator>',
    here: '{path}\n',
    alwaysHere: true,
    holes: { psm: separated.holes.psm },
    plain: separated.plain,
    ends: ['<eos>', '<end_of_turn>'],
  },
  {
    family: 'StarCoder 2',
    tokens: { ...plainTokens, repository: '<repo_name>', fileSeparator: '<file_sep>' },
    repository: '<repository>{name}',
    file: '<fileSeparator>{path}\n{text}',
    here: '{path}\n',
    alwaysHere: true,
    holes: { psm: '{files}<fileSeparator><fimPrefix>{here}{before}<fimSuffix>{after}<fimMiddle>' },
    plain: '{files}<fileSeparator>{here}{before}',
    ends: ['<|endoftext|>', '<fim_pad>'],
  },
  {
    family: 'DeepSeek Coder',
    tokens: { fimPrefix: '<｜fim▁begin｜>', fimSuffix: '<｜fim▁hole｜>', fimMiddle: '<｜fim▁end｜>' },
    ...commented,
    file: '{comment}{path}\n{text}\n',
    here: '{comment}{path}\n',
    ends: ['<｜end▁of▁sentence｜>', '<|EOT|>'],
  },
  {
    // The space is the one that SentencePiece puts before a text; the suffix has none.
    family: 'Code Llama',
    tokens: { fimPrefix: '▁<PRE>', fimSuffix: '▁<SUF>', fimMiddle: '▁<MID>' },
    ...commented,
    holes: {
      spm: '<fimPrefix><fimSuffix>{after}<fimMiddle> {files}{here}{before}',
      psm: '<fimPrefix> {files}{here}{before}<fimSuffix>{after}<fimMiddle>',
    },
    ends: ['▁<EOT>', '</s>'],
  },
  {
    // Other models by the same maker have the tokens, but were not trained with them.
    family: 'Codestral',
    called: /codestral/i,
    tokens: { fimPrefix: '[PREFIX]', fimSuffix: '[SUFFIX]' },
    ...commented,
    holes: { spm: '<fimSuffix>{after}<fimPrefix>{files}{here}{before}' },
    ends: ['[MIDDLE]', '</s>'],
  },
  {
    family: 'Granite, StarCoder',
    tokens: plainTokens,
    ...commented,
    ends: ['<|endoftext|>', '<fim_pad>', '<filename>', '<reponame>'],
  },
  {
    family: 'Granite 4',
    tokens: barTokens,
    ...commented,
    ends: ['<|end_of_text|>', '<|fim_pad|>', '<|filename|>', '<|reponame|>'],
  },
];

/** Every spelling of a control token that some family has. */
export function spellings(role: FimRole): string[] {
  return families.flatMap(({ tokens }) => tokens[role] ?? []);
}

/** What ends a text or a turn in some family, besides what each says of its own. */
const commonEnds = [
  ...['<|endoftext|>', '<|end_of_text|>', '</s>', '<eos>', '<EOT>', '_<EOT>', '[EOT]', '[EOS]'],
  ...[
    '<|eot_id|>',
    '<|eom_id|>',
    '<|im_end|>',
    '<|end|>',
    '<|return|>',
    '<|call|>',
    '<|calls|>',
    '<|flush|>',
  ],
  ...['<end_of_turn>', '<end_of_utterance>', '<turn|>', '<|tool_response>', '<｜end▁of▁sentence｜>', '[e~['],
];

/** Every spelling of a token that ends an answer. */
export const endSpellings: readonly string[] = [...families.flatMap(({ ends }) => ends), ...commonEnds];

/** The format of a model with these tokens and this name; for spellings that nobody published, the nearest one. */
export function formatOf(tokens: Partial<Record<FimRole, string>>, name: string): Format {
  const family = families.find(
    ({ tokens: own, called = /(?:)/ }) =>
      called.test(name) &&
      Object.entries(own).every(([role, text]) => role === 'repository' || tokens[role as FimRole] === text),
  );
  if (family) return family;
  const otherwise = tokens.fileSeparator === undefined ? commented : separated;
  return { family: 'unknown', ...otherwise };
}

/** The orders in which a model with these tokens can be shown a hole in this format, the one to prefer first. */
export function ordersOf(format: Format, has: (role: FimRole) => boolean): FimOrder[] {
  const orders = Object.entries(format.holes) as [FimOrder, string][];
  return orders
    .filter(([, template]) => [...template.matchAll(/<(\w+)>/g)].every(([, role]) => has(role as FimRole)))
    .map(([order]) => order);
}
