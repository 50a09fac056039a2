/**
 * Terminal: all that a command may touch of the process: two streams, the environment, a clock, the interrupt key.
 *
 * Why     A command given these runs the same in a test as in a shell, and the rest of the CLI needs no global.
 */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Terminal {
  /** Results. */
  readonly stdout: Stream;
  /** Remarks: progress, warnings, errors. */
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls `listener` at the first interrupt; a second one kills. Returns what ends that. */
  readonly onInterrupt: (listener: () => void) => () => void;
}

const COLUMNS = 100;

/** Columns that a text may take: those of the terminal, but no more than are read with ease. */
export const columnsOf = ({ isTTY, columns = COLUMNS }: Stream) => (isTTY ? Math.min(columns, COLUMNS) : COLUMNS);

/** https://no-color.org: set to anything but the empty text, it means none. */
export const hasColour = ({ isTTY }: Stream, { NO_COLOR, TERM }: Terminal['env']) => isTTY === true && !NO_COLOR && TERM !== 'dumb';
