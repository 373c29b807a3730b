import { connectionBudget } from './open-connections.js';

describe('the number of connections', () => {
  it.each([
    ['is our most where files are no matter', null, Infinity, 2048, true],
    ['is our most under a high limit', null, 65_536, 2048, true],
    ['is what the usual limit of open files allows', null, 1024, 320, true],
    ['is never none', null, 64, 16, false],
    ['is what is asked for', 5000, 65_536, 5000, true],
    ['is what is asked for, also where files will be missing', 5000, 1024, 5000, false],
  ])('%s', (...[, wanted, openFiles, most, isEnough]) => {
    expect(connectionBudget(wanted, openFiles)).toMatchObject({ most, isEnough });
  });
});
