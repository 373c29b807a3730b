for (const place of document.querySelectorAll('.imatrix')) {
  if (!(place instanceof HTMLElement)) continue;
  const data = page.models[Number(place.dataset.model)];
  const importance = data?.importance;
  if (data === undefined || importance == null) continue;
  const known = importance.flatMap((of, tensor) =>
    of === null ? [] : [{ name: data.names[tensor] ?? '', of }],
  );
  const name = one(place, '[data-imatrix="name"]', HTMLInputElement);
  const draw = () => {
    const items = known.filter((tensor) =>
      tensor.name.toLowerCase().includes(name.value.trim().toLowerCase()),
    );
    one(place, '[data-imatrix="count"]', HTMLElement).textContent =
      `${items.length} of ${known.length} tensors`;
    lazyTable(one(place, '[data-imatrix="table"]', HTMLElement), {
      caption: 'Importance of each tensor',
      items,
      columns: [
        { label: 'Tensor', key: (tensor) => tensor.name, text: (tensor) => tensor.name },
        { label: 'Mean', isNumber: true, key: ({ of }) => of[0], text: ({ of }) => of[0].toPrecision(4) },
        { label: 'Maximum', isNumber: true, key: ({ of }) => of[1], text: ({ of }) => of[1].toPrecision(4) },
        { label: 'Columns', isNumber: true, key: ({ of }) => of[4], text: ({ of }) => String(of[4]) },
        { label: 'Unused', isNumber: true, key: ({ of }) => of[3], text: ({ of }) => String(of[3]) },
        {
          label: 'In the top 1 %',
          isNumber: true,
          key: ({ of }) => of[2],
          text: ({ of }) => `${(100 * of[2]).toFixed(1)} %`,
        },
      ],
    });
  };
  place.addEventListener('input', draw);
  draw();
}
