const groups: Readonly<Record<string, readonly string[]>> = {
  Sources: ['fetch', 'reference', 'convert', 'imatrix'],
  Quantize: ['plan', 'quantize', 'inspect', 'materialize'],
  Measure: ['kld-base', 'kld', 'compare', 'gate', 'bench', 'bench-compare'],
  Publish: ['card', 'report', 'serve-report', 'publish'],
  Toolchain: ['source', 'build', 'python', 'doctor'],
};

/** Targets by what they are for, as `nx graph` and editors show them. */
export function targetGroups(targets: readonly string[], prefix: string): Record<string, string[]> {
  const entries = Object.entries(groups).map(([group, kinds]): [string, string[]] => [
    group,
    targets.filter((target) => kinds.includes(target.slice(prefix.length).split(':')[0] ?? '')),
  ]);
  return Object.fromEntries(entries.filter(([, members]) => members.length > 0));
}
