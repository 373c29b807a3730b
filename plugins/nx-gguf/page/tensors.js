const importanceSteps = 9;

for (const place of document.querySelectorAll('.tensors')) {
  if (!(place instanceof HTMLElement)) continue;
  const data = page.models[Number(place.dataset.model)];
  if (data === undefined) continue;
  /** @param {string} name */
  const select = (name) => one(place, `select[data-tensors="${name}"]`, HTMLSelectElement);
  /** @param {string} name */
  const input = (name) => one(place, `input[data-tensors="${name}"]`, HTMLInputElement);
  /** @param {string} name */
  const part = (name) => one(place, `[data-tensors="${name}"]`, HTMLElement);
  const list = one(place, 'details[data-tensors="list"]', HTMLDetailsElement);
  const unset = { name: '', kind: 'none', types: '', because: null };

  const shapeOf = (/** @type {number} */ tensor) => data.shapes[data.shape[tensor] ?? -1] ?? null;
  const typeName = (/** @type {number} */ type) => data.types[type]?.[0] ?? 'none';
  const bytesOf = (/** @type {number} */ tensor, /** @type {number} */ type) => {
    const shape = shapeOf(tensor);
    const [, , elements = 0, bytes = 0] = data.types[type] ?? [];
    return shape === null || elements === 0
      ? null
      : (shape.reduce((product, dimension) => product * dimension, 1) / elements) * bytes;
  };
  const isFlat = (/** @type {number} */ tensor) =>
    (shapeOf(tensor)?.length ?? (/norm|\.bias$/.test(data.names[tensor] ?? '') ? 1 : 2)) < 2;
  const means = (data.importance ?? []).flatMap((of) => (of === null || of[0] <= 0 ? [] : [Math.log(of[0])]));
  const [least, most] = [Math.min(...means), Math.max(...means)];
  const importanceStep = (/** @type {number} */ mean) =>
    mean <= 0 || most === least
      ? 0
      : Math.round(((Math.log(mean) - least) / (most - least)) * (importanceSteps - 1));

  const sets = () => {
    const shown = data.sets[Number(select('shown').value)] ?? unset;
    const wanted = select('against').value;
    const against =
      wanted === 'stock'
        ? data.sets.find(
            ({ kind, name }) => kind === 'stock' && name === shown.name && shown.kind === 'variant',
          )
        : wanted === ''
          ? undefined
          : data.sets[Number(wanted)];
    return { shown, against: against ?? unset };
  };

  const draw = () => {
    const { shown, against } = sets();
    const here = (/** @type {number} */ tensor) => typeIn(shown, tensor);
    const there = (/** @type {number} */ tensor) => typeIn(against, tensor);
    const differs = (/** @type {number} */ tensor) => against !== unset && there(tensor) !== here(tensor);
    const reason = (/** @type {number} */ tensor) =>
      shown.because === null ? '' : (data.reasons[shown.because[tensor] ?? -1] ?? '');
    const name = input('name').value.trim().toLowerCase();
    const because = input('because').value.trim().toLowerCase();
    const matches = (/** @type {number} */ tensor) =>
      (data.names[tensor] ?? '').toLowerCase().includes(name) &&
      (select('role').value === '' || data.roles[data.role[tensor] ?? -1] === select('role').value) &&
      (select('type').value === '' || typeName(here(tensor)) === select('type').value) &&
      (because === '' || reason(tensor).toLowerCase().includes(because)) &&
      (!input('different').checked || differs(tensor));
    const all = data.names
      .map((_, tensor) => tensor)
      .filter((tensor) => here(tensor) >= 0 || there(tensor) >= 0);
    const matching = all.filter(matches);
    const found = new Set(matching);
    const byImportance = select('colour').value === 'importance';

    const tipOf = (/** @type {number} */ tensor) => {
      const importance = data.importance?.[tensor] ?? null;
      const bytes = bytesOf(tensor, here(tensor));
      const shape = shapeOf(tensor);
      return [
        data.names[tensor] ?? '',
        `${typeName(here(tensor))}${differs(tensor) ? `, against ${typeName(there(tensor))}` : ''}`,
        ...(shape === null ? [] : [`${shape.join(' × ')}${bytes === null ? '' : `, ${sizeText(bytes)}`}`]),
        ...(reason(tensor) === '' ? [] : [`because: ${reason(tensor)}`]),
        ...(importance === null ? [] : [`importance ${importance[0].toPrecision(3)}`]),
      ].join('\n');
    };
    drawMap(part('map'), {
      label: `Tensors of ${shown.name} by layer and role`,
      data,
      tensors: all.filter((tensor) => !isFlat(tensor)),
      cellOf: (tensor) => {
        const mean = data.importance?.[tensor]?.[0];
        const colour = !byImportance
          ? `t${here(tensor)}`
          : mean === undefined
            ? 'none'
            : `i${importanceStep(mean)}`;
        return {
          text: data.cells[here(tensor)] ?? '',
          tip: tipOf(tensor),
          className: `${colour}${differs(tensor) ? ' differs' : ''}${found.has(tensor) ? '' : ' dim'}`,
        };
      },
    });
    const different = matching.filter(differs);
    const change = different.reduce(
      (sum, tensor) => sum + (bytesOf(tensor, here(tensor)) ?? NaN) - (bytesOf(tensor, there(tensor)) ?? NaN),
      0,
    );
    part('summary').textContent =
      `${matching.length} of ${all.length} tensors match${against === unset ? '.' : `; ${different.length} of them differ${Number.isNaN(change) || different.length === 0 ? '' : `, ${change >= 0 ? '+' : ''}${sizeText(change)}`}.`}`;
    drawLegend(matching.map(here), byImportance, against !== unset);
    if (list.open) drawList(matching, { shown, against, here, there, reason });
  };

  /**
   * @param {number[]} types
   * @param {boolean} byImportance
   * @param {boolean} isCompared
   */
  const drawLegend = (types, byImportance, isCompared) => {
    const swatch = (
      /** @type {string} */ className,
      /** @type {string} */ text,
      /** @type {string} */ label,
    ) =>
      element(
        'span',
        {},
        element('span', { class: `swatch ${className}`, 'aria-hidden': 'true' }, text),
        label,
      );
    const used = [...new Set(types)].filter((type) => type >= 0).sort((a, b) => a - b);
    const keys = byImportance
      ? [
          swatch('i0', '', `least important, ${Math.exp(least).toPrecision(2)}`),
          swatch('i4', '', ''),
          swatch(
            `i${importanceSteps - 1}`,
            '',
            `most important, ${Math.exp(most).toPrecision(2)} (log scale)`,
          ),
        ]
      : used.map((type) => swatch(`t${type}`, data.cells[type] ?? '', typeName(type)));
    part('legend').replaceChildren(...keys, ...(isCompared ? [swatch('differs', '', 'differs')] : []));
  };

  /**
   * @param {number[]} tensors
   * @param {{ shown: TensorSet, against: TensorSet, here: (tensor: number) => number, there: (tensor: number)
   *   => number, reason: (tensor: number) => string }} of
   */
  const drawList = (tensors, { shown, against, here, there, reason }) => {
    const bytes = (/** @type {number} */ tensor) => bytesOf(tensor, here(tensor));
    lazyTable(one(list, 'div', HTMLElement), {
      caption: `Tensors of ${shown.name}`,
      items: tensors,
      columns: [
        {
          label: 'Tensor',
          key: (tensor) => data.names[tensor] ?? '',
          text: (tensor) => data.names[tensor] ?? '',
        },
        {
          label: 'Shape',
          key: (tensor) => shapeOf(tensor)?.join(' ') ?? null,
          text: (tensor) => shapeOf(tensor)?.join(' × ') ?? 'unknown',
        },
        { label: 'Type', key: (tensor) => here(tensor), text: (tensor) => typeName(here(tensor)) },
        ...(against === unset
          ? []
          : [
              {
                label: against.kind === 'stock' ? 'By itself' : against.name,
                key: there,
                text: (/** @type {number} */ tensor) => typeName(there(tensor)),
              },
            ]),
        {
          label: 'Size',
          isNumber: true,
          key: bytes,
          text: (tensor) => {
            const size = bytes(tensor);
            return size === null ? 'unknown' : sizeText(size);
          },
        },
        { label: 'Because', key: reason, text: reason },
      ],
    });
  };

  // Drawn when it comes into view, and then at most once in a frame.
  let isDrawn = false;
  let isAwaited = false;
  const drawSoon = () => {
    if (isAwaited) return;
    isAwaited = true;
    requestAnimationFrame(() => {
      isAwaited = false;
      isDrawn = true;
      draw();
    });
  };
  place.addEventListener('input', drawSoon);
  list.addEventListener('toggle', drawSoon);
  new IntersectionObserver(
    (entries, observer) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      if (!isDrawn) drawSoon();
    },
    { rootMargin: '400px' },
  ).observe(place);
}
