import { html, type Html } from './html.js';
import type { TensorData } from './tensor-data.js';

/**
 * Controls of the tensor map and the places that the page's script fills: one quantization at a time,
 * whatever there are.
 */
export function tensorsSection({ sets, roles, types, importance, names }: TensorData, model: number): Html {
  const shown = sets.filter(({ kind }) => kind === 'variant' || kind === 'reference');
  if (names.length === 0 || shown.length === 0) return html`<p>No types of tensors are known.</p>`;
  const options = shown.map(
    ({ name, kind }) =>
      html`<option value="${sets.findIndex((set) => set.name === name && set.kind === kind)}">${name}${kind === 'reference' ? ' (reference)' : null}</option>`,
  );
  const used = types.filter(([, bits]) => bits >= 0).map(([name]) => name);
  return html`<div class="tensors" data-model="${model}">
<div class="controls">
<label>Show <select data-tensors="shown">${options}</select></label>
<label>against <select data-tensors="against"><option value="stock">llama.cpp's own choice</option><option value="">nothing</option>${options}</select></label>
<label>Colour by <select data-tensors="colour"><option value="type">type</option>${importance === null ? null : html`<option value="importance">importance</option>`}</select></label>
</div>
<div class="controls">
<label>Name <input type="search" data-tensors="name" placeholder="attn_v, blk.3" autocomplete="off" spellcheck="false"></label>
<label>Role <select data-tensors="role"><option value="">all</option>${roles.map((role) => html`<option>${role}</option>`)}</select></label>
<label>Type <select data-tensors="type"><option value="">all</option>${used.map((type) => html`<option>${type}</option>`)}</select></label>
<label>Because <input type="search" data-tensors="because" placeholder="rule, side effect" autocomplete="off" spellcheck="false"></label>
<label><input type="checkbox" data-tensors="different"> Only what differs</label>
</div>
<output data-tensors="summary"></output>
<div class="legend" data-tensors="legend"></div>
<div class="scroll map" data-tensors="map" role="group" aria-label="Tensor map: layers and roles. Arrow keys go from tensor to tensor."></div>
<details data-tensors="list"><summary>The tensors as a table</summary><div class="scroll" tabindex="0" role="group" aria-label="Tensors"></div></details>
</div>`;
}
