import type { Evidence, EvidenceFile, RunEvidence } from '../../core/generated/evidence.generated.js';
import { sizeText } from '../numbers.js';
import { sizeOf } from '../pictures/models.js';
import { shortened } from '../pictures/text-width.js';
import { shellLine } from '../shell-line.js';
import { html, type Html } from './html.js';
import { originHtml } from './origin.js';
import { layOutGraph, type GraphPoint } from './provenance-layout.js';
import { provenanceGraph, type ProvenanceGraph } from './provenance.js';

const box = { width: 190, height: 46, gapX: 64, gapY: 14, margin: 8 };
const textRoom = box.width - 24;

/** From source to file: the graph of the steps, and each step with its files, digests and commands. */
export function provenanceSection(evidence: Evidence, id: string): Html {
  const { source, toolchain, runs } = evidence;
  const graph = provenanceGraph(evidence);
  return html`${
    runs.length === 0
      ? html`<p class="missing">No steps are known.</p>`
      : html`<div class="scroll" role="group" tabindex="0" aria-label="Graph of the steps from source to file">${graphSvg(graph, evidence, id)}</div>
<details id="${id}-steps"><summary>The steps with their files and commands</summary><ol class="steps">${runs.map((run, index) => step(run, `${id}-step-${index}`))}</ol></details>`
  }
<dl class="facts">
<div><dt>Checkpoint</dt><dd>${originHtml(source.origin)}</dd></div>
<div><dt>llama.cpp</dt><dd>${toolchain.commit === null ? 'ready binaries' : html`commit <code>${toolchain.commit}</code>`}${toolchain.patched ? ' with local changes' : null}</dd></div>
${identity('Build', toolchain.build)}${identity('Python', toolchain.python)}
</dl>`;
}

function graphSvg(graph: ProvenanceGraph, { project }: Evidence, id: string): Html {
  const { nodes } = graph;
  const { width, height, places, routes } = layOutGraph(graph, box);
  const paths = routes.map(
    ({ from, to, points }) => html`<path d="${pathOf(points)}" data-from="${from}" data-to="${to}"/>`,
  );
  const boxes = nodes.map((node) => {
    const { x, y } = places[node.index] ?? { x: 0, y: 0 };
    const { target, outputs } = node.run;
    const name = target.startsWith(`${project}:`) ? target.slice(project.length + 1) : target;
    return html`<a href="#${id}-step-${node.index}" data-node="${node.index}" data-tip="${tipOf(node.run)}"><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="6"/><text x="${x + 12}" y="${y + 19}">${shortened(name, textRoom, 13)}</text><text class="quiet" x="${x + 12}" y="${y + 36}">${shortened(filesText(outputs), textRoom, 11.5)}</text></a>`;
  });
  return html`<svg class="graph" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><g class="edges" aria-hidden="true">${paths}</g>${boxes}</svg>`;
}

/** A line that bends between columns and is straight within them. */
function pathOf([first, ...points]: readonly GraphPoint[]): string {
  if (first === undefined) return '';
  let before = first;
  return points.reduce((path, point, index) => {
    const bend = (point.x - before.x) / 2;
    const part =
      index % 2 === 0
        ? `C${before.x + bend} ${before.y} ${point.x - bend} ${point.y} ${point.x} ${point.y}`
        : `H${point.x}`;
    before = point;
    return path + part;
  }, `M${first.x} ${first.y}`);
}

function tipOf({ target, inputs, outputs, actionKey }: RunEvidence): string {
  return [
    target,
    ...inputs.slice(0, 4).map(({ role, name }) => `reads ${role}: ${name}`),
    ...(inputs.length > 4 ? [`and ${inputs.length - 4} more`] : []),
    `makes ${filesText(outputs)}`,
    `action ${actionKey.slice(0, 12)}`,
  ].join('\n');
}

function filesText(files: readonly EvidenceFile[]): string {
  const [first] = files;
  if (first === undefined) return 'no file';
  const size = sizeOf(files);
  return `${files.length === 1 ? (first.name.split('/').at(-1) ?? '') : `${files.length} files`}${size === null ? '' : `, ${sizeText(size)}`}`;
}

const mostFiles = 50;

function step({ target, actionKey, inputs, outputs, commands }: RunEvidence, id: string): Html {
  const files = (title: string, of: readonly { name: string; sha256: string; role?: string }[]) =>
    of.length === 0
      ? null
      : html`<p>${title}</p><ul class="files">${of.slice(0, mostFiles).map(({ name, sha256, role }) => html`<li>${role === undefined ? null : html`<span class="tag">${role}</span> `}<code>${name}</code> <code class="digest">${sha256}</code></li>`)}${of.length > mostFiles ? html`<li>and ${of.length - mostFiles} more</li>` : null}</ul>`;
  return html`<li id="${id}" tabindex="-1"><strong>${target}</strong> <span class="error">action <code class="digest">${actionKey}</code></span>${files('Read', inputs)}${files('Made', outputs)}${commands.length === 0 ? null : html`<p>Ran</p><pre>${commands.map((argv) => shellLine(argv)).join('\n')}</pre>`}</li>`;
}

function identity(label: string, of: Readonly<Record<string, unknown>>): Html[] {
  const text = (value: unknown): string =>
    typeof value === 'object' && value !== null
      ? Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => `${key}=${text(inner)}`)
          .join(' ')
      : String(value);
  return Object.keys(of)
    .filter((key) => !['version', 'source'].includes(key))
    .sort()
    .map((key) => html`<div><dt>${label}: ${key}</dt><dd>${text(of[key])}</dd></div>`);
}
