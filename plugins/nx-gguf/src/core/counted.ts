/**
 * A count with its noun: `1 tensor`, `2 tensors`. A noun whose plural is not made with an s gives it as
 * `many`: `counted(3, 'entry', 'entries')`. A count beyond safe integers is its digits.
 */
export function counted(count: number | string, one: string, many = `${one}s`): string {
  return `${count} ${String(count) === '1' ? one : many}`;
}
