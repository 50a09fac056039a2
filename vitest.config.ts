import { defineConfig } from 'vitest/config';

const { ENISIM_TEST_JSON, FC_SEED } = process.env;

// Vitest 5 runs here but cannot print a failing test, so say it before there is one.
if (!('groupBy' in Map)) throw new Error(`Node ${process.version} is too old for the tests: \`npm test\` takes the pinned one`);
if (FC_SEED) console.log(`FC_SEED=${FC_SEED}`); // test/setup.ts gives it to fast-check

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000, // a busy machine is no reason to fail
    // .ci/run names a file to take its counts from.
    reporters: ENISIM_TEST_JSON ? ['default', ['json', { outputFile: ENISIM_TEST_JSON }]] : ['default'],
  },
});
