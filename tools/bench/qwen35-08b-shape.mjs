// A GGUF with the shapes of the real Qwen3.5-0.8B and random weights: what quantization costs depends on
// shapes, not on sense.
import { createWriteStream, openSync, readSync, closeSync, statSync } from 'node:fs';
import { once } from 'node:events';

const hidden = 1024;
const feedForward = 3584;
const allLayers = 24;
const heads = { count: 8, keyValue: 2, size: 256 };
const linear = { heads: 16, size: 128, kernel: 4 };
const fullAttentionEvery = 4;

/**
 * Writes the model in bf16 (about 1.3 GB with all layers), with the vocabulary of 151,936 tokens that
 * llama.cpp's source ships.
 */
export async function writeQwen35(path, { vocabulary, plugin, layers = allLayers }) {
  const { readGgufHeader } = await import(`${plugin}/gguf/header/header.js`);
  const { pairRanges } = await import(`${plugin}/gguf/header/metadata-bytes.js`);
  const { composeGguf } = await import(`${plugin}/gguf/compose.js`);
  const source = fileSource(vocabulary);
  const header = await readGgufHeader(source);
  const tokenizer = [];
  for (const [key, { offset, length }] of pairRanges(header))
    if (key.startsWith('tokenizer.')) tokenizer.push(await source.read(offset, length));
  source.close();
  const tokens = header.metadata.get('tokenizer.ggml.tokens').length;
  const own = metadata(layers);
  const tensors = tensorList(tokens, layers);
  const composed = composeGguf({
    version: 3,
    alignment: 32,
    keyCount: own.length + tokenizer.length,
    metadata: Buffer.concat([...own, ...tokenizer]),
    tensors,
  });
  const out = createWriteStream(path, { highWaterMark: 8 << 20 });
  const put = async (bytes) => {
    if (!out.write(bytes)) await once(out, 'drain');
  };
  await put(composed.header);
  const pool = weights();
  for (const [index, { length, offset }] of composed.places.entries()) {
    // Each tensor begins elsewhere in the pool, so no two are alike.
    const shift = ((index * 7919) % 4096) * 128;
    for (let done = 0; done < length; done += pool.length - shift)
      await put(pool.subarray(shift, shift + Math.min(pool.length - shift, length - done)));
    await put(new Uint8Array((composed.places[index + 1]?.offset ?? composed.sizeBytes) - offset - length));
  }
  out.end();
  await once(out, 'close');
  return { tensors: tensors.length, sizeBytes: composed.sizeBytes };
}

function tensorList(tokens, layers) {
  const list = [];
  const add = (name, shape, type = 'bf16') => list.push({ name, shape, type });
  add('token_embd.weight', [hidden, tokens]);
  add('output_norm.weight', [hidden], 'f32');
  for (let layer = 0; layer < layers; layer++) {
    const of = (name) => `blk.${layer}.${name}`;
    add(of('attn_norm.weight'), [hidden], 'f32');
    add(of('post_attention_norm.weight'), [hidden], 'f32');
    if ((layer + 1) % fullAttentionEvery === 0) {
      add(of('attn_q.weight'), [hidden, heads.count * heads.size * 2]);
      add(of('attn_k.weight'), [hidden, heads.keyValue * heads.size]);
      add(of('attn_v.weight'), [hidden, heads.keyValue * heads.size]);
      add(of('attn_output.weight'), [heads.count * heads.size, hidden]);
      add(of('attn_q_norm.weight'), [heads.size], 'f32');
      add(of('attn_k_norm.weight'), [heads.size], 'f32');
    } else {
      const width = linear.heads * linear.size;
      add(of('attn_qkv.weight'), [hidden, width * 3]);
      add(of('attn_gate.weight'), [hidden, width]);
      add(of('ssm_conv1d.weight'), [linear.kernel, width * 3], 'f32');
      add(of('ssm_dt.bias'), [linear.heads], 'f32');
      add(of('ssm_a'), [linear.heads], 'f32');
      add(of('ssm_beta.weight'), [hidden, linear.heads]);
      add(of('ssm_alpha.weight'), [hidden, linear.heads]);
      add(of('ssm_norm.weight'), [linear.size], 'f32');
      add(of('ssm_out.weight'), [width, hidden]);
    }
    add(of('ffn_gate.weight'), [hidden, feedForward]);
    add(of('ffn_up.weight'), [hidden, feedForward]);
    add(of('ffn_down.weight'), [feedForward, hidden]);
  }
  return list;
}

function metadata(layers) {
  const width = linear.heads * linear.size;
  return [
    text('general.architecture', 'qwen35'),
    text('general.name', 'Qwen3.5-0.8B shape'),
    uint32('general.file_type', 32),
    uint32('qwen35.block_count', layers),
    uint32('qwen35.context_length', 32768),
    uint32('qwen35.embedding_length', hidden),
    uint32('qwen35.feed_forward_length', feedForward),
    uint32('qwen35.attention.head_count', heads.count),
    uint32('qwen35.attention.head_count_kv', heads.keyValue),
    uint32('qwen35.attention.key_length', heads.size),
    uint32('qwen35.attention.value_length', heads.size),
    float32('qwen35.attention.layer_norm_rms_epsilon', 1e-6),
    uint32('qwen35.rope.dimension_count', 64),
    int32s('qwen35.rope.dimension_sections', [11, 11, 10, 0]),
    float32('qwen35.rope.freq_base', 10_000_000),
    uint32('qwen35.ssm.conv_kernel', linear.kernel),
    uint32('qwen35.ssm.inner_size', width),
    uint32('qwen35.ssm.state_size', linear.size),
    uint32('qwen35.ssm.time_step_rank', linear.heads),
    uint32('qwen35.ssm.group_count', linear.heads),
    uint32('qwen35.full_attention_interval', fullAttentionEvery),
  ];
}

// 32 MiB of bell-shaped bf16 values with the spread that trained weights have.
function weights() {
  const values = new Uint16Array(16 << 20);
  const word = new Uint32Array(1);
  const float = new Float32Array(word.buffer);
  let state = 1n;
  for (let index = 0; index < values.length; index += 4) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    for (let part = 0; part < 4; part++) {
      const bits = Number((state >> BigInt(part * 16)) & 0xffffn);
      float[0] = ((bits % 256) + ((bits >> 8) % 256) - 255) * 0.0002;
      values[index + part] = word[0] >>> 16;
    }
  }
  return new Uint8Array(values.buffer);
}

function fileSource(path) {
  const file = openSync(path, 'r');
  return {
    sizeBytes: statSync(path).size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      if (readSync(file, bytes, 0, length, offset) !== length) throw new Error(`${path} is cut short`);
      return bytes;
    },
    close: () => closeSync(file),
  };
}

function pair(key, type, value) {
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(Buffer.byteLength(key)));
  const id = Buffer.alloc(4);
  id.writeUInt32LE(type);
  return Buffer.concat([head, Buffer.from(key), id, value]);
}

function uint32(key, value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return pair(key, 4, bytes);
}

function float32(key, value) {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return pair(key, 6, bytes);
}

function text(key, value) {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(value)));
  return pair(key, 8, Buffer.concat([length, Buffer.from(value)]));
}

function int32s(key, values) {
  const bytes = Buffer.alloc(12 + values.length * 4);
  bytes.writeUInt32LE(5);
  bytes.writeBigUInt64LE(BigInt(values.length), 4);
  for (const [index, value] of values.entries()) bytes.writeInt32LE(value, 12 + index * 4);
  return pair(key, 9, bytes);
}
