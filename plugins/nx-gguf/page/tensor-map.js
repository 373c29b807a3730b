/**
 * Number of a tensor's type in a set, or -1.
 * @param {TensorSet} set
 * @param {number} tensor
 */
function typeIn(set, tensor) {
  return page.letters.indexOf(set.types[tensor] ?? ' ');
}

/**
 * Draws types, or importance, by layer and role. One tensor can be reached with the tab key, the others with
 * the arrow keys.
 * @param {Element} place
 * @param {{ label: string, data: TensorData, tensors: number[], cellOf: (tensor: number) => { text: string,
 *   tip: string, className: string } }} contents
 */
function drawMap(place, { label, data, tensors, cellOf }) {
  const layers = [...new Set(tensors.map((tensor) => data.layer[tensor] ?? -1))].sort((a, b) => a - b);
  /** @type {Map<number, Map<number, number>>} */
  const rows = new Map();
  for (const tensor of tensors) {
    const role = data.role[tensor] ?? 0;
    if (!rows.has(role)) rows.set(role, new Map());
    rows.get(role)?.set(data.layer[tensor] ?? -1, tensor);
  }
  const column = (/** @type {number} */ layer) => (layer < 0 ? '–' : String(layer));
  const head = element(
    'tr',
    { role: 'row' },
    element('th', { scope: 'col', role: 'columnheader' }, 'Layer'),
    ...layers.map((layer) => element('th', { scope: 'col', role: 'columnheader' }, column(layer))),
  );
  /** @type {HTMLElement[][]} */
  const grid = [];
  const body = [...rows].map(([role, byLayer]) => {
    const cells = layers.map((layer) => {
      const tensor = byLayer.get(layer);
      if (tensor === undefined) return element('td', { role: 'gridcell', class: 'none' });
      const { text, tip, className } = cellOf(tensor);
      return element(
        'td',
        {
          role: 'gridcell',
          class: className,
          'data-tip': tip,
          'aria-label': `${text} bits, ${tip.replaceAll('\n', ', ')}`,
          'data-tensor': tensor,
        },
        text,
      );
    });
    grid.push(cells);
    return element(
      'tr',
      { role: 'row' },
      element('th', { scope: 'row', role: 'rowheader' }, data.roles[role] ?? ''),
      ...cells,
    );
  });
  const table = element(
    'table',
    { role: 'grid', 'aria-label': label, class: 'grid' },
    element('thead', { role: 'rowgroup' }, head),
    element('tbody', { role: 'rowgroup' }, ...body),
  );
  oneStop(table, [...table.querySelectorAll('[data-tensor]')]);
  table.addEventListener('keydown', (event) => moveInGrid(grid, event));
  place.replaceChildren(table);
}

/**
 * @param {HTMLElement[][]} grid
 * @param {KeyboardEvent} event
 */
function moveInGrid(grid, event) {
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  const row = grid.findIndex((cells) => cells.some((cell) => cell === document.activeElement));
  if (step === undefined || row < 0) return;
  const [down = 0, right = 0] = step;
  const column = grid[row]?.findIndex((cell) => cell === document.activeElement) ?? 0;
  event.preventDefault();
  // Places without a tensor are passed over.
  for (let at = [row + down, column + right]; ; at = [(at[0] ?? 0) + down, (at[1] ?? 0) + right]) {
    const cell = grid[at[0] ?? 0]?.[at[1] ?? 0];
    if (cell === undefined) return;
    if (cell.dataset.tensor === undefined) continue;
    cell.focus();
    return;
  }
}
