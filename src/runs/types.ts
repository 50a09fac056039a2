/**
 * A run as its caller sees it: what is asked, how it goes on, what came out.
 */
import type { RunSummary } from '../results/summary.ts';
import type { Manifest } from '../results/folder.ts';
import type { Problem } from '../scenarios/problems.ts';

export interface RunRequest {
  /** Path of the scenario file, for messages and for the files it names. */
  readonly file: string;
  /** Its text; read from `file` when left out. */
  readonly text?: string;
  /** `path=value` each, as of `--set`. `seed` and `duration` may be given so too. */
  readonly overrides?: readonly string[];
  /** Output folder; null: nothing is written, only the summary comes back. */
  readonly out: string | null;
  readonly format?: 'arrow' | 'parquet';
  /** Also writes metrics.prom: ipamd's series at the end, in Prometheus's text format. */
  readonly metrics?: 'prom';
  /** At least 1; more than the machine has cores is allowed. */
  readonly threads?: number;
  /** Nodes for which another thread pays, 200 by default: fewer threads are started where there are fewer. It changes no byte. */
  readonly nodesPerThread?: number;
  /** How to make the run again: written into every output. Without --threads and --out, which change no byte. */
  readonly command?: string;
  readonly onWarnings?: (warnings: readonly Problem[]) => void;
  /** Called at most every 100 ms. */
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** Invariants of every node are recounted at each minute of simulated time. */
  readonly verify?: boolean;
}

export interface Progress {
  readonly simulatedMs: number;
  readonly durationMs: number;
  readonly podEvents: number;
  /** Since the first event. */
  readonly wallMs: number;
  /** How many simulate: 1 where more would not pay, whatever was asked; 0 before that is known. */
  readonly threads: number;
  readonly phase: 'reading' | 'building' | 'running' | 'writing';
}

export interface RunOutcome {
  readonly summary: RunSummary;
  readonly warnings: readonly Problem[];
  readonly podEvents: number;
  readonly wallSeconds: number;
  readonly setupCpuSeconds: number;
  readonly cpuSeconds: number;
  /** Null when `out` was null. */
  readonly manifest: Manifest | null;
}
