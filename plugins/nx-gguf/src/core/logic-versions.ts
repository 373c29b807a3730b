/**
 * The version of each step's own logic, raised by hand when the same inputs come to mean another output: it is part of
 * the action key, and all of them together are part of every hash that Nx computes for a project of ours.
 */
export const logicVersions = {
  source: 1,
  build: 2,
  python: 1,
  fetch: 1,
  reference: 1,
  convert: 1,
  imatrix: 2,
  'gguf-header': 1,
  'dry-run': 1,
  plan: 1,
  quantize: 1,
  'kld-base': 3,
  kld: 3,
  bench: 1,
  'bench-compare': 1,
  'kld-sequential': 1,
  gate: 2,
  card: 4,
  'imatrix-statistics': 1,
  report: 2,
  split: 1,
} as const;
