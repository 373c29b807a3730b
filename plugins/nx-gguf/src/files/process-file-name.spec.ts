import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { isProcessFileName, processFileName, ownerOf } from './process-file-name.js';
import { endedProcess, nameOf, nameElsewhere, otherProcess } from '../store/testing/other-process.js';
import { temporaryStore } from '../store/testing/temporary-store.js';

describe('processFileName', () => {
  it('is another one each time, and a name of this process', () => {
    const names = Array.from({ length: 100 }, processFileName);
    expect(new Set(names).size).toBe(100);
    expect(names.every(isProcessFileName)).toBe(true);
    expect(names.map(ownerOf)).toEqual(names.map(() => 'runs'));
  });

  it('does not show the name of the machine', () => {
    expect(processFileName()).not.toContain(hostname());
  });

  it('knows a process that has ended', () => {
    expect(ownerOf(nameOf(endedProcess()))).toBe('gone');
  });

  (existsSync('/proc/self/stat') ? it : it.skip)('knows another process of the same number', () => {
    expect(ownerOf(nameOf(process.pid, 1))).toBe('gone');
  });

  it('knows a process that runs, and that it was killed', async () => {
    const store = temporaryStore();
    const other = otherProcess('work-until-told', store.root, 'a'.repeat(64));
    const name = basename(await other.line());
    expect(ownerOf(name)).toBe('runs');
    await other.kill();
    expect(ownerOf(name)).toBe('gone');
  });

  it('cannot tell of another machine, or of a name of another form', () => {
    expect(ownerOf(nameElsewhere())).toBe('unknown');
    expect(ownerOf('something')).toBe('unknown');
  });
});
