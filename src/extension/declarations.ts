// Where the language server says that names are declared: asked for while nobody waits, within a time budget.

import * as vscode from 'vscode';

/** Of names that are variables, what they are made of says more than where they are. */
const questions = ['vscode.executeDefinitionProvider', 'vscode.executeTypeDefinitionProvider'];

/** In milliseconds: behind this nothing is expected of a question. */
const mostPatience = 60_000;

/** A place in another file where something is declared, a line counted from 0. */
interface Declaration {
  readonly uri: vscode.Uri;
  readonly line: number;
}

/** The languages whose servers have questions of ours to answer, which nothing takes back. */
const open = new Set<string>();

/**
 * What other files of the workspace declare of the names at these offsets, as far as it is known after `milliseconds`;
 * undefined as long as the server has earlier ones to answer.
 */
export async function declarationsOf(
  document: vscode.TextDocument,
  offsets: readonly number[],
  milliseconds: number,
): Promise<Declaration[] | undefined> {
  const { languageId } = document;
  if (open.has(languageId)) return undefined;
  const found: Declaration[] = [];
  const ask = async (question: string, offset: number): Promise<void> => {
    const position = document.positionAt(offset);
    const answer = await vscode.commands.executeCommand<unknown>(question, document.uri, position);
    for (const place of Array.isArray(answer) ? (answer as (vscode.Location | vscode.LocationLink)[]) : [])
      found.push('targetUri' in place ? ofLink(place) : { uri: place.uri, line: place.range.start.line });
  };
  // A server that fails knows nothing.
  const asked = offsets.flatMap((offset) =>
    questions.map((question) => ask(question, offset).catch(() => undefined)),
  );
  open.add(languageId);
  const answered = Promise.all(asked).then(() => open.delete(languageId));
  // One that was ended with a question open never answers it.
  setTimeout(() => open.delete(languageId), mostPatience).unref();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([answered, late]);
  clearTimeout(timer);
  const own = document.uri.toString();
  return found.filter(({ uri }) => uri.toString() !== own && vscode.workspace.getWorkspaceFolder(uri));
}

function ofLink({ targetUri, targetRange }: vscode.LocationLink): Declaration {
  return { uri: targetUri, line: targetRange.start.line };
}
