/** Options: values that yargs does not check, and command lines that a shell can be given. */
import { UsageError } from './exit.ts';

/** Options that may be given more than once. */
export const REPEATABLE: readonly string[] = ['set'];

/** A lone dash, which yargs would lose; as a path it names the same file. */
export const DASH = './-';

/** A reader of whole numbers from `least` to `most`, for yargs's `coerce`. */
export const wholeNumber = (option: string, least: number, most: number) => (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--${option}: found "${text}", expected a whole number from ${least} to ${most}`);
};

const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

/** `enisim` and these words, quoted where a POSIX shell would read something else. */
export const commandLine = (words: readonly string[]) => ['enisim', ...words].map(quoted).join(' ');
