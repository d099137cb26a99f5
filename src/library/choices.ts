// The list of models that one can choose from: what each line says, and in what order they stand.

import type { ModelGlance } from '../reports';
import type { CatalogueModel } from './catalogue';
import type { Found } from './folders';
import { type Licence, licenceOf } from './licences';

/** A file that was found and looked at; `refusal` says why the engine would not load it. */
export type Candidate = Found & ({ glance: ModelGlance } | { refusal: string });

/** A line of the list. `description` stands behind the name, `detail` below it. */
export interface Choice {
  /** Where it lies, if it is on this disk. */
  file?: string;
  /** What it is called at the hub, if it is not. */
  download?: CatalogueModel;
  /** The one that is in use. */
  current: boolean;
  name: string;
  description: string;
  detail: string;
  license?: Licence;
  refusal?: string;
}

/** Where models came from that nobody chose. */
export const bundledOrigin = 'part of the extension';

/** The bundled model first, then what fills in the middle, the smaller ones first; what cannot be run stands at the end. */
export function choicesOf(candidates: readonly Candidate[], current: string): Choice[] {
  const rank = (candidate: Candidate): number => {
    if (candidate.origin === bundledOrigin) return 0;
    if ('refusal' in candidate) return 3;
    return candidate.glance.infills ? 1 : 2;
  };
  const size = (candidate: Candidate): number => ('glance' in candidate ? candidate.glance.bytes : 0);
  return [...candidates]
    .sort((a, b) => rank(a) - rank(b) || size(a) - size(b) || (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((candidate) => choiceOf(candidate, candidate.file === current));
}

function choiceOf(candidate: Candidate, current: boolean): Choice {
  const { file, origin } = candidate;
  const name = nameOf(candidate);
  if ('refusal' in candidate) {
    const { refusal } = candidate;
    return { ...{ file, current, name, refusal }, description: origin, detail: refusal };
  }
  const { glance } = candidate;
  const license = licenceOf([name, glance.name], glance.license ?? candidate.license);
  const licensed = license?.name ?? 'licence unknown';
  const middle = glance.infills ? 'fills in the middle' : 'continues the text before the cursor only';
  return {
    ...{ file, current, name },
    description: [glance.type, gigabytes(glance.bytes), licensed].join(' · '),
    detail: [middle, origin].join(' · '),
    ...(license && { license }),
  };
}

/** A model that would have to be downloaded; all of the catalogue's were trained to fill in. */
export function choiceToDownload(model: CatalogueModel, hub: string): Choice {
  const { name, type, megabytes, repository } = model;
  const license = licenceOf([name], model.license)!;
  return {
    ...{ download: model, current: false, name, license },
    description: [type, `about ${gigabytes(megabytes * 1e6)}`, license.name].join(' · '),
    detail: ['fills in the middle', `from ${hub.replace(/^https?:\/\//, '')}/${repository}`].join(' · '),
  };
}

/** What a program calls it, what it calls itself, or what its file is called. */
function nameOf(candidate: Candidate): string {
  const { file, name } = candidate;
  if (name !== undefined) return name;
  if ('glance' in candidate) return candidate.glance.name;
  return file.split(/[/\\]/).at(-1)!;
}

/** `398 MB`, `1.65 GB` */
export function gigabytes(bytes: number): string {
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 1)} GB`;
}
