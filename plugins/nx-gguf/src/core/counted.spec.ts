import { counted } from './counted.js';

it.each([
  [counted(0, 'tensor'), '0 tensors'],
  [counted(1, 'tensor'), '1 tensor'],
  [counted('18446744073709551615', 'chunk'), '18446744073709551615 chunks'],
  [counted('1', 'chunk'), '1 chunk'],
  [counted(2, 'entry', 'entries'), '2 entries'],
  [counted(1, 'entry', 'entries'), '1 entry'],
])('%s', (text, wanted) => {
  expect(text).toBe(wanted);
});
