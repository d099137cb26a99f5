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

const entries: readonly CatalogueModel[] = catalogue.models;

export const catalogueModels = entries.filter(({ hidden }) => hidden === undefined);

/** Where a file of a hub lies on the disk, below the folder of downloads. */
export function placeOf(
  folder: string,
  { repository, file }: Pick<CatalogueModel, 'repository' | 'file'>,
): string {
  return path.join(folder, ...repository.split('/'), ...file.split('/'));
}
