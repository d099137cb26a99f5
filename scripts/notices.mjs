// Collects the licences of what is bundled into the product, for the file that the VSIX carries.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { installed } from './setup.mjs';
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

/** That of a package whose author says MIT and packs no text of it. */
function mitOf({ license, author }) {
  if (license !== 'MIT' || !author) return undefined;
  const own = readFileSync(path.join(root, 'LICENSE'), 'utf8').trim();
  return own.replace(/^Copyright .*$/m, `Copyright (c) ${author.name ?? author}`);
}

const section = (title, text) => `${title}\n${'-'.repeat(60)}\n${text}\n`;

/**
 * What zig links into an engine for a target besides, whose licences ask for a notice: its own runtime, and on Windows
 * the C library. (LLVM's libc++ needs none in a program.)
 */
export function noticesOfZig(target) {
  const home = path.dirname(installed.zig);
  const licences = { 'zig (MIT)': 'LICENSE' };
  if (target.startsWith('win32')) {
    licences['mingw-w64 (ZPL-2.1)'] = 'lib/libc/mingw/COPYING';
    licences['musl (MIT)'] = 'lib/libc/musl/COPYRIGHT';
  }
  const sections = Object.entries(licences).map(([title, file]) =>
    section(title, readFileSync(path.join(home, file), 'utf8').trim()),
  );
  return `\n\n${sections.join('\n\n')}`;
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
    const stated = JSON.parse(readFileSync(path.join(full, 'package.json'), 'utf8'));
    const { name, version, license } = stated;
    const text = licenceText(full) ?? mitOf(stated);
    if (!text) throw new Error(`${folder} has no licence file: it cannot be shipped without one.`);
    return section(`${name} ${version} (${license})`, text);
  });
  return `Ryzanstein contains the following software of others.\n\n${sections.join('\n\n')}`;
}
