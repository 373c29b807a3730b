import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { canonicalJson, type Json } from '../../core/json/canonical-json.js';
import { digestOf, sha256 } from '../../core/digest.js';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { renderPage, type PageAssets } from '../../report/page/page.js';
import type { Step } from '../step.js';

/** Name of the page's file. */
export const reportFile = 'report.html';

/** Name of the file with what the page shows, for programs and for pages about several models. */
export const evidenceFile = 'evidence.json';

/** The package's own directory of parts of pages. */
const assetsDirectory = join(createRequire(import.meta.url).resolve('nx-gguf/package.json'), '../page');

/** The parts of the script, in the order in which they are joined. */
const scripts = [
  'dom.js',
  'theme.js',
  'tips.js',
  'tables.js',
  'tensor-map.js',
  'tensors.js',
  'imatrix.js',
  'provenance.js',
];

/** Reads the style and the script that are part of every page. */
export async function readPageAssets(): Promise<PageAssets> {
  const read = (name: string): Promise<string> => readFile(join(assetsDirectory, name), 'utf8');
  const parts = await Promise.all(scripts.map(read));
  return { style: await read('report.css'), script: `(() => {\n'use strict';\n${parts.join('\n')}})();\n` };
}

/**
 * Writes the page about these models; `withEvidence` also the evidence, which there is one of for the report
 * of a model.
 */
export function reportStep(
  models: readonly Evidence[],
  assets: PageAssets,
  { withEvidence = false } = {},
): Step {
  return {
    action: {
      step: 'report',
      version: stepRegistry.report.logicVersion,
      parameters: { withEvidence },
      toolchain: null,
      inputs: [
        ...models.map((evidence) => ({
          role: 'data',
          name: `${evidence.project}.json`,
          sha256: digestOf(evidence as unknown as Json),
        })),
        { role: 'page', name: 'report.css', sha256: sha256(assets.style) },
        { role: 'page', name: 'report.js', sha256: sha256(assets.script) },
      ],
    },
    run: async ({ directory }) => {
      const files = [{ name: reportFile, path: join(directory, reportFile) }];
      await writeFile(join(directory, reportFile), await renderPage(models, assets));
      const [evidence] = models;
      if (withEvidence && evidence !== undefined) {
        files.push({ name: evidenceFile, path: join(directory, evidenceFile) });
        await writeFile(join(directory, evidenceFile), `${canonicalJson(evidence as unknown as Json)}\n`);
      }
      return { files, facts: {}, commands: [] };
    },
  };
}
