/** Instance types as commands take them: names and patterns, over the table and a saved answer of EC2. */
import { readFileSync } from 'node:fs';
import type { Argv } from 'yargs';
import { InstanceTypesError, mergeInstanceTypes, selectTypes, type InstanceTable, type Selection } from '../index.ts';
import { UsageError } from './exit.ts';

export const typesOption = <T>(yargs: Argv<T>) => yargs
  .option('describe', { type: 'string', requiresArg: true, describe: 'A saved "aws ec2 describe-instance-types --output json", which counts before the table' });

/** The table, with the saved answer in front if there is one. */
export function tableOf(file: string | undefined): InstanceTable | undefined {
  if (file === undefined) return undefined;
  try {
    return mergeInstanceTypes(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof InstanceTypesError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

export function typesOf(names: readonly string[], file: string | undefined): Selection['types'] {
  const { types, unknown } = selectTypes(names, tableOf(file));
  if (unknown.length === 0) return types;
  throw new UsageError(unknown.map(({ name, suggestion }) => `no instance type "${name}"${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`).join('\nenisim: '));
}
