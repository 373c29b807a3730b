/** The data of the page. */
const page = /** @type {PageData} */ (JSON.parse(document.getElementById('data')?.textContent ?? ''));

/**
 * Makes an element. Text is text: names may be anybody's.
 * @param {string} tag
 * @param {Record<string, string | number | null>} attributes null leaves one out
 * @param {...(Node | string)} children
 */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== null) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/**
 * The element that a selector names, of a class.
 * @template {Element} T
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {new () => T} type
 */
function one(parent, selector, type) {
  const found = parent.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`no ${selector}`);
  return found;
}

/**
 * A size in binary units, as the rest of the page writes it.
 * @param {number} bytes
 */
function sizeText(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let value = Math.abs(bytes);
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024;
  return `${bytes < 0 ? '-' : ''}${Number(value.toPrecision(3))} ${units[unit]}`;
}

/**
 * Makes a group one stop of the tab key: the member that had the focus last.
 * @param {Element} group
 * @param {Element[]} members
 */
function oneStop(group, members) {
  members.forEach((member, index) => member.setAttribute('tabindex', index === 0 ? '0' : '-1'));
  let stop = members[0];
  group.addEventListener('focusin', ({ target }) => {
    const member = members.find((one) => one === target);
    if (member === undefined) return;
    stop?.setAttribute('tabindex', '-1');
    member.setAttribute('tabindex', '0');
    stop = member;
  });
}
