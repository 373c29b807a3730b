/**
 * Flags for every llama.cpp tool built on common/arg.cpp: no network, and plain log lines, whatever the
 * environment says. A flag beats its LLAMA_ARG_… variable.
 */
export const plainOfflineFlags: readonly string[] = [
  '--offline',
  '--no-log-prefix',
  '--no-log-timestamps',
  '--log-colors',
  'off',
  '--verbosity',
  '3',
];

/**
 * Environment in which llama-perplexity loses fewer of its last messages. It exits without flushing its log
 * thread (common/log.cpp), and the spinning threads of OpenMP leave that thread no time. A busy machine still
 * loses some: KLD_NO_STATISTICS after a run that exited 0 is worth another try.
 */
export const loggingEnvironment: Readonly<Record<string, string>> = {
  OMP_WAIT_POLICY: 'passive',
  // Where gdb is installed an abort would start it, print pages of its words and end when it is done
  // (ggml/src/ggml.c).
  GGML_NO_BACKTRACE: '1',
};

/** A flag with its number, or nothing if there is none. */
export function numberFlag(name: string, value: number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}
