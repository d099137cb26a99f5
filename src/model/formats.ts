// How each family of models is shown a hole in a file and the files around it: one table of the published formats.

/** `spm` puts the suffix before the prefix, so that what is typed comes last; `psm` the other way round. */
export type FimOrder = 'spm' | 'psm';

/** What a control token is for, named as in `ControlIds`. */
export type FimRole = 'fimPrefix' | 'fimSuffix' | 'fimMiddle' | 'repository' | 'fileSeparator';

/**
 * Templates: `<role>` is a control token, `{name}` is filled in, and everything else is text as it stands. `{files}` is
 * the repository and the other files, `{here}` the path of this one, `{comment}` what a comment begins with, `{space}`
 * the one that SentencePiece puts before a text.
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

/** A row of the table of families. */
export interface Family extends Format {
  /** As the vocabulary spells them. All but the repository's tell the family. */
  tokens: Partial<Record<FimRole, string>>;
  /** Where other families spell theirs alike: how the text of this one's models is cut. */
  pre?: readonly string[];
  /** What those of its models are called that were trained to fill in. */
  trained: RegExp;
  /** Other models have the tokens and were not trained with them: only one that is called so is shown holes. */
  onlyTrained?: true;
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
  plain: '{space}{files}{here}{before}',
};

/** Where no token marks a file, a comment does, and all of it is a part of the text before the hole. */
const commented = {
  file: '{comment} {path}\n{text}\n',
  here: '{comment} {path}\n',
  alwaysHere: false,
  holes: { psm: '<fimPrefix>{files}{here}{before}<fimSuffix>{after}<fimMiddle>' },
  plain: '{space}{files}{here}{before}',
};

const barTokens = { fimPrefix: '<|fim_prefix|>', fimSuffix: '<|fim_suffix|>', fimMiddle: '<|fim_middle|>' };
const plainTokens = { fimPrefix: '<fim_prefix>', fimSuffix: '<fim_suffix>', fimMiddle: '<fim_middle>' };
const codeLlama = {
  ...commented,
  holes: {
    spm: '<fimPrefix><fimSuffix>{after}<fimMiddle>{space}{files}{here}{before}',
    psm: '<fimPrefix>{space}{files}{here}{before}<fimSuffix>{after}<fimMiddle>',
  },
  trained: /code-?_? ?llama/i,
};

/** The first family whose tokens the model has is its family. */
const families: Family[] = [
  {
    family: 'Qwen 2.5 Coder',
    tokens: { ...barTokens, repository: '<|repo_name|>', fileSeparator: '<|file_sep|>' },
    ...separated,
    trained: /coder|codeqwen|ryzanstein/i,
    ends: ['<|fim_pad|>', '<|im_start|>'],
  },
  {
    family: 'CodeGemma',
    tokens: { ...barTokens, fileSeparator: '<|file_separator|>' },
    file: '{path}\n{text}<fileSeparator>',
    here: '{path}\n',
    alwaysHere: true,
    holes: { psm: separated.holes.psm },
    plain: separated.plain,
    trained: /code-?_? ?gemma/i,
    ends: [],
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
    trained: /star-?_? ?coder/i,
    ends: ['<fim_pad>'],
  },
  {
    family: 'Mellum',
    tokens: { ...plainTokens, fileSeparator: '<filename>' },
    pre: ['mellum', 'mellum2'],
    file: '<fileSeparator>{path}\n{text}\n',
    here: '<fileSeparator>{path}\n',
    alwaysHere: true,
    holes: { spm: '{files}{here}<fimSuffix>{after}<fimPrefix>{before}<fimMiddle>' },
    plain: separated.plain,
    trained: /mellum/i,
    ends: ['<fim_pad>', '<reponame>'],
  },
  {
    family: 'Seed-Coder',
    tokens: { fimPrefix: '<[fim-prefix]>', fimSuffix: '<[fim-suffix]>', fimMiddle: '<[fim-middle]>' },
    ...commented,
    holes: { spm: '<fimSuffix>{after}<fimPrefix>{files}{here}{before}<fimMiddle>' },
    trained: /seed-?_? ?coder/i,
    ends: ['<[end▁of▁sentence]>'],
  },
  {
    family: 'DeepSeek Coder',
    tokens: { fimPrefix: '<｜fim▁begin｜>', fimSuffix: '<｜fim▁hole｜>', fimMiddle: '<｜fim▁end｜>' },
    ...commented,
    file: '{comment}{path}\n{text}\n',
    here: '{comment}{path}\n',
    trained: /coder/i,
    ends: ['<|EOT|>'],
  },
  {
    family: 'Code Llama',
    tokens: { fimPrefix: '▁<PRE>', fimSuffix: '▁<SUF>', fimMiddle: '▁<MID>' },
    ...codeLlama,
    ends: ['▁<EOT>'],
  },
  {
    family: 'Code Llama',
    tokens: { fimPrefix: '<PRE>', fimSuffix: '<SUF>', fimMiddle: '<MID>' },
    ...codeLlama,
    ends: [],
  },
  {
    family: 'Codestral',
    tokens: { fimPrefix: '[PREFIX]', fimSuffix: '[SUFFIX]' },
    ...commented,
    file: '+++++ {path}\n{text}\n\n',
    here: '+++++ {path}\n',
    holes: { spm: '<fimSuffix>{after}<fimPrefix>{space}{files}{here}{before}' },
    trained: /codestral/i,
    onlyTrained: true,
    ends: ['[MIDDLE]'],
  },
  {
    family: 'CodeGeeX',
    tokens: { fimPrefix: '<|code_prefix|>', fimSuffix: '<|code_suffix|>', fimMiddle: '<|code_middle|>' },
    ...commented,
    trained: /codegeex/i,
    ends: ['<|user|>', '<|assistant|>', '<|observation|>'],
  },
  {
    family: 'Falcon H1',
    tokens: { fimPrefix: '<|prefix|>', fimSuffix: '<|suffix|>', fimMiddle: '<|middle|>' },
    ...commented,
    trained: /coder/i,
    ends: [],
  },
  {
    family: 'Granite, StarCoder',
    tokens: plainTokens,
    ...commented,
    trained: /granite|star-?_? ?coder|refact/i,
    ends: ['<fim_pad>', '<filename>', '<reponame>'],
  },
  {
    family: 'SantaCoder',
    tokens: { fimPrefix: '<fim-prefix>', fimSuffix: '<fim-suffix>', fimMiddle: '<fim-middle>' },
    ...commented,
    trained: /santa-?_? ?coder|refact/i,
    ends: ['<fim-pad>'],
  },
  {
    family: 'Granite 4',
    tokens: barTokens,
    ...commented,
    trained: /granite/i,
    ends: ['<|fim_pad|>', '<|filename|>', '<|reponame|>'],
  },
];

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

/** Every spelling of a token that steers some model: such a token is no text, and ends an answer. */
export const steeringSpellings: readonly string[] = [
  ...new Set([...families.flatMap(({ tokens, ends }) => [...Object.values(tokens), ...ends]), ...commonEnds]),
];

/** The family of a model whose vocabulary has these tokens, and is cut so. */
export function familyOf(has: (token: string) => boolean, pre?: string): Family | undefined {
  return families.find(
    ({ tokens, pre: own }) =>
      (!own || own.includes(pre ?? '')) &&
      Object.entries(tokens).every(([role, text]) => role === 'repository' || has(text)),
  );
}

/** For a model whose tokens have spellings that nobody published, the nearest format. */
export function unknownFormat(has: (role: FimRole) => boolean): Format {
  return { family: 'unknown', ...(has('fileSeparator') ? separated : commented) };
}

/** The orders in which a model with these tokens can be shown a hole in this format, the one to prefer first. */
export function ordersOf(format: Format, has: (role: FimRole) => boolean): FimOrder[] {
  const orders = Object.entries(format.holes) as [FimOrder, string][];
  return orders
    .filter(([, template]) => [...template.matchAll(/<(\w+)>/g)].every(([, role]) => has(role as FimRole)))
    .map(([order]) => order);
}
