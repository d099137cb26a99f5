// Whether this machine runs on its battery: read from sysfs on Linux; elsewhere the engine is told by the system.

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const supplies = '/sys/class/power_supply';

/** `folder` has one folder for each power supply, with its properties as files. */
export async function isOnBattery(folder = supplies): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  const read = await Promise.all(names.map((name) => supplyIn(path.join(folder, name))));
  // A mouse has a battery, too; its scope says that it is the device's.
  const own = read.filter(({ scope }) => scope !== 'Device');
  if (own.some(({ type, online }) => type !== 'Battery' && online === '1')) return false;
  return own.some(({ type, status }) => type === 'Battery' && status === 'Discharging');
}

async function supplyIn(folder: string): Promise<Record<'type' | 'scope' | 'online' | 'status', string>> {
  const property = async (name: string): Promise<string> =>
    (await readFile(path.join(folder, name), 'utf8').catch(() => '')).trim();
  const [type, scope, online, status] = await Promise.all([
    property('type'),
    property('scope'),
    property('online'),
    property('status'),
  ]);
  return { type, scope, online, status };
}
