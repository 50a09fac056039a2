/** Command: one file and one screen: what it is called, what it takes, and what it does. */
import type { Argv } from 'yargs';
import type { Terminal } from './terminal.ts';

export interface Command<Args = unknown> {
  /** As yargs reads it: `run <file>`. */
  readonly usage: string;
  readonly describe: string;
  /** Shown by --help; the tests run them. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  options(yargs: Argv): Argv<Args>;
  /** Returns the exit code. Throws for the user's errors and for ours. */
  run(args: Args, terminal: Terminal): number | Promise<number>;
}

/** Gives `run` the type of what `options` declares. */
export const defineCommand = <Args>(command: Command<Args>): Command<Args> => command;

export const nameOf = ({ usage }: Command) => usage.split(' ')[0];
