// Whether a model is shown what stands behind the cursor: what its tokens allow, what proves that it learnt it, and what the user wants.

import { t } from '@vscode/l10n';
import { type FimOrder, type Format, ordersOf, unknownFormat } from './formats';
import type { Gguf } from './gguf';
import type { Tokenizer } from './tokenizer';
import type { InfillingSetting } from '../protocol';

interface Infilling {
  format: Format;
  /** The orders that the model was trained on, none for a model that only continues text. */
  fimOrders: FimOrder[];
  /** What the answers may suffer from, in a sentence for people. */
  caution?: string;
}

const chatNames = /instruct|chat|assistant|(?:^|[\s_-])it(?:$|[\s_-])/i;
/** Models of the families here that were trained on to write a region of code anew, as its last edits suggest. */
const editNames = /zeta|instinct|next-?_? ?edit/i;

export function infillingOf(
  gguf: Gguf,
  { family, control }: Pick<Tokenizer, 'family' | 'control'>,
  setting: InfillingSetting = 'auto',
): Infilling {
  const format = family ?? unknownFormat((role) => control[role] !== undefined);
  const known = ordersOf(format, (role) => control[role] !== undefined);
  const stated: unknown = gguf.metadata.get('ryzanstein.fim.orders');
  const names = namesOf(gguf);
  const trained = Array.isArray(stated) || (family?.trained.test(names) ?? false);
  const byFile = Array.isArray(stated)
    ? stated.filter((order): order is FimOrder => known.includes(order as FimOrder))
    : known.slice(0, family?.onlyTrained && !trained ? 0 : 1);
  const always = byFile.length > 0 ? byFile : known.slice(0, 1);
  const fimOrders = { auto: byFile, always, never: [] }[setting];
  const edits = editNames.test(names);
  const chats = chatNames.test(names) || (!trained && !edits && gguf.metadata.has('tokenizer.chat_template'));
  const caution = cautionOf(fimOrders.length > 0, known.length > 0, setting, { trained, chats, edits });
  return { format, fimOrders, ...(caution === undefined ? {} : { caution }) };
}

/** A file may have any name; what the model is called stands in it. */
function namesOf(gguf: Gguf): string {
  const keys = ['general.name', 'general.basename', 'general.finetune'];
  return keys
    .map((key) => gguf.metadata.get(key))
    .filter((name) => typeof name === 'string')
    .join(' ');
}

function cautionOf(
  infills: boolean,
  could: boolean,
  setting: InfillingSetting,
  { trained, chats, edits }: Record<'trained' | 'chats' | 'edits', boolean>,
): string | undefined {
  const sentences: string[] = [];
  if (!infills && !could)
    sentences.push(
      t`It continues the text before the cursor and sees nothing behind it, for its vocabulary has no tokens to fill in with.`,
    );
  else if (!infills && setting === 'never')
    sentences.push(
      t`It continues the text before the cursor and sees nothing behind it, as the setting "ryzanstein.infilling" says.`,
    );
  else if (!infills)
    sentences.push(
      t`It continues the text before the cursor and sees nothing behind it, for nothing shows that it was trained to fill in.`,
    );
  else if (!trained && !chats && !edits)
    sentences.push(
      t`Its vocabulary has the tokens to fill in with; that it was trained with them is not known.`,
    );
  if (chats) sentences.push(t`It was trained to chat: expect less of its completions than of a base model.`);
  if (edits)
    sentences.push(t`It was made for next edits: expect less of its completions than of a base model.`);
  return sentences.length > 0 ? sentences.join(' ') : undefined;
}
