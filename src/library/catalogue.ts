// The models that can be downloaded, by a list that goes along with the extension; nothing of it is asked before somebody chooses one.

import path from 'node:path';
import catalogue from './catalogue.json';

export interface CatalogueModel {
  name: string;
  repository: string;
  file: string;
  type: string;
  license: string;
  /** As a page printed it; the hub says it exactly when it is asked. */
  megabytes: number;
  /** Why it is not offered for now. */
  hidden?: string;
}

/** What a hub is asked for; of a model in parts the file is the first of them. */
export type HubModel = Pick<CatalogueModel, 'repository' | 'file'>;

const entries: readonly CatalogueModel[] = catalogue.models;

export const catalogueModels = entries.filter(({ hidden }) => hidden === undefined);

/** Where a model lies once it was downloaded: what comes in parts is one file then. */
export function modelPlaceOf(folder: string, { repository, file }: HubModel): string {
  return placeOf(folder, { repository, file: file.replace(/-00001-of-\d{5}(?=\.gguf$)/i, '') });
}

/** Where a file of a hub lies on the disk, below the folder of downloads. */
export function placeOf(folder: string, { repository, file }: HubModel): string {
  return path.join(folder, ...repository.split('/'), ...file.split('/'));
}
