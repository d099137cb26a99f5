// What a model that was trained to chat writes around code: a fence is left out, words to a person are not shown.

import * as assert from 'node:assert/strict';
import { Finishing, judge } from '../../../src/completion/finish';
import type { Limits } from '../../../src/protocol';
import { place } from './place';

const limits: Limits = { maxTokens: 64, maxLines: 10, minConfidence: 0 };

/** What is shown of an output that comes letter by letter, sure of its code alone. */
function shown(marked: string, output: string, languageId = 'python'): ReturnType<typeof judge> {
  const site = place(marked, languageId);
  const finishing = new Finishing(site, limits);
  const fence = output.startsWith('```') ? output.indexOf('\n') : -1;
  for (const [i, text] of [...output].entries())
    if (!finishing.verdict) finishing.take({ text, logProbability: i <= fence ? -9 : 0 });
  finishing.end('end');
  return judge(site, finishing.answer, limits, undefined);
}

describe('chat', () => {
  it('leaves the fence around code out, and does not count it', () => {
    const { confidence } = shown('import os\n‸\n', 'print(os)\n');
    for (const fence of ['```', '```python', '```c++ ']) {
      const answer = shown('import os\n‸\n', `${fence}\nprint(os)\n\`\`\`\n`);
      assert.deepEqual(
        [answer.text, answer.hidden, answer.confidence],
        ['print(os)', undefined, confidence],
        fence,
      );
      const block = shown('def f(x):\n    ‸\n', `${fence}\n    return x\n\`\`\`\n`);
      assert.deepEqual([block.text, block.hidden], ['return x', undefined], fence);
    }
  });

  it('shows no fence alone, and keeps one where the text has some or is no code', () => {
    assert.equal(shown('import os\n‸\n', '```python').hidden, 'chat');
    assert.equal(shown('import os\n‸\n', '```\n```\n').hidden, 'chat');
    assert.equal(shown('"""\n```\nx\n‸\n"""\n', '```\n').text, '```');
    assert.equal(shown('# Title\n\n‸\n', '```js\n', 'markdown').text, '```js');
    assert.equal(shown('/// ‸\n', '```\n', 'rust').text, '```');
  });

  it('shows no words to a person', () => {
    const words = [
      'Here is the completed code:',
      "Here's how you can do it:",
      'Sure! The loop goes on.',
      'The code above sums the items.',
      'The missing code is as follows',
      "I'm sorry, but I cannot complete this.",
      'To complete the function, add a return statement',
      'You can use os.path.join here.',
      'As an AI language model',
    ];
    for (const text of words) assert.equal(shown('def f():\n    ‸\n', text).hidden, 'chat', text);
    assert.equal(shown('# ‸\n', words[0]!).hidden, undefined);
    assert.equal(shown('s = "‸"\n', 'You can go').hidden, undefined);
    assert.equal(shown('Some text.\n\n‸\n', words[0]!, 'markdown').hidden, undefined);
  });

  it('takes no code for words', () => {
    const code = [
      'Here = 1',
      'Sure()',
      'I = np.eye(3)',
      'This.code = 1',
      'To = 3',
      'Let x = 1',
      'You = can',
      'Code = 5',
    ];
    for (const text of code) assert.equal(shown('x = 1\n‸\n', text).hidden, undefined, text);
  });

  it('shows no part of a character', () => {
    assert.equal(shown('s = ‸\n', '"\ufffd"').hidden, 'invisible');
  });
});
