import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** Entries land flat in dist, so that the worker is a sibling of whatever chunk starts it. */
const entries = {
  index: 'src/index.ts',
  cli: 'src/cli/enisim.ts',
  'sim.worker': 'src/workers/sim.worker.ts',
};

/**
 * Top-level `const` stays `const`: esbuild writes `var` when it bundles, and V8 takes only what is declared `const` for a constant. Without this
 * each use of a field's offset is two loads and two checks (W1 and W2: 12 % of the run). What nobody assigns at its declaration is a `let`.
 */
const keepConst = {
  name: 'keep-const',
  renderChunk: (code: string) => ({ code: code.replace(/^var (?=[\w$]+ = )/gm, 'const ') }),
};

export default defineConfig({
  entry: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file))),
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  clean: true,
  plugins: [keepConst],
  dts: false, // tsup's own needs the compiler API, which TypeScript 7 does not ship: tsc writes them
});
