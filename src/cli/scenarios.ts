/** Scenario files as commands take them: their text, and what the command line sets in them. */
import { readFileSync } from 'node:fs';
import type { Argv } from 'yargs';
import type { Problem } from '../index.ts';

export interface Changes {
  readonly set: string[];
  readonly seed?: string;
  readonly duration?: string;
}

/** The options that change a scenario, the same for every command that reads one. */
export const changeOptions = <T>(yargs: Argv<T>) => yargs
  .option('set', { type: 'string', array: true, default: [] as string[], requiresArg: true, defaultDescription: 'nothing', describe: 'Change the scenario: path=value, as often as needed' })
  .option('seed', { type: 'string', requiresArg: true, describe: 'The same as --set seed=...' })
  .option('duration', { type: 'string', requiresArg: true, describe: 'The same as --set duration=...' });

/** In the order in which they count: what has a name of its own comes last and wins. */
export const overridesOf = ({ set, seed, duration }: Changes): string[] => [
  ...set,
  ...(seed === undefined ? [] : [`seed=${seed}`]),
  ...(duration === undefined ? [] : [`duration=${duration}`]),
];

/** The same as words of a command line. */
export const wordsOf = ({ set, seed, duration }: Changes): string[] => [
  ...set.flatMap(each => ['--set', each]),
  ...(seed === undefined ? [] : ['--seed', seed]),
  ...(duration === undefined ? [] : ['--duration', duration]),
];

/** The text of a scenario file, or the problem with it. */
export function readText(file: string): string | Problem {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const found = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a folder' : String(error instanceof Error ? error.message : error);
    return { file, line: 1, column: 1, path: '', found, expected: 'a scenario file', suggestion: '', severity: 'error' };
  }
}
