/**
 * History: ratios of past commits, a line of JSON each in bench/history.jsonl, and what fell since.
 *
 * Why     A ratio to another program, measured beside it, outlasts the machine; a speed does not.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export interface Line {
  readonly date: string;
  readonly commit: string;
  /** Lines are compared with those of the same size alone. */
  readonly size: 'small' | 'full';
  readonly node: string;
  readonly cpu: string;
  readonly ratios: Readonly<Record<string, number>>;
}

const FILE = new URL('history.jsonl', import.meta.url);
/** A ratio may fall by so much: what a busy machine alone can do. */
const FALL = 1 / 3;

const lines = (): Line[] =>
  existsSync(FILE) ? readFileSync(FILE, 'utf8').trim().split('\n').filter(Boolean).map(line => JSON.parse(line) as Line) : [];

export const lastOf = (size: Line['size']): Line | undefined => lines().findLast(line => line.size === size);

export function record(line: Line): void {
  const rounded = Object.fromEntries(Object.entries(line.ratios).map(([name, ratio]) => [name, Number(ratio.toPrecision(3))]));
  appendFileSync(FILE, `${JSON.stringify({ ...line, ratios: rounded })}\n`);
}

/** Ratios that fell by more than a third since then. Those measured only once, then or now, do not count. */
export const fallen = (now: Line['ratios'], then: Line['ratios']): string[] =>
  Object.keys(then).filter(name => name in now && now[name] < then[name] * (1 - FALL));
