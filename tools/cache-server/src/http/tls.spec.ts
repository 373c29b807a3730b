import { spawnSync } from 'node:child_process';
import { request } from 'node:https';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestServer, temporaryDirectory } from '../testing/running-server.js';

const directory = temporaryDirectory();
const [certificate, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
const make = (): boolean =>
  spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    key,
    '-out',
    certificate,
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  ]).status === 0;

/** Status of an answer over a connection of its own, whose certificate has to be the one given. */
async function statusWith(url: string, ca: Buffer): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/health`, { ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

(make() ? describe : describe.skip)('a certificate of its own', () => {
  it('is what the server shows', async () => {
    const { server } = await startTestServer({ tls: { certificate, key } });
    expect(server.url).toMatch(/^https:/);
    expect(await statusWith(server.url, readFileSync(certificate))).toBe(200);
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  });

  it('is taken without a restart when it was renewed, and kept while the new one is no good', async () => {
    const { server, log } = await startTestServer({ tls: { certificate, key } });
    const before = readFileSync(certificate);
    writeFileSync(certificate, before.subarray(0, 200));
    await server.renewCertificate();
    expect(log.join('')).toContain('the one from before stays');
    expect(await statusWith(server.url, before)).toBe(200);
    make();
    await server.renewCertificate();
    expect(await statusWith(server.url, readFileSync(certificate))).toBe(200);
    await expect(statusWith(server.url, before)).rejects.toThrow();
  });
});
