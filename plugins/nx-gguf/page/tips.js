{
  const tip = one(document, '#tip', HTMLElement);
  const markSelector = '.picture [role="graphics-symbol"][aria-label]';
  /** @type {Element | null} */
  let shown = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let leaving;

  /** @param {EventTarget | null} target */
  const told = (target) => (target instanceof Element ? target.closest(`[data-tip], ${markSelector}`) : null);

  /** @param {Element} of */
  const show = (of) => {
    clearTimeout(leaving);
    shown = of;
    const [head = '', ...lines] = (of.getAttribute('data-tip') ?? of.getAttribute('aria-label') ?? '').split(
      '\n',
    );
    tip.replaceChildren(element('strong', {}, head), ...lines.map((line) => element('div', {}, line)));
    tip.hidden = false;
    place(of);
  };

  /** @param {Element} of */
  const place = (of) => {
    const at = of.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    // Tall marks, as the bars over a line chart, have their tip at the top of them.
    const above = at.top - own.height - 8;
    const top =
      above >= 4
        ? above
        : Math.min(at.height > 200 ? at.top + 8 : at.bottom + 8, innerHeight - own.height - 4);
    tip.style.top = `${Math.max(4, top)}px`;
    tip.style.left = `${Math.max(4, Math.min(at.left + at.width / 2 - own.width / 2, document.documentElement.clientWidth - own.width - 4))}px`;
  };
  const hide = () => {
    clearTimeout(leaving);
    shown = null;
    tip.hidden = true;
  };
  const hideSoon = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 150);
  };

  document.addEventListener('pointerover', ({ target }) => {
    const of = told(target);
    if (of !== null) show(of);
    else if (target instanceof Node && tip.contains(target)) clearTimeout(leaving);
    else if (shown !== null && shown !== document.activeElement) hideSoon();
  });
  document.addEventListener('focusin', ({ target }) => {
    const of = told(target);
    if (of === null) hide();
    else show(of);
  });
  document.addEventListener('focusout', hideSoon);
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') hide();
  });
  // It goes along with what it tells of, and away with it.
  addEventListener(
    'scroll',
    () => {
      if (shown === null) return;
      const { top, bottom, left, right } = shown.getBoundingClientRect();
      if (bottom < 0 || top > innerHeight || right < 0 || left > innerWidth) hide();
      else place(shown);
    },
    { passive: true, capture: true },
  );

  // One stop for the tab key in each picture; the arrow keys go on from there.
  for (const picture of document.querySelectorAll('.picture')) {
    const marks = [...picture.querySelectorAll(markSelector)].filter((mark) => mark instanceof SVGElement);
    oneStop(picture, marks);
    picture.addEventListener('keydown', (event) => {
      if (!(event instanceof KeyboardEvent)) return;
      const at = marks.findIndex((mark) => mark === document.activeElement);
      const to = {
        ArrowRight: at + 1,
        ArrowDown: at + 1,
        ArrowLeft: at - 1,
        ArrowUp: at - 1,
        Home: 0,
        End: marks.length - 1,
      }[event.key];
      const next = to === undefined || at < 0 ? undefined : marks[to];
      if (next === undefined) return;
      event.preventDefault();
      next.focus();
    });
  }
}
