import { cmakeOptions } from './cmake-options.js';
import { compilerName } from './compiler.js';
import { normalizeRequirements } from '../python.js';

const linux = { platform: 'linux', arch: 'x64' };
const mac = { platform: 'darwin', arch: 'arm64' };
const mainframe = { platform: 'linux', arch: 's390x' };

describe('cmakeOptions', () => {
  it.each([
    [
      'portable by default',
      {
        build: {},
        host: linux,
        expected: { GGML_NATIVE: 'OFF', GGML_BACKEND_DL: 'ON', GGML_CPU_ALL_VARIANTS: 'ON', GGML_RPC: 'ON' },
      },
    ],
    ['native', { build: { native: true }, host: linux, expected: { GGML_NATIVE: 'ON' } }],
    ['cuda', { build: { backend: 'cuda' }, host: linux, expected: { GGML_CUDA: 'ON' } }],
    ['vulkan', { build: { backend: 'vulkan' }, host: linux, expected: { GGML_VULKAN: 'ON' } }],
    ['hip', { build: { backend: 'hip' }, host: linux, expected: { GGML_HIP: 'ON' } }],
    [
      'metal',
      { build: { backend: 'metal' }, host: mac, expected: { GGML_METAL: 'ON', GGML_CPU_ALL_VARIANTS: 'ON' } },
    ],
    ['an architecture without variants', { build: {}, host: mainframe, expected: { GGML_NATIVE: 'OFF' } }],
    [
      "the user's own options last",
      {
        build: { cmakeOptions: { GGML_RPC: false, GGML_CUDA_FA: true, X: 3 } },
        host: linux,
        expected: { GGML_RPC: 'OFF', GGML_CUDA_FA: 'ON', X: '3' },
      },
    ],
  ] as const)('%s', (_, { build, host, expected }) => {
    expect(cmakeOptions(build, host)).toMatchObject(expected);
  });

  it.each([
    [linux, {}, '-U__AMX_INT8__'],
    [linux, { native: true }, '-U__AMX_INT8__'],
    [linux, { cmakeOptions: { CMAKE_CXX_FLAGS: '' } }, ''],
    [mac, {}, undefined],
    [mainframe, {}, undefined],
  ])('leaves the AMX kernels out, unless the user wants them: %j %j', (host, build, flags) => {
    expect(cmakeOptions(build, host)['CMAKE_CXX_FLAGS']).toBe(flags);
  });

  it('has no variants in a native build', () => {
    expect(cmakeOptions({ native: true }, linux)).not.toHaveProperty('GGML_CPU_ALL_VARIANTS');
  });
});

describe('compilerName', () => {
  it.each([
    [
      'c++ (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022 Free Software Foundation, Inc.\n',
      'GNU 12.2.0',
    ],
    [
      'g++-13 (Ubuntu 13.2.0-23ubuntu4) 13.2.0\nCopyright (C) 2023 Free Software Foundation, Inc.',
      'GNU 13.2.0',
    ],
    ['Debian clang version 14.0.6\nTarget: x86_64-pc-linux-gnu', 'Clang 14.0.6'],
    ['Apple clang version 15.0.0 (clang-1500.3.9.4)\nTarget: arm64-apple-darwin23.5.0', 'AppleClang 15.0.0'],
  ])('%j', (text, name) => {
    expect(compilerName(text)).toBe(name);
  });
});

describe('normalizeRequirements', () => {
  it.each([
    ['a==1\nb==2\n', 'a==1\nb==2'],
    ['# why\n\na==1  # because\n  b==2\r\n', 'a==1\nb==2'],
    ['x @ https://example.org/x.whl#sha256=ab', 'x @ https://example.org/x.whl#sha256=ab'],
  ])('%j', (text, normal) => {
    expect(normalizeRequirements(text)).toBe(normal);
  });
});
