// The wait for the next key: none while answers are faster than keys, and never so long that an answer misses its time.

import assert from 'node:assert/strict';
import { Pace, waitFor } from '../../../src/editing/pace';

describe('pace', () => {
  const cases: [
    title: string,
    interval: number | undefined,
    answer: number,
    deadline: number,
    wait: number,
  ][] = [
    ['does not wait before anything is known', undefined, 0, 300, 0],
    ['does not wait before anybody typed', undefined, 500, 300, 0],
    ['does not wait while answers are faster than keys', 120, 60, 300, 0],
    ['does not wait where they are as fast', 120, 120, 300, 0],
    ['waits for the next key where each would end the request before', 100, 150, 300, 125],
    ['waits only as long as the answer is in time', 100, 250, 300, 50],
    ['waits for the next key where no answer is in time anyway', 100, 900, 300, 125],
    ['never waits long', 900, 950, 300, 200],
  ];
  for (const [title, interval, answer, deadline, wait] of cases)
    it(title, () => assert.equal(waitFor(interval, answer, deadline), wait));

  it('makes no answer late that would be in time', () => {
    for (let interval = 10; interval < 1000; interval += 35)
      for (let answer = 5; answer < 700; answer += 15)
        for (const deadline of [100, 300, 700])
          if (answer <= deadline) assert.ok(waitFor(interval, answer, deadline) + answer <= deadline);
  });

  it('is that of the keys and answers of late, and of neither rests nor single slow ones', () => {
    const pace = new Pace();
    let now = 1000;
    const type = (keys: number, interval: number): void => {
      for (let i = 0; i < keys; i++) pace.key((now += interval));
    };
    assert.deepEqual([pace.interval, pace.answer, pace.wait(300)], [undefined, 0, 0]);
    type(10, 150);
    now += 60_000;
    type(5, 150);
    assert.equal(pace.interval, 150);
    for (const milliseconds of [40, 42, 38, 5000]) pace.answered(milliseconds);
    assert.equal(pace.answer, 41);
    assert.equal(pace.wait(300), 0);
    for (let i = 0; i < 9; i++) pace.answered(160);
    assert.equal(pace.wait(300), 140);
    type(10, 400);
    assert.equal(pace.wait(300), 0);
  });
});
