// The story of ghost text: what is shown and when, what is asked of the backend, and what the log says about it.

import assert from 'node:assert/strict';
import { liveState } from '../../../src/report/liveView';
import { resultWords } from '../../../src/wording';
import { Trial } from './fakeBackend';

const sample = 'const total = |;\nconst next = 2;\n';

/** A trial whose backend answers everything with this text at once. */
function answering(text: string, ...rest: Parameters<typeof Trial.of>): Trial {
  const trial = Trial.of(...rest);
  trial.backend.text = text;
  return trial;
}

describe('ghost text', () => {
  it('comes when typing rests for a moment, and is inserted when it is accepted', async () => {
    const trial = answering('first + second', sample);
    await trial.type('a', 40);
    assert.equal(trial.backend.requests.length, 0);
    await trial.pass(20);
    assert.equal(trial.shown, 'first + second');
    assert.deepEqual([trial.result, trial.last.trigger], ['shown', 'automatic']);
    const { sent, waitedMs } = trial.last;
    assert.ok(
      sent && sent.heldMs > 0 && sent.heldMs + sent.gatheredMs <= waitedMs,
      JSON.stringify(trial.last),
    );
    assert.equal(trial.last.where, 'a.ts:1');
    await trial.accept();
    assert.equal(trial.marked, sample.replace('|', 'afirst + second|'));
    assert.equal(trial.entries.at(-1)?.outcome, 'accepted');
  });

  describe('in a file that is not judged yet', () => {
    /** A trial in which `judge` says that the file may be read. */
    function unjudged(): { trial: Trial; judge: () => void } {
      const trial = answering('first + second', sample);
      let judge = (): void => undefined;
      trial.editor.judging = new Promise<void>((resolve) => {
        judge = () => {
          trial.editor.judging = undefined;
          resolve();
        };
      });
      return { trial, judge: () => judge() };
    }

    it('comes at once where the judgement takes a moment', async () => {
      const { trial, judge } = unjudged();
      await trial.type('a', 90);
      judge();
      await trial.pass(100);
      assert.deepEqual([trial.shown, trial.entries.length], ['first + second', 1]);
    });

    it('is late at the deadline all the same', async () => {
      const { trial, judge } = unjudged();
      trial.backend.text = undefined;
      await trial.type('a', 90);
      judge();
      await trial.pass(1_000);
      const { result, waitedMs } = trial.last;
      assert.ok(result.kind === 'late', trial.result);
      assert.ok(Math.abs(waitedMs - result.after) < 9, `${waitedMs} of ${result.after} ms`);
    });

    it('comes, without another key, where it takes long', async () => {
      const { trial, judge } = unjudged();
      await trial.type('a', 1_000);
      assert.deepEqual([trial.shown, trial.backend.requests.length], ['', 0]);
      judge();
      await trial.pass(200);
      assert.deepEqual([trial.shown, trial.result], ['first + second', 'shown late']);
      assert.deepEqual(trial.backend.requests[0]!.limits.minConfidence, 'normal');
      assert.deepEqual([trial.backend.requests.length, trial.editor.explanations.length], [1, 0]);
    });

    it('does not come where the cursor has moved on meanwhile', async () => {
      const { trial, judge } = unjudged();
      await trial.type('a', 1_000);
      await trial.step({ pause: 0, move: 3 });
      judge();
      await trial.pass(200);
      assert.deepEqual([trial.shown, trial.backend.requests.length], ['', 0]);
    });
  });

  it('is computed on request, however unsure the model is', async () => {
    const trial = answering('first', sample, { confidence: 0.9 });
    trial.backend.confidence = 0.1;
    await trial.type('a');
    assert.deepEqual([trial.shown, trial.result], ['', 'hidden: not sure enough']);
    await trial.request();
    assert.deepEqual([trial.shown, trial.last.trigger], ['first', 'on request']);
  });

  it('has a prompt with the text around the cursor, the path, the repository and related files', async () => {
    const trial = answering('x', 'import { other } from "./other";\nconst a = |;\n');
    await trial.step({ pause: 0, open: 'other.ts' });
    await trial.step({ pause: 0, open: 'a.ts' });
    await trial.type('o');
    const { prompt, limits, threads } = trial.backend.requests[0]!;
    assert.deepEqual(prompt, {
      ...{ path: 'a.ts', languageId: 'typescript', repository: 'shop' },
      ...{ prefix: 'import { other } from "./other";\nconst a = o', suffix: ';\n' },
      related: [{ path: 'other.ts', text: 'export const other = 1;' }],
    });
    assert.deepEqual(limits, { maxTokens: 64, maxLines: 12, minConfidence: 'normal', candidates: 1 });
    assert.equal(threads, undefined);
    assert.deepEqual(trial.editor.log.askedFor(trial.last.completion!), { prompt, limits });
  });

  it('goes with a selected suggestion only where the answer begins with it', async () => {
    const asked = async (rest: string | undefined): Promise<[string, string, string]> => {
      const trial = answering('tal + tax', 'const sum = to|;\n');
      trial.editor.selected = { offset: 12, text: `to${rest ?? 'ast'}`, rest };
      void trial.editor.ask(false);
      await trial.pass(100);
      return [trial.shown, trial.result, trial.backend.requests[0]!.prompt.prefix];
    };
    assert.deepEqual(await asked('tal'), ['total + tax', 'shown', 'const sum = to']);
    for (const other of ['tals', 'ast', undefined])
      assert.deepEqual(await asked(other), [
        ...['', 'hidden: another suggestion is selected', 'const sum = to'],
      ]);
  });

  it('counts once, however many suggestions of a list are walked through beside it', async () => {
    const trial = answering('tal + tax', 'const sum = to|;\n');
    for (const rest of [undefined, 'ast', 'tal', 'tals', 'tal', 'ast']) {
      trial.editor.selected = { offset: 12, text: `to${rest ?? ''}`, rest };
      void trial.editor.ask(false);
      await trial.pass(100);
    }
    assert.equal(trial.entries.length, 6);
    const waits = trial.editor.log.waits(60);
    assert.ok(waits.length === 1 && waits[0]! > 0, String(waits));
    const { groups } = liveState({
      ...{ engine: '', requests: trial.entries, recent: undefined, deadline: 300 },
      wanted: { threshold: 0.5, isSet: false, sentence: '' },
    });
    assert.match(groups[0]!.note, /Last answers: 1,/);
    assert.equal(groups[2]!.bars[1]!.value, '83 %', '5 of 6 were known before');
  });

  it('counts once where another one of its alternatives is accepted at the second look', async () => {
    const trial = answering('first', sample);
    trial.backend.alternatives = [{ text: 'second', confidence: 0.5 }];
    await trial.request();
    await trial.request();
    await trial.accept(1);
    const accepted = trial.entries.findIndex(({ outcome }) => outcome === 'accepted');
    const until = trial.entries.slice(accepted);
    assert.deepEqual(
      until.map(({ answer, completion }) => [answer?.text, completion?.text]),
      [
        ['second', undefined],
        ['first', 'first'],
      ],
    );
  });

  it('counts as shown, and by its speed, where its answer comes between two keys', async () => {
    const trial = Trial.of(sample);
    await trial.type('g', 60);
    await trial.type('first + ', 0);
    trial.backend.tell('first + second');
    await trial.pass(5);
    await trial.type('s', 60);
    assert.deepEqual(
      [trial.shown, trial.result, trial.backend.requests.length],
      ['econd', 'shown, computed while it was typed into', 1],
    );
    const { log } = trial.editor;
    assert.deepEqual([log.today.shown, log.recent?.answers], [1, 1]);
    await trial.type('e');
    assert.deepEqual([trial.shown, trial.result], ['cond', 'typed through']);
    await trial.accept();
    assert.deepEqual([log.today.shown, log.today.accepted], [1, 1]);
  });

  it('is typed through without the backend', async () => {
    const trial = answering('first + second', sample);
    await trial.request();
    for (const [i, key] of [...'first'].entries()) {
      await trial.type(key);
      assert.equal(trial.shown, 'first + second'.slice(i + 1));
      assert.equal(trial.result, 'typed through');
    }
    assert.equal(trial.backend.requests.length, 1);
    await trial.accept();
    assert.equal(trial.marked, sample.replace('|', 'first + second|'));
  });

  it('shows no key or token that the document does not hold, whoever gave it', async () => {
    const key = `sk_live_${'k3X9mQ2v'.repeat(3)}`;
    const trial = answering(`'${key}'`, 'const key = |;\n');
    trial.backend.alternatives = [{ text: `"${key}"`, confidence: 0.5 }];
    await trial.request();
    assert.deepEqual([trial.shown, trial.result], ['', 'hidden: looks like a key, a token or a password']);
    assert.ok(!JSON.stringify(trial.entries).includes(key));
    trial.backend.text = 'second';
    await trial.type('s');
    await trial.request();
    assert.equal(trial.editor.items.length, 1);
    const own = answering(`'${key}'`, `const first = '${key}';\nconst second = |;\n`);
    await own.request();
    assert.equal(own.shown, `'${key}'`);
  });

  it('goes on fitting when the editor closes a bracket by itself', async () => {
    const trial = answering('call(first, [second]);', 'const a = |\n');
    await trial.request();
    await trial.type('call');
    await trial.step({ pause: 0, type: '(', closes: ')' });
    assert.deepEqual([trial.marked, trial.shown], ['const a = call(|)\n', 'first, [second]);']);
    await trial.accept();
    assert.equal(trial.marked, 'const a = call(first, [second]);|\n');
    assert.equal(trial.backend.requests.length, 2, 'one here, one behind what was accepted');
  });

  it('is there again after an undo, without the backend', async () => {
    const trial = answering('first + second', sample);
    await trial.type('a');
    await trial.accept();
    const { length } = trial.backend.requests;
    await trial.step({ pause: 0, undo: 1 });
    assert.deepEqual([trial.shown, trial.result], ['first + second', 'shown again']);
    assert.equal(trial.backend.requests.length, length);
  });

  it('can be accepted in parts, and an undo brings the rest back', async () => {
    const block = 'for (const x of y) {\n  use(x);\n}';
    const trial = answering(block, '|\nconst next = 2;\n');
    await trial.request();
    const shown = trial.last;
    await trial.step({ pause: 0, accept: 'for' });
    assert.deepEqual([shown.outcome, trial.shown], ['accepted in part', block.slice(3)]);
    await trial.step({ pause: 0, accept: ' (const x of y) {' });
    assert.equal(trial.shown, '\n  use(x);\n}');
    await trial.step({ pause: 0, undo: 2 });
    assert.equal(trial.shown, block);
    assert.equal(trial.backend.requests.length, 1);
  });

  it('is noted as typed over when something else is typed', async () => {
    const trial = answering('first + second', sample);
    await trial.request();
    const shown = trial.last;
    await trial.type('x');
    assert.deepEqual([shown.text, shown.outcome], ['first + second', 'typed over']);
  });

  it('is not asked for twice where there was nothing to show', async () => {
    const trial = answering('first', sample);
    trial.backend.confidence = 0.1;
    await trial.type('a');
    await trial.type('b');
    await trial.step({ pause: 0, delete: 1 });
    assert.equal(trial.result, 'hidden: not sure enough, as before');
    assert.equal(trial.backend.requests.length, 2);
  });
});

describe('ghost text that takes its time', () => {
  it('comes late, once, if nothing has changed until then', async () => {
    const trial = Trial.of(sample);
    await trial.type('g', 400);
    const entry = trial.last;
    assert.deepEqual([trial.shown, resultWords(entry.result)], ['', 'not ready after 300 ms']);
    trial.backend.tell('first + second');
    await trial.pass(100);
    assert.deepEqual([trial.shown, resultWords(entry.result)], ['first + second', 'shown late']);
    // A pause of 50 ms and it is asked.
    assert.ok(entry.waitedMs >= 350 && entry.waitedMs < 360, `${entry.waitedMs}`);
    await trial.pass(1000);
    assert.deepEqual([trial.entries.length, trial.backend.requests.length], [1, 1]);
  });

  it('is asked for by itself where the editor, triggered for what came late, asks once a key was typed', async () => {
    const trial = Trial.of(sample);
    let asks = (): Promise<void> => Promise.resolve();
    trial.editor.trigger = () => (asks = () => trial.editor.ask(true));
    await trial.type('g', 400);
    trial.backend.tell('first + second');
    await trial.pass(10);
    await trial.type('x', 0);
    void asks();
    await trial.pass(200);
    assert.deepEqual(
      trial.backend.requests.map(({ limits: { minConfidence, candidates } }) => [minConfidence, candidates]),
      [
        ['normal', 1],
        ['normal', 1],
      ],
    );
    assert.equal(trial.last.trigger, 'automatic');
    await trial.pass(1000);
    void trial.editor.ask(true);
    await trial.pass(100);
    assert.equal(trial.backend.requests.at(-1)!.limits.minConfidence, 0, 'the user asks');
  });

  it('is not shown late when the cursor has moved, but kept', async () => {
    const trial = Trial.of(sample);
    await trial.type('g', 400);
    const entry = trial.last;
    await trial.step({ pause: 0, move: 0 });
    trial.backend.tell('first');
    await trial.pass(100);
    assert.deepEqual([trial.shown, resultWords(entry.result)], ['', 'not ready after 300 ms, then moved on']);
    await trial.step({ pause: 0, move: sample.indexOf('|') + 1 });
    await trial.request();
    assert.equal(trial.backend.requests.length, 2, 'who asks gets alternatives as well');
  });

  it('counts once, by how long it took, where it fits what was typed on', async () => {
    const trial = Trial.of(sample);
    await trial.type('g', 900);
    trial.editor.apply({ pause: 0, type: 'f' });
    trial.backend.tell('first + second');
    await trial.pass(100);
    assert.deepEqual([trial.shown, trial.last.trigger], ['irst + second', 'automatic']);
    const counted = trial.entries.filter(({ completion }) => completion);
    assert.equal(counted.length, 1);
    assert.ok(counted[0]!.waitedMs >= 800, `${counted[0]!.waitedMs}`);
    assert.equal(trial.last.answer, counted[0]!.completion);
  });

  it('is given up when the cursor moves before its time is over', async () => {
    const trial = Trial.of(sample);
    await trial.type('g', 100);
    await trial.step({ pause: 0, move: 0 });
    assert.equal(trial.result, 'cancelled: moved on');
    trial.backend.text = 'x';
    await trial.type('y');
    assert.equal(trial.shown, 'x');
  });

  it('is not shown late when it is hidden, and the log says why', async () => {
    const trial = Trial.of(sample);
    trial.backend.confidence = 0.1;
    await trial.type('g', 400);
    trial.backend.tell('first');
    await trial.pass(100);
    assert.deepEqual([trial.shown, trial.result], ['', 'hidden: not sure enough']);
  });

  it('is the first line of a block where the rest would come late, and the rest follows it', async () => {
    const trial = Trial.of(sample);
    await trial.type('g');
    trial.backend.tellSooner('first + second;');
    await trial.pass(100);
    assert.equal(trial.shown, '', 'the whole might still come in time');
    await trial.pass(200);
    const entry = trial.last;
    assert.deepEqual(
      [trial.shown, resultWords(entry.result)],
      ['first + second;', 'shown, the first line of a block'],
    );
    trial.backend.tell('first + second;\n  third();');
    await trial.pass(300);
    assert.equal(trial.shown, 'first + second;', 'the block took the place of its line');
    await trial.accept();
    assert.deepEqual(
      [trial.shown, trial.result],
      ['\n  third();', 'shown, computed while it was typed into'],
    );
    await trial.accept();
    assert.equal(trial.marked, sample.replace('|', 'gfirst + second;\n  third();|'));
    assert.equal(trial.backend.requests[1]?.prompt.prefix, 'const total = gfirst + second;\n  third();');
  });

  it('is the first line of a block also when that is late, once', async () => {
    const trial = Trial.of(sample);
    await trial.type('g', 400);
    const entry = trial.last;
    trial.backend.tellSooner('first + second;');
    await trial.pass(100);
    assert.deepEqual([trial.shown, resultWords(entry.result)], ['first + second;', 'shown late']);
    trial.backend.tell('first + second;\n  third();');
    await trial.pass(300);
    assert.deepEqual([trial.shown, trial.entries.length], ['first + second;', 1]);
  });

  describe('with a second model', () => {
    const second = { model: 'small', isSecond: true } as const;
    const withSecond = (...rest: Parameters<typeof Trial.of>): Trial => {
      const trial = Trial.of(...rest);
      const model = { name: 'large', second: { name: 'small', bytes: 1 } };
      trial.backend.state = { name: 'ready', model };
      return trial;
    };

    it('is its answer at once where the chosen one is not expected in time, and nothing takes its place', async () => {
      const trial = withSecond(sample);
      await trial.type('g', 60);
      trial.backend.tellSooner('first', second, true);
      await trial.pass(10);
      const entry = trial.last;
      assert.deepEqual(
        [trial.shown, resultWords(entry.result)],
        ['first', 'shown, before the chosen model has answered'],
      );
      assert.equal(entry.completion?.model, 'small');
      trial.backend.tell('other');
      await trial.pass(400);
      assert.deepEqual([trial.shown, trial.entries.length], ['first', 1]);
      await trial.request(0);
      trial.backend.tell('first');
      await trial.pass(10);
      await trial.type('fi');
      assert.deepEqual([trial.shown, trial.result], ['rst', 'typed through']);
      await trial.type('r');
      assert.equal(trial.shown, 'st');
    });

    it('is nothing at once where it is unsure and the chosen one is not expected in time, whose answer comes later', async () => {
      const trial = withSecond(sample);
      await trial.type('g', 60);
      trial.backend.tellSooner('first', { ...second, shown: false, hidden: 'confidence' }, true);
      await trial.pass(10);
      const entry = trial.last;
      assert.deepEqual([trial.shown, resultWords(entry.result)], ['', 'not ready after 300 ms']);
      assert.ok(entry.waitedMs < 100, `${entry.waitedMs}`);
      trial.backend.tell('other');
      await trial.pass(100);
      assert.deepEqual([trial.shown, resultWords(entry.result)], ['other', 'shown late']);
      assert.deepEqual([trial.entries.length, trial.backend.requests.length], [1, 1]);
    });

    it('is not called late where somebody types on before the deadline', async () => {
      const trial = withSecond(sample);
      await trial.type('g', 60);
      trial.backend.tellSooner('first', { ...second, shown: false, hidden: 'confidence' }, true);
      await trial.pass(10);
      const entry = trial.last;
      await trial.type('x');
      await trial.pass(400);
      trial.backend.tell('other');
      await trial.pass(10);
      assert.equal(resultWords(entry.result), 'cancelled: typed on');
    });

    it("is the chosen one's where it has been given to what is typed instead", async () => {
      const trial = withSecond(sample);
      await trial.type('g', 60);
      trial.backend.tellSooner('first', second, true);
      await trial.pass(10);
      trial.backend.tell('other');
      await trial.pass(10);
      await trial.type('o');
      assert.deepEqual([trial.shown, trial.result], ['ther', 'shown, computed while it was typed into']);
      assert.equal(trial.backend.requests.length, 1);
    });

    it("is the chosen one's where that is in time, else its own at the deadline", async () => {
      const inTime = withSecond(sample);
      await inTime.type('g', 60);
      inTime.backend.tellSooner('first', second);
      await inTime.pass(100);
      assert.equal(inTime.shown, '');
      inTime.backend.tell('other');
      await inTime.pass(10);
      assert.deepEqual([inTime.shown, inTime.result], ['other', 'shown']);

      const late = withSecond(sample);
      await late.type('g', 60);
      late.backend.tellSooner('first', second);
      await late.pass(300);
      assert.equal(late.shown, 'first');
      late.backend.tell('other');
      await late.pass(100);
      assert.equal(late.shown, 'first');
    });

    it('asks anew at each key while the chosen one is late, and leaves pauses to the engine', async () => {
      const trial = withSecond(sample);
      for (const key of 'ghi') {
        await trial.type(key, 60);
        trial.backend.tellSooner(`${key}?`, second, true);
        await trial.pass(10);
        assert.equal(trial.shown, `${key}?`);
      }
      assert.deepEqual([trial.backend.requests.length, trial.backend.most], [3, 1]);
      trial.backend.text = 'slow';
      trial.backend.decodeMs = 500;
      for (let i = 0; i < 10; i++) await trial.type('x', 60);
      const { pause, deadline } = trial.backend.requests.at(-1)!;
      assert.ok(pause! > 0 && pause! <= 200, `${pause}`);
      assert.ok(deadline! <= 300 && deadline! > 200, `${deadline}`);
    });

    it('shows no secret that comes sooner either, begun in the document or cut short', async () => {
      const key = `sk-or-v1-${'4f0a9c17e2b8d365'.repeat(4)}`;
      const trial = withSecond("const first = 'sk-o|\n");
      await trial.request(0);
      trial.backend.tellSooner(key.slice(4, -1), second, true);
      await trial.pass(10);
      assert.equal(trial.shown, '');
      trial.backend.tell(key.slice(4, 24));
      await trial.pass(10);
      assert.deepEqual([trial.shown, trial.result], ['', 'hidden: looks like a key, a token or a password']);
    });

    it('is that of both for a user who asks, who waits for it, but not for the loading of a model', async () => {
      const early = withSecond(sample);
      await early.request(0);
      early.backend.tellSooner('first', second, true);
      await early.pass(10);
      assert.equal(early.shown, 'first');
      const trial = withSecond(sample);
      await trial.request(0);
      trial.backend.tellSooner('first', second);
      await trial.pass(1000);
      assert.equal(trial.shown, '');
      assert.deepEqual(
        [trial.backend.requests[0]!.deadline, trial.backend.requests[0]!.pause],
        [undefined, undefined],
      );
      trial.backend.tell('other');
      await trial.pass(10);
      assert.equal(trial.shown, 'other');
    });
  });

  it('is waited for while what is typed may be how it begins', async () => {
    const trial = Trial.of(sample, { deadline: 700 });
    await trial.type('a', 60);
    await trial.type('fi', 60);
    trial.backend.tell('first + second');
    await trial.pass(10);
    assert.deepEqual(
      [trial.shown, trial.result],
      ['rst + second', 'shown, computed while it was typed into'],
    );
    assert.equal(trial.backend.requests.length, 1);
  });

  it('is asked for one at a time, and given up when text before it changes', async () => {
    const trial = Trial.of(sample);
    await trial.type('count', 60);
    await trial.step({ pause: 0, delete: 2 });
    await trial.type('nt + 1', 60);
    assert.equal(trial.backend.most, 1);
    trial.backend.tell('x');
    await trial.pass(100);
    trial.backend.tell('y');
    await trial.pass(100);
    const results = trial.entries.map(({ result }) => resultWords(result));
    assert.ok(results.includes('cancelled: typed on'), results.join());
    assert.equal(trial.backend.most, 1);
    assert.equal(trial.shown, 'y');
  });

  it('fails with the words of the backend', async () => {
    const trial = Trial.of(sample);
    await trial.type('a');
    trial.backend.fail('The engine ended.');
    await trial.pass(10);
    assert.equal(trial.result, 'failed: The engine ended.');
    await trial.type('b', 400);
    trial.backend.fail('The engine ended.');
    await trial.pass(10);
    assert.equal(trial.result, 'failed: The engine ended.', 'late');
  });
});

describe('ghost text on request', () => {
  it('has alternatives to choose from, up to three in all', async () => {
    const trial = answering('first()', sample);
    trial.backend.alternatives = ['second()', 'third()', 'fourth()'].map((text) => ({
      text,
      confidence: 0.5,
    }));
    await trial.type('a');
    assert.equal(trial.editor.items.length, 1, 'one answer while typing');
    await trial.request();
    const { candidates, minConfidence } = trial.backend.requests[1]!.limits;
    assert.deepEqual([candidates, minConfidence], [3, 0]);
    assert.deepEqual(
      trial.editor.items.map(({ text }) => text),
      ['first()', 'second()', 'third()'],
    );
    await trial.request();
    assert.equal(trial.backend.requests.length, 2, 'alternatives are asked for once');
    await trial.accept(1);
    assert.equal(trial.marked, sample.replace('|', 'asecond()|'));
    assert.equal(trial.result, 'shown');
    const accepted = trial.entries.find(({ outcome }) => outcome === 'accepted')!;
    assert.deepEqual([accepted.trigger, accepted.text], ['on request', 'second()']);
    assert.equal(accepted.answer?.text, 'second()');
  });

  it('has no deadline', async () => {
    const trial = Trial.of(sample);
    await trial.request(5000);
    assert.equal(trial.entries.length, 0);
    trial.backend.tell('first');
    await trial.pass(10);
    assert.deepEqual([trial.shown, trial.result], ['first', 'shown']);
  });

  it('tells the user why there is nothing', async () => {
    const trial = answering('', sample);
    trial.backend.confidence = -1;
    await trial.request();
    assert.deepEqual(trial.editor.explanations, [{ kind: 'hidden', because: 'confidence' }]);
    await trial.type('a');
    assert.equal(trial.editor.explanations.length, 1, 'only who asked');
  });
});

describe('ghost text keeps silent', () => {
  const silent: [title: string, trial: () => Trial, words: RegExp][] = [
    [
      'in files that may hold secrets',
      () => answering('x', 'KEY=|\n', {}, '.env'),
      /the file may hold secrets/,
    ],
    [
      'in huge files',
      () => answering('x', `a|${'// a long line\n'.repeat(150_000)}`),
      /2 million characters/,
    ],
    ['when it is turned off', () => answering('x', sample, { enabled: false }), /Ryzanstein is turned off/],
    [
      'in a language that is off',
      () => answering('x', 'A text |\n', {}, 'a.md', 'markdown'),
      /turned off in Markdown/,
    ],
    [
      'in the message of a commit',
      () => answering('x', 'Add the |\n', {}, '.git/COMMIT_EDITMSG', 'git-commit'),
      /turned off in Git Commit Message/,
    ],
    [
      'in the list of a rebase',
      () => answering('x', 'pick |\n', {}, '.git/rebase-merge/git-rebase-todo', 'git-rebase'),
      /turned off in Git Rebase Message/,
    ],
    ['if it is to come on request only', () => answering('x', sample, { mode: 'onRequest' }), /on request/],
  ];
  for (const [title, make, words] of silent)
    it(title, async () => {
      const trial = make();
      await trial.type('x', 1000);
      assert.match(trial.result, words);
      assert.match(trial.result, /^silent: /);
      assert.deepEqual([trial.backend.requests.length, trial.backend.readAhead.length], [0, 0]);
    });

  it('but comes on request in a language that is off, and in the mode for that', async () => {
    for (const title of [
      'in a language that is off',
      'in the message of a commit',
      'if it is to come on request only',
    ]) {
      const trial = silent.find(([each]) => each === title)![1]();
      await trial.request();
      assert.equal(trial.shown, 'x');
    }
  });

  it('while the backend does other work', async () => {
    const trial = answering('x', sample);
    trial.backend.occupation = 'evaluation';
    await trial.type('a');
    assert.equal(trial.result, 'silent: the engine evaluates the model');
    trial.backend.occupation = undefined;
    await trial.type('b');
    assert.equal(trial.shown, 'x');
  });

  it('while it is paused, unless somebody asks', async () => {
    const trial = answering('x', sample);
    trial.editor.throttled = { use: 'paused', because: 'battery' };
    await trial.type('a', 1000);
    assert.equal(trial.result, 'paused: on battery');
    assert.deepEqual([trial.backend.requests.length, trial.backend.readAhead.length], [0, 0]);
    await trial.request();
    assert.equal(trial.shown, 'x');
  });
});

describe('ghost text that is known', () => {
  const seldom = { languages: { typescript: {} } };
  const held: [title: string, hold: (trial: Trial) => void, result: RegExp][] = [
    [
      'while it is paused',
      ({ editor }) => (editor.throttled = { use: 'paused', because: 'battery' }),
      /^paused/,
    ],
    [
      'where it is to come on request only',
      ({ editor }) => (editor.settings = { ...editor.settings, mode: 'onRequest' }),
      /on request/,
    ],
    [
      'in a language that is off',
      ({ editor }) => (editor.settings = { ...editor.settings, languages: { typescript: false } }),
      /turned off in TypeScript/,
    ],
    [
      'in a language in which the model is right too seldom',
      ({ backend }) => (backend.state = { name: 'ready', model: { name: 'fake', thresholds: seldom } }),
      /too seldom in TypeScript/,
    ],
  ];
  for (const [title, hold, result] of held)
    it(`does not come ${title}, but stays while it is typed if somebody has asked for it`, async () => {
      const trial = answering('xyz', sample);
      await trial.type('a');
      assert.equal(trial.shown, 'xyz');
      hold(trial);
      await trial.type('x');
      assert.equal(trial.shown, '');
      assert.match(trial.result, result);
      await trial.request();
      assert.equal(trial.shown, 'xyz');
      await trial.type('x');
      assert.deepEqual([trial.shown, trial.result], ['yz', 'typed through']);
    });
});

describe('ghost text on little', () => {
  it('waits longer for the next key where answers take long, uses half of the threads, and nothing is read ahead', async () => {
    const trial = answering('x', sample);
    trial.editor.throttled = { use: 'slow', because: 'battery' };
    await trial.type('a', 190);
    assert.equal(trial.backend.requests.length, 0);
    await trial.pass(20);
    assert.deepEqual([trial.shown, trial.backend.requests[0]?.threads], ['x', 4]);
    for (const key of 'bcdef') {
      trial.backend.text = `${key}!`;
      await trial.type(key, 120);
      assert.equal(trial.shown, `${key}!`, 'an answer of milliseconds is there before the next key');
    }
    await trial.step({ pause: 0, move: 0 }, 1000);
    assert.equal(trial.backend.readAhead.length, 0);
  });
});

describe('reading ahead', () => {
  it('begins where the cursor rests, and shows nothing', async () => {
    const trial = answering('x', sample);
    await trial.step({ pause: 0, open: 'other.ts' }, 290);
    assert.equal(trial.backend.readAhead.length, 0);
    await trial.pass(20);
    assert.deepEqual(
      trial.backend.readAhead.map(({ prompt }) => [prompt.path, prompt.suffix]),
      [['other.ts', 'export const other = 1;\n']],
    );
    assert.deepEqual([trial.shown, trial.entries.length, trial.backend.requests.length], ['', 0, 0]);
  });

  it('waits for the answer that is computed, and comes where one is known, for it reads more', async () => {
    const trial = Trial.of(sample);
    await trial.type('a', 1000);
    assert.equal(trial.backend.readAhead.length, 0);
    trial.backend.tell('x');
    await trial.pass(10);
    assert.deepEqual(
      trial.backend.readAhead.map(({ prompt }) => prompt.prefix),
      ['const total = a'],
    );
    await trial.type('b', 350);
    trial.backend.tell('y');
    await trial.pass(10);
    assert.equal(trial.backend.readAhead.length, 2);
  });

  it('is left out where the text was typed on meanwhile, and where the backend is not running', async () => {
    const trial = Trial.of(sample);
    await trial.type('a', 350);
    await trial.type('b', 100);
    trial.backend.tell('x');
    await trial.pass(100);
    assert.equal(trial.backend.readAhead.length, 0);
    trial.backend.state = { name: 'idle' };
    await trial.step({ pause: 0, open: 'other.ts' }, 1000);
    assert.equal(trial.backend.readAhead.length, 0);
  });
});

describe('forgetting', () => {
  it('has everything computed again, as another model would', async () => {
    const trial = answering('first', sample);
    await trial.type('a');
    trial.editor.story.forget();
    trial.backend.text = 'second';
    await trial.type('b');
    await trial.step({ pause: 0, delete: 1 });
    assert.equal(trial.shown, 'second');
  });
});
