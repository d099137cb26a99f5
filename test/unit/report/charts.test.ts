// Charts: well-formed, with title, axes, legend and every value in its place.

import assert from 'node:assert/strict';
import { barChart, inPage, lineChart, logChart, type Series } from '../../../src/report/charts';
import { elementsOf, textsOf } from './svg';

const percent = (value: number): string => `${Math.round(value * 100)} %`;
const axis = { title: 'share', text: percent };

describe('charts', () => {
  it('are well-formed, with title, axes and legend, whatever names hold', () => {
    const name = 'a <b> & "c"';
    const svg = lineChart({
      title: name,
      x: axis,
      y: { ...axis, title: 'rate' },
      series: [
        {
          name,
          values: [
            [0, 0.5],
            [1, 0.25],
          ],
        },
        { name: 'other', values: [[0.5, 0.1]] },
      ],
    });
    const names = elementsOf(svg);
    assert.equal(names[0], 'svg');
    assert.equal(names.filter((one) => one === 'polyline').length, 2);
    assert.equal(names.filter((one) => one === 'circle').length, 3);
    const texts = textsOf(svg);
    for (const text of ['share', 'rate', 'other', '100 %', '0 %', 'a &#60;b&#62; &#38; &#34;c&#34;'])
      assert.ok(texts.includes(text), text);
    assert.match(svg, /prefers-color-scheme:dark/);
  });

  it('put a line where its values are', () => {
    const svg = lineChart({
      title: 't',
      x: axis,
      y: axis,
      series: [
        {
          name: 's',
          values: [
            [0, 0],
            [0.5, 0.2],
            [1, 0.4],
          ],
        },
      ],
    });
    const [a, b, c] = /points="([^"]*)"/
      .exec(svg)![1]!
      .split(' ')
      .map((pair) => pair.split(',').map(Number)) as [number[], number[], number[]];
    assert.ok(Math.abs(a[0]! + c[0]! - 2 * b[0]!) < 0.2 && a[0]! < b[0]!);
    assert.ok(Math.abs(a[1]! + c[1]! - 2 * b[1]!) < 0.2 && a[1]! > b[1]!);
  });

  it('write beside two points of any heights where neither text lies over the other', () => {
    for (const [first, second] of [
      [0.4, 0.4],
      [0.4, 0.42],
      [0.42, 0.4],
      [0.1, 0.9],
    ] as const) {
      const marked = (name: string, at: readonly [number, number]): Series => {
        return { name, values: [[...at]], mark: { at, text: name, label: name } };
      };
      const series = [marked('writing', [0.3, first]), marked('reading', [0.6, second])];
      const steps = [0, 0.5, 1];
      const chart = { title: 't', x: { ...axis, steps }, y: { ...axis, steps }, series };
      const [one, other] = [
        ...lineChart(chart, inPage).matchAll(/class="beside" x="\S+" y="(\S+)" dy="(\S+)"/g),
      ].map(([, y, dy]) => Number(y) + Number(dy));
      assert.ok(Math.abs(one! - other!) >= 20, `${first} and ${second}: ${one} and ${other}`);
    }
  });

  it('are a part of a page that gives them words and colours', () => {
    const series = [
      { name: 's', values: [[0, 0] as [number, number]], mark: { at: [1, 1] as const, text: '<1>' } },
    ];
    const steps = [0, 0.5, 1];
    const chart = { title: 'what is seen', x: { ...axis, steps }, y: { ...axis, steps }, series };
    const svg = lineChart(chart, inPage);
    const names = elementsOf(svg);
    assert.deepEqual(textsOf(svg), ['0 %', '50 %', '100 %', '0 %', '50 %', '100 %', 'share', 'share']);
    assert.deepEqual(
      names.filter((name) => ['style', 'rect', 'circle', 'title'].includes(name)),
      ['circle', 'title'],
    );
    assert.match(svg, /aria-label="what is seen"/);
    assert.match(svg, /<title>&#60;1&#62;<\/title>/);
  });

  it('write each value over its bar, as high as it is', () => {
    const svg = barChart(
      {
        title: 't',
        x: axis,
        y: axis,
        series: [
          { name: 's', values: [0.1, 0.2] },
          { name: 'u', values: [undefined, 0.4] },
        ],
      },
      ['one', 'two'],
      (value) => String(value * 10),
    );
    elementsOf(svg);
    const bars = [
      ...svg.matchAll(/<rect class="fill\d" [^>]*height="([\d.]+)"\/><text class="value"[^>]*>([^<]*)</g),
    ];
    assert.deepEqual(
      bars.map((bar) => bar[2]),
      ['1', '2', '4'],
    );
    const heights = bars.map((bar) => Number(bar[1]));
    assert.ok(Math.abs(heights[1]! - 2 * heights[0]!) < 0.2 && Math.abs(heights[2]! - 4 * heights[0]!) < 0.2);
  });

  it('have powers of ten as steps where they are logarithmic, evenly apart', () => {
    const plain = { title: '', text: String };
    const values: [number, number][] = [
      [1, 2],
      [10, 20],
      [100, 200],
    ];
    const svg = logChart({ title: 't', x: plain, y: plain, series: [{ name: 'a', values }] });
    elementsOf(svg);
    for (const text of ['1', '10', '100', '1000']) assert.ok(textsOf(svg).includes(text), text);
    const places = [...svg.matchAll(/<circle[^>]* cx="([\d.]+)" cy="([\d.]+)"/g)].map((match) =>
      match.slice(1).map(Number),
    );
    const [first, second, third] = places as [number[], number[], number[]];
    for (const axis of [0, 1])
      assert.ok(Math.abs(second[axis]! - first[axis]! - (third[axis]! - second[axis]!)) < 0.3);
  });
});
