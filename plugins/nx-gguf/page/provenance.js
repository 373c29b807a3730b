for (const graph of document.querySelectorAll('.graph')) {
  const edges = [...graph.querySelectorAll('.edges path')];
  /** @param {EventTarget | null} target */
  const mark = (target) => {
    const node =
      target instanceof Element ? (target.closest('[data-node]')?.getAttribute('data-node') ?? null) : null;
    for (const edge of edges)
      edge.classList.toggle(
        'near',
        node !== null && [edge.getAttribute('data-from'), edge.getAttribute('data-to')].includes(node),
      );
  };
  graph.addEventListener('pointerover', ({ target }) => mark(target));
  graph.addEventListener('pointerleave', () => mark(null));
  graph.addEventListener('focusin', ({ target }) => mark(target));
  graph.addEventListener('focusout', () => mark(null));
  for (const node of graph.querySelectorAll('[data-node]')) {
    node.addEventListener('click', () => {
      const step = document.getElementById((node.getAttribute('href') ?? '').slice(1));
      const folded = step?.closest('details');
      if (folded instanceof HTMLDetailsElement) folded.open = true;
      step?.focus();
    });
  }
}
