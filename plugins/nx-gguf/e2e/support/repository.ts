import { join } from 'node:path';

/** The checkout that is tested. */
export const repository = join(import.meta.dirname, '../../../..');
