import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';

/** A certificate and its key, PEM. */
export interface Certificate {
  cert: Buffer;
  key: Buffer;
}

/** Where a certificate and its key are. */
export interface CertificateFiles {
  certificate: string;
  key: string;
}

/** The certificate in files, or null when the server is to have none. */
export async function readCertificate(files: CertificateFiles | null): Promise<Certificate | null> {
  return files === null ? null : { cert: await readFile(files.certificate), key: await readFile(files.key) };
}

/**
 * What gives a server the certificate that is in the files now, for connections from then on. One that cannot
 * be used, because it is just being written, leaves the one from before.
 */
export function certificateRenewal(
  server: Server | SecureServer,
  { files, first, log }: { files: CertificateFiles | null; first: Certificate | null; log: Logger },
): () => Promise<void> {
  let current = first;
  return async () => {
    try {
      const found = await readCertificate(files);
      if (
        found === null ||
        !('setSecureContext' in server) ||
        (current?.cert.equals(found.cert) === true && current.key.equals(found.key))
      )
        return;
      createSecureContext(found);
      server.setSecureContext(found);
      current = found;
      log.info('the certificate was renewed');
    } catch (error) {
      log.error(
        { reason: (error as Error).message },
        'the changed certificate cannot be used; the one from before stays',
      );
    }
  };
}
