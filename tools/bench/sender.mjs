import { createHash } from 'node:crypto';
import { request } from 'node:http';

/** Sends requests to a server and gives the whole answers; each on a connection of its own where no agent keeps some. */
export function sender(url, agent = false) {
  return (method, path, { token, body, headers = {} }) =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}${path}`, {
        method,
        agent,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-length': body.length }),
          ...headers,
        },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
      });
      sent.end(body);
    });
}

/** The digest of bytes. */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
