// Which model files lie on this disk already: where other programs keep theirs, and the folders that the user names; looked at, never changed.

import { promises as fs } from 'node:fs';
import path from 'node:path';
import { atHome, type Found, modelsIn } from './folders';
import { ollamaModels } from './ollama';

/** What decides where programs keep their files; a variable of the environment that is empty counts as none. */
export interface Surroundings {
  platform: NodeJS.Platform;
  home: string;
  environment: Partial<Record<string, string>>;
}

/** Each file once, however many programs link to it, with the `named` ones; what cannot be read is left out. */
export async function modelsOnDisk(
  surroundings: Surroundings,
  folders: readonly string[],
  named: readonly Found[] = [],
): Promise<Found[]> {
  const lists = await Promise.all([
    ...ollamaFolders(surroundings).map(ollamaModels),
    ...programFolders(surroundings).map(([program, folder]) => modelsIn(folder, program)),
    ...folders.map((folder) => modelsIn(atHome(folder, surroundings.home), folder)),
  ]);
  const byPlace = new Map<string, Found>();
  for (const found of [...lists.flat(), ...named]) {
    const place = await fs.realpath(found.file).catch(() => undefined);
    if (place !== undefined && !byPlace.has(place)) byPlace.set(place, found);
  }
  return [...byPlace.values()];
}

function ollamaFolders({ platform, home, environment }: Surroundings): string[] {
  const own = environment.OLLAMA_MODELS || path.join(home, '.ollama', 'models');
  // The service of a Linux package has a home of its own.
  return platform === 'linux' ? [own, '/usr/share/ollama/.ollama/models'] : [own];
}

function programFolders(surroundings: Surroundings): [program: string, folder: string][] {
  const { home, environment } = surroundings;
  const at = (folder: string, ...more: string[]): string => path.join(folder, ...more);
  const hub = environment.HF_HUB_CACHE || at(environment.HF_HOME || at(home, '.cache', 'huggingface'), 'hub');
  const { caches, data, settings } = userFolders(surroundings);
  return [
    ['LM Studio', at(home, '.lmstudio', 'models')],
    ['LM Studio', at(home, '.cache', 'lm-studio', 'models')],
    ['llama.cpp', environment.LLAMA_CACHE || at(caches, 'llama.cpp')],
    ['Hugging Face', hub],
    ['GPT4All', at(data, 'nomic.ai', 'GPT4All')],
    ['Jan', at(settings, 'Jan', 'data', 'llamacpp', 'models')],
    ['Jan', at(data, 'Jan', 'data', 'llamacpp', 'models')],
    ['Jan', at(home, 'jan', 'models')],
  ];
}

/** Where programs of this system keep what can be had again, what cannot, and their settings. */
function userFolders({ platform, home, environment }: Surroundings): {
  caches: string;
  data: string;
  settings: string;
} {
  if (platform === 'darwin') {
    const library = path.join(home, 'Library');
    const support = path.join(library, 'Application Support');
    return { caches: path.join(library, 'Caches'), data: support, settings: support };
  }
  if (platform === 'win32') {
    const local = environment.LOCALAPPDATA || path.join(home, 'AppData', 'Local');
    const roaming = environment.APPDATA || path.join(home, 'AppData', 'Roaming');
    return { caches: local, data: local, settings: roaming };
  }
  return {
    caches: environment.XDG_CACHE_HOME || path.join(home, '.cache'),
    data: environment.XDG_DATA_HOME || path.join(home, '.local', 'share'),
    settings: environment.XDG_CONFIG_HOME || path.join(home, '.config'),
  };
}
