import { transferSettings } from './transfer-settings.js';

it.each<[string | undefined, number]>([
  [undefined, 1024],
  ['', 1024],
  ['0', 0],
  ['20', 20],
  ['-5', 1024],
  ['fast', 1024],
])('NX_GGUF_MIN_BYTES_PER_SECOND=%s', (given, expected) => {
  const { minBytesPerSecond } = transferSettings({ NX_GGUF_MIN_BYTES_PER_SECOND: given });
  expect(minBytesPerSecond).toBe(expected);
});
