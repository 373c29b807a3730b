/**
 * Compares two keys of rows; what is missing comes last in both directions.
 * @param {string | number | null} a
 * @param {string | number | null} b
 * @param {number} direction
 */
function compareKeys(a, b, direction) {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return (
    direction *
    (typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a).localeCompare(String(b), 'en', { numeric: true }))
  );
}

/**
 * Makes the heads of a table sort it: by a first press from small to large, by a second one from large to
 * small.
 * @param {HTMLTableElement} table
 * @param {(column: number, direction: 1 | -1) => void} sort
 */
function sortByHeads(table, sort) {
  const heads = [...table.querySelectorAll('thead th')];
  heads.forEach((head, column) => {
    head.querySelector('button')?.addEventListener('click', () => {
      const direction = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
      for (const other of heads)
        other.setAttribute(
          'aria-sort',
          other === head ? (direction === 1 ? 'ascending' : 'descending') : 'none',
        );
      sort(column, direction);
    });
  });
}

for (const table of document.querySelectorAll('table.sortable')) {
  if (!(table instanceof HTMLTableElement)) continue;
  const body = one(table, 'tbody', HTMLTableSectionElement);
  sortByHeads(table, (column, direction) => {
    /** @param {HTMLTableRowElement} row */
    const key = (row) => {
      const cell = row.cells[column];
      const text = cell?.dataset.sort ?? cell?.textContent ?? '';
      return text === '' ? null : Number.isNaN(Number(text)) ? text : Number(text);
    };
    body.append(...[...body.rows].sort((a, b) => compareKeys(key(a), key(b), direction)));
  });
}

for (const controls of document.querySelectorAll('[data-filters]')) {
  const table = document.getElementById(controls.getAttribute('data-filters') ?? '');
  if (!(table instanceof HTMLTableElement)) continue;
  const name = one(controls, '[data-filter="name"]', HTMLInputElement);
  const references = controls.querySelector('[data-filter="references"]');
  const apply = () => {
    const rows = [...one(table, 'tbody', HTMLTableSectionElement).rows];
    for (const row of rows) {
      const isReference = row.dataset.kind === 'reference';
      row.hidden =
        !(row.dataset.name ?? '').includes(name.value.trim().toLowerCase()) ||
        (isReference && references instanceof HTMLInputElement && !references.checked);
    }
    one(controls, '[data-count]', HTMLElement).textContent =
      `${rows.filter((row) => !row.hidden).length} of ${rows.length} shown`;
  };
  controls.addEventListener('input', apply);
}

/**
 * How the table in a place was last sorted, by the label of the column: it stays when the table is drawn
 * again with other rows or columns.
 * @type {WeakMap<Element, { label: string, direction: 1 | -1 }>}
 */
const chosenSorts = new WeakMap();

/**
 * A table that draws no more rows than are asked for, however many there are.
 * @template T
 * @param {Element} place
 * @param {{ caption: string, items: T[], columns: { label: string, isNumber?: boolean, key: (item: T) =>
 *   string | number | null, text: (item: T) => string }[] }} contents
 */
function lazyTable(place, { caption, items, columns }) {
  const step = 100;
  let limit = step;
  let ordered = items;
  const body = element('tbody', {});
  const table = /** @type {HTMLTableElement} */ (
    element(
      'table',
      {},
      element('caption', {}, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...columns.map(({ label, isNumber }) =>
            element(
              'th',
              { scope: 'col', 'aria-sort': 'none', class: isNumber ? 'number' : null },
              element('button', { type: 'button' }, label),
            ),
          ),
        ),
      ),
      body,
    )
  );
  const more = element('button', { type: 'button', class: 'more' });
  const draw = () => {
    body.replaceChildren(
      ...ordered
        .slice(0, limit)
        .map((item) =>
          element(
            'tr',
            {},
            ...columns.map(({ isNumber, text }, index) =>
              element(
                index === 0 ? 'th' : 'td',
                { scope: index === 0 ? 'row' : null, class: isNumber ? 'number' : null },
                text(item),
              ),
            ),
          ),
        ),
    );
    more.hidden = ordered.length <= limit;
    more.textContent = `Show ${Math.min(step, ordered.length - limit)} more of ${ordered.length}`;
  };
  /** @param {number} column @param {1 | -1} direction */
  const sort = (column, direction) => {
    const { key } = columns[column] ?? { key: () => null };
    ordered = [...items].sort((a, b) => compareKeys(key(a), key(b), direction));
  };
  sortByHeads(table, (column, direction) => {
    chosenSorts.set(place, { label: columns[column]?.label ?? '', direction });
    sort(column, direction);
    draw();
  });
  const chosen = chosenSorts.get(place);
  const column = columns.findIndex(({ label }) => label === chosen?.label);
  if (chosen !== undefined && column >= 0) {
    sort(column, chosen.direction);
    table
      .querySelectorAll('thead th')
      [column]?.setAttribute('aria-sort', chosen.direction === 1 ? 'ascending' : 'descending');
  }
  more.addEventListener('click', () => {
    limit += step;
    draw();
  });
  draw();
  place.replaceChildren(table, more);
}
