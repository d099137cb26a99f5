// What other tools complete with, by settings as they write them, and which of our lines is the same model.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { completersToName, filesOf, habitsOf, kindOf, toolsWith } from '../../../src/library/otherTools';

describe('other tools', () => {
  let home: string;
  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-home-'));
    fs.mkdirSync(path.join(home, '.continue'));
  });
  afterEach(() => fs.rmSync(home, { recursive: true }));
  const write = (name: string, text: string): void =>
    fs.writeFileSync(path.join(home, '.continue', name), text);

  it('Continue completes with the models of that role', async () => {
    write(
      'config.yaml',
      'name: My Config\nmodels:\n  - name: Chat\n    provider: ollama\n    model: llama3.1:8b\n    roles: [chat]\n' +
        '  - name: Coder\n    provider: ollama\n    model: qwen2.5-coder:1.5b-base\n    roles:\n      - autocomplete\n',
    );
    assert.deepEqual(await habitsOf(home, undefined), [
      { tool: 'Continue', model: 'qwen2.5-coder:1.5b-base' },
    ]);
  });

  it('its older file counts where there is no other', async () => {
    const model = { title: 'Starcoder', provider: 'ollama', model: 'starcoder2:3b' };
    write('config.json', JSON.stringify({ models: [], tabAutocompleteModel: model }));
    assert.deepEqual(await habitsOf(home, undefined), [{ tool: 'Continue', model: 'starcoder2:3b' }]);
    write('config.yaml', 'name: none\n');
    assert.deepEqual(await habitsOf(home, undefined), []);
  });

  it('what cannot be read, or is something else, says nothing', async () => {
    for (const text of [
      '{',
      '- 1\n',
      'models: 3\n',
      'models:\n  - roles: autocomplete\n    model: [1]\n',
      '',
    ]) {
      write('config.yaml', text);
      assert.deepEqual(await habitsOf(home, undefined), []);
    }
  });

  it('llama.vscode completes with what its server is started with', async () => {
    const of = async (command: string) => habitsOf(home, command);
    const tool = 'llama.vscode';
    assert.deepEqual(await of('llama-server --fim-qwen-1.5b-default -ngl 99'), [
      { tool, model: 'Qwen2.5-Coder-1.5b' },
    ]);
    assert.deepEqual(await of('llama-server -hf ggml-org/Qwen2.5-Coder-0.5B-Q8_0-GGUF:Q8_0 --port 8012'), [
      { tool, model: 'ggml-org/Qwen2.5-Coder-0.5B-Q8_0-GGUF' },
    ]);
    const found = await of('llama-server -m "/my models/coder.gguf"');
    assert.deepEqual(filesOf(found), [{ file: '/my models/coder.gguf', origin: tool }]);
    assert.equal(filesOf(await of('llama-server -m ~/coder.gguf'))[0]!.file, path.join(home, 'coder.gguf'));
    for (const command of ['', 'llama-server', 'llama-server -m', '-hf'])
      assert.deepEqual(await of(command), [], command);
  });

  it('who completes as well is named once', () => {
    const active = ['GitHub.copilot', 'vscode.git', 'Continue.continue'];
    const unset = (): undefined => undefined;
    const [copilot, other] = completersToName(active, [], unset);
    assert.deepEqual(copilot, { id: 'GitHub.copilot', name: 'GitHub Copilot' });
    assert.deepEqual(completersToName(active, ['GitHub.copilot'], unset), [other]);
    assert.deepEqual(completersToName(active, active, unset), []);
    // Copilot completes by its chat's extension, with the older one or without.
    const both = [...active, 'GitHub.copilot-chat'];
    assert.deepEqual(completersToName(both, [], unset), [copilot, other]);
    assert.deepEqual(completersToName(both, ['GitHub.copilot'], unset), [other]);
    assert.deepEqual(completersToName(['GitHub.copilot-chat'], [], unset), [
      { id: 'GitHub.copilot-chat', name: 'GitHub Copilot' },
    ]);
  });

  it('who completes nothing by its settings is not named', () => {
    const named = (id: string, setting: string, value: unknown): boolean =>
      completersToName([id], [], (name) => (name === setting ? value : undefined)).length > 0;
    const isOn: [string, string, unknown, boolean][] = [
      ...['GitHub.copilot', 'GitHub.copilot-chat'].flatMap((id) =>
        [
          [{ '*': false, plaintext: false }, false] as const,
          [{ '*': true, markdown: false }, true] as const,
          [{ '*': false, go: true }, true] as const,
          [{}, true] as const,
        ].map(([value, on]): [string, string, unknown, boolean] => [id, 'github.copilot.enable', value, on]),
      ),
      ['Continue.continue', 'continue.enableTabAutocomplete', false, false],
      ['Continue.continue', 'continue.enableTabAutocomplete', true, true],
      ['TabbyML.vscode-tabby', 'tabby.inlineCompletion.triggerMode', 'manual', false],
      ['TabbyML.vscode-tabby', 'tabby.inlineCompletion.triggerMode', 'automatic', true],
      ['Google.geminicodeassist', 'geminicodeassist.inlineSuggestions.enableAuto', false, false],
      ['TabNine.tabnine-vscode', 'whatever', false, true],
    ];
    for (const [id, setting, value, on] of isOn)
      assert.equal(named(id, setting, value), on, `${id} ${JSON.stringify(value)}`);
  });

  it('names of the same family and size are the same model', () => {
    const names = [
      'qwen2.5-coder:1.5b',
      'qwen2.5-coder:1.5b-base-q8_0',
      'Qwen2.5-Coder 1.5B',
      'ggml-org/Qwen2.5-Coder-1.5B-Q8_0-GGUF',
      'Qwen2.5-Coder-1.5B-Instruct',
    ];
    assert.deepEqual([...new Set(names.map(kindOf))], ['qwen2.5coder 1.5b']);
    assert.notEqual(kindOf('qwen2.5-coder:1.5b'), kindOf('qwen2.5-coder:15b'));
    assert.notEqual(kindOf('qwen2.5:1.5b'), kindOf('qwen2.5-coder:1.5b'));
    assert.equal(kindOf('codestral:latest'), kindOf('codestral'));
    const habits = [
      { tool: 'Continue', model: 'starcoder2:3b' },
      { tool: 'llama.vscode', model: 'a.gguf', file: '/a.gguf' },
    ];
    assert.deepEqual(toolsWith(habits, 'StarCoder2 3B', undefined), ['Continue']);
    assert.deepEqual(toolsWith(habits, 'whatever', '/a.gguf'), ['llama.vscode']);
    assert.deepEqual(toolsWith(habits, 'whatever', undefined), []);
  });
});
