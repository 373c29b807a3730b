import { GgufError } from '../core/errors.js';
import { errorCatalogue } from '../core/error-catalogue.js';
import { errorText } from './report-error.js';

describe('an error as text', () => {
  it('says what to do, in the words of its place, else in those of its code', () => {
    expect(errorText(new GgufError('MODEL_EMPTY', 'no file', { hint: 'Look.' }))).toBe(
      'MODEL_EMPTY: no file\n  hint: Look.\n',
    );
    expect(errorText(new GgufError('MODEL_EMPTY', 'no file'))).toBe(
      `MODEL_EMPTY: no file\n  hint: ${errorCatalogue['MODEL_EMPTY']?.remedy ?? ''}\n`,
    );
  });
});
