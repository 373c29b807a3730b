import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/** The Chromium of this machine, or null: what needs one is then skipped. */
const chromiumPath =
  process.env['NX_GGUF_TEST_CHROMIUM'] ?? onPath(['chromium', 'chromium-browser', 'google-chrome']);

/** A suite that needs a browser; without one its name says that it was skipped. */
export const browserSuite: (name: string, suite: () => void) => void =
  chromiumPath === null
    ? (name, suite) => {
        describe.skip(`${name} (skipped: there is no chromium)`, suite);
      }
    : describe;

/** Starts the browser. Nothing is downloaded for it. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath ?? '',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
}

/** What a page did that a page of ours must not do: errors, and requests to anything but itself. */
export function complaintsOf(page: Page, own: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => {
    complaints.push(`error: ${error.message}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(own)) complaints.push(`request: ${request.url()}`);
  });
  return complaints;
}

function onPath(names: readonly string[]): string | null {
  const places = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((directory) => names.map((name) => join(directory, name)));
  return places.find((place) => existsSync(place)) ?? null;
}
