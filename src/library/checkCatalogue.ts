// Asks the hub whether what the catalogue says is still so, for the scheduled check; the extension never does.

import type { CatalogueModel } from './catalogue';
import { filesOf, type Hub, HubProblem } from './hub';

/** Sizes are rounded where they were read. */
const roundedBy = 0.05;

/** Why an entry is not to be offered any more; undefined where the hub has it as the catalogue says. Throws a HubProblem where the hub does not tell. */
export async function complaintAbout(
  { repository, file, megabytes }: CatalogueModel,
  hub: Hub,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const files = await filesOf(hub, repository, file, signal);
    const found = files.reduce((total, { bytes }) => total + bytes, 0) / 1e6;
    if (Math.abs(found - megabytes) <= roundedBy * megabytes) return undefined;
    return `it has ${found.toFixed(0)} MB, not ${megabytes}`;
  } catch (error) {
    if (error instanceof HubProblem && (error.kind === 'gone' || error.kind === 'token'))
      return error.message;
    throw error;
  }
}

/** The catalogue with the entries hidden that have a complaint, and shown that have none any more. */
export function withHidden<Entry extends CatalogueModel>(
  models: readonly Entry[],
  complaints: ReadonlyMap<Entry, string>,
): Entry[] {
  return models.map((model) => {
    const { hidden: _, ...shown } = model;
    const complaint = complaints.get(model);
    return (complaint === undefined ? shown : { ...shown, hidden: complaint }) as Entry;
  });
}
