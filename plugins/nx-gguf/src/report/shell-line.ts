/**
 * An argument list as a line that a POSIX shell reads back to the same list; for people to read and paste.
 */
export function shellLine(argv: readonly string[]): string {
  return argv
    .map((argument) =>
      /^[A-Za-z0-9_./:=@%+,-]+$/.test(argument)
        ? argument
        : `'${argument.replaceAll("'", String.raw`'\''`)}'`,
    )
    .join(' ');
}
