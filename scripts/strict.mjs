// Makes an installed code-server refuse proposed APIs, as desktop VS Code does; by itself it grants them all.
import fs from 'node:fs';
import path from 'node:path';

/** Rewrites the one function of the extension host that grants proposals. Does nothing when it is done already. */
export function makeStrict(codeServer) {
  const file = path.join(codeServer, 'lib/vscode/out/vs/workbench/api/node/extensionHostProcess.js');
  const source = fs.readFileSync(file, 'utf8');
  // The check is called by the function that words the refusal; that text is what stays the same between versions.
  const refusal =
    /function [\w$]+\([\w$]+,[\w$]+\)\{if\(!([\w$]+)\([\w$]+,[\w$]+\)\)throw new Error\(`Extension .{0,80}CANNOT use API proposal/;
  const check = source.match(refusal)?.[1];
  if (!check)
    throw new Error(`${file}: the check for proposed APIs was not found; is this another code-server?`);
  const name = check.replaceAll('$', '\\$');
  const granted = new RegExp(`function ${name}\\(([\\w$]+),([\\w$]+)\\)\\{return!0\\}`);
  if (!granted.test(source)) {
    if (source.includes(`function ${check}(`) && source.includes('.enabledApiProposals.includes(')) return;
    throw new Error(`${file}: the function ${check} is not the one expected; is this another code-server?`);
  }
  const strict = (_, extension, proposal) =>
    `function ${check}(${extension},${proposal}){return!!(${extension}.isBuiltin||` +
    `(${extension}.enabledApiProposals&&${extension}.enabledApiProposals.includes(${proposal})))}`;
  fs.writeFileSync(file, source.replace(granted, strict));
}
