// What src/report/page/ puts into a page for its script.
import type { TensorData as Tensors, TensorSet as Types } from '../src/report/page/tensor-data.js';

declare global {
  type TensorSet = Omit<Types, 'kind'> & { readonly kind: string };
  type TensorData = Omit<Tensors, 'sets'> & {
    readonly sets: readonly TensorSet[];
    readonly cells: readonly string[];
  };
  interface PageData {
    readonly letters: string;
    readonly models: readonly TensorData[];
  }
}
