// Power supplies as Linux shows them in sysfs: when this machine counts as running on its battery.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isOnBattery } from '../../../src/editing/battery';

type Supply = Record<string, string>;
const battery = (status: string): Supply => ({ type: 'Battery', status, capacity: '80' });

describe('battery', () => {
  const cases: [title: string, supplies: Record<string, Supply>, expected: boolean][] = [
    ['there is none', {}, false],
    ['it gives its charge', { BAT0: battery('Discharging') }, true],
    ['it is charged', { AC: { type: 'Mains', online: '1' }, BAT0: battery('Charging') }, false],
    [
      'it is full and the cable is out',
      { AC: { type: 'Mains', online: '0' }, BAT0: battery('Discharging') },
      true,
    ],
    [
      'it gives its charge although the cable is in',
      { AC: { type: 'Mains', online: '1' }, BAT0: battery('Discharging') },
      false,
    ],
    ['the cable is a USB one', { ucsi: { type: 'USB', online: '1' }, BAT0: battery('Discharging') }, false],
    ['it is the mouse’s', { hid: { ...battery('Discharging'), scope: 'Device' } }, false],
    ['its files say nothing', { BAT0: {} }, false],
  ];
  for (const [title, supplies, expected] of cases)
    it(`${expected ? 'runs this machine' : 'does not run this machine'} where ${title}`, async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-power-'));
      try {
        for (const [name, properties] of Object.entries(supplies)) {
          mkdirSync(path.join(folder, name));
          for (const [property, value] of Object.entries(properties))
            writeFileSync(path.join(folder, name, property), `${value}\n`);
        }
        assert.equal(await isOnBattery(folder), expected);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

  it('is not asked for where the system shows no supplies', async () => {
    assert.equal(await isOnBattery('/nowhere/power_supply'), false);
  });
});
