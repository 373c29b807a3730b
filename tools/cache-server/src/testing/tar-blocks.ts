/** The header of a member of a tar archive, 512 bytes, with whatever it says. */
export function tarBlock({
  name = 'x',
  type = '0',
  size = '0',
}: {
  name?: string;
  type?: string;
  size?: string | Buffer;
}): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  if (typeof size === 'string') block.write(size.padStart(11, '0'), 124);
  else size.copy(block, 124);
  block.write(type, 156);
  block.write('        ', 148);
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return block;
}

/** Text as a tar archive holds it, filled up to whole blocks. */
export function paddedText(text: string): Buffer {
  return Buffer.concat([Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)]);
}
