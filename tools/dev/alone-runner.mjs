import TestRunner from 'jest-runner';

/**
 * Jest's own runner, for suites that nothing may run beside: one at a time, apart from those that share the
 * machine.
 */
export default class AloneRunner extends TestRunner {
  isSerial = true;
}
