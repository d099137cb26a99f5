// Numbers in words: grouped, rounded, with units, in English and in German.

import { config } from '@vscode/l10n';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as numbers from '../../src/numbers';

const german = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as Record<string, string>;

describe('numbers', () => {
  afterEach(() => config({ contents: {} }));

  /** What is said in English, and in German. */
  const say = (text: () => string, english: string, inGerman: string): void => {
    config({ contents: {} });
    assert.equal(text(), english);
    config({ contents: german });
    assert.equal(text(), inGerman);
  };

  it('are grouped, and have as many digits as say something', () => {
    say(() => numbers.grouped(1240.4), '1,240', '1.240');
    say(() => numbers.grouped(2, 1), '2.0', '2,0');
    say(() => numbers.decimal(1.478), '1.48', '1,48');
    say(() => numbers.decimal(2), '2', '2');
  });

  it('have units', () => {
    say(() => numbers.tokensPerSecond(1240.4), '1,240 tok/s', '1.240 tok/s');
    say(() => numbers.milliseconds(3.14), '3.1 ms', '3,1 ms');
    say(() => numbers.milliseconds(1234.5), '1,235 ms', '1.235 ms');
    say(() => numbers.percent(0.1234), '12 %', '12 %');
    say(() => numbers.percent(0.1234, 1), '12.3 %', '12,3 %');
    say(() => numbers.percent(0.9999, 1), '100 %', '100 %');
  });

  it('are of one or of several', () => {
    say(() => numbers.threadsOf(1), '1 thread', '1 Thread');
    say(() => numbers.threadsOf(2), '2 threads', '2 Threads');
    say(() => numbers.coresOf(1.5), '1.5 cores', '1,5 Kerne');
    say(() => numbers.tokensOf(1), '1 token', '1 Token');
    say(() => numbers.tokensOf(2048), '2,048 tokens', '2.048 Tokens');
  });

  it('tell sizes with three digits', () => {
    say(() => numbers.bytesOf(7_240_000), '7.24 MB', '7,24 MB');
    say(() => numbers.bytesOf(398e6), '398 MB', '398 MB');
    say(() => numbers.bytesOf(1.65e9), '1.65 GB', '1,65 GB');
    say(() => numbers.bytesOf(67.4e9), '67.4 GB', '67,4 GB');
  });

  it('are short along an axis', () => {
    say(() => numbers.short(0.25), '0.3', '0,3');
    say(() => numbers.short(1000), '1k', '1 Tsd.');
    say(() => numbers.short(12_500), '12.5k', '12,5 Tsd.');
  });

  it('tell times and dates', () => {
    const at = new Date(2026, 0, 2, 15, 4, 5);
    say(() => numbers.clock(at.getTime()), '15:04:05', '15:04:05');
    say(() => numbers.dateAndTime(at.toISOString()), 'Jan 2, 2026, 15:04', '02.01.2026, 15:04');
  });
});
