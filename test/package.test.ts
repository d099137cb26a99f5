// The VSIX as VS Code would unpack it: what its Details and Changelog pages show, and where its links lead.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

interface Packaging {
  packageVsix: () => Promise<string>;
}

describe('the VSIX', () => {
  let folder: string;
  const read = (file: string): string => readFileSync(path.join(folder, 'extension', file), 'utf8');
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'ryzanstein-vsix-'));
    const script = pathToFileURL(path.resolve('scripts/package.mjs')).href;
    const { packageVsix } = (await import(script)) as Packaging;
    execFileSync('python3', ['-m', 'zipfile', '-e', await packageVsix(), folder]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has a Details page that begins with what it does, and shows it', () => {
    const manifest = readFileSync(path.join(folder, 'extension.vsixmanifest'), 'utf8');
    const [, page] = /Services\.Content\.Details" Path="extension\/([^"]+)"/.exec(manifest) ?? [];
    assert.ok(page, manifest);
    const text = read(page);
    assert.match(text, /^# Ryzanstein\n\nYou type, /);
    assert.match(text, /<em> \(!response\.ok\) throw /);
    // Of pictures VS Code shows those from the web, and no version shows others.
    const pictures = [...text.matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)].map(([, source]) => source!);
    assert.deepEqual(
      pictures.filter((source) => !source.startsWith('https:')),
      [],
    );
  });

  it('has no link that leads nowhere on its pages', () => {
    for (const page of ['readme.md', 'changelog.md']) {
      const targets = [...read(page).matchAll(/\]\(([^)]*)\)|(?:src|href)=["']([^"']*)/g)];
      const broken = targets.map(([, link, address]) => link ?? address!);
      assert.deepEqual(
        broken.filter((target) => !/^https:/.test(target)),
        [],
        page,
      );
    }
  });

  it('names no place to turn to but on the web', () => {
    const manifest = JSON.parse(read('package.json')) as Record<
      string,
      string | { url?: string } | undefined
    >;
    for (const name of ['repository', 'homepage', 'bugs', 'qna']) {
      const place = manifest[name];
      const address = typeof place === 'object' ? place.url : place;
      assert.match(address ?? 'https://', /^https:\/\//, name);
    }
  });

  it('holds what the extension loads', async () => {
    const script = pathToFileURL(path.resolve('test/platforms/vsix.mjs')).href;
    const { missingIn } = (await import(script)) as { missingIn: (names: string[]) => string[] };
    const packed = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    assert.deepEqual(missingIn(packed.map((name) => name.replaceAll('\\', '/'))), []);
    const names = readdirSync(path.join(folder, 'extension'));
    assert.ok(!names.includes('README.md'), 'README.md is that of the source tree');
  });
});
