import { Session } from 'node:inspector/promises';

/** What of the code ran, in V8's own count. */
export interface Coverage {
  /** True when the code that ran since the last question had a part that never ran before. */
  readonly isNew: () => Promise<boolean>;
  readonly end: () => Promise<void>;
}

/** Watches which blocks of this project's code run, in scripts whose address holds one of the texts. */
export async function startCoverage(of: readonly string[]): Promise<Coverage> {
  const session = new Session();
  session.connect();
  const seen = new Set<string>();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return {
    isNew: async () => {
      const before = seen.size;
      const { result } = await session.post('Profiler.takePreciseCoverage');
      for (const { url, scriptId, functions } of result) {
        if (!of.some((part) => url.includes(part))) continue;
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges)
            if (count > 0)
              seen.add(`${scriptId}:${startOffset}:${endOffset}:${Math.min(3, Math.log2(count)) | 0}`);
      }
      return seen.size > before;
    },
    end: async () => {
      await session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}
