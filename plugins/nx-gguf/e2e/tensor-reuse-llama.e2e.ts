import { asFile, imatrixOf, madeLlama } from './support/made-models.js';
import { describeTensorReuse } from './support/tensor-reuse.js';

const model = madeLlama();

describeTensorReuse('llama', () => ({ bytes: asFile(model), imatrix: imatrixOf(model) }));
