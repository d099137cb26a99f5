// What the diagnostics page shows: levels and threads as bars that are as long as they are fast, reasons for what is missing, and plain words.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { diagnosticsState, type Examined } from '../../../src/report/diagnosticsReport';
import type { Diagnosis } from '../../../src/reports';
import type { Result } from '../../../src/results';
import { family } from './model';

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
    assert.match(bar(diagnosis.simd.active).note, /^in use · \d+ % of the peak · self-test passed$/);
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

  it('names each model, and the one that its figures are of', () => {
    const second = { ...family, name: 'second' };
    const model = { ...family, second };
    const { state, ...page } = diagnosticsState({ ...examined, engine: { name: 'ready', model } });
    assert.equal(state, 'The engine is ready, with small, compiled.');
    for (const pair of [
      ['Weights in memory', '9.04 MB'],
      ['Specialist', 'Go, Rust: compiled: bitnet Q8_0, 15.0 million weights, 7 MB'],
      ['Second opinion', 'second, 9.04 MB; compiled, 7 MB'],
    ])
      assert.ok(
        page.model.some((each) => each.join() === pair.join()),
        `${pair[0]} in ${page.model.join('\n')}`,
      );
    assert.ok(page.machine.some((each) => each.join() === `Measured with,${diagnosis.model.name}`));
    for (const { note } of page.groups) assert.ok(note.includes(diagnosis.model.name), note);
  });

  it('tells a level that failed its self-test', () => {
    const levels = diagnosis.simd.levels.map((level) =>
      level.name === 'avx2' ? { ...level, selftest: 'failed' as const, cases: 303, mismatches: 3 } : level,
    );
    const state = diagnosticsState({
      ...examined,
      diagnosis: { ...diagnosis, simd: { ...diagnosis.simd, levels } },
    });
    const avx2 = state.groups[0]!.bars.find(({ name }) => name === 'avx2')!;
    assert.match(avx2.note, /self-test failed in 3 of 303 cases$/);
  });

  it('shows what threads gain, and what they cannot exceed', () => {
    const [, reading, writing] = diagnosticsState(examined).groups;
    const [one, two] = diagnosis.threading.scaling;
    assert.match(reading!.bars[1]!.note, new RegExp(`${Math.round(two!.efficiency! * 100)} % efficient$`));
    assert.ok(Math.abs(reading!.bars[1]!.limit! / reading!.bars[0]!.share - 2) < 1e-9);
    const share = Math.round((one!.decode / one!.readLimit) * 100);
    assert.match(writing!.bars[0]!.note, new RegExp(`^100 % efficient · ${share} % of what reading allows`));
    const gain = Math.round((two!.decode / one!.decode / 2) * 100);
    assert.match(writing!.bars[1]!.note, new RegExp(`${gain} % efficient · `));
  });

  it('says nothing of what threads gain where one alone would have taken too long', () => {
    const { speedup: _, efficiency: __, ...two } = diagnosis.threading.scaling[1]!;
    const large = { ...diagnosis, threading: { ...diagnosis.threading, scaling: [two] } };
    const [, ...threads] = diagnosticsState({ ...examined, diagnosis: large }).groups;
    for (const { note, bars } of threads) {
      assert.match(note, /With fewer threads it was not measured/);
      assert.match(bars[0]!.note, /^in use( · \d+ % of what reading allows, .*)?$/);
      assert.equal(bars[0]!.limit, undefined);
    }
  });

  it('draws reading and writing under the roof of this machine, as near to it as they come', () => {
    const { roofline } = diagnosticsState(examined);
    const { model, threading, machine, tmac } = diagnosis;
    const row = threading.scaling.find(({ threads }) => threads === model.threads)!;
    const peak = 2 * Math.max(machine.gops, ...tmac.kernels.map(({ gops }) => gops));
    const written = (2 * model.weights * row.decode) / 1e9;
    // What reading allows is less than the peak for one token, and more for a pass of many.
    const share = Math.round((row.decode / row.readLimit) * 100);
    assert.match(roofline!.chart, new RegExp(`>writing, ${share} %<`));
    assert.match(roofline!.chart, new RegExp(`writing: ${Math.round(written)} billion operations a second`));
    assert.match(roofline!.chart, new RegExp(`>reading, ${Math.round((row.gops / peak) * 100)} %<`));
    // What is said to those who do not see it.
    const [, label] = /aria-label="([^"]*)"/.exec(roofline!.chart)!;
    assert.match(label!, new RegExp(`^writing: .*, ${share} % of what is possible; reading: .* possible$`));
    assert.match(roofline!.note, new RegExp(`level, multiplying is, at ${Math.round(peak)} billion`));
    // Three points of a roof that rises, then is level.
    const [, line] = /class="line0" points="([^"]*)"/.exec(roofline!.chart)!;
    const [left, ridge, right] = line!.split(' ').map((point) => point.split(',').map(Number));
    assert.ok(left![1]! > ridge![1]! && ridge![1] === right![1], line);
  });

  it('draws no roof where the threads in use were not measured', () => {
    const model = { ...diagnosis.model, threads: 3 };
    assert.equal(diagnosticsState({ ...examined, diagnosis: { ...diagnosis, model } }).roofline, undefined);
  });

  it('tells first of a kernel that was not used because it computes wrongly', () => {
    const model = { ...diagnosis.model, rejected: [{ kernel: 'avx512-vbmi', cases: 317, mismatches: 12 }] };
    const engine = { name: 'ready', model } as const;
    for (const known of [diagnosis, undefined])
      assert.deepEqual(diagnosticsState({ ...examined, engine, diagnosis: known }).findings[0], {
        kind: 'Error',
        text: 'The kernel avx512-vbmi computes wrongly on this CPU, in 12 of 317 cases. The kernel avx512-vnni is used instead.',
      });
  });

  it('says in words what the engine is at, and why answers were hidden', () => {
    const of = (more: Partial<Examined>) => diagnosticsState({ ...examined, ...more });
    const problem = { kind: 'engine' as const, message: 'The engine is gone.' };
    assert.equal(
      of({ engine: { name: 'failed', problem }, diagnosis: undefined }).state,
      'Nothing is completed until that is mended.',
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
