/**
 * Session: a scenario run in this thread, cut wherever a test likes, and all that came of it in canonical order.
 */
import { readScenario } from '../../../src/scenarios/read.ts';
import { buildPlan, type Built } from '../../../src/scenarios/build.ts';
import { createHistogram } from '../../../src/core/histogram.ts';
import { N, S } from '../../../src/core/node.ts';
import { rebase } from '../../../src/core/block.ts';
import { countByUse, freePrefixCount, largestFreeRun, pickableCount, type Use } from '../../../src/core/subnet.ts';
import { beginNodes, changeHeld, createEc2, type Holdings } from '../../../src/engine/begin.ts';
import { closePods } from '../../../src/engine/close.ts';
import { closeDecisions } from '../../../src/engine/decisions.ts';
import { planHappenings } from '../../../src/engine/happenings.ts';
import { CALL_ROW, createRows, POD_ROW, takeRows } from '../../../src/engine/log.ts';
import type { SettingsInput } from '../../../src/engine/ipamd/settings.ts';
import { allocate, openWorld, type Plan } from '../../../src/engine/plan.ts';
import { advance, createRun, type Run } from '../../../src/engine/run.ts';
import { logPending } from '../../../src/engine/stage/pods.ts';
import { createStage } from '../../../src/engine/stage/stage.ts';
import { baseOf, type Base } from '../../../src/runs/levels.ts';
import { createInlinePool, type Pool } from '../../../src/workers/pool.ts';

export interface Session {
  readonly built: Built;
  readonly plan: Plan;
  readonly run: Run;
  readonly pool: Pool;
  readonly base: Base;
  /** One row a subnet and bin: its counts by use and what it could still give. */
  readonly subnetSamples: number[][];
  /** Answers of EC2 as the coordinator told them: (moment, action, code, subnet). */
  readonly answers: number[][];
  readonly logs: { readonly pods: Table[]; readonly nodes: Table[]; readonly calls: Table[]; readonly decisions: Table[] };
  closed: boolean;
}
export type Table = Readonly<Record<string, Float64Array | Int32Array>>;

/** Pods that may wait: a million, as in a run, would cost more to allocate than a test's history to run. */
const WAITING_ROWS = 60_000;

/** Files that a scenario may name: a trace. */
const NO_FILES = new Map<string, string>();

export interface Options {
  readonly files?: ReadonlyMap<string, string>;
  /** Every turn and every reconcile is run. */
  readonly everyTurn?: boolean;
  readonly originSpanMs?: number;
  /** Pods of a window, in place of what the scenario would have. */
  readonly inboxSize?: number;
}

export function readText(scenario: object | string, files: ReadonlyMap<string, string> = NO_FILES): ReturnType<typeof readScenario> {
  const text = typeof scenario === 'string' ? scenario : JSON.stringify(scenario);
  const encoder = new TextEncoder();
  return readScenario(text, { file: 'test.yaml', load: path => {
    const found = files.get(path);
    if (found === undefined) throw new Error(`the test has no file ${path}`);
    return encoder.encode(found);
  } });
}

export function openSession(scenario: object | string, { files, everyTurn, originSpanMs, inboxSize }: Options = {}): Session {
  const { scenario: read, traces } = readText(scenario, files);
  const built = buildPlan(read, traces);
  const settings = built.plan.settings.map((input): SettingsInput => (everyTurn ? { ...input, everyTurn } : input));
  const plan: Plan = { ...built.plan, settings, inboxSize: inboxSize ?? built.plan.inboxSize };
  const memory = allocate(plan, 1);
  const world = openWorld(plan, memory);
  const answers: number[][] = [];
  const ec2 = createEc2(plan, createRows(CALL_ROW), (at, action, code, subnet) => answers.push([at, action, code, subnet]));
  const holdings: Holdings = new Map();
  for (const change of plan.ec2.held) if (change.at === 0) changeHeld(ec2.subnets, plan.seed, holdings, change);
  beginNodes(world, ec2, plan);
  const base = baseOf(world);
  const stage = built.stage === null ? null : createStage(world, plan, { ...built.stage, waitingCapacity: Math.min(built.stage.waitingCapacity, WAITING_ROWS) }, createRows(POD_ROW));
  const pool = createInlinePool(plan, memory, world);
  const subnetSamples: number[][] = [];
  const happenings = planHappenings(plan, holdings, ({ ec2: { subnets: t } }, bin) => {
    for (let s = 0; s < t.subnetCount; s++) {
      const uses = Array.from({ length: 8 }, (_, use) => countByUse(t, s, use as Use));
      subnetSamples.push([bin, s, ...uses, pickableCount(t, s), freePrefixCount(t, s), largestFreeRun(t, s)]);
    }
  });
  const run = createRun(world, plan, ec2, stage, pool, happenings, originSpanMs);
  return { built, plan, run, pool, base, subnetSamples, answers, logs: { pods: [], nodes: [], calls: [], decisions: [] }, closed: false };
}

/** Runs to `horizon`; at the end of the run its open rows are closed. */
export function runTo(session: Session, horizon: number): void {
  const { run, pool, plan, logs } = session;
  advance(run, horizon);
  pool.sample(horizon);
  if (horizon === plan.durationMs && !session.closed) {
    session.closed = true;
    closePods(run.world, pool.threads[0]);
    closeDecisions(run.world, pool.threads[0]);
    if (run.stage !== null) logPending(run.stage);
    while (run.happened < run.happenings.length && run.happenings[run.happened].at <= plan.durationMs) run.happenings[run.happened++].act(run);
  }
  for (const { pods, nodes, decisions } of pool.takeLogs()) {
    if (pods) logs.pods.push(pods.columns);
    if (nodes) logs.nodes.push(nodes.columns);
    if (decisions) logs.decisions.push(decisions.columns);
  }
  if (run.stage?.log) logs.pods.push(takeRows(run.stage.log).columns);
  if (run.ec2.log) logs.calls.push(takeRows(run.ec2.log).columns);
}

/** Runs through all cuts to the end; `after` sees the session at each. */
export function runWhole(session: Session, cuts: readonly number[] = [], after: (session: Session) => void = () => undefined): Session {
  const { durationMs } = session.plan;
  const horizons = [...new Set([...cuts.filter(cut => cut > 0 && cut < durationMs), durationMs])].sort((a, b) => a - b);
  for (const horizon of horizons) {
    runTo(session, horizon);
    after(session);
  }
  return session;
}

/** Rows in the order of their keys, NaN last. */
export function rowsOf(tables: readonly Table[], key: readonly string[]): Record<string, number>[] {
  const rows = tables.flatMap(table => Array.from({ length: Object.values(table)[0]?.length ?? 0 }, (_, i) =>
    Object.fromEntries(Object.entries(table).map(([field, column]) => [field, column[i]]))));
  const order = (a: number, b: number) => (Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a - b);
  return rows.sort((a, b) => key.reduce((sign, field) => sign || order(a[field], b[field]), 0));
}

export const KEYS = {
  pods: ['ended', 'node', 'pod', 'bound'], nodes: ['bin', 'node'], calls: ['requested', 'node', 'number'], decisions: ['at', 'node', 'number'],
} as const;

/** Words that only say where a node's binds lie in the inbox of the present window, which depends on the cut. */
const WINDOW_WORDS: ReadonlySet<number> = new Set([N.inbox, N.inboxEnd]);

/** Each node's block as if the origin were moment 0. */
export function blocksOf({ run: { world } }: Session): Int32Array[] {
  return world.groups.map(({ blocks: { w, at }, nodeCount }) => {
    const copy = w.slice();
    const doubles = new Float64Array(copy.buffer);
    for (let i = 0; i < nodeCount; i++) {
      rebase(copy, doubles, i * at.stride, at.times, -world.origin[0]);
      for (const field of WINDOW_WORDS) copy[i * at.stride + field] = 0;
    }
    return copy;
  });
}

/** All that two equal runs must share. */
export function outcomeOf(session: Session) {
  const { pool, logs, subnetSamples, answers, run: { world, ec2, stage } } = session;
  const waits = createHistogram();
  const [thread] = pool.threads;
  for (let i = 0; i < waits.length; i++) waits[i] = thread.waits[i];
  return {
    pods: rowsOf(logs.pods, KEYS.pods), nodes: rowsOf(logs.nodes, KEYS.nodes), calls: rowsOf(logs.calls, KEYS.calls), decisions: rowsOf(logs.decisions, KEYS.decisions),
    bins: thread.bins.slice(), waits, subnetSamples, answers, blocks: blocksOf(session), nextAt: world.nextAt.slice(),
    ec2: { requests: ec2.requests, throttled: ec2.throttled, errors: ec2.errors, eniCount: ec2.eniCount, use: ec2.subnets.use.slice() },
    stage: stage === null ? null : { created: stage.createdIn, pending: stage.pendingIn, ended: stage.endedIn, neverBound: stage.neverBound, nextPod: stage.nextPod },
  };
}

/** Where two outcomes first differ, or null. Typed arrays word by word: a matcher takes minutes over blocks. */
export function firstDifference(a: unknown, b: unknown, path = ''): string | null {
  if (Object.is(a, b)) return null;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return `${path}: ${String(a)} against ${String(b)}`;
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    const [x, y] = [a as Int32Array, b as Int32Array];
    if (x.length !== y.length) return `${path}: ${x.length} against ${y.length} words`;
    for (let i = 0; i < x.length; i++) if (!Object.is(x[i], y[i])) return `${path}[${i}]: ${x[i]} against ${y[i]}`;
    return null;
  }
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  for (const key of keys) {
    const difference = firstDifference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}.${key}`);
    if (difference !== null) return difference.includes('{') ? difference : `${difference}\n  of ${describe(a, key)}\n and ${describe(b, key)}`;
  }
  return null;
}

const describe = (value: object, key: string) => (Object.values(value).every(v => typeof v === 'number') && !ArrayBuffer.isView(value) ? JSON.stringify(value) : `{${key}}`);

/** Names a word of a block, for messages. */
export function wordName({ run: { world } }: Session, group: number, word: number): string {
  const { at } = world.groups[group].blocks;
  const offset = word % at.stride;
  const fields = [...Object.entries(N), ...Object.entries(S).map(([f, i]) => [`S.${f}`, i] as const), ...Object.entries(at)].filter(([f, i]) => typeof i === 'number' && (i as number) <= offset && !['size', 'stride', 'enis', 'slots', 'pods', 'cooling', 'cache', 'attachedSlots', 'podLog', 'restarts', 'scheduled', 'maskWords', 'attachedMaskWords', 'slotsInverse'].includes(f)) as [string, number][];
  const [name, start] = fields.reduce((best, field) => (field[1] >= best[1] ? field : best));
  return `node ${Math.floor(word / at.stride)} of group ${group}: ${name}[${offset - start}]`;
}

/** Where two sessions first differ in what came of them, or null. */
export function differenceOf(a: Session, b: Session): string | null {
  const difference = firstDifference(outcomeOf(a), outcomeOf(b));
  const word = /^\.blocks\.(\d+)\[(\d+)\]/.exec(difference ?? '');
  return word === null ? difference : `${wordName(a, Number(word[1]), Number(word[2]))} ${difference}`;
}
