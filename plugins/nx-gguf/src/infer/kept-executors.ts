/** Executors whose results Nx keeps: their targets are written down in project.json, and must be what the plugin gives. */
export const keptExecutors: ReadonlySet<string> = new Set(
  [
    'fetch',
    'reference',
    'convert',
    'imatrix',
    'plan',
    'quantize',
    'kld-base',
    'kld',
    'gate',
    'card',
    'report',
    'toolchain-source',
    'toolchain-build',
    'toolchain-python',
  ].map((name) => `nx-gguf:${name}`),
);
