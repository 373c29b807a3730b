import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Evidence } from '../src/core/generated/evidence.generated.js';
import { renderPage } from '../src/report/page/page.js';
import { sampleEvidence } from '../src/report/testing/sample-evidence.js';
import { readPageAssets } from '../src/steps/evidence/report.js';
import { browserSuite, complaintsOf, startBrowser } from './support/browser.js';
import { scratchDirectory } from './support/workspace.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What runs in the page, whose types are not those of Node. */
interface PageGlobals {
  document: { activeElement: unknown };
  getComputedStyle: (of: unknown) => { fill: string };
}
const isFocused = (of: unknown): boolean =>
  of === (globalThis as unknown as PageGlobals).document.activeElement;
const fillOf = (of: unknown): string => (globalThis as unknown as PageGlobals).getComputedStyle(of).fill;
const unfold = (of: object): void => {
  Object.assign(of, { open: true });
};

browserSuite('the report page in a browser', () => {
  const scratch = scratchDirectory();
  const wide = { viewport: { width: 1440, height: 900 } };
  const narrow = { viewport: { width: 390, height: 800 } };
  let browser: Browser;
  let evidence: Evidence;
  let page: Page;

  const write = async (name: string, models: readonly Evidence[]): Promise<void> => {
    writeFileSync(join(scratch, `${name}.html`), await renderPage(models, await readPageAssets()));
  };
  const open = async (name = 'report', options: BrowserContextOptions = wide): Promise<string[]> => {
    page = await browser.newPage(options);
    const address = pathToFileURL(join(scratch, `${name}.html`)).href;
    const complaints = complaintsOf(page, address);
    await page.goto(address);
    return complaints;
  };
  const table = (): Locator => page.locator('#m0-models');
  const names = async (): Promise<string[]> =>
    (await table().locator('tbody tr:visible').all()).reduce(
      async (before, row) => [...(await before), (await row.getAttribute('data-name')) ?? ''],
      Promise.resolve<string[]>([]),
    );
  /** The value of an expression in the page. */
  const inPage = (expression: string): Promise<unknown> => page.evaluate(expression);
  const tip = (): Locator => page.locator('#tip');

  beforeAll(async () => {
    browser = await startBrowser();
    evidence = sampleEvidence();
    await write('report', [evidence]);
    await write('models', [
      evidence,
      {
        ...sampleEvidence({ variants: ['Q4_K_M'], references: false, speed: false }),
        name: 'Other-1B',
        imatrix: null,
      },
    ]);
    await write('large', [
      sampleEvidence({
        layers: 130,
        chunks: 580,
        references: false,
        variants: Array.from(
          { length: 20 },
          (_, index) => `${['Q3_K_M', 'Q4_K_M', 'Q5_K_M', 'Q6_K'][index % 4] ?? ''}-${index}`,
        ),
      }),
    ]);
  }, 120_000);
  afterEach(() => page.context().close());
  afterAll(async () => {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it.each([
    ['one model', 'report'],
    ['several models', 'models'],
    ['many tensors', 'large'],
  ])('of %s: no error, no request, no wider than a telephone', async (_, name) => {
    const complaints = await open(name, narrow);
    for (const section of await page.locator('section').all()) await section.scrollIntoViewIfNeeded();
    await page.locator('.grid').first().waitFor();
    expect(complaints).toEqual([]);
    expect(await inPage('document.documentElement.scrollWidth')).toBe(390);
  });

  it.each([['report'], ['models']])(
    'on a telephone the tables of %s scroll by themselves, and their first column leaves room for the others',
    async (name) => {
      await open(name, narrow);
      for (const folded of await page.locator('details').all()) await folded.evaluate(unfold);
      await page.locator('.tensors').first().scrollIntoViewIfNeeded();
      await page.locator('.grid').first().waitFor();
      expect(await inPage('document.documentElement.scrollWidth')).toBe(390);
      expect(
        await inPage(
          `[...document.querySelectorAll('table')].filter((table) => { const place = table.closest('.scroll'); return place === null || place.clientWidth > innerWidth || (table.offsetWidth > place.clientWidth && getComputedStyle(place).overflowX !== 'auto'); }).length`,
        ),
      ).toBe(0);
      // What stays in place while the rest is scrolled must not cover it.
      expect(
        await inPage(
          `[...document.querySelectorAll('tbody th')].filter((head) => getComputedStyle(head).position === 'sticky' && head.offsetWidth > innerWidth / 2).map((head) => head.textContent)`,
        ),
      ).toEqual([]);
    },
  );

  it('a column is sorted by its figures, both ways, and what is missing stays last', async () => {
    await open();
    const declared = [...evidence.variants, ...evidence.references];
    const byKld = [...declared]
      .sort(
        (a, b) =>
          (a.measurement?.statistics.kldNats.mean.value ?? 0) -
          (b.measurement?.statistics.kldNats.mean.value ?? 0),
      )
      .map(({ name }) => name.toLowerCase());
    const head = table().getByRole('columnheader', { name: 'Mean KLD' });
    await head.getByRole('button').click();
    expect([await names(), await head.getAttribute('aria-sort')]).toEqual([byKld, 'ascending']);
    await head.getByRole('button').press('Enter');
    expect([await names(), await head.getAttribute('aria-sort')]).toEqual([byKld.reverse(), 'descending']);
    for (const direction of ['ascending', 'descending']) {
      const speed = table().getByRole('columnheader', { name: 'pp512' });
      await speed.getByRole('button').click();
      expect(await speed.getAttribute('aria-sort')).toBe(direction);
      expect(
        (await names()).slice(-evidence.references.length).every((name) => name.startsWith('maker-')),
      ).toBe(true);
    }
    expect(await table().locator('[aria-sort]:not([aria-sort="none"])').count()).toBe(1);
  });

  it('rows are filtered by name and kind, and counted', async () => {
    await open();
    await page.getByLabel('Filter by name').first().fill('q5');
    expect(await names()).toEqual(['q5_k_m', 'maker-q5_k_m']);
    await page.getByRole('checkbox', { name: 'References' }).uncheck();
    expect(await names()).toEqual(['q5_k_m']);
    await page.getByText('1 of 6 shown').waitFor();
  });

  it('a mark of a chart tells its figures, to a pointer and to the keyboard', async () => {
    await open();
    const marks = page.locator('#m0-size [role="graphics-symbol"][aria-label]');
    expect(await marks.count()).toBe(6);
    await marks.nth(1).hover();
    await tip().waitFor();
    expect((await tip().innerText()).split('\n')).toEqual(
      expect.arrayContaining(['Q5_K_M', 'mean KLD 0.011000 ± 0.000044']),
    );
    await page.keyboard.press('Escape');
    await tip().waitFor({ state: 'hidden' });
    await marks.nth(0).focus();
    await page.keyboard.press('ArrowRight');
    expect(await tip().innerText()).toContain('Q5_K_M');
    await page.keyboard.press('End');
    expect(await tip().innerText()).toContain('maker-Q6_K');
    // One stop for the tab key in each picture.
    expect(await page.locator('#m0-size .picture [tabindex="0"]').count()).toBe(1);
    await page.locator('#m0-running .picture').scrollIntoViewIfNeeded();
    // The last of the bars over the lines: its middle is where the picture ends.
    const bar = await page.locator('#m0-running [role="graphics-symbol"]').last().boundingBox();
    await page.mouse.move((bar?.x ?? 0) + (bar?.width ?? 0) / 4, (bar?.y ?? 0) + (bar?.height ?? 0) / 2);
    expect(await tip().innerText()).toMatch(/^after 40 chunks\nQ6_K: 0\.00\d{4} ± /);
  });

  it('the tensor map shows a variant against another choice, and says why', async () => {
    await open();
    const map = page.locator('.tensors');
    await map.scrollIntoViewIfNeeded();
    await map.locator('.grid').waitFor();
    const [first] = evidence.variants;
    const changed = first?.plan?.tensors.filter(({ to, stock }) => to !== stock) ?? [];
    await map
      .getByText(
        `${first?.plan?.tensors.length ?? 0} of ${first?.plan?.tensors.length ?? 0} tensors match; ${changed.length} of them differ`,
      )
      .waitFor();
    expect(await map.locator('td.differs').count()).toBe(changed.length);
    await map.getByLabel('Only what differs').check();
    await map.getByRole('searchbox', { name: 'Because' }).fill('side effect');
    const moved = changed.filter(({ because }) => because.kind === 'side-effect');
    await map.getByText(`${moved.length} of ${first?.plan?.tensors.length ?? 0} tensors match`).waitFor();
    expect(await map.locator('td[data-tensor]:not(.dim)').count()).toBe(moved.length);
    await map.locator('td[data-tensor]:not(.dim)').first().hover();
    expect((await tip().innerText()).split('\n')).toEqual(
      expect.arrayContaining([moved[0]?.name, 'because: side effect: q6_K without rules for others']),
    );
    await map.getByText('The tensors as a table').click();
    await map.locator('details tbody tr').first().waitFor();
    expect(await map.locator('details tbody tr').count()).toBe(moved.length);
    await map.getByRole('combobox', { name: 'against' }).selectOption({ label: 'maker-Q4_K_M (reference)' });
    await map.getByText('0 of ').waitFor();
    await map.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'maker-Q4_K_M (reference)' });
    await map.getByLabel('Only what differs').uncheck();
    await map.getByRole('searchbox', { name: 'Because' }).fill('');
    await map.getByRole('combobox', { name: 'Type' }).selectOption('q8_0');
    await map
      .getByText(`${Object.values(first?.tensorTypes ?? {}).filter((type) => type === 'q8_0').length} of `)
      .waitFor();
  });

  it('the arrow keys go through the tensor map, over places without a tensor', async () => {
    await open();
    await page.locator('.tensors').scrollIntoViewIfNeeded();
    const cell = (name: string): Locator => page.locator(`.grid td[data-tip^="${name}\\a "]`);
    await cell('blk.3.attn_v.weight').focus();
    await page.keyboard.press('ArrowRight');
    expect(await cell('blk.7.attn_v.weight').evaluate(isFocused)).toBe(true);
    expect(await tip().innerText()).toContain('blk.7.attn_v.weight');
    expect(await page.locator('.grid [tabindex="0"]').count()).toBe(1);
  });

  it('importance colours the map, and fills a table that can be sorted and filtered', async () => {
    await open();
    const place = page.locator('.imatrix');
    await place.getByRole('button', { name: 'Mean' }).click();
    const means = (await place.locator('tbody td:nth-child(2)').allInnerTexts()).map(Number);
    expect(means).toEqual([...means].sort((a, b) => a - b));
    await place.getByLabel('Filter by name').fill('attn_v');
    await place.getByText(/^2 of \d+ tensors$/).waitFor();
    await place.getByLabel('Filter by name').fill('ffn');
    const filtered = (await place.locator('tbody td:nth-child(2)').allInnerTexts()).map(Number);
    expect(filtered.length).toBeGreaterThan(8);
    expect(filtered).toEqual([...filtered].sort((a, b) => a - b));
    expect(await place.getByRole('columnheader', { name: 'Mean' }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    await place.getByRole('button', { name: 'Mean' }).click();
    expect((await place.locator('tbody td:nth-child(2)').allInnerTexts()).map(Number)).toEqual(
      filtered.reverse(),
    );
    await page.locator('.tensors').getByLabel('Colour by').selectOption('importance');
    await page.locator('.grid td.i8').first().waitFor();
  });

  it('the list of tensors stays sorted when the filter or the variant changes', async () => {
    await open();
    const map = page.locator('.tensors');
    await map.scrollIntoViewIfNeeded();
    await map.getByText('The tensors as a table').click();
    const sizes = async (): Promise<string[]> =>
      map.locator('details tbody tr td:nth-child(5)').allInnerTexts();
    await map.locator('details').getByRole('button', { name: 'Size' }).click();
    await map.locator('details').getByRole('button', { name: 'Size' }).click();
    const all = await sizes();
    await map.getByRole('searchbox', { name: 'Name' }).fill('blk');
    await map.getByText(/^\d+ of \d+ tensors match/).waitFor();
    expect(
      await map.locator('details').getByRole('columnheader', { name: 'Size' }).getAttribute('aria-sort'),
    ).toBe('descending');
    expect(all[0]).not.toBe(all.at(-1));
    const [first = '', last = ''] = [(await sizes())[0], (await sizes()).at(-1)];
    expect([first.endsWith('MiB'), last.endsWith('KiB')]).toEqual([true, true]);
    await map.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'Q6_K' });
    expect(
      await map.locator('details').getByRole('columnheader', { name: 'Size' }).getAttribute('aria-sort'),
    ).toBe('descending');
  });

  it('every chart has its figures in a table too', async () => {
    await open();
    for (const chart of await page.locator('.chart').all()) {
      await chart.getByText('The figures as a table').click();
      expect(await chart.locator('tbody tr:visible').count()).toBeGreaterThanOrEqual(
        evidence.variants.length,
      );
    }
  });

  it('a step of the graph leads to its files and commands', async () => {
    await open();
    const node = page.locator('.graph [data-node="1"]');
    await node.focus();
    expect(await tip().innerText()).toContain('sample:quantize:Q4_K_M');
    expect(await page.locator('.edges .near').count()).toBe(1);
    await node.press('Enter');
    expect(await page.locator('#m0-step-1').evaluate(isFocused)).toBe(true);
    expect(await page.locator('#m0-step-1').innerText()).toContain('llama-quantize --tensor-type-file');
  });

  it('the theme follows the system until it is chosen, and the choice stays', async () => {
    await open('report', { ...wide, colorScheme: 'dark' });
    const ground = () => inPage('getComputedStyle(document.body).backgroundColor');
    const ink = () => page.locator('#m0-size [aria-roledescription="point"]').first().evaluate(fillOf);
    const [dark, darkInk] = [await ground(), await ink()];
    await page.getByRole('button', { name: 'Theme: system' }).press('Enter');
    await page.getByRole('button', { name: 'Theme: light' }).waitFor();
    expect([await ground(), dark]).toEqual(['rgb(255, 255, 255)', 'rgb(13, 17, 23)']);
    expect(await ink()).not.toBe(darkInk);
    await page.reload();
    expect(await ground()).toBe('rgb(255, 255, 255)');
  });

  it('the first stop leads past the navigation, and nothing moves for those who do not want it', async () => {
    await open('report', { ...wide, reducedMotion: 'reduce' });
    await page.keyboard.press('Tab');
    expect(await inPage('document.activeElement.textContent')).toBe('Skip to the content');
    expect(await inPage('getComputedStyle(document.documentElement).scrollBehavior')).toBe('auto');
  });

  it('a thousand tensors in twenty variants: one map at a time, and a hundred rows until more are asked for', async () => {
    await open('large');
    const map = page.locator('.tensors');
    await map.scrollIntoViewIfNeeded();
    await map.locator('.grid').waitFor();
    const count = () => page.evaluate<number>('document.querySelectorAll("*").length');
    const before = await count();
    expect(before).toBeLessThan(12_000);
    const shown = map.getByRole('combobox', { name: 'Show' });
    for (const option of await shown.locator('option').all())
      await shown.selectOption(await option.getAttribute('value'));
    await map.getByText(/^1\d\d\d of 1\d\d\d tensors match/).waitFor();
    expect(await count()).toBeLessThan(before + 100);
    await map.getByText('The tensors as a table').click();
    const rows = map.locator('details tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(100);
    await map.getByRole('button', { name: 'Show 100 more' }).click();
    expect(await rows.count()).toBe(200);
  });

  it.each([
    ['report', 'light', wide],
    ['report', 'dark', wide],
    ['report', 'dark', narrow],
    ['models', 'light', narrow],
  ] as const)(
    'axe finds nothing in %s, %s, %o',
    async (name, colorScheme, size) => {
      await open(name, { ...size, colorScheme });
      for (const folded of await page.locator('details').all()) await folded.evaluate(unfold);
      await page.locator('.tensors').first().scrollIntoViewIfNeeded();
      await page.locator('.grid').first().waitFor();
      await page.evaluate(axe);
      const violations = await inPage(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.length, nodes.slice(0, 3).map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary)]))`,
      );
      expect(violations).toEqual([]);
    },
    120_000,
  );
});
