// Collects the licences of what is bundled into the product, for the file that the VSIX carries.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

// What no bundle tells of: header files that are compiled into the addon, and the grammars. (libstdc++ is linked under
// the GCC Runtime Library Exception, which asks for no notice.)
const besides = [
  'node_modules/node-addon-api',
  'node_modules/node-api-headers',
  'node_modules/@vscode/tree-sitter-wasm',
];

function licenceText(folder) {
  const name = readdirSync(folder).find((file) => /^(licen[cs]e|copying)([.-]|$)/i.test(file));
  return name ? readFileSync(path.join(folder, name), 'utf8').trim() : undefined;
}

/** The notices as text, from esbuild's metafiles: one section per npm package, each with its licence in full. */
export function thirdPartyNotices(metafiles) {
  const folders = new Set(besides);
  for (const { inputs } of metafiles)
    for (const file of Object.keys(inputs)) {
      const found = file.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/);
      if (found) folders.add(found[0]);
    }
  const sections = [...folders].sort().map((folder) => {
    const full = path.join(root, folder);
    if (!existsSync(full))
      throw new Error(`${folder} is part of the product, but not installed: run \`npm ci\`.`);
    const { name, version, license } = JSON.parse(readFileSync(path.join(full, 'package.json'), 'utf8'));
    const text = licenceText(full);
    if (!text) throw new Error(`${folder} has no licence file: it cannot be shipped without one.`);
    return `${name} ${version} (${license})\n${'-'.repeat(60)}\n${text}\n`;
  });
  return `Ryzanstein contains the following software of others.\n\n${sections.join('\n\n')}`;
}
