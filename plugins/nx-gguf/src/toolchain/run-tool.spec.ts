import { lastLines, runTool } from './run-tool.js';

const node = (script: string) => ({
  command: process.execPath,
  args: ['-e', script],
  cwd: import.meta.dirname,
});

describe('runTool', () => {
  it('returns what the tool printed on both streams', async () => {
    const { output } = await runTool(
      node('process.stdout.write("a"); setTimeout(() => process.stderr.write("b"), 50)'),
    );
    expect(output).toBe('ab');
  });

  it('passes arguments without a shell', async () => {
    const { output } = await runTool({
      ...node(''),
      args: ['-e', 'console.log(process.argv[1])', '$(id) `id` ; "'],
    });
    expect(output).toBe('$(id) `id` ; "\n');
  });

  it('throws TOOL_FAILED with the tail of the output', async () => {
    const run = runTool(node('for (let i = 0; i < 99; i++) console.log("line " + i); process.exit(3)'));
    await expect(run).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringMatching(/exit code 3/) as string,
      tail: Array.from({ length: 20 }, (_, i) => `line ${79 + i}`),
    });
  });

  it('names the signal that ended the tool', async () => {
    await expect(runTool(node('process.kill(process.pid, "SIGKILL")'))).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringMatching(/SIGKILL/) as string,
    });
  });

  it('throws TOOL_MISSING for a command that is not there', async () => {
    await expect(runTool({ ...node(''), command: 'no-such-tool-anywhere' })).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringMatching(/not found/) as string,
    });
  });

  it('returns the exit code when failure is expected', async () => {
    await expect(runTool({ ...node('process.exit(4)'), mayFail: true })).resolves.toMatchObject({
      exitCode: 4,
    });
  });

  it('ends the tool on abort', async () => {
    const abort = new AbortController();
    const run = runTool({
      ...node('console.log("on"); setInterval(() => {}, 1000)'),
      signal: abort.signal,
      onOutput: () => {
        abort.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('hides the settings of llama.cpp from the tool', async () => {
    process.env['LLAMA_ARG_THREADS'] = '1';
    const { output } = await runTool(
      node('console.log(process.env.LLAMA_ARG_THREADS, process.env.PATH !== undefined)'),
    ).finally(() => delete process.env['LLAMA_ARG_THREADS']);
    expect(output).toBe('undefined true\n');
  });

  it('keeps a bounded part of a long output', async () => {
    const { output } = await runTool(
      node(
        'const line = "x".repeat(1023) + "\\n"; for (let i = 0; i < 4096; i++) process.stdout.write(line)',
      ),
    );
    expect(output.length).toBe(1 << 20);
  });
});

describe('lastLines', () => {
  it.each([
    ['a\nb\n', ['a', 'b']],
    ['10%\r20%\r30%\ndone', ['30%', 'done']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['', []],
  ])('%j -> %j', (output, lines) => {
    expect(lastLines(output)).toEqual(lines);
  });
});
