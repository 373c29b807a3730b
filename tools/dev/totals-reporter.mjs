import { relative } from 'node:path';
import { root } from './run.mjs';

const shownSuites = 10;

/** Ends Jest's output with the slowest suites and, as the last line, the totals. */
export default class TotalsReporter {
  onRunComplete(_contexts, results) {
    // After Jest's own summary.
    process.once('exit', () => process.stdout.write(`\n${slowest(results)}\n${totals(results)}\n`));
  }
}

function slowest({ testResults }) {
  const lines = testResults
    .filter(({ perfStats, skipped }) => !skipped && perfStats.end > 0)
    .sort((a, b) => runtimeMs(b) - runtimeMs(a))
    .slice(0, shownSuites)
    .map((suite) => `${seconds(runtimeMs(suite))}  ${relative(root, suite.testFilePath)}\n`);
  return lines.length < 2 ? '' : `Slowest suites:\n${lines.join('')}`;
}

function runtimeMs({ perfStats: { start, end } }) {
  return end - start;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`.padStart(9);
}

function totals({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests }) {
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  // A suite that could not even load counts as a failure.
  return `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed${skipped}`;
}
