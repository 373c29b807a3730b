import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from './json/canonical-json.js';

/** Lower-case hexadecimal sha256, 64 characters. */
export type Sha256 = string;

const sha256Pattern = /^[0-9a-f]{64}$/;

/** sha256 of bytes, or of a text's UTF-8 form. */
export function sha256(data: string | Uint8Array): Sha256 {
  return createHash('sha256').update(data).digest('hex');
}

/** sha256 of a value's canonical JSON: the form of every key of this project. */
export function digestOf(value: Json): Sha256 {
  return sha256(canonicalJson(value));
}

/** True for 64 lower-case hexadecimal characters. */
export function isSha256(text: string): text is Sha256 {
  return sha256Pattern.test(text);
}

/** Git's object id (sha1) of a file's bytes. */
export function gitBlobOid(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
