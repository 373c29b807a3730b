import { asFile, imatrixOf, madeMixture } from './support/made-models.js';
import { describeTensorReuse } from './support/tensor-reuse.js';

const model = madeMixture();

describeTensorReuse('mixture', () => ({ bytes: asFile(model), imatrix: imatrixOf(model) }));
