import { checkpointLimits, readJson, type JsonProblem } from '../../core/json/json-reader.js';
import { withFileBytes } from '../../files/gguf-file.js';

/** The header of a safetensors file, and the bytes that follow it. */
export interface SafetensorsHeader {
  entries: object;
  dataBytes: number;
}

/** As in the library of safetensors (`MAX_HEADER_SIZE`). */
const largestHeaderBytes = 100_000_000;

/**
 * The header of a safetensors file: its length as 8 bytes, then JSON.
 * @returns why it is none otherwise; of names that stand twice as well
 */
export function readSafetensorsHeader(path: string): Promise<SafetensorsHeader | JsonProblem> {
  return withFileBytes(path, async (source) => {
    if (source.sizeBytes < 8) return { problem: 'it is shorter than the length of a header' };
    const head = await source.read(0, 8);
    const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
    if (length > largestHeaderBytes)
      return { problem: `its header would be longer than ${largestHeaderBytes.toLocaleString('en')} bytes` };
    if (8 + length > source.sizeBytes) return { problem: 'it ends within its header' };
    const { values } = checkpointLimits;
    const read = readJson(await source.read(8, length), { length: largestHeaderBytes, values });
    if ('problem' in read) return { ...read, problem: `its header: ${read.problem}` };
    const { value } = read;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { problem: 'its header is no object' };
    return { entries: value, dataBytes: source.sizeBytes - 8 - length };
  });
}
