/**
 * Prints "PASSED FAILED" of one vitest run, from its JSON report and its exit status.
 * A skipped test counts as failed, here everything must run; so does a file that did not load, and a run that failed without a report.
 */
import { existsSync, readFileSync } from 'node:fs';

const [report, status] = process.argv.slice(2);
const tests = { passed: 0, other: 0 };
if (existsSync(report)) {
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    const passed = file.assertionResults.filter(test => test.status === 'passed').length;
    const other = file.assertionResults.length - passed;
    tests.passed += passed;
    tests.other += other === 0 && file.status !== 'passed' ? 1 : other;
  }
}
const failed = tests.other === 0 && status !== '0' ? 1 : tests.other;
console.log(`${tests.passed} ${failed}`);
