/** A shell for tests: runs command lines in-process, in a folder of their own that has the repo's scenarios, and keeps what they print. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { simulate } from '../../src/index.ts';

export const ROOT = join(import.meta.dirname, '../..');

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order of writing, as a terminal shows them. */
  readonly both: string;
}

export interface Options {
  readonly tty?: boolean;
  readonly columns?: number;
  readonly env?: Terminal['env'];
  readonly now?: () => number;
  /** Is given what an interrupt calls. */
  readonly interrupt?: (press: () => void) => void;
  readonly run?: typeof simulate;
}

export async function enisim(words: readonly string[], { tty = false, columns, env = {}, now = () => 0, interrupt, run }: Options = {}): Promise<Printed> {
  const printed = { stdout: '', stderr: '', both: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: tty, columns,
    write(text: string) {
      printed[name] += text;
      printed.both += text;
    },
  });
  const terminal: Terminal = {
    stdout: stream('stdout'), stderr: stream('stderr'), env, now,
    onInterrupt(listener) {
      interrupt?.(listener);
      return () => {};
    },
  };
  const code = await main(words, terminal, run);
  return { code, ...printed };
}

/** Enters a new folder, with links to the repo's `scenarios` and `test`; returns the way back, which removes it. */
export function enterFolder(): () => void {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'enisim-cli-'));
  for (const name of ['scenarios', 'test']) symlinkSync(join(ROOT, name), join(folder, name));
  process.chdir(folder);
  return () => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  };
}

/** Words of a command line as a POSIX shell splits them: quotes, and `*` in the last part of a path. */
export function split(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''));
}
