// Files that another program holds on Windows: what is done with them is tried again for a while, and elsewhere not.

import assert from 'node:assert/strict';
import { isHeld, whenFree, whenFreeNow } from '../../src/held';

describe('a file that another program holds', () => {
  /** Fails so many times with a code, and counts how often it is done. */
  const failing = (times: number, code: string) => {
    const work = (): number => {
      if (work.done++ < times) throw Object.assign(new Error(code), { code });
      return work.done;
    };
    work.done = 0;
    return work;
  };

  for (const code of ['EBUSY', 'EPERM', 'EACCES'])
    it(`is tried again on Windows, which says ${code}`, async () => {
      const [later, now] = [failing(2, code), failing(2, code)];
      assert.equal(await whenFree(() => Promise.resolve().then(later), 'win32'), 3);
      assert.equal(whenFreeNow(now, 'win32'), 3);
    });

  it('is given up after some seconds, with what the system said', async function () {
    this.timeout(20_000);
    await assert.rejects(
      whenFree(() => Promise.resolve().then(failing(Infinity, 'EBUSY')), 'win32'),
      { code: 'EBUSY' },
    );
  });

  it('is none where the system or the code says something else', async () => {
    for (const [code, platform] of [
      ['EPERM', 'linux'],
      ['EBUSY', 'darwin'],
      ['ENOENT', 'win32'],
    ] as const) {
      assert.equal(isHeld({ code }, platform), false);
      const [later, now] = [failing(1, code), failing(1, code)];
      await assert.rejects(
        whenFree(() => Promise.resolve().then(later), platform),
        { code },
      );
      assert.throws(() => whenFreeNow(now, platform), { code });
      assert.deepEqual([later.done, now.done], [1, 1]);
    }
  });
});
