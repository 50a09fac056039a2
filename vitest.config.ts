import { defineConfig } from 'vitest/config';

const json = process.env.ENISIM_TEST_JSON; // where .ci/run wants its counts

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000, // a busy machine is no reason to fail; tests that hang are
    reporters: json ? ['default', ['json', { outputFile: json }]] : ['default'],
  },
});
