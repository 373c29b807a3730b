import type { TestWorkspace } from './workspace.js';

interface SmallModel {
  name: string;
  convert: { metadata?: string };
  card: { template: string };
  source: { command: string[] };
  imatrix: { ctx: number; chunks: number };
  evaluation: { corpus: unknown; ctx: number; chunks: number };
  quantize: Record<string, { ftype: string; tensorTypes?: string }>;
  gates: Record<string, unknown>;
}

/** Changes the model.json of the embedded model. */
export function editModel(workspace: TestWorkspace, change: (model: SmallModel) => unknown): void {
  editJson(workspace, 'models/tiny-qwen35/model.json', (value) => change(value as SmallModel));
}

/**
 * Changes a JSON file of a workspace, which is written in one line: formatting is no part of what it says.
 */
export function editJson(workspace: TestWorkspace, path: string, change: (value: unknown) => unknown): void {
  workspace.edit(path, (text) => {
    const value: unknown = JSON.parse(text);
    change(value);
    return `${JSON.stringify(value)}\n`;
  });
}

/** Gives the embedded model a third of its tokens, and with them of its logits. */
export function useSmallVocabulary(workspace: TestWorkspace): void {
  editModel(workspace, ({ source }) => source.command.push('--vocabulary', 'gpt-2'));
}

/** Makes the embedded model as small as measurements allow: four layers, few tokens, few and short chunks. */
export function shrinkModel(workspace: TestWorkspace): void {
  useSmallVocabulary(workspace);
  editModel(workspace, (model) => {
    model.source.command.push('--layers', '4');
    Object.assign(model.imatrix, { ctx: 128, chunks: 2 });
    Object.assign(model.evaluation, { ctx: 128, chunks: 3 });
  });
}
