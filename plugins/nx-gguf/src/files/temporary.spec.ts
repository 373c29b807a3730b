import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { processFileName } from './process-file-name.js';
import { isAbandoned, temporaryBeside } from './temporary.js';
import { endedProcess, nameElsewhere, nameOf } from '../store/testing/other-process.js';
import { age, put, temporaryDirectory } from '../store/testing/temporary-store.js';

describe('temporaryBeside', () => {
  it('removes what killed processes left beside this path, and nothing else', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'a.gguf');
    const gone = nameOf(endedProcess());
    const kept = [
      `a.gguf.${processFileName()}.tmp`,
      `a.gguf.${nameElsewhere()}.tmp`,
      `b.gguf.${gone}.tmp`,
      'a.gguf.tmp',
      'a.gguf.mine.tmp',
      `a.gguf.${gone}`,
    ].sort();
    for (const name of [...kept, `a.gguf.${gone}.tmp`]) put(join(directory, name), '');
    await temporaryBeside(path);
    expect(readdirSync(directory).sort()).toEqual(kept);
  });

  it('removes that of another machine after an hour without a change', async () => {
    const path = put(join(temporaryDirectory(), `a.${nameElsewhere()}.tmp`), '');
    await expect(isAbandoned(path)).resolves.toBe(false);
    age(path, 3_700_000);
    await expect(isAbandoned(path)).resolves.toBe(true);
  });
});
