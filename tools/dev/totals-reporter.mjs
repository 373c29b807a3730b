/** Ends Jest's output with a plain line of totals. */
export default class TotalsReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests }) {
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
    // A suite that could not even load counts as a failure.
    process.once('exit', () =>
      process.stdout.write(
        `\n${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed${skipped}\n`,
      ),
    );
  }
}
