// What a file says about its model: the tiny one whole, wrong ones refused by key or tensor, orders of the prompt.

import * as assert from 'node:assert/strict';
import { type Gguf, GgufError, readGguf } from '../../../src/model/gguf';
import type { Hyperparameters } from '../../../src/model/architectures';
import { describeModel } from '../../../src/model/description';
import { cacheSettingsOf } from '../../../src/model/tuning';

const tiny = (): Gguf => readGguf('test/fixtures/tiny.gguf');

function changed(change: (gguf: Gguf) => void): ReturnType<typeof describeModel> {
  const gguf = tiny();
  change(gguf);
  return describeModel(gguf);
}

/** Makes the model one of another architecture, with more keys of it. */
function rename(gguf: Gguf, architecture: string, keys: Record<string, number>): void {
  for (const [key, value] of [...gguf.metadata])
    if (key.startsWith('bitnet.')) gguf.metadata.set(key.replace('bitnet', architecture), value);
  gguf.metadata.set('general.architecture', architecture);
  for (const [key, value] of Object.entries(keys)) gguf.metadata.set(`${architecture}.${key}`, value);
}

const experts = { expert_count: 128, expert_used_count: 8, expert_feed_forward_length: 768 };

function refused(change: (gguf: Gguf) => void, message: RegExp): void {
  assert.throws(
    () => changed(change),
    (error: Error) => {
      assert.ok(error instanceof GgufError, `${error.name}: ${error.message}`);
      assert.match(error.message, message);
      return true;
    },
  );
}

describe('model', () => {
  it('describes the tiny model', () => {
    const { hyperparameters, ...model } = describeModel(tiny());
    assert.equal(hyperparameters.heads * hyperparameters.headSize, hyperparameters.width);
    assert.equal(hyperparameters.architecture, 'bitnet');
    assert.equal(hyperparameters.vocabulary, model.tokenizer.size);
    assert.deepEqual([model.type, model.fimOrders], ['TQ2_0', ['psm', 'spm']]);
    assert.ok(model.weights > 100_000);
  });

  it('takes the name from the file where the model has none', () => {
    assert.equal(changed((gguf) => gguf.metadata.delete('general.name')).name, 'tiny');
  });

  it('names the mixture that a file says it is, where a tensor is of that kind', () => {
    const type = (fileType: number, tensorType: number): string =>
      changed((gguf) => {
        gguf.metadata.set('general.file_type', fileType);
        gguf.tensors.at(-1)!.type = tensorType;
      }).type;
    assert.equal(type(15, 12), 'Q4_K_M');
    assert.equal(type(14, 12), 'Q4_K_S');
    assert.equal(type(18, 14), 'Q6_K');
    assert.equal(type(15, 14), 'TQ2_0');
    assert.equal(type(7, 12), 'TQ2_0');
    assert.equal(type(1e9, 12), 'TQ2_0');
  });

  it('has a name that only shows', () => {
    const name = (text: string): string => changed((gguf) => gguf.metadata.set('general.name', text)).name;
    assert.equal(name('a\u001b[31m\u009b2J\u202eb\r\nc'), 'a\\u{1b}[31m\\u{9b}2J\\u{202e}b c');
    assert.equal(name('Modèle 田中　👩‍💻'), 'Modèle 田中　👩‍💻');
    assert.equal(name('x'.repeat(10_000)), `${'x'.repeat(100)}…`);
  });

  it('knows the plain order for a model that states none, and none without the tokens', () => {
    assert.deepEqual(changed((gguf) => gguf.metadata.delete('ryzanstein.fim.orders')).fimOrders, ['psm']);
    const without = changed((gguf) => {
      gguf.metadata.delete('tokenizer.ggml.fim_pre_token_id');
      const tokens = gguf.metadata.get('tokenizer.ggml.tokens') as string[];
      tokens[tokens.indexOf('<|fim_prefix|>')] = '<|other|>';
    });
    assert.deepEqual(without.fimOrders, []);
  });

  it('takes one number for all layers from a list of equal ones', () => {
    const list = (values: unknown): void => {
      const { hyperparameters } = changed((gguf) =>
        gguf.metadata.set('bitnet.feed_forward_length', values as number[]),
      );
      assert.equal(hyperparameters.ffn, 256);
    };
    list([256, 256]);
    for (const values of [[256, 512], []])
      assert.throws(() => list(values), /has layers of different shapes \("bitnet\.feed_forward_length"\)/);
    assert.throws(() => list(['256', '256']), /has no positive number under "bitnet\.feed_forward_length"/);
  });

  it('reads how the rotary embedding is scaled', () => {
    const scaled = (keys: Record<string, string | number>): Partial<Hyperparameters> => {
      const { hyperparameters: h } = changed((gguf) => {
        for (const [key, value] of Object.entries(keys)) gguf.metadata.set(`bitnet.rope.${key}`, value);
      });
      const { ropeFactor, yarnContext, ropeMagnitude } = h;
      return { ropeFactor, yarnContext, ropeMagnitude };
    };
    const unscaled = { ropeFactor: 1, yarnContext: 0, ropeMagnitude: 1 };
    assert.deepEqual(scaled({}), unscaled);
    assert.deepEqual(scaled({ 'scaling.type': 'linear' }), unscaled);
    assert.deepEqual(scaled({ 'scaling.type': 'none', 'scaling.factor': 4 }), unscaled);
    assert.deepEqual(scaled({ 'scaling.type': 'linear', 'scaling.factor': 4 }), {
      ...unscaled,
      ropeFactor: 4,
    });
    assert.deepEqual(scaled({ scale_linear: 4 }), { ...unscaled, ropeFactor: 4 });
    const yarn = { 'scaling.type': 'yarn', 'scaling.factor': 4, 'scaling.original_context_length': 512 };
    const { ropeFactor, yarnContext, ropeMagnitude } = scaled(yarn);
    assert.deepEqual([ropeFactor, yarnContext], [4, 512]);
    assert.ok(Math.abs(ropeMagnitude! - (1 + 0.1 * Math.log(4))) < 1e-9);
  });

  it('takes the settings of the caches from the file, and none where it states none', () => {
    const gguf = tiny();
    gguf.metadata.forEach((_, key) => key.startsWith('ryzanstein.cache.') && gguf.metadata.delete(key));
    assert.deepEqual(cacheSettingsOf(gguf), {});
    gguf.metadata.set('ryzanstein.cache.model_weight', 2);
    gguf.metadata.set('ryzanstein.cache.strengths', [5, 4, 3, 2, 1]);
    assert.deepEqual(cacheSettingsOf(gguf), { modelWeight: 2, strengths: [5, 4, 3, 2, 1] });
    gguf.metadata.set('ryzanstein.cache.draft_tokens', 'many');
    assert.throws(() => cacheSettingsOf(gguf), /has no numbers under "ryzanstein\.cache\.draft_tokens"/);
    for (const odd of [1e18, 1.5, NaN]) {
      gguf.metadata.set('ryzanstein.cache.draft_tokens', [1, odd]);
      assert.throws(() => cacheSettingsOf(gguf), /has no numbers under "ryzanstein\.cache\.draft_tokens"/);
    }
    gguf.metadata.set('ryzanstein.cache.draft_tokens', [1]);
    gguf.metadata.set('ryzanstein.cache.sharpness', NaN);
    assert.throws(() => cacheSettingsOf(gguf), /has no number under "ryzanstein\.cache\.sharpness"/);
    gguf.metadata.set('ryzanstein.cache.sharpness', 'much');
    assert.throws(() => cacheSettingsOf(gguf), /has no number under "ryzanstein\.cache\.sharpness"/);
    assert.deepEqual(cacheSettingsOf(readGguf('models/ryzanstein-14m.gguf')), {
      sharpness: 18,
      modelWeight: 1,
      leastCosine: 0.25,
      strengths: [40, 12, 3, 3, 1],
      draftTokens: [1, 3, 3, 7],
    });
  });

  it('reads of a mixture of experts how many there are, and refuses those of other kinds', () => {
    const mixture = (changes: Record<string, number>) => (gguf: Gguf) => {
      rename(gguf, 'qwen3moe', { ...experts, ...changes });
    };
    const { ffn, experts: all, expertsUsed } = changed(mixture({})).hyperparameters;
    assert.deepEqual([ffn, all, expertsUsed], [768, 128, 8]);
    refused(mixture({ expert_count: 0 }), /no positive number under "qwen3moe\.expert_count"/);
    refused(mixture({ expert_used_count: 5000 }), /has 5000 under "qwen3moe\.expert_used_count"/);
    refused(mixture({ expert_gating_func: 2 }), /chooses experts in a way that is not computed here/);
    refused(mixture({ expert_weights_scale: 2.5 }), /weighs experts in a way that is not computed here/);
    refused(
      (gguf) => gguf.metadata.set('general.architecture', 'granitemoe'),
      /"granitemoe": it mixes experts in a way of its own, which this engine does not compute/,
    );
  });

  it('tells what of the weights a token meets: no embeddings beside a head, and the experts in use', () => {
    const bytes = (gguf: Gguf): number => gguf.tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
    const embedding = (gguf: Gguf) => gguf.tensors.find(({ name }) => name === 'token_embd.weight')!;
    const plain = describeModel(tiny());
    const looked = embedding(tiny());
    assert.equal(plain.met.share, 1);
    assert.ok(plain.met.multiplied < plain.weights - looked.shape[0]! * looked.shape[1]! + 1);
    const untied = changed((gguf) => gguf.tensors.push({ ...embedding(gguf), name: 'output.weight' }));
    assert.equal(untied.met.share, bytes(tiny()) / (bytes(tiny()) + looked.bytes));
    assert.equal(untied.met.multiplied, plain.met.multiplied);
    const all = bytes(tiny());
    const mixed = changed((gguf) => {
      rename(gguf, 'qwen3moe', experts);
      const stack = { ...embedding(gguf), name: 'blk.0.ffn_up_exps.weight', shape: [64, 32, 128] };
      gguf.tensors.push({ ...stack, bytes: 16 * all });
    });
    assert.equal(mixed.met.share, 2 / 17);
    assert.equal(mixed.met.multiplied - plain.met.multiplied, 64 * 32 * 8);
  });

  it('scales the queries of the largest Gemma 3 in its own way', () => {
    const scaleOf = (layers: number): number =>
      changed((gguf) => rename(gguf, 'gemma3', { block_count: layers })).hyperparameters.attentionScale;
    const { heads, width } = describeModel(tiny()).hyperparameters;
    assert.deepEqual([scaleOf(62), scaleOf(48), scaleOf(34)], [Math.sqrt(heads / width), 0, 0]);
  });

  it('takes a 0 for what a model has none of, as converters write it', () => {
    const zeros = [
      ...['expert_count', 'expert_used_count', 'expert_gating_func', 'expert_weights_scale'],
      ...[
        'attention.scale',
        'attention.sliding_window',
        'rope.scaling.factor',
        'rope.scaling.yarn_log_multiplier',
      ],
    ];
    for (const architecture of ['granite', 'gemma3', 'llama']) {
      const as = (keys: string[]) => (gguf: Gguf) =>
        rename(gguf, architecture, Object.fromEntries(keys.map((key) => [key, 0])));
      assert.deepEqual(changed(as(zeros)).hyperparameters, changed(as([])).hyperparameters);
    }
  });

  it('refuses what it cannot run, by name', () => {
    const key = (name: string, value: number | string | undefined, message: RegExp): void =>
      refused((gguf) => {
        if (value === undefined) gguf.metadata.delete(name);
        else gguf.metadata.set(name, value);
      }, message);
    key('general.architecture', 'gpt9', /tiny\.gguf has the architecture "gpt9"; known are bitnet/);
    key('general.architecture', 'constructor', /tiny\.gguf has the architecture "constructor"; known are/);
    key('general.architecture', 'qwen35', /"qwen35": it has recurrent layers, which this engine does not/);
    key('prism.hadamard.version', 1, /wants its weights transformed \("prism\.hadamard\.version"\)/);
    key('bitnet.expert_count', 8, /is a mixture of experts, which this engine computes for qwen3moe alone/);
    key('general.architecture', undefined, /does not say which architecture it has/);
    key('bitnet.rope.scaling.type', 'longrope', /scales its rotary embedding in a way \("longrope"\)/);
    key('bitnet.block_count', undefined, /no positive number under "bitnet\.block_count"/);
    key('bitnet.block_count', 100_000, /has 100000 under "bitnet\.block_count"/);
    key('bitnet.attention.head_count', 2 ** 20, /has 1048576 under "bitnet\.attention\.head_count"/);
    for (const odd of [NaN, Infinity, -1])
      key('bitnet.attention.layer_norm_rms_epsilon', odd, /no positive number under/);
    key('bitnet.block_count', 0, /no positive number under "bitnet\.block_count"/);
    key('bitnet.embedding_length', 12.5, /has 12\.5 under "bitnet\.embedding_length"/);
    key('bitnet.embedding_length', 2 ** 40, /has 1099511627776 under/);
    key('bitnet.attention.head_count_kv', 3, /not a multiple of its 3 key heads/);
    refused(
      (gguf) => (gguf.tensors.find(({ name }) => name === 'token_embd.weight')!.shape[1] = 7),
      /has \d+ tokens, but embeddings for 7/,
    );
    refused(
      (gguf) => (gguf.tensors[1]!.type = 21),
      /the tensor ".+" has the type IQ3_S, .+: take the model in IQ4_XS/,
    );
    refused(
      (gguf) => (gguf.tensors = gguf.tensors.filter((tensor) => tensor.name !== 'token_embd.weight')),
      /has no tensor "token_embd\.weight"/,
    );
  });
});
