/** The name of a shard as llama.cpp makes it (follows llama_split_path of src/llama.cpp); `index` counts from 0. */
export function shardName(stem: string, index: number, count: number): string {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return `${stem}-${digits(index + 1)}-of-${digits(count)}.gguf`;
}
