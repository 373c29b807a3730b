import { projectsBuiltOn, requireToolchainDependency } from './toolchain-dependency.js';

type Context = Parameters<typeof projectsBuiltOn>[0];

const graph = (dependencies: Record<string, string[]>): Context => ({
  projectName: 'm', targetName: 'quantize:v',
  taskGraph: {
    roots: [], continuousDependencies: {},
    dependencies: Object.fromEntries(Object.entries(dependencies).map(([id, needed]) => [id, needed.map((one) => ({ id: one }))])),
    tasks: Object.fromEntries([...new Set(Object.entries(dependencies).flat(2))].map((id) => [id, { id, target: { project: id.split(':')[0], target: id.split(':').slice(1).join(':') } }])),
  } as unknown as NonNullable<Context['taskGraph']>,
});

describe('the toolchain of a target', () => {
  it.each([
    ['direct', { 'm:quantize:v': ['llama:build'] }],
    ['through others, in a circle too', { 'm:quantize:v': ['m:convert'], 'm:convert': ['llama:build', 'm:quantize:v'] }],
  ])('is among what it builds on: %s', (_, dependencies) => {
    expect(() => requireToolchainDependency({ project: 'm', kind: 'quantize', variant: 'v' }, 'llama', projectsBuiltOn(graph(dependencies)))).not.toThrow();
  });

  it('that is not is an error that says what to write', () => {
    expect(() => requireToolchainDependency({ project: 'm', kind: 'quantize', variant: 'v' }, 'mine', projectsBuiltOn(graph({ 'm:quantize:v': ['llama:build'] })))).toThrow(
      expect.objectContaining({ code: 'TOOLCHAIN_NOT_A_DEPENDENCY', hint: expect.stringContaining('{ "projects": ["mine"], "target": "build" }') as string }) as Error,
    );
  });

  it.each([['dependencies are left out', graph({ 'm:quantize:v': [] })], ['Nx tells no graph', { projectName: 'm', targetName: 'quantize:v' }]])('is not asked for when %s', (_, context) => {
    expect(projectsBuiltOn(context)).toBeNull();
  });
});
