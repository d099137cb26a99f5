// A page of the extension: an HTML file of media/ in a webview with its script, a nonce, and nothing from outside.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { machineClock } from '../editing/clock';
import { Updates } from '../editing/updates';
import { asData, filledPage } from '../report/pageFile';
import { type Framed, isRemedyMessage, ready } from '../report/pages';
import { orTell } from './notify';
import { type Problems, remedy } from './problems';

/** What a page shows, and what becomes of what is asked for in it. */
interface Content<State, Message> {
  /** Of its files in media/ and src/webview/. */
  readonly name: string;
  readonly title: string;
  state(): State;
  isMessage(value: unknown): value is Message;
  /** What it returns is awaited, and a failure is told. */
  hear(message: Message): unknown;
  /** Nobody looks at it any more. */
  closed?(): void;
}

export class Page<State, Message> implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private readonly updates: Updates;
  private readonly media: vscode.Uri;
  private readonly scripts: vscode.Uri;

  /** Above all that a page shows stands what is wrong with the engine. */
  constructor(
    extension: vscode.Uri,
    private readonly problems: Problems,
    private readonly content: Content<State, Message>,
  ) {
    this.updates = new Updates(
      machineClock,
      () => this.isSeen,
      () => this.send(),
    );
    problems.onChange(() => this.post());
    this.media = vscode.Uri.joinPath(extension, 'media');
    this.scripts = vscode.Uri.joinPath(extension, 'dist', 'webview');
  }

  get isSeen(): boolean {
    return this.panel?.visible ?? false;
  }

  /** Opens the page, or brings it to the front. */
  show(): void {
    if (this.panel) this.panel.reveal();
    else this.panel = this.open();
  }

  /** Shows what has changed, soon. */
  post(): void {
    this.updates.soon();
  }

  dispose(): void {
    this.updates.dispose();
    this.panel?.dispose();
  }

  /** A page that starts asks: it is answered whatever the editor has told of it so far. */
  private send(): void {
    const { failure } = this.problems;
    const state: State & Framed = { ...this.content.state(), ...(failure && { failure }) };
    void this.panel?.webview.postMessage(state);
  }

  private open(): vscode.WebviewPanel {
    const { name, title } = this.content;
    const panel = vscode.window.createWebviewPanel(`ryzanstein.${name}`, title, vscode.ViewColumn.Active, {
      enableScripts: true,
      // What was chosen, unfolded or scrolled to is there still when one comes back from the code.
      retainContextWhenHidden: true,
      localResourceRoots: [this.media, this.scripts],
    });
    panel.iconPath = vscode.Uri.joinPath(this.media, 'icon.png');
    panel.webview.onDidReceiveMessage((message: unknown) => {
      if (message === ready) this.send();
      else if (isRemedyMessage(message)) void remedy(message.remedy);
      else if (this.content.isMessage(message)) void orTell(() => this.content.hear(message));
    });
    // The editor may tell of a page that is there already that it is in sight.
    panel.onDidChangeViewState(() => this.post());
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.content.closed?.();
    });
    panel.webview.html = this.html(panel.webview);
    return panel;
  }

  /** The page's file with the addresses and the nonce of this view filled in. */
  private html(webview: vscode.Webview): string {
    const { name } = this.content;
    const address = (folder: vscode.Uri, file: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
    const page = readFileSync(vscode.Uri.joinPath(this.media, `${name}.html`).fsPath, 'utf8');
    return filledPage(page, {
      nonce: randomBytes(16).toString('base64'),
      source: webview.cspSource,
      script: address(this.scripts, `${name}.js`),
      style: address(this.media, 'page.css'),
      words: asData(vscode.l10n.bundle ?? {}),
    });
  }
}
