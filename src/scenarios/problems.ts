/**
 * Problems: what is wrong with a scenario, where, and what to write instead; all of it at once.
 *
 * Shape   Each problem names file, line and column (both from 1), the dotted path, what was found and what was expected.
 * Errors  ScenarioError is the user's error: it carries every problem, and is printed without a stack.
 */
import { isMap, isNode, isPair, isScalar, isSeq, type Document, type LineCounter, type Node } from 'yaml';
import type { z } from 'zod';
import { didYouMean } from './closest.ts';
import type { Severity } from './cidr.ts';

export type Path = readonly (string | number)[];

export type Problem = {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** `nodeGroups[2].instanceType`; empty for the whole file. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  /** A sentence's end such as `did you mean "m5.large"?`; empty if there is none. */
  readonly suggestion: string;
  readonly severity: Severity;
};

/** One line a problem: `a.yaml:12:5: error: nodeGroups[2].instanceType: found "m5.lrage", expected ...; did you mean "m5.large"?` */
export function formatProblem({ file, line, column, path, found, expected, suggestion, severity }: Problem): string {
  const place = path === '' ? '' : `${path}: `;
  const where = file.startsWith('--set ') ? file : `${file}:${line}:${column}`;
  return `${where}: ${severity}: ${place}${found === '' ? '' : `found ${found}, `}expected ${expected}${suggestion === '' ? '' : `; ${suggestion}`}`;
}

export class ScenarioError extends Error {
  override name = 'ScenarioError';
  /** Errors and warnings, in the order of the file. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** Dotted form of a path: names that are no words are quoted in brackets. */
export const formatPath = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return /^[A-Za-z_][\w-]*$/.test(part) ? `${text}${text === '' ? '' : '.'}${part}` : `${text}[${JSON.stringify(part)}]`;
  }, '');

const SHOWN_MAX = 80;

/** A value as a message shows it: short, on one line. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  let text: string;
  if (typeof value === 'string') text = JSON.stringify(value.slice(0, SHOWN_MAX * 2));
  else if (Array.isArray(value)) text = `a list of ${value.length}`;
  else if (typeof value === 'object' && value !== null) text = `a map of ${Object.keys(value).slice(0, 4).join(', ') || 'nothing'}`;
  else text = String(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX - 3)}...` : text;
}

// ---------------------------------------------------------------------------------------------------------------- places

/** Where a file's paths are. `overrides` are paths set from outside (--set), by their own text. */
export type Source = { readonly file: string; readonly document: Document; readonly lines: LineCounter; readonly overrides: readonly { readonly path: Path; readonly text: string }[] };

type Place = { readonly file: string; readonly line: number; readonly column: number };

/** The place of a value, of its key if `key` is given, or of the nearest thing around it that exists. */
export function locate(source: Source, path: Path, key?: string): Place {
  const whole = key === undefined ? path : [...path, key];
  const isWithin = (inner: Path, outer: Path) => outer.length <= inner.length && outer.every((part, i) => String(part) === String(inner[i]));
  const set = source.overrides.find(({ path: over }) => isWithin(whole, over));
  if (set) return { file: `--set ${set.text}`, line: 1, column: 1 };
  let node: unknown = source.document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(item => keyOf(item.key) === String(part)) : undefined;
    const next = pair ? pair.value : isSeq(node) ? node.items[Number(part)] : undefined;
    if (next === undefined || next === null) {
      if (pair) offset = offsetOf(pair.key) ?? offset;
      break;
    }
    node = isPair(next) ? next.value : next;
    offset = offsetOf(node) ?? offset;
  }
  if (key !== undefined && isMap(node)) {
    const ownOffset = offsetOf(node.items.find(item => keyOf(item.key) === key)?.key);
    const maker = ownOffset === undefined ? source.overrides.find(({ path: over }) => isWithin(over, whole)) : undefined; // a map that --set made
    if (maker) return { file: `--set ${maker.text}`, line: 1, column: 1 };
    offset = ownOffset ?? offset;
  }
  const { line, col } = source.lines.linePos(offset);
  return { file: source.file, line: Math.max(1, line), column: Math.max(1, col) };
}

const keyOf = (key: unknown): string => (isScalar(key) ? String(key.value) : String(key));
const offsetOf = (node: unknown): number | undefined => (isNode(node) ? (node as Node).range?.[0] : undefined);

// ---------------------------------------------------------------------------------------------------------------- from zod

type Issue = z.core.$ZodIssue;
type Told = { readonly path: Path; readonly key?: string; readonly found: string; readonly expected: string; readonly suggestion: string };

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, part) => (typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[part] : undefined), value);

const TYPES: Readonly<Record<string, string>> = { string: 'a text', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list', object: 'a map', record: 'a map', null: 'null' };

/** What zod found wrong with `input`, in our words. `keysAt` gives the known keys of the map at a path, for suggestions. */
export function tell(issues: readonly Issue[], input: unknown, prefix: Path, keysAt: (path: Path) => readonly string[]): Told[] {
  // What an object as a whole must be is not worth saying beside a key that it does not know.
  const unknown = new Set(issues.filter(issue => issue.code === 'unrecognized_keys').map(issue => issue.path.join('.')));
  return issues.flatMap((issue): Told[] => {
    if (issue.code === 'custom' && unknown.has(issue.path.join('.'))) return [];
    const inner = issue.path as Path;
    const path = [...prefix, ...inner];
    const value = at(input, inner);
    const base = { path, found: show(value), suggestion: '' };
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map(key => {
          const known = keysAt(path);
          return { path, key, found: `the unknown key "${key}"`, expected: known.length > 0 ? `one of ${known.join(', ')}` : 'no such key', suggestion: didYouMean(key, known) ?? '' };
        });
      case 'invalid_union': {
        if (issue.discriminator !== undefined) {
          const owner = path.at(-1) === issue.discriminator ? path.slice(0, -1) : path;
          const kind = at(input, [...inner.slice(0, owner.length - prefix.length), issue.discriminator]);
          const known = keysAt([...owner, issue.discriminator]);
          const expected = `${issue.discriminator}: ${known.join(', ')}`;
          if (kind === undefined) return [{ path: owner, found: `no ${issue.discriminator}`, expected, suggestion: '' }];
          return [{ path: [...owner, issue.discriminator], found: show(kind), expected, suggestion: typeof kind === 'string' ? (didYouMean(kind, known) ?? '') : '' }];
        }
        // The alternative that got furthest is the one that was meant.
        const meant = issue.errors.find(errors => !errors.some(isOfOtherType));
        if (meant) return tell(meant, value, path, keysAt);
        return [{ ...base, expected: issue.message.replace(/^expected /, ''), suggestion: suggestAmong(value, issue) }];
      }
      case 'invalid_value':
        return [{ ...base, expected: issue.values.length === 1 ? show(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`, suggestion: typeof value === 'string' ? (didYouMean(value, issue.values.map(String)) ?? '') : '' }];
      case 'invalid_type':
        return [{ ...base, expected: TYPES[issue.expected] ?? issue.expected, suggestion: '' }];
      case 'too_small':
        return [{ ...base, expected: bound(issue.origin, issue.inclusive ? 'at least' : 'more than', issue.minimum) }];
      case 'too_big':
        return [{ ...base, expected: bound(issue.origin, issue.inclusive ? 'at most' : 'less than', issue.maximum) }];
      case 'custom':
        return [{ ...base, expected: String(issue.params?.expected ?? issue.message), suggestion: String(issue.params?.suggestion ?? '') }];
      default:
        return [{ ...base, expected: issue.message }];
    }
  });
}

/** An alternative of a union that is plainly not what was written: another type, or another word. */
const isOfOtherType = (issue: Issue): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value' || (issue.code === 'invalid_union' && issue.errors.every(errors => errors.some(isOfOtherType))));

function suggestAmong(value: unknown, issue: z.core.$ZodIssueInvalidUnion): string {
  if (typeof value !== 'string') return '';
  const words = issue.errors.flat().flatMap(inner => (inner.code === 'invalid_value' ? inner.values.map(String) : []));
  return didYouMean(value, words) ?? '';
}

function bound(origin: string, word: string, limit: number | bigint): string {
  if (origin === 'array') return `a list of ${word} ${limit}`;
  if (origin === 'string') return `a text of ${word} ${limit} characters`;
  return `${word} ${limit}`;
}

// ---------------------------------------------------------------------------------------------------------------- reports

export type Remark = { readonly found: string; readonly expected: string; readonly suggestion?: string; readonly severity?: Severity; /** The key within `path` that is meant, when it is the key that is wrong. */ readonly key?: string };
/** Takes a problem at a path of the scenario; `severity` is error unless said otherwise. */
export type Report = (path: Path, remark: Remark) => void;
