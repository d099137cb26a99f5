// Parses code with the grammars that are at hand, bundled or not, for what tests have to know of it.

import fs from 'node:fs';
import path from 'node:path';
import { Language, type Node, Parser } from 'web-tree-sitter';

const folder = 'node_modules/@vscode/tree-sitter-wasm/wasm';
const grammarOf: Record<string, string> = {
  ...{
    c: 'cpp',
    cpp: 'cpp',
    go: 'go',
    java: 'java',
    javascript: 'javascript',
    javascriptreact: 'javascript',
  },
  ...{
    python: 'python',
    rust: 'rust',
    shellscript: 'bash',
    typescript: 'typescript',
    typescriptreact: 'tsx',
  },
  ...{ css: 'css', csharp: 'c-sharp', php: 'php', powershell: 'powershell', ruby: 'ruby', ini: 'ini' },
};
let runtime: Promise<void> | undefined;

/** Undefined where no grammar is known. */
export async function parserOf(languageId: string): Promise<((text: string) => Node) | undefined> {
  const grammar = grammarOf[languageId];
  if (grammar === undefined) return undefined;
  const bytes = (file: string): Uint8Array<ArrayBuffer> => new Uint8Array(fs.readFileSync(file));
  runtime ??= Parser.init({ wasmBinary: bytes('node_modules/web-tree-sitter/web-tree-sitter.wasm') });
  await runtime;
  const parser = new Parser();
  parser.setLanguage(await Language.load(bytes(path.join(folder, `tree-sitter-${grammar}.wasm`))));
  return (text) => parser.parse(text)!.rootNode;
}
