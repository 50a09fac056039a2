/**
 * Identity: which run this is, and how to make it again.
 *
 * Why     Every file carries it, so a file that was taken out of its folder still says where it came from. It holds nothing that may
 *         differ between two equal runs: no time of day, machine, thread count or folder; those stand in the manifest alone.
 */
export type RunIdentity = {
  readonly engineVersion: string;
  /** Name of the scenario. */
  readonly scenario: string;
  /** SHA-256 of the scenario as it was run (defaults filled in, --set applied), in hex. */
  readonly scenarioHash: string;
  readonly seed: number;
  /** The moment 0 of the simulation, ms since 1970-01-01T00:00:00Z. */
  readonly start: number;
  /** The command that makes the run again, without what does not change the result (--threads, --out). */
  readonly command: string;
};

/** The same as key and text pairs, as Arrow's schema metadata takes them. */
export function identityEntries(run: RunIdentity): [key: string, value: string][] {
  return [
    ['enisim.engineVersion', run.engineVersion],
    ['enisim.scenario', run.scenario],
    ['enisim.scenarioHash', run.scenarioHash],
    ['enisim.seed', String(run.seed)],
    ['enisim.start', new Date(run.start).toISOString()],
    ['enisim.command', run.command],
  ];
}
