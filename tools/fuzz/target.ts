/** A reader of bytes from outside, and how it is tried. */
export interface FuzzTarget {
  readonly name: string;
  /** What reads the bytes. */
  readonly reads: string;
  /** How many inputs `npm test` tries: all targets together take about half a minute. */
  readonly rounds: number;
  /** Inputs that are right, from which damaged ones are made. */
  readonly seeds: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /**
   * Reads an input and tells how that ended: 'ok', or the code of an error. Whatever else happens, such as an error
   * without a code, is thrown, and is what fuzzing looks for.
   */
  readonly attempt: (input: Uint8Array) => Promise<string>;
  /** Looks, after the last input, whether what was tried still works. */
  readonly afterwards?: () => Promise<void>;
}
