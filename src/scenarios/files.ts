/** Files: what a scenario refers to, by name. The only place of this room that reads a user's file. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { dataFile } from './limits.ts';

/** Bytes of a file that the scenario names. Throws when it cannot be read; the message is shown to the user. */
export type Load = (path: string) => Uint8Array;

/** Traces that come with the program, as `file: bundled:NAME`. Licences: data/traces/README.md. */
export const BUNDLED_TRACES = ['azure-vm-v1', 'openb'] as const;
const BUNDLED = 'bundled:';

/** Paths relative to the scenario file; `bundled:NAME` is a trace that comes with the program. */
export function loaderBeside(scenarioFile: string): Load {
  const folder = dirname(resolve(scenarioFile));
  return path => {
    if (!path.startsWith(BUNDLED)) return readFileSync(resolve(folder, path));
    const name = BUNDLED_TRACES.find(trace => trace === path.slice(BUNDLED.length));
    if (!name) throw new Error(`no such trace is bundled; there are ${BUNDLED_TRACES.map(trace => BUNDLED + trace).join(', ')}`);
    return readFileSync(dataFile(`traces/${name}/pods.csv.gz`));
  };
}
