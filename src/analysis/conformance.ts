/**
 * Conformance: does the engine do what the recorded programs did? Replays golden traces and compares every line.
 *
 * Shape   A trace's kind stands in its header and picks the replay; a kind that has none is counted as skipped, never as matched.
 *         `lines` are those of operations; a line's number is its place in the file, so the header is line 1.
 * Errors  A file that cannot be read as a trace is a trace that fails, as does one on which the engine asserts: a breach of ours is a difference.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { checkStore } from '../engine/ipamd/check.ts';
import { cniNodeFeatures, runLine } from './replay/operations.ts';
import { createReplay, type ReplayOptions } from './replay/node.ts';
import { dumpChange, dumpFull, NOTHING, readState, type State } from './replay/dump.ts';
import type { Header, Line, StateDump } from './replay/trace.ts';
import { createProviderReplay } from './replay/controller/provider.ts';
import { createPoolReplay, type PoolHeader } from './replay/controller/pools.ts';
import type { LineReplay } from './replay/controller/replay.ts';
import { createTrunkReplay } from './replay/controller/trunk.ts';
import type { BranchHeader, ControllerLine } from './replay/controller/trace.ts';
import { createWindowsReplay, type WindowsHeader } from './replay/controller/windows.ts';

export type { Environment, ReplayOptions } from './replay/node.ts';

export interface Difference {
  readonly line: number;
  /** The field of the line that differs; `engine` when the replay broke off there. */
  readonly field: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

export interface TraceReport {
  readonly id: string;
  readonly kind: string;
  readonly lines: number;
  readonly matched: number;
  /** Why nothing was replayed. */
  readonly skipped?: string;
  readonly firstDifference?: Difference;
}

export interface ConformanceReport {
  readonly traces: readonly TraceReport[];
  readonly traceCount: number;
  readonly tracesMatched: number;
  readonly lineCount: number;
  readonly linesMatched: number;
  readonly skippedCount: number;
}

/** Replays the traces in these files and folders; `index.jsonl`, a table of contents, is passed over. */
export function conform(paths: readonly string[], options: ReplayOptions): ConformanceReport {
  const traces = paths.flatMap(filesAt).map(path => conformFile(path, options));
  const replayed = traces.filter(({ skipped }) => skipped === undefined);
  const sum = (field: 'lines' | 'matched') => replayed.reduce((total, trace) => total + trace[field], 0);
  return {
    traces,
    traceCount: replayed.length,
    tracesMatched: replayed.filter(({ firstDifference }) => firstDifference === undefined).length,
    lineCount: sum('lines'),
    linesMatched: sum('matched'),
    skippedCount: traces.length - replayed.length,
  };
}

const isTrace = (name: string) => /\.jsonl(\.gz)?$/.test(name) && !name.startsWith('index.jsonl');

function filesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return isTrace(basename(path)) ? [path] : [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(name => isTrace(basename(name))).sort().map(name => join(path, name));
}

function conformFile(path: string, options: ReplayOptions): TraceReport {
  const content = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(content) : content).toString('utf8');
  return conformTrace(text, basename(path).replace(/\.jsonl(\.gz)?$/, ''), options);
}

/** Replays one trace, given as the text of its file. */
export function conformTrace(text: string, name: string, options: ReplayOptions): TraceReport {
  let header: AnyHeader;
  let lines: unknown[];
  try {
    [header, ...lines] = text.split('\n').filter(line => line !== '').map(line => JSON.parse(line));
  } catch (error) {
    return { id: name, kind: 'unreadable', lines: 0, matched: 0, firstDifference: broken(1, error) };
  }
  const id = header.id ?? name;
  const kind = header.kind ?? 'ipamd';
  const replay = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!replay) return { id, kind, lines: lines.length, matched: 0, skipped: `no replay for traces of kind "${kind}"` };
  return { id, kind, lines: lines.length, ...replay(header, lines, options) };
}

type AnyHeader = { readonly id?: string; readonly kind?: string };
type Outcome = Pick<TraceReport, 'matched' | 'firstDifference'>;

/** The replays by kind. What a header or a line of its kind has is the file's promise; a file that breaks it is a difference. */
const KINDS: Readonly<Record<string, (header: AnyHeader, lines: readonly unknown[], options: ReplayOptions) => Outcome>> = {
  ipamd: (header, lines, options) => replayLines(header as Header, lines as readonly Line[], options),
  trunk: (header, lines, options) => replayController(createTrunkReplay, header as BranchHeader, lines as readonly ControllerLine[], options),
  provider: (header, lines, options) => replayController(createProviderReplay, header as BranchHeader, lines as readonly ControllerLine[], options),
  pool: (header, lines, options) => replayController(createPoolReplay, header as AnyHeader & PoolHeader, lines as readonly ControllerLine[], options),
  'windows-provider': (header, lines, options) => replayController(createWindowsReplay, header as AnyHeader & WindowsHeader, lines as readonly ControllerLine[], options),
};

/** Replays a trace of the resource controller: every field of a line that says what came of it is compared, and no other may be missing. */
function replayController<H>(
  create: (header: H, lines: readonly ControllerLine[], options: ReplayOptions) => LineReplay, header: H, lines: readonly ControllerLine[], options: ReplayOptions,
): Outcome {
  let matched = 0;
  let firstDifference: Difference | undefined;
  let at = 1;
  try {
    const replay = create(header, lines, options);
    for (const expected of lines) {
      at++; // the header is line 1
      const actual = replay.run(expected);
      if (options.verify) replay.check();
      const difference = compareOutcome(at, expected as unknown as Record<string, unknown>, actual);
      if (!difference) matched++;
      firstDifference ??= difference;
    }
  } catch (error) {
    firstDifference ??= broken(at, error);
  }
  return firstDifference ? { matched, firstDifference } : { matched };
}

/** What a line of the controller's traces says was done, as far as nothing came of it. */
const DONE = new Set([
  't', 'op', 'faults', 'pendingFaults', 'ms', 'node', 'instance', 'instanceType', 'pod', 'n', 'sgs', 'subnet', 'value', 'what', 'eni', 'association', 'eventLost', 'pods', 'id',
  'job', 'ok', 'prefixAvailable', 'resources', 'upstream', 'targets', 'configMap',
]);

/** Causes before effects. */
const OUTCOMES = ['calls', 'events', 'result', 'end', 'state'];

function compareOutcome(line: number, expected: Readonly<Record<string, unknown>>, actual: Readonly<Record<string, unknown>>): Difference | undefined {
  const others = [...Object.keys(expected), ...Object.keys(actual)].filter(field => !DONE.has(field) && !OUTCOMES.includes(field));
  const field = [...OUTCOMES, ...others].find(name => !isDeepStrictEqual(plain(expected[name]), plain(actual[name])));
  return field === undefined ? undefined : { line, field, expected: expected[field], actual: actual[field] };
}

const broken = (line: number, error: unknown): Difference => ({
  line, field: 'engine', expected: 'the line to be replayed', actual: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
});

function replayLines(header: Header, lines: readonly Line[], options: ReplayOptions): Outcome {
  let matched = 0;
  let firstDifference: Difference | undefined;
  let at = 0;
  try {
    const replay = createReplay(header, lines, options);
    let before: State = NOTHING;
    let featuresBefore: string[] = [];
    for (const [i, expected] of lines.entries()) {
      at = i + 2; // the header is line 1
      const outcome = runLine(replay, expected);
      if (options.verify) checkStore(replay.b, replay.n, replay.settings);
      const state = readState(replay);
      const features = cniNodeFeatures(replay, featuresBefore);
      const actual: Line = {
        ...outcome,
        t: expected.t, op: expected.op,
        t2: replay.now / 1000,
        ec2: replay.calls,
        ...(features.length === featuresBefore.length ? {} : { cniNode: features }),
        st: expected.st?.full ? dumpFull(replay, state) : dumpChange(state, before),
      };
      const difference = compareLine(at, expected, actual);
      if (!difference) matched++;
      firstDifference ??= difference;
      before = state;
      featuresBefore = features;
    }
  } catch (error) {
    firstDifference ??= broken(at, error);
  }
  return firstDifference ? { matched, firstDifference } : { matched };
}

/** The text of a failed init is the program's own. */
const withoutText = (r: unknown): unknown => (typeof r === 'object' && r !== null && 'ok' in r ? { ok: r.ok } : r);

/** A state without ENIs may leave them out. */
const withEnis = (st: StateDump | undefined): unknown => (st?.full ? { ...st, e: st.e ?? [] } : st);

/** Fields in the order in which a difference is worth telling: causes before effects. */
function compareLine(line: number, expected: Line, actual: Line): Difference | undefined {
  const isStart = expected.op === 'init' || expected.op === 'restart';
  const pairs: [field: string, expected: unknown, actual: unknown][] = [
    ['d', expected.d, actual.d],
    ['ec2', expected.ec2 ?? [], actual.ec2],
    ['r', isStart ? withoutText(expected.r) : expected.r, actual.r],
    ['t2', expected.t2 ?? expected.t, actual.t2],
    ['cniNode', expected.cniNode, actual.cniNode],
    ['st', withEnis(expected.st), withEnis(actual.st)],
  ];
  const different = pairs.find(([, a, b]) => !isDeepStrictEqual(plain(a), plain(b)));
  return different && { line, field: different[0], expected: different[1], actual: different[2] };
}

/** As JSON has it: without absent fields, whatever kept the values. */
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** The report as text: a line a trace, the first difference of each that failed, the totals last. */
export function formatConformance({ traces, traceCount, tracesMatched, lineCount, linesMatched, skippedCount }: ConformanceReport): string {
  const width = Math.max(0, ...traces.map(({ id }) => id.length));
  const rows = traces.flatMap(({ id, lines, matched, skipped, firstDifference }) => [
    `${id.padEnd(width)}  ${skipped ?? `${matched}/${lines} lines`}`,
    ...(firstDifference ? differenceRows(firstDifference) : []),
  ]);
  return [
    ...rows,
    ...(skippedCount > 0 ? [`skipped: ${skippedCount}, of kinds without a replay`] : []),
    `traces ${tracesMatched}/${traceCount}, lines ${linesMatched}/${lineCount}`,
  ].join('\n');
}

const differenceRows = ({ line, field, expected, actual }: Difference) => [
  `  line ${line}, ${field}`, `    expected ${JSON.stringify(expected) ?? 'nothing'}`, `    actual   ${JSON.stringify(actual) ?? 'nothing'}`,
];
