/**
 * One run of the product in a process of its own: as `enisim run` does it, and what it cost.
 *
 * Usage   node bench/candidate.ts ENTRY REQUEST        (dist/index.js or src/index.ts, and a CandidateRequest as JSON); prints a Sample as JSON
 * Why     A process of its own: code that was run with other shapes before stays slower, and memory of an earlier run is not given back.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { simulate } from '../src/index.ts';

export interface CandidateRequest { readonly file: string; readonly overrides: readonly string[]; readonly threads: number }

/** What a candidate of any kind reports. */
export interface Sample {
  readonly podEvents: number;
  /** From the first event to the last row written. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Resident memory at its highest, beyond what the process had at its start; NaN when not known. */
  readonly bytes: number;
  /** Of the results: equal for equal runs. */
  readonly hash: string;
}

if (import.meta.main) {
  const memory = process.resourceUsage().maxRSS;
  const [entry, request] = process.argv.slice(2);
  const { file, overrides, threads } = JSON.parse(request) as CandidateRequest;
  const product = (await import(entry)) as { simulate: typeof simulate };
  const out = mkdtempSync(join(tmpdir(), 'enisim-bench-'));
  try {
    const { podEvents, cpuSeconds, wallSeconds, manifest } = await product.simulate({ file, overrides, threads, out: join(out, 'run'), command: `enisim run ${file}` });
    const hash = createHash('sha256');
    for (const { file: name, sha256 } of [...Object.values(manifest!.tables), ...manifest!.files]) hash.update(`${name} ${sha256}\n`);
    const sample: Sample = { podEvents, cpuSeconds, wallSeconds, bytes: (process.resourceUsage().maxRSS - memory) * 1024, hash: hash.digest('hex').slice(0, 12) };
    console.log(JSON.stringify(sample));
  } finally {
    rmSync(out, { recursive: true });
  }
}
