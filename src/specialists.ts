// Which model answers in which language: the one that was chosen, or a specialist beside it. Languages are named as in reports.

interface InLanguages {
  readonly languages: readonly string[];
}

/** The chosen model where no language is said. */
export function answererIn<Model extends object, Specialist extends InLanguages>(
  model: Model & { readonly specialists?: readonly Specialist[] },
  language: string | undefined,
): Model | Specialist {
  return model.specialists?.find(({ languages }) => languages.some((each) => each === language)) ?? model;
}

/** Those that answer in these languages, each once; all where none is said. */
export function answerersIn<Model extends object, Specialist extends InLanguages>(
  model: Model & { readonly specialists?: readonly Specialist[] },
  languages: readonly string[] = [],
): (Model | Specialist)[] {
  if (languages.length === 0) return [model, ...(model.specialists ?? [])];
  return [...new Set(languages.map((language) => answererIn(model, language)))];
}

/** Their names in a row. */
export function namesIn(
  model: { readonly name: string; readonly specialists?: readonly (InLanguages & { name: string })[] },
  languages?: readonly string[],
): string {
  return answerersIn(model, languages)
    .map(({ name }) => name)
    .join(', ');
}
