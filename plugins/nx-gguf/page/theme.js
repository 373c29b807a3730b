{
  const themes = ['system', 'light', 'dark'];
  const key = 'nx-gguf-theme';
  const button = one(document, '#theme', HTMLButtonElement);

  /** @param {string} theme */
  const show = (theme) => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  // A page in a file may have no storage.
  const stored = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  let current = themes.find((theme) => theme === stored()) ?? 'system';
  show(current);
  button.addEventListener('click', () => {
    current = themes[(themes.indexOf(current) + 1) % themes.length] ?? 'system';
    show(current);
    try {
      localStorage.setItem(key, current);
    } catch {
      /* It lasts as long as the page. */
    }
  });
}
