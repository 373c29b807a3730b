/** The bytes of an answer, or null when they are more than that: the rest is not received. */
export async function boundedBody(
  body: AsyncIterable<Uint8Array>,
  longestBytes: number,
): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > longestBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
