/**
 * Exit: how a command ends: its codes, and what an error says on stderr.
 *
 * Why     A script reads the code, a person the sentence. Nobody reads a stack, unless the bug is ours: then it is what we need.
 */
import { Bug, FolderError, formatProblem, ScenarioError, version } from '../index.ts';

export const EXIT = { ok: 0, no: 1, usersError: 2, bug: 70, interrupted: 130 } as const;

export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, 'done; what was asked is so'],
  [EXIT.no, 'done; what was asked is not so, such as a trace that does not match'],
  [EXIT.usersError, 'wrong options, scenario, file or folder'],
  [EXIT.bug, 'a bug of enisim; stderr says what a report needs'],
  [EXIT.interrupted, 'interrupted (Ctrl-C)'],
];

/** The user's error, in a sentence. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Ours, as its cause, with where the run was when it happened. */
export class BrokenRun extends Error {
  override name = 'BrokenRun';

  constructor(where: string, cause: unknown) {
    super(where, { cause });
  }
}

/** What the system refused: a file that is not there, a disk that is full. Node gives these, and no others, a `syscall`. */
const isRefusal = (error: unknown): error is Error => error instanceof Error && 'syscall' in error && 'code' in error;

export const isUsersError = (error: unknown): error is Error =>
  error instanceof ScenarioError || error instanceof UsageError || error instanceof FolderError || isRefusal(error);

/** The exit code of an error, and the text for stderr. */
export function explain(error: unknown, commandLine: string): { readonly code: number; readonly text: string } {
  if (!isUsersError(error)) return { code: EXIT.bug, text: bugReport(error, commandLine) };
  const text = error instanceof ScenarioError ? error.problems.map(formatProblem).join('\n') : `enisim: ${error.message}`;
  return { code: EXIT.usersError, text: `${text}\n` };
}

function bugReport(error: unknown, commandLine: string): string {
  const [cause, where] = error instanceof BrokenRun ? [error.cause, error.message] : [error, ''];
  const what = cause instanceof Bug ? cause.message : String(cause);
  return [
    `enisim: this is a bug of enisim, not of your scenario: ${what}`,
    ...(where ? [`  ${where}`] : []),
    `  enisim ${version}, Node ${process.version}, ${process.platform}-${process.arch}`,
    `  ${commandLine}`,
    'Please report it with these lines and the scenario file: the same seed gives the same error.',
    ...(cause instanceof Error && cause.stack ? [cause.stack] : []),
    '',
  ].join('\n');
}
