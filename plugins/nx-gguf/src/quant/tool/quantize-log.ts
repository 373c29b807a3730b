/** What one line of llama-quantize's output says. Sizes are as printed, rounded to 0.01 MiB. */
export type QuantizeEvent =
  | TensorEvent
  | { readonly kind: 'converted'; readonly to: string }
  | { readonly kind: 'override'; readonly tensor: string; readonly from: string; readonly to: string }
  | {
      readonly kind: 'fallback';
      readonly tensor: string;
      readonly rowElements: number;
      readonly wanted: string;
      readonly to: string;
    }
  | { readonly kind: 'fallback-count'; readonly count: number; readonly total: number }
  | { readonly kind: 'no-imatrix-entry'; readonly tensor: string }
  | { readonly kind: 'imatrix-required' }
  | { readonly kind: 'warning'; readonly message: string }
  | {
      readonly kind: 'total';
      readonly of: 'model' | 'quant';
      readonly sizeMib: number;
      readonly bitsPerWeight: number;
    }
  | { readonly kind: 'failure'; readonly code: QuantizeFailureCode; readonly message: string };

/**
 * One tensor's turn. `to` is null when the line was cut by a note about the importance matrix: a 'converted'
 * line follows. `copied` is true for a tensor that keeps its type. `sizeMib` is the size it gets, printed
 * with `sizeDigits` decimals.
 */
export interface TensorEvent {
  readonly kind: 'tensor';
  readonly index: number;
  readonly total: number;
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly from: string;
  readonly to: string | null;
  readonly copied: boolean;
  readonly sizeMib: number | null;
  readonly sizeDigits: number;
}

/** Stable codes of the failures that are told apart. */
export type QuantizeFailureCode =
  | 'QUANTIZE_NEEDS_IMATRIX'
  | 'QUANTIZE_IMATRIX_UNFIT'
  | 'QUANTIZE_REQUANTIZES'
  | 'QUANTIZE_BAD_RULE'
  | 'QUANTIZE_BAD_MODEL'
  | 'QUANTIZE_BAD_ARGUMENT'
  | 'QUANTIZE_ABORTED'
  | 'QUANTIZE_FAILED'
  | 'WEIGHTS_NOT_FINITE'
  | 'WEIGHTS_TOO_LARGE';

type Groups = Readonly<Record<string, string>>;

const failures: readonly (readonly [QuantizeFailureCode, RegExp])[] = [
  [
    'QUANTIZE_NEEDS_IMATRIX',
    /failed to quantize: (?<message>this quantization requires an imatrix!|Missing importance matrix.*)/,
  ],
  ['QUANTIZE_IMATRIX_UNFIT', /failed to quantize: (?<message>imatrix (?:size|contains).*)/],
  [
    'QUANTIZE_IMATRIX_UNFIT',
    /(?<message>failed to load imatrix from .*|missing imatrix metadata in file .*)/,
  ],
  ['QUANTIZE_REQUANTIZES', /failed to quantize: (?<message>requantizing from type .*)/],
  ['QUANTIZE_BAD_RULE', /failed to quantize: (?<message>.*(?:regular expression|regex).*)/],
  ['QUANTIZE_BAD_RULE', /^parse_tensor_type(?:_file)?: (?<message>.*)/],
  [
    'QUANTIZE_BAD_MODEL',
    /failed to quantize: (?<message>.*(?:failed to load model|corrupted or incomplete|model architecture).*)/,
  ],
  ['WEIGHTS_NOT_FINITE', /failed to quantize: (?<message>tensor '.+' has invalid data)/],
  ['WEIGHTS_TOO_LARGE', /failed to quantize: (?<message>quantized data validation failed)/],
  ['QUANTIZE_FAILED', /failed to quantize: (?<message>.*)/],
  [
    'QUANTIZE_BAD_ARGUMENT',
    /^(?:llama_quantize|parse_ggml_type|parse_layer_prune|string_parse_kv_override|\S*llama-quantize\S*): (?<message>(?:error: )?(?:invalid|missing|malformed|bad arguments|no layer|input and output).*)/,
  ],
  ['QUANTIZE_ABORTED', /(?<message>GGML_(?:ASSERT|ABORT)\b.*)/],
];

const readers: readonly (readonly [RegExp, (groups: Groups) => QuantizeEvent])[] = [
  [
    /^\[ *(?<index>\d+)\/ *(?<total>\d+)\] +(?<tensor>.+?) +- \[(?<shape>[ \d,]+)\], type = +(?<from>\w+), *(?<rest>.*)$/,
    tensorEvent,
  ],
  [/^converting to (?<to>\w+) \.\./, ({ to = '' }) => ({ kind: 'converted', to })],
  [
    /^llama_tensor_get_type: (?<tensor>.+?) +- applying manual override: (?<from>\w+) -> (?<to>\w+)/,
    ({ tensor = '', from = '', to = '' }) => ({ kind: 'override', tensor, from, to }),
  ],
  [
    /^warning: (?<tensor>.+?) +- ncols +(?<columns>\d+) not divisible by +\d+ \(required for type +(?<wanted>\w+)\).*-> falling back to +(?<to>\w+)/,
    ({ tensor = '', columns, wanted = '', to = '' }) => ({
      kind: 'fallback',
      tensor,
      rowElements: Number(columns),
      wanted,
      to,
    }),
  ],
  [
    /WARNING: (?<count>\d+) of (?<total>\d+) tensor\(s\) required fallback quantization/,
    ({ count, total }) => ({ kind: 'fallback-count', count: Number(count), total: Number(total) }),
  ],
  [
    /^====== \w+: did not find weights for (?<tensor>.+)/,
    ({ tensor = '' }) => ({ kind: 'no-imatrix-entry', tensor }),
  ],
  [
    /WARNING: dry run completed successfully, but .* will require an imatrix/,
    () => ({ kind: 'imatrix-required' }),
  ],
  [
    /^llama_model_quantize_impl: (?<of>model|quant) size +=\s+(?<size>[\d.]+) MiB \((?<bits>[\d.]+) BPW\)/,
    ({ of, size, bits }) => ({
      kind: 'total',
      of: of === 'model' ? 'model' : 'quant',
      sizeMib: Number(size),
      bitsPerWeight: Number(bits),
    }),
  ],
  // Last, of whatever is not known above.
  [/^(?<message>.*\bwarning\b.*)$/i, ({ message = '' }) => ({ kind: 'warning', message })],
];

/**
 * Reads one line of llama-quantize's output; null for a line that says nothing of use. Follows the log calls
 * of src/llama-quant.cpp and tools/quantize/quantize.cpp.
 */
export function parseQuantizeLine(line: string): QuantizeEvent | null {
  // First the failures: the tool reports some in the middle of a tensor's line.
  for (const [code, pattern] of failures) {
    const message = pattern.exec(line)?.groups?.['message'];
    if (message !== undefined) return { kind: 'failure', code, message: message.trim() };
  }
  for (const [pattern, event] of readers) {
    const match = pattern.exec(line);
    if (match !== null) return event(match.groups ?? {});
  }
  return null;
}

/**
 * What ggml found in the values of a tensor that cannot be, such as `1 NaNs in row of 196608 BF16 values`; null
 * for a line that says nothing of that. It stands in the middle of a tensor's line.
 */
export function invalidValues(line: string): string | null {
  return /ggml_validate_row_data: found (.+)/.exec(line)?.[1] ?? null;
}

function tensorEvent({ index, total, tensor = '', shape = '', from = '', rest = '' }: Groups): TensorEvent {
  const to = /^converting to (\w+) \.\.|-> +[\d.]+ MiB \((\w+)\)$/.exec(rest);
  const copied = to === null && rest.startsWith('size =');
  const size = [...rest.matchAll(/([\d.]+) MiB/g)].at(-1)?.[1];
  return {
    kind: 'tensor',
    index: Number(index),
    total: Number(total),
    tensor,
    shape: shape.split(',').map(Number),
    from,
    to: copied ? from : (to?.[1] ?? to?.[2] ?? null),
    copied,
    sizeMib: size === undefined ? null : Number(size),
    sizeDigits: size?.split('.')[1]?.length ?? 0,
  };
}
