import { rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Removes what all suites shared. */
export default function teardown() {
  rmSync(dirname(process.env.NX_GGUF_E2E_PACKAGE), { recursive: true, force: true });
}
