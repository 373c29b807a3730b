/**
 * What is wrong with an `--override-kv KEY=TYPE:VALUE` of llama-quantize, or null. Follows
 * string_parse_kv_override of common/common.cpp, and refuses what that accepts and changes: text for numbers
 * (becomes 0) and integers that do not fit (llama_model_quantize_impl writes the absolute value as uint32).
 */
export function overrideKvProblem(override: string): string | null {
  const equals = override.indexOf('=');
  const typed = /^(int|float|bool|str):(.*)$/s.exec(override.slice(equals + 1));
  const reason =
    equals < 0
      ? "has no '='"
      : (keyProblem(override.slice(0, equals)) ??
        (typed === null
          ? 'needs one of the types int, float, bool, str'
          : valueProblem(typed[1], typed[2] ?? '')));
  return reason === null ? null : `override '${override}' ${reason}`;
}

function keyProblem(key: string): string | null {
  // An empty key marks the end of the tool's list: this override and all after it would be dropped silently.
  if (key === '') return 'has no key';
  return bytes(key) > 127 ? 'has a key of more than 127 bytes' : null;
}

function valueProblem(type: string | undefined, value: string): string | null {
  if (type === 'bool') return value === 'true' || value === 'false' ? null : 'is neither true nor false';
  if (type === 'str') return bytes(value) > 127 ? 'has a value of more than 127 bytes' : null;
  if (type === 'float')
    return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? null : 'is no decimal number';
  return /^\d{1,10}$/.test(value) && Number(value) <= 0xffff_ffff
    ? null
    : 'is no integer from 0 to 4294967295';
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
