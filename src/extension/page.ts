// A page of the extension: an HTML file of media/ in a webview, with a nonce, and nothing from outside.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';

/** Opens `name`.html of the folder `media`, with its script; the page's messages go to `hear`. */
export function openPage(
  media: vscode.Uri,
  name: string,
  title: string,
  hear: (message: unknown) => void,
): vscode.WebviewPanel {
  const panel = vscode.window.createWebviewPanel(`ryzanstein.${name}`, title, vscode.ViewColumn.Active, {
    enableScripts: true,
    localResourceRoots: [media],
  });
  panel.iconPath = vscode.Uri.joinPath(media, 'icon.png');
  panel.webview.onDidReceiveMessage(hear);
  panel.webview.html = html(panel.webview, media, name);
  return panel;
}

/** The page's file with the addresses and the nonce of this view filled in. */
function html(webview: vscode.Webview, media: vscode.Uri, name: string): string {
  const address = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(media, file)).toString();
  const values: Record<string, string> = {
    nonce: randomBytes(16).toString('base64'),
    source: webview.cspSource,
    script: address(`${name}.js`),
    style: address('page.css'),
  };
  const page = readFileSync(vscode.Uri.joinPath(media, `${name}.html`).fsPath, 'utf8');
  return page.replace(/\{\{(\w+)\}\}/g, (_, value: string) => values[value] ?? '');
}
