/**
 * A llama model as a GGUF file (version 3) whose weights are drawn at random: half a megabyte that the real engine loads
 * and that talks fluent nonsense. Its vocabulary is the bytes, so that it can spell anything.
 */
import { writeFileSync } from 'node:fs';

const size = { embedding: 64, layers: 2, heads: 4, feedForward: 128, context: 8_192 };

const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const f32 = (value: number): Buffer => Buffer.from(Float32Array.of(value).buffer);
const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const text = (value: string): Buffer => {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
};
const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);

/** The format's number of each type, and how a value of it is written. */
const types = { u32: 4, i32: 5, f32: 6, text: 8, list: 9 } as const;
const number = (key: string, value: number): Buffer =>
  Buffer.concat([text(key), u32(types.u32), u32(value)]);
const fraction = (key: string, value: number): Buffer =>
  Buffer.concat([text(key), u32(types.f32), f32(value)]);
const word = (key: string, value: string): Buffer =>
  Buffer.concat([text(key), u32(types.text), text(value)]);
const list = (key: string, type: 'i32' | 'f32' | 'text', values: readonly Buffer[]): Buffer =>
  Buffer.concat([text(key), u32(types.list), u32(types[type]), u64(values.length), ...values]);

const bytes = Array.from(
  { length: 256 },
  (_, at) => `<0x${at.toString(16).toUpperCase().padStart(2, '0')}>`,
);
const signs = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at));
const tokens = ['<unk>', '<s>', '</s>', ...bytes, '\u2581', ...signs];
/** Unknown, control, byte, normal: 2, 3, 6, 1. */
const kindOf = (at: number): number => (at === 0 ? 2 : at < 3 ? 3 : at < 259 ? 6 : 1);

type Tensor = readonly [name: string, dimensions: readonly number[]];

function tensors(): Tensor[] {
  const { embedding: e, feedForward: f, layers } = size;
  const blocks = Array.from({ length: layers }, (_, at): Tensor[] => {
    const of = (name: string, ...dimensions: number[]): Tensor => [
      `blk.${at}.${name}.weight`,
      dimensions,
    ];
    return [
      ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((name) => of(name, e, e)),
      ...['attn_norm', 'ffn_norm'].map((name) => of(name, e)),
      ...['ffn_gate', 'ffn_up'].map((name) => of(name, e, f)),
      of('ffn_down', f, e),
    ];
  });
  const ends: Tensor[] = [
    ['token_embd.weight', [e, tokens.length]],
    ['output_norm.weight', [e]],
    ['output.weight', [e, tokens.length]],
  ];
  return [...ends, ...blocks.flat()];
}

const keys = (): Buffer[] => [
  word('general.architecture', 'llama'),
  word('general.name', 'random'),
  number('llama.context_length', size.context),
  number('llama.embedding_length', size.embedding),
  number('llama.block_count', size.layers),
  number('llama.feed_forward_length', size.feedForward),
  number('llama.attention.head_count', size.heads),
  number('llama.attention.head_count_kv', size.heads),
  fraction('llama.attention.layer_norm_rms_epsilon', 1e-5),
  number('llama.rope.dimension_count', size.embedding / size.heads),
  word('tokenizer.ggml.model', 'llama'),
  list('tokenizer.ggml.tokens', 'text', tokens.map(text)),
  list(
    'tokenizer.ggml.scores',
    'f32',
    tokens.map((_, at) => f32(-at)),
  ),
  list(
    'tokenizer.ggml.token_type',
    'i32',
    tokens.map((_, at) => u32(kindOf(at))),
  ),
  number('tokenizer.ggml.bos_token_id', 1),
  number('tokenizer.ggml.eos_token_id', 2),
  number('tokenizer.ggml.unknown_token_id', 0),
];

/** Writes the file; `roll` draws between 0 and 1. */
export function writeRandomModel(file: string, roll: () => number): void {
  const all = tensors();
  const data = all.map(([, dimensions]) => {
    const count = dimensions.reduce((product, length) => product * length, 1);
    const isNorm = dimensions.length === 1;
    const values = Float32Array.from({ length: count }, () => (isNorm ? 1 : 0.6 * (roll() - 0.5)));
    return padded(Buffer.from(values.buffer));
  });
  let offset = 0;
  const infos = all.map(([name, dimensions], at) => {
    const info = [text(name), u32(dimensions.length), ...dimensions.map(u64), u32(0), u64(offset)];
    offset += data[at]?.length ?? 0;
    return Buffer.concat(info);
  });
  const pairs = keys();
  const head = [
    Buffer.from('GGUF'),
    u32(3),
    u64(all.length),
    u64(pairs.length),
    ...pairs,
    ...infos,
  ];
  writeFileSync(file, Buffer.concat([padded(Buffer.concat(head)), ...data]));
}
