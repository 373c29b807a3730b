import { projectsBuiltOn } from './projects-built-on.js';

type Context = Parameters<typeof projectsBuiltOn>[0];

const graph = (dependencies: Record<string, string[]>): Context => ({
  projectName: 'm',
  targetName: 'quantize:v',
  taskGraph: {
    roots: [],
    continuousDependencies: {},
    dependencies: Object.fromEntries(
      Object.entries(dependencies).map(([id, needed]) => [id, needed.map((one) => ({ id: one }))]),
    ),
    tasks: Object.fromEntries(
      [...new Set(Object.entries(dependencies).flat(2))].map((id) => [
        id,
        { id, target: { project: id.split(':')[0], target: id.split(':').slice(1).join(':') } },
      ]),
    ),
  } as unknown as NonNullable<Context['taskGraph']>,
});

describe('the projects that a target builds on', () => {
  it.each([
    ['direct', { 'm:quantize:v': ['llama:build'] }, ['llama']],
    [
      'through others, in a circle too',
      { 'm:quantize:v': ['m:convert'], 'm:convert': ['llama:build', 'm:quantize:v'] },
      ['m', 'llama'],
    ],
  ])('are known: %s', (_, dependencies, projects) => {
    expect([...(projectsBuiltOn(graph(dependencies)) ?? [])].sort()).toEqual([...projects].sort());
  });

  it.each([
    ['dependencies are left out', graph({ 'm:quantize:v': [] })],
    ['Nx tells no graph', { projectName: 'm', targetName: 'quantize:v' }],
  ])('are not known when %s', (_, context) => {
    expect(projectsBuiltOn(context)).toBeNull();
  });
});
