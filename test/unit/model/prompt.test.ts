// The layout of prompts: order, exact budgets, and a start that stays where it is while the user types.

import * as assert from 'node:assert/strict';
import { type FimOrder, unknownFormat } from '../../../src/model/formats';
import { readGguf } from '../../../src/model/gguf';
import { layoutPrompt, type PromptModel } from '../../../src/model/prompt';
import { siteOf } from '../../../src/completion/site';
import { Tokenizer } from '../../../src/model/tokenizer';
import type { Prompt } from '../../../src/protocol';
import { randomSource } from '../random';

const tokenizer = new Tokenizer(readGguf('test/fixtures/tiny.gguf'));
const names = new Map(Object.entries(tokenizer.control).map(([name, id]) => [id as number, `<${name}>`]));

function model(contextLength = 1024, fimOrders: FimOrder[] = ['psm', 'spm']): PromptModel {
  return { tokenizer, contextLength, fimOrders, format: unknownFormat(() => true) };
}

function layout(prompt: Partial<Prompt>, how = model()): number[] {
  const whole: Prompt = {
    path: 'a.ts',
    languageId: 'typescript',
    prefix: '',
    suffix: '',
    related: [],
    ...prompt,
  };
  return [...layoutPrompt(whole, siteOf(whole), how).ids];
}

function read(ids: number[]): string {
  const parts: string[] = [];
  let plain: number[] = [];
  for (const id of [...ids, -1]) {
    const name = names.get(id) ?? (id === -1 ? '' : undefined);
    if (name === undefined) plain.push(id);
    else {
      parts.push(tokenizer.decode(plain), name);
      plain = [];
    }
  }
  return parts.join('');
}

/** Text within a prompt between two marks. */
function between(text: string, start: string, end: string): string {
  return text.slice(text.indexOf(start) + start.length, text.indexOf(end));
}

const lines = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, i) => `const name${i + from} = value(${i + from});\n`).join('');

describe('prompt', () => {
  const prompt = {
    repository: 'shop',
    prefix: 'let a = ',
    suffix: ';\nlet c;\n',
    related: [{ path: 'b.ts', text: 'export const b = 1;\n' }],
  };
  const head = '<repository>shop\n<fileSeparator>b.ts\nexport const b = 1;\n<fileSeparator>a.ts\n';

  it('puts stable parts first where the model knows that order', () => {
    assert.equal(read(layout(prompt)), `${head}<fimPrefix><fimSuffix>\nlet c;\n<fimMiddle>let a = `);
    assert.equal(
      read(layout({ ...prompt, suffix: ' + b;\nlet c;\n' }, model(1024, ['psm']))),
      `${head}<fimPrefix>let a = <fimSuffix> + b;\nlet c;\n<fimMiddle>`,
    );
  });

  it('tells what of the file has no room', () => {
    const beyondOf = (prefix: string, suffix: string) => {
      const whole: Prompt = { path: 'a.ts', languageId: 'typescript', prefix, suffix, related: [] };
      const { ids, beyond } = layoutPrompt(whole, siteOf(whole), model(512));
      const text = read([...ids]);
      const shownBefore = text.slice(text.indexOf('<fimMiddle>') + '<fimMiddle>'.length);
      const shownBehind = between(text, '<fimSuffix>', '<fimMiddle>');
      assert.equal(beyond[0] + shownBefore, prefix);
      assert.equal(shownBehind + beyond[1], suffix);
      return beyond;
    };
    assert.deepEqual(beyondOf('let a = ', '\nlet b;\n'), ['', '']);
    const [before, behind] = beyondOf(`${lines(200)}let a = `, `\n${lines(200, 200)}`);
    assert.ok(before.length > 1000 && behind.length > 1000);
  });

  it('only continues for a model that knows no other way', () => {
    assert.equal(read(layout(prompt, model(1024, []))), `${head}let a = `);
  });

  it('encodes prefix and suffix each by itself', () => {
    const ids = layout({ prefix: 'x = fo', suffix: 'o(1)\n' });
    assert.deepEqual(ids.slice(-tokenizer.encode('x = fo').length), tokenizer.encode('x = fo'));
  });

  it('knows no carriage returns', () => {
    const text = read(
      layout({ prefix: 'a\r\nb\r', suffix: '\r\nc\r\n', related: [{ path: 'r', text: 'x\r\ny' }] }),
    );
    assert.ok(!text.includes('\r'));
    assert.ok(text.endsWith('<fimSuffix>\nc\n<fimMiddle>a\nb\n'), JSON.stringify(text));
  });

  it('holds typed control tokens for text', () => {
    const ids = layout({ prefix: '<|fim_middle|><|endoftext|>', suffix: '<|fim_prefix|>\n' });
    assert.equal(ids.filter((id) => tokenizer.controlIds.includes(id)).length, 4);
  });

  const shapes: Record<string, (size: number) => string> = {
    'lines of code': (size) => lines(size / 28),
    'one line': (size) => 'a = b(c); '.repeat(size / 10),
    'one word': (size) => 'x'.repeat(size),
    'empty lines': (size) => '\n'.repeat(size),
    blanks: (size) => ' '.repeat(size),
    tabs: (size) => '\t\t\n'.repeat(size / 3),
    'surrogate pairs': (size) => '👩‍💻'.repeat(size / 5),
    'pairs in lines': (size) => '𝒳😀\n'.repeat(size / 5),
    'letters of many bytes': (size) => '漢字かな'.repeat(size / 4),
    'a line and a huge one': (size) => `let a;\n${'😀('.repeat(size / 3)}`,
  };
  for (const [name, shape] of Object.entries(shapes)) {
    it(`cuts what is too long of ${name}, whatever the room`, () => {
      const random = randomSource(7);
      for (const room of [16, 32, 64, 200, 512, 1024, 2048, 8192]) {
        for (const orders of [['spm'], ['psm'], []] as FimOrder[][]) {
          const text = (): string =>
            random.pick([shape, shape, lines])(random.pick([1, 40, 3 * room, 9 * room]));
          const [prefix, suffix] = [`${text()}let a`, text()];
          const related = Array.from({ length: random.below(12) }, (_, i) => ({
            path: `r${i}.ts`,
            text: text(),
          }));
          const repository = random.pick([undefined, 'shop', 'x'.repeat(300)]);
          const path = random.pick(['', 'a.ts', `${'deep/'.repeat(100)}a.ts`]);
          const whole: Prompt = { path, languageId: 'typescript', repository, prefix, suffix, related };
          const how = model(8192, orders);
          const { ids, beyond } = layoutPrompt(whole, siteOf(whole), how, 0, room);
          const said = `${room} ${orders.join()} ${JSON.stringify(read([...ids]).slice(-200))}`;
          assert.ok(ids.length > 0 && ids.length <= room - Math.ceil(room / 16), `${ids.length} of ${said}`);
          const shown = prefix.slice(beyond[0].length);
          assert.ok(shown.length > 0 && prefix === beyond[0] + shown, said);
          assert.ok(read([...ids]).includes(shown), said);
          assert.ok(suffix.endsWith(beyond[1]), said);
          assert.ok(!read([...ids]).includes('\ufffd'), said);
        }
      }
    }).timeout(60_000);
  }

  for (const contextLength of [256, 512, 1024]) {
    it(`keeps its budgets in a context of ${contextLength}`, () => {
      const related = [1, 2, 3].map((i) => ({ path: `r${i}.ts`, text: lines(200) }));
      const long = {
        prefix: lines(400),
        suffix: lines(300, 1000),
        related,
        repository: 'r',
        path: 'src/a.ts',
      };
      for (const orders of [['spm'], ['psm'], []] as FimOrder[][]) {
        const ids = layout(long, model(contextLength, orders));
        assert.ok(ids.length <= contextLength - contextLength / 16, `${ids.length} tokens`);
        assert.ok(ids.length > contextLength * 0.6, `only ${ids.length} tokens`);
        const text = read(ids);
        assert.ok(text.endsWith(orders[0] === 'psm' ? '<fimMiddle>' : 'value(399);\n'));
        if (orders[0] !== 'spm') continue;
        const [header, rest] = text.split('<fimPrefix>') as [string, string];
        assert.ok(tokenizer.encode(header).length <= contextLength / 4 + 80, header);
        const suffix = between(rest, '<fimSuffix>', '<fimMiddle>');
        assert.ok(suffix.startsWith('const name1000') || suffix === '', suffix);
        assert.ok(tokenizer.encode(suffix).length <= (contextLength * 3) / 16);
        assert.match(rest.split('<fimMiddle>')[1]!, /^const name\d+ = /, 'the prefix starts inside a line');
      }
    });
  }

  it('does not move its start for many keystrokes', () => {
    const typed = lines(60, 500).slice(0, 1200);
    const before = lines(300);
    let moves = 0;
    let last = '';
    for (let i = 0; i < typed.length; i += 3) {
      const text = read(layout({ prefix: before + typed.slice(0, i), suffix: lines(30) })).split(
        '<fimMiddle>',
      )[1]!;
      const start = text.slice(0, text.indexOf(';'));
      if (start !== last) moves++;
      last = start;
    }
    assert.ok(moves <= 5, `${moves} starts in ${typed.length / 3} steps`);
  });

  it('leaves out what an editor closes by itself, so that typing a bracket moves nothing', () => {
    const open = layout({ prefix: 'f(', suffix: ')\nlet c;\n' });
    const before = layout({ prefix: 'f', suffix: '\nlet c;\n' });
    assert.deepEqual(open.slice(0, before.length), before);
  });

  it('takes the end of a line that is longer than the context', () => {
    const long = 'x'.repeat(30) + ' = 1; '.repeat(5000);
    const ids = layout({ prefix: long, suffix: '' });
    assert.ok(ids.length > 500 && ids.length <= 960, `${ids.length} tokens`);
    assert.ok(long.endsWith(read(ids).split('<fimMiddle>')[1]!));
    const emoji = layout({ prefix: '👍'.repeat(4000), suffix: '👍'.repeat(4000) });
    assert.ok(
      emoji.length <= 960 &&
        !read(emoji)
          .replace(/<fimSuffix>.*<fimMiddle>/su, '')
          .includes('\ufffd'),
    );
  });

  it('lays an empty file out', () => {
    assert.equal(read(layout({})), '<fileSeparator>a.ts\n<fimPrefix><fimSuffix><fimMiddle>');
  });

  it('shows the text right before the cursor in any context, however long everything is', () => {
    const lines = 'value = compute(1, 2)\n'.repeat(400);
    const text = lines.replaceAll('\n', ' ');
    for (const contextLength of [64, 128, 512, 2048])
      for (const order of [['psm'], ['spm'], []] as FimOrder[][])
        for (const [prefix, suffix] of [
          [lines, lines],
          [text, text],
          ['x'.repeat(9_000), '\n'],
          ['世'.repeat(9_000), 'é'.repeat(9_000)],
          ['\n'.repeat(9_000), lines],
        ] as const) {
          const related = [{ path: 'long/'.repeat(100), text: lines }];
          const ids = layout({ prefix: `${prefix}here`, suffix, related }, model(contextLength, order));
          const shown = tokenizer.decode(ids);
          assert.ok(ids.length > contextLength / 8 && ids.length < contextLength, `${ids.length} tokens`);
          assert.ok(
            shown.includes(`${prefix.slice(-3)}here`),
            JSON.stringify({ contextLength, order, shown }),
          );
        }
  });
});
