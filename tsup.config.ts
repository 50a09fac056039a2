import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** Entries land flat in dist, so that the worker is a sibling of whatever chunk starts it. */
const entries = {
  index: 'src/index.ts',
  cli: 'src/cli/enisim.ts',
  'sim.worker': 'src/workers/sim.worker.ts',
};

export default defineConfig({
  entry: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file))),
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  clean: true,
  dts: false, // tsup's own needs the compiler API, which TypeScript 7 does not ship: tsc writes them
});
