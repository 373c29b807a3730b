/** How much a JSON text may hold, whatever its size. */
export interface JsonLimits {
  depth: number;
  /** Objects, lists and what is in them. */
  values: number;
}

/** Far more than any manifest has. */
const mostDepth = 100;
/** A manifest spends more bytes than this on each of its values. */
const bytesPerValue = 16;
/** So many times the size of a text is what reading it takes in memory for a moment, within the limits. */
const memoryTimes = 8;
const sliceBytes = 1 << 16;

const [quote, backslash, comma, openList, closeList, openObject, closeObject] = Buffer.from('"\\,[]{}');

/** The limits for texts of so many bytes at most. */
export function jsonLimits(mostBytes: number): JsonLimits {
  return { depth: mostDepth, values: Math.ceil(mostBytes / bytesPerValue) };
}

/** The memory that reading a text of a size takes. */
export function readingMemory(sizeBytes: number): number {
  return memoryTimes * sizeBytes;
}

/**
 * Measures a JSON text while it comes, before anything is made of it: a parser makes an object of every two
 * bytes of `[[[[`. What is no JSON passes; the parser refuses it.
 * @throws Error for what goes beyond a limit
 */
export function jsonGauge({ depth, values }: JsonLimits): (bytes: Uint8Array) => void {
  let [open, count] = [0, 0];
  let [isText, isEscaped] = [false, false];
  return (bytes) => {
    // An iterator takes ten times as long.
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) isText = false;
        continue;
      }
      if (byte === quote) isText = true;
      else if (byte === comma) count++;
      else if (byte === openList || byte === openObject) {
        count++;
        open++;
      } else if (byte === closeList || byte === closeObject) open--;
      if (open > depth) throw new Error(`it is nested deeper than ${depth} levels`);
      if (count > values) throw new Error(`it holds more than ${values} values`);
    }
  };
}

/** As `jsonGauge` for a text that is there, with pauses in which others get their turn. */
export async function gaugeJson(text: string | Uint8Array, limits: JsonLimits): Promise<void> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const gauge = jsonGauge(limits);
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    gauge(bytes.subarray(at, at + sliceBytes));
  }
}
