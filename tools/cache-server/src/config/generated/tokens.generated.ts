// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * The tokens that a server knows, by digest: nobody can use what stands here.
 */
export interface Tokens {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * One for each person, runner or kind of job.
   *
   * @maxItems 10000
   */
  tokens: TokenRecord[];
}

/**
 * What a token may do, and how it is recognised.
 */
export interface TokenRecord {
  /**
   * The public part of the token, as logs show it.
   */
  id: string;
  /**
   * sha256 of the secret part, 256 random bits.
   */
  sha256: string;
  /**
   * What it may do.
   *
   * @minItems 1
   */
  scopes: ['read' | 'write' | 'admin', ...('read' | 'write' | 'admin')[]];
  /**
   * Where its writes land. Everybody reads `trusted`; any other namespace is read by its own tokens alone.
   */
  namespace: string;
  /**
   * Who or what it is for.
   */
  note?: string;
  /**
   * Time from which it is refused, ISO 8601.
   */
  expires?: string;
  /**
   * In place of the server's own limit.
   */
  requestsPerMinute?: number;
  /**
   * In place of the server's own limit.
   */
  uploadBytesPerHour?: number;
  /**
   * In place of the server's own limit, where it is smaller.
   */
  maxBlobBytes?: number;
}
