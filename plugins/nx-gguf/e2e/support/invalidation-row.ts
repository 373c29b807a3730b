const order = ['fetch', 'convert', 'imatrix', 'plan', 'quantize', 'kld', 'gate', 'card'];

/**
 * A row of the table in docs/caching.md: what a change makes Nx run, and the processes that start because of
 * it.
 */
export function invalidationRow(
  change: string,
  { ran, processes }: { ran: readonly string[]; processes: readonly string[] },
): string {
  const kinds = ran.map((task) => (task.endsWith('-docs:fetch') ? 'corpus' : (task.split(':')[1] ?? '')));
  const isAll = ['corpus', 'fetch', 'convert', 'imatrix', 'card'].every((kind) => kinds.includes(kind));
  return `| ${change} | ${isAll ? 'all' : counted(kinds, ['corpus', ...order])} | ${counted(processes.map((name) => name.replace('.mjs', '')))} |`;
}

function counted(names: readonly string[], wanted?: readonly string[]): string {
  const distinct = [...new Set(names)];
  if (wanted !== undefined) distinct.sort((a, b) => wanted.indexOf(a) - wanted.indexOf(b));
  const parts = distinct.map((name) => {
    const count = names.filter((other) => other === name).length;
    return count === 1 ? name : `${name} x ${count}`;
  });
  return parts.length === 0 ? 'none' : parts.join(', ');
}
