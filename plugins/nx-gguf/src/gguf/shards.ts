const shardName = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/s;
const mostShards = 4096;

/**
 * The names of all files of a split GGUF, when a name is that of one of them (`model-00001-of-00003.gguf`, as
 * llama_split_path of llama.cpp writes them); else the name alone.
 */
export function shardNames(name: string): string[] {
  const [, stem, number, count] = shardName.exec(name) ?? [];
  const total = Number(count);
  if (stem === undefined || Number(number) < 1 || Number(number) > total || total === 1 || total > mostShards) return [name];
  return Array.from({ length: total }, (_, index) => shardFileName(stem, index + 1, total));
}

/** The name of a model's only file, or of its n-th when there are more. */
export function shardFileName(stem: string, number: number, total: number): string {
  const five = (value: number): string => String(value).padStart(5, '0');
  return total === 1 ? `${stem}.gguf` : `${stem}-${five(number)}-of-${five(total)}.gguf`;
}
