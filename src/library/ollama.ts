// Models as Ollama keeps them: a manifest for each name and tag, whose layers are blobs named by their digests.

import { promises as fs } from 'node:fs';
import path from 'node:path';
import { type Found, walk } from './folders';

interface Layer {
  mediaType?: unknown;
  digest?: unknown;
}

/** `manifests/HOST/NAMESPACE/NAME/TAG`, a level less deep than that of its files. */
const manifestDepth = 3;
/** A manifest names some layers; what is longer is none. */
const longestManifest = 1 << 20;
/** The name of a licence stands in its first lines. */
const licenseHead = 400;

/** The models whose weights are there, by the names that `ollama run` takes. */
export async function ollamaModels(folder: string): Promise<Found[]> {
  const root = path.join(folder, 'manifests');
  const manifests: string[] = [];
  await walk(root, manifestDepth, (file) => manifests.push(file) < 2000);
  const found = await Promise.all(
    manifests.map(async (manifest): Promise<Found[]> => {
      const layers = await layersOf(manifest);
      const blob = (kind: string): string | undefined => {
        const layer = layers.find(({ mediaType }) => mediaType === `application/vnd.ollama.image.${kind}`);
        const stated = typeof layer?.digest === 'string' ? layer.digest : '';
        const digest = /^sha256[:-]([0-9a-f]{64})$/.exec(stated)?.[1];
        return digest && path.join(folder, 'blobs', `sha256-${digest}`);
      };
      const file = blob('model');
      if (file === undefined) return [];
      const terms = blob('license');
      const license = terms === undefined ? undefined : await headOf(terms);
      const name = nameOf(path.relative(root, manifest).split(path.sep));
      return [{ file, origin: 'Ollama', name, ...(license === undefined ? {} : { license }) }];
    }),
  );
  return found.flat();
}

async function layersOf(manifest: string): Promise<Layer[]> {
  try {
    if ((await fs.stat(manifest)).size > longestManifest) return [];
    const { layers } = JSON.parse(await fs.readFile(manifest, 'utf8')) as { layers?: unknown };
    const isLayer = (layer: unknown): layer is Layer => typeof layer === 'object' && layer !== null;
    return Array.isArray(layers) ? layers.filter(isLayer) : [];
  } catch {
    return [];
  }
}

/** What Ollama leaves out, this does: the host and the namespace that are the usual ones. */
function nameOf(parts: string[]): string {
  const [host, namespace, model, tag] = parts;
  if (tag === undefined) return parts.join('/');
  const owner = namespace === 'library' ? '' : `${namespace}/`;
  return `${host === 'registry.ollama.ai' ? '' : `${host}/`}${owner}${model}:${tag}`;
}

async function headOf(file: string): Promise<string | undefined> {
  const handle = await fs.open(file, 'r').catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(licenseHead), 0, licenseHead, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}
