import { request } from 'node:http';
import { once } from 'node:events';
import { renderPage } from '../report/page/page.js';
import { servedPage } from '../report/page/served.js';
import { sampleEvidence } from '../report/testing/sample-evidence.js';
import { serveReport, type ReportServer } from './report-server.js';

let page: string;
let server: ReportServer;

beforeAll(async () => {
  page = await renderPage([sampleEvidence({ chunks: 4 })], { style: '', script: '' });
});
beforeEach(async () => {
  server = await serveReport(page, 0);
});
afterEach(() => server.close());

async function ask(path: string, { method = 'GET', host }: { method?: string; host?: string } = {}) {
  const { port } = new URL(server.address);
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: host === undefined ? {} : { host: host.replace('PORT', port) },
  });
  asked.end();
  const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
  return { status: response.statusCode, headers: response.headers, response };
}

async function bodyOf(response: import('node:http').IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response) text += String(part);
  return text;
}

describe('serveReport', () => {
  it('gives the page, on this machine alone', async () => {
    const { status, headers, response } = await ask('/');
    expect({ status, body: await bodyOf(response) }).toEqual({ status: 200, body: servedPage(page) });
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(new URL(server.address).hostname).toBe('127.0.0.1');
  });

  it.each<[string, { path: string; method?: string; host?: string; expected: number }]>([
    ['a name that someone made lead here', { path: '/', host: 'evil.example', expected: 403 }],
    ['the same with the port', { path: '/events', host: 'evil.example:PORT', expected: 403 }],
    ['another port', { path: '/', host: '127.0.0.1:1', expected: 403 }],
    ['localhost', { path: '/', host: 'localhost:PORT', expected: 200 }],
    ['a POST', { path: '/', method: 'POST', expected: 405 }],
    ['a DELETE', { path: '/', method: 'DELETE', expected: 405 }],
    ['a path upwards', { path: '/../../etc/passwd', expected: 404 }],
    ['an encoded path upwards', { path: '/%2e%2e/package.json', expected: 404 }],
    ['a query', { path: '/?x', expected: 404 }],
    ['a file', { path: '/package.json', expected: 404 }],
  ])('answers %s', async (_, { path, expected, ...options }) => {
    const { status, response } = await ask(path, options);
    response.resume();
    expect(status).toBe(expected);
  });

  it('tells who looks when the page is another one, and not when it is the same', async () => {
    const { response } = await ask('/events');
    const told: string[] = [];
    response.setEncoding('utf8').on('data', (text: string) => told.push(text));
    await once(response, 'data');
    server.show(page);
    server.show(page.replace('<h1>', '<h1>New '));
    while (!told.join('').includes('event: changed')) await once(response, 'data');
    expect(told.join('').match(/event: changed/g)).toHaveLength(1);
    const { response: again } = await ask('/');
    expect(await bodyOf(again)).toContain('<h1>New ');
  });

  it('ends although somebody looks', async () => {
    const { response } = await ask('/events');
    const ended = once(response, 'close');
    response.resume().on('error', () => undefined);
    await server.close();
    await ended;
    server = await serveReport(page, 0);
  });

  it('says that a port is taken', async () => {
    await expect(serveReport(page, Number(new URL(server.address).port))).rejects.toMatchObject({
      code: 'PORT_IN_USE',
    });
  });
});
