import { sampleEvidence } from '../testing/sample-evidence.js';
import { hereDocument } from './here-document.js';
import { toolLines } from './tool-lines.js';
import { workLines } from './work-lines.js';

const evidence = sampleEvidence();
const estimate = ({ value, error }: { value: number; error: number | null }, digits: number): string =>
  `${value.toFixed(digits)} ± ${(error ?? 0).toFixed(digits)}`;

describe('the shell lines of a card', () => {
  const lines = workLines(evidence);

  it('bring, make, compare and measure, in this order', () => {
    expect(lines.filter((line) => line.startsWith('# '))).toEqual([
      '# the checkpoint',
      '# the unquantized model',
      '# the importance matrix',
      '# the variants',
      '# the same bytes?',
      '# the text to measure on',
      "# others' files to compare with",
      '# measurements; llama-perplexity may end before its last lines are out, then run that one again',
      '# the logits of the unquantized model: a file of 2.89 GiB',
      ...[...evidence.variants, ...evidence.references].map(
        ({ name, measurement: of }) =>
          `# ${name}: mean KLD ${of === null ? '' : estimate(of.statistics.kldNats.mean, 6)}`,
      ),
    ]);
    expect(lines).toContain(
      `hf download maker/Sample-1B config.json model.safetensors --revision ${'1'.repeat(40)} --local-dir Sample-1B`,
    );
    expect(lines).toContain('unzip -p texts.zip raw/evaluation.txt > evaluation.txt');
    expect(lines).toContain(
      "python llama.cpp/convert_hf_to_gguf.py Sample-1B --outfile 'out/Sample-1B-{FTYPE}.gguf' --outtype auto",
    );
  });

  it('name the texts of a matrix as it was done here, where that was done', () => {
    const { imatrix } = evidence;
    if (imatrix === null) throw new Error('the sample lacks what is tested');
    const origin = { ...evidence.source.origin, paths: ['imatrix.gguf'] };
    const of = (originalSha256: string | null) =>
      workLines({ ...evidence, imatrix: { ...imatrix, origin, corpus: null, originalSha256 } });
    const named = of('a'.repeat(64));
    const start = named.indexOf('# the importance matrix');
    expect(named.slice(start + 1, start + 3)).toEqual([
      `hf download maker/Sample-1B imatrix.gguf --revision ${'1'.repeat(40)} --local-dir .`,
      "cat > name-datasets.py <<'END'",
    ]);
    const end = named.indexOf('# the variants');
    expect(named.slice(end - 4, end)).toEqual([
      'END',
      'python name-datasets.py imatrix.gguf',
      'mv named imatrix.gguf',
      '',
    ]);
    expect(of(null).join('\n')).not.toContain('name-datasets');
  });

  it('write rules once where variants share them', () => {
    expect(lines.filter((line) => line.startsWith('cat > tensor_types.txt'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('llama-quantize'))).toHaveLength(3);
  });

  it('compute the base once, and measure a file of somebody else that is called as ours is', () => {
    const measuring = lines.filter((line) => line.startsWith('llama-perplexity'));
    expect(measuring).toEqual([
      'llama-perplexity -m Sample-1B-BF16.gguf -c 512 -f evaluation.txt --kl-divergence-base Sample-1B.kld',
      ...[
        'Sample-1B-Q4_K_M.gguf',
        'Sample-1B-Q5_K_M.gguf',
        'Sample-1B-Q6_K.gguf',
        'references/maker-Q4_K_M/Sample-1B-Q4_K_M.gguf',
        'references/maker-Q5_K_M/Sample-1B-Q5_K_M.gguf',
        'references/maker-Q6_K/Sample-1B-Q6_K.gguf',
      ].map(
        (model) => `llama-perplexity -m ${model} -c 512 --kl-divergence --kl-divergence-base Sample-1B.kld`,
      ),
    ]);
    expect(lines).toContain(
      `hf download maker/Sample-1B-GGUF quants/Sample-1B-Q4_K_M.gguf --revision ${'1'.repeat(40)} --local-dir references/maker-Q4_K_M`,
    );
    expect(lines).toContain(
      'mv references/maker-Q4_K_M/quants/Sample-1B-Q4_K_M.gguf references/maker-Q4_K_M/Sample-1B-Q4_K_M.gguf',
    );
  });

  it('end a text with a word that is not in it', () => {
    expect(hereDocument('x y', ['a', 'END', 'END_'])).toEqual([
      "cat > 'x y' <<'END__'",
      'a',
      'END',
      'END_',
      'END__',
    ]);
  });
});

describe('the shell lines for the tools', () => {
  it('build llama.cpp as it was built, and install what the converter ran with', () => {
    expect(toolLines(evidence)).toEqual([
      'git clone https://example.org/llama.cpp llama.cpp',
      `git -C llama.cpp checkout ${'2'.repeat(40)}`,
      'cmake -S llama.cpp -B llama.cpp/build -DGGML_NATIVE=OFF',
      'cmake --build llama.cpp/build --config Release -j --target llama-quantize llama-imatrix llama-perplexity llama-gguf-split',
      'export PATH="$PWD/llama.cpp/build/bin:$PATH"',
      "cat > requirements.txt <<'END'",
      'torch==2.11.0',
      'transformers==5.23.0',
      'END',
      'python -m pip install -r requirements.txt huggingface_hub',
    ]);
  });

  it('ask for what cannot be brought', () => {
    const { toolchain } = evidence;
    const ready = {
      ...evidence,
      toolchain: {
        ...toolchain,
        commit: null,
        repository: null,
        requirements: null,
        build: { kind: 'binaries' },
        python: { kind: 'interpreter', torch: '2.11.0+cpu', numpy: null },
      },
    };
    expect(toolLines(ready)).toEqual([
      '# put the source of llama.cpp into llama.cpp',
      '# put llama-quantize, llama-imatrix, llama-perplexity, llama-gguf-split on the PATH',
      'python -m pip install torch==2.11.0 huggingface_hub',
    ]);
  });
});
