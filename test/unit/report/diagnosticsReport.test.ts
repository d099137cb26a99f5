// What the diagnostics page shows: levels and threads as bars that are as long as they are fast, reasons for what is missing, and plain words.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { diagnosticsState, type Examined } from '../../../src/report/diagnosticsReport';
import type { Diagnosis } from '../../../src/reports';
import type { Result } from '../../../src/results';

const diagnosis = JSON.parse(readFileSync('test/fixtures/pages/diagnosis.json', 'utf8')) as Diagnosis;
const examined: Examined = {
  engine: { name: 'ready', model: diagnosis.model },
  diagnosis,
  recent: undefined,
  requests: [],
};

describe('the diagnostics page', () => {
  it('has a bar for each kernel level, the one in use lit, what is missing with the reason', () => {
    const [ladder] = diagnosticsState(examined).groups;
    const bar = (wanted: string) => ladder!.bars.find(({ name }) => name === wanted)!;
    assert.deepEqual(
      ladder!.bars.map(({ name }) => name),
      diagnosis.simd.levels.map(({ name }) => name),
    );
    assert.deepEqual(
      ladder!.bars.filter(({ look }) => look === 'active').map(({ name }) => name),
      [diagnosis.simd.active],
    );
    assert.match(bar(diagnosis.simd.active).note, /^in use · \d+ % of the peak · self-test ok$/);
    assert.deepEqual(
      [bar('amx'), bar('avx-vnni')].map(({ look, value, note }) => [look, value, note]),
      [
        ['missing', '', 'This CPU has no AMX.'],
        ['missing', '', 'This CPU has no AVX-VNNI.'],
      ],
    );
    const gops = (wanted: string): number =>
      diagnosis.tmac.kernels.find(({ level }) => level === wanted)!.gops;
    assert.ok(
      Math.abs(bar('avx2').share / bar('scalar').share - gops('avx2') / gops('scalar')) < 1e-9,
      'bars are not as long as levels are fast',
    );
    assert.ok(ladder!.bars.every(({ share }) => share >= 0 && share <= 1));
  });

  it('tells a level that failed its self-test', () => {
    const levels = diagnosis.simd.levels.map((level) =>
      level.name === 'avx2' ? { ...level, selftest: 'failed: 3 of 303 cases differ' } : level,
    );
    const state = diagnosticsState({
      ...examined,
      diagnosis: { ...diagnosis, simd: { ...diagnosis.simd, levels } },
    });
    const avx2 = state.groups[0]!.bars.find(({ name }) => name === 'avx2')!;
    assert.match(avx2.note, /self-test failed: 3 of 303 cases differ$/);
  });

  it('shows what threads gain, and what they cannot exceed', () => {
    const [, reading, writing] = diagnosticsState(examined).groups;
    const [one, two] = diagnosis.threading.scaling;
    assert.match(reading!.bars[1]!.note, new RegExp(`${Math.round(two!.efficiency * 100)} % efficient$`));
    assert.ok(Math.abs(reading!.bars[1]!.limit! / reading!.bars[0]!.share - 2) < 1e-9);
    const share = Math.round((one!.decode / one!.readLimit) * 100);
    assert.match(writing!.bars[0]!.note, new RegExp(`^${share} % of what reading allows`));
  });

  it('says in words what the engine is at, and why answers were hidden', () => {
    const of = (more: Partial<Examined>) => diagnosticsState({ ...examined, ...more });
    const problem = { message: 'The engine is gone.' };
    assert.equal(
      of({ engine: { name: 'failed', problem }, diagnosis: undefined }).state,
      'The engine is gone.',
    );
    assert.match(
      of({ diagnosis: 'It is being examined.' }).state,
      /is ready, with .*\. It is being examined\.$/,
    );
    assert.deepEqual(of({ diagnosis: undefined }).groups, []);
    const logged = { time: 0, where: 'a.ts:1', trigger: 'on request', waitedMs: 3 };
    const results: Result[] = [
      { kind: 'hidden', because: 'empty', asBefore: true },
      { kind: 'silent', because: { kind: 'ignored', by: '.ryzansteinignore' } },
      { kind: 'shown', how: 'computed' },
    ];
    assert.deepEqual(
      of({ requests: results.map((result) => ({ ...logged, result })) }).entries.map(({ result }) => result),
      [
        'hidden: the model wrote nothing, as before · on request',
        'silent: the file is ignored by .ryzansteinignore · on request',
        'shown · on request',
      ],
    );
  });
});
