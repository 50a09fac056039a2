/**
 * Tables: rows of the engine's logs -> batches of the result tables, in each table's canonical order.
 *
 * Why     Threads log in the order in which they ran nodes. A batch of logs covers a stretch of simulated time and everything in it, so
 *         sorting each batch by the table's key gives the order of the whole, however the run was cut.
 */
import { draw } from '../core/random.ts';
import type { CallRows, takeRows } from '../engine/log.ts';
import type { Plan } from '../engine/plan.ts';
import type { Folder } from '../results/folder.ts';
import { NULL_OF, POD_MODES, POD_REASONS, type Batch } from '../results/schema.ts';
import type { Built } from '../scenarios/build.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { TakenLog } from '../workers/pool.ts';
import { ACTION_NAMES, CODE_NAMES, type Names } from './names.ts';

type Columns = Record<string, Float64Array | Int32Array>;

/** Rows of all threads put together. */
function join(parts: readonly ({ readonly count: number; readonly columns: Columns } | null)[]): { count: number; columns: Columns } | null {
  const present = parts.filter(part => part !== null && part.count > 0) as { count: number; columns: Columns }[];
  if (present.length === 0) return null;
  if (present.length === 1) return present[0];
  const count = present.reduce((sum, part) => sum + part.count, 0);
  const columns: Columns = {};
  for (const field of Object.keys(present[0].columns)) {
    const all = present[0].columns[field] instanceof Float64Array ? new Float64Array(count) : new Int32Array(count);
    let at = 0;
    for (const part of present) { all.set(part.columns[field], at); at += part.count; }
    columns[field] = all;
  }
  return { count, columns };
}

/** Row numbers in the order of `before`. */
const sorted = (count: number, compare: (a: number, b: number) => number): Int32Array => Int32Array.from({ length: count }, (_, i) => i).sort(compare);

const gather = <A extends { [i: number]: number }>(from: ArrayLike<number>, order: Int32Array, into: A, map: (x: number) => number = x => x): A => {
  for (let i = 0; i < order.length; i++) into[i] = map(from[order[i]]);
  return into;
};

/** These rows, in this order. */
const rowsAt = (columns: Columns, order: Int32Array) => ({
  count: order.length,
  columns: Object.fromEntries(Object.entries(columns).map(([field, column]) => [field, gather(column, order, column instanceof Float64Array ? new Float64Array(order.length) : new Int32Array(order.length))])),
});

/** NaN last. */
const byTime = (a: number, b: number) => (Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a - b);

const MODE = { ip: POD_MODES.indexOf('secondary-ip'), prefix: POD_MODES.indexOf('prefix') };
const REASON = Object.fromEntries(POD_REASONS.map((reason, i) => [reason, i])) as Record<(typeof POD_REASONS)[number], number>;

export interface Writers {
  readonly pods: (rows: readonly TakenLog['pods'][]) => void;
  readonly nodes: (rows: readonly TakenLog['nodes'][]) => void;
  /** Rows before `until` are written; those from then on wait for what may still come before them. */
  readonly decisions: (rows: readonly TakenLog['decisions'][], until: number) => void;
  readonly calls: (rows: ReturnType<typeof takeRows<CallRows['columns']>>) => void;
}

export function createWriters(folder: Folder, scenario: Scenario, built: Built, names: Names, plan: Plan): Writers {
  const { tables, podSample, podRowsMax } = scenario.outputs;
  const zones = scenario.zones.map(({ name }) => name);
  const groups = scenario.nodeGroups.map(({ name }) => name);
  const types = [...new Set(scenario.nodeGroups.flatMap(({ shapes }) => shapes.map(({ instanceType }) => instanceType)))];
  const subnetIds = scenario.subnets.map(({ id }) => id);
  const pods = tables.pods ? folder.table('pods', { workload: names.workloads }) : null;
  const nodes = tables.nodes ? folder.table('nodes', { nodeGroup: groups, instanceType: types, availabilityZone: zones }) : null;
  const calls = tables.calls ? folder.table('calls', { action: ACTION_NAMES, code: CODE_NAMES, subnetId: subnetIds }) : null;
  const decisions = tables.decisions ? folder.table('decisions', { error: CODE_NAMES, reason: [] }) : null;
  const perNode = scenario.workloads.findIndex(w => w.kind === 'churn' && w.placed === 'per-node');
  const id = plan.nodes.id;
  let kept: { readonly count: number; readonly columns: Columns }[] = [];
  const growth = createGrowth();
  return {
    pods: parts => {
      const rows = join(parts);
      if (pods === null || rows === null || pods.rows() >= podRowsMax) return;
      const c = rows.columns;
      const wanted = sorted(rows.count, (a, b) => byTime(c.ended[a], c.ended[b]) || idAt(id, c.node[a]) - idAt(id, c.node[b]) || c.pod[a] - c.pod[b])
        .filter(row => podSample <= 1 || draw(0x706f6473, c.pod[row]) % podSample === 0);
      const order = wanted.subarray(0, Math.max(0, podRowsMax - pods.rows()));
      const scheduled = built.stage !== null;
      const count = order.length;
      const node = gather(c.node, order, new Int32Array(count));
      const pod = gather(c.pod, order, new Int32Array(count));
      const f64 = (field: string) => gather(c[field], order, new Float64Array(count));
      const created = f64('created'), bound = f64('bound'), addressed = f64('addressed'), ended = f64('ended');
      const batch: Batch<'pods'> = {
        pod: { index: Int32Array.from({ length: count }, (_, i) => i), name: i => (scheduled ? names.pod(pod[i]) : `${names.node(node[i])}-pod-${pod[i]}`) },
        workload: Int32Array.from(pod, p => (scheduled ? names.workload(p) : perNode)),
        node: { index: node, name: names.node },
        created, bound, addressed, ended,
        pendingDuration: Float64Array.from(bound, (at, i) => at - created[i]), waitDuration: Float64Array.from(addressed, (at, i) => at - bound[i]),
        retries: gather(c.retries, order, new Uint16Array(count), x => Math.min(x, 65_535)),
        mode: gather(c.prefix, order, new Int32Array(count), x => (x === 1 ? MODE.prefix : MODE.ip)),
        ip: gather(c.ip, order, new Uint32Array(count), x => x >>> 0),
        eni: gather(c.eni, order, new Uint16Array(count), x => (x < 0 ? NULL_OF.u16 : x)),
        reason: Int32Array.from(order, row => reasonOf(c, row, scheduled && scenario.workloads[names.workload(c.pod[row])]?.kind === 'trace')),
      };
      pods.append(batch, count);
    },
    nodes: parts => {
      const rows = join(parts);
      if (nodes === null || rows === null) return;
      const c = rows.columns;
      const order = sorted(rows.count, (a, b) => c.bin[a] - c.bin[b] || id[c.node[a]] - id[c.node[b]]);
      const u32 = (field: string) => gather(c[field], order, new Uint32Array(order.length), x => Math.max(0, x));
      const node = gather(c.node, order, new Int32Array(order.length));
      const total = u32('total'), assigned = u32('assigned');
      const grown = (field: string) => growth(field, node, gather(c[field], order, new Uint32Array(order.length)));
      nodes.append({
        time: gather(c.bin, order, new Float64Array(order.length), bin => Math.min((bin + 1) * scenario.outputs.binMs, scenario.durationMs)),
        node: { index: node, name: names.node },
        nodeGroup: Int32Array.from(node, x => built.nodeGroupOf[x]), instanceType: Int32Array.from(node, x => types.indexOf(built.shapeOf[x].instanceType)),
        availabilityZone: Int32Array.from(node, x => built.zoneOf[x]), totalIpAddresses: total, assignedIpAddresses: assigned,
        coolingIpAddresses: u32('cooling'), availableIpAddresses: Uint32Array.from(total, (x, i) => x - assigned[i]), eniAllocated: u32('enis'),
        totalIpv4Prefixes: u32('prefixes'), podsWaiting: u32('waiting'), addIpReqCount: u32('adds'), noAvailableIpAddresses: u32('failedAdds'), delIpReqCount: u32('dels'),
        eniMax: u32('eniMax'), ipMax: u32('ipMax'), ipamdErrorCount: grown('ipamdErrors'), forceRemovedEnis: grown('forceRemovedEnis'), forceRemovedIps: grown('forceRemovedIps'),
        reconcileCountEniReconcileAdd: grown('eniReconcileAdds'), reconcileCountEniReconcileDel: grown('eniReconcileDels'), reconcileCountEniIPPoolReconcileDel: grown('ipReconcileDels'),
        reconcileCountEniDataStorePoolReconcileAdd: grown('reconcileAdds'),
      }, order.length);
    },
    decisions: (parts, until) => {
      const rows = join([...kept, ...parts]);
      if (decisions === null || rows === null) return;
      const c = rows.columns;
      const all = sorted(rows.count, (a, b) => c.at[a] - c.at[b] || id[c.node[a]] - id[c.node[b]] || c.number[a] - c.number[b]);
      const count = all.findIndex(row => c.at[row] >= until);
      const order = count < 0 ? all : all.subarray(0, count);
      kept = [rowsAt(c, all.subarray(order.length))];
      if (order.length === 0) return;
      const flag = (field: string) => gather(c[field], order, new Uint8Array(order.length));
      const u16 = (field: string) => gather(c[field], order, new Uint16Array(order.length), x => (x < 0 ? NULL_OF.u16 : Math.min(x, NULL_OF.u16 - 1)));
      decisions.append({
        time: gather(c.at, order, new Float64Array(order.length)), node: { index: gather(c.node, order, new Int32Array(order.length)), name: names.node },
        number: gather(c.number, order, new Uint32Array(order.length)), low: flag('low'), high: flag('high'), hold: flag('hold'),
        short: gather(c.short, order, new Int32Array(order.length)), over: gather(c.over, order, new Int32Array(order.length)), removeEni: flag('remove'),
        insufficientCooldown: flag('paused'), action: gather(c.action, order, new Int32Array(order.length)),
        eni: u16('eni'), requestedCount: u16('requested'), grantedCount: u16('granted'), error: gather(c.error, order, new Int32Array(order.length)), reason: new Int32Array(order.length).fill(-1),
      }, order.length);
    },
    calls: rows => {
      if (calls === null || rows.count === 0) return;
      const c = rows.columns;
      const order = sorted(rows.count, (a, b) => c.requested[a] - c.requested[b] || id[c.node[a]] - id[c.node[b]] || c.number[a] - c.number[b]);
      const u16 = (field: 'eni' | 'countRequested' | 'countGranted') => gather(c[field], order, new Uint16Array(order.length), x => (x < 0 ? NULL_OF.u16 : x));
      calls.append({
        requested: gather(c.requested, order, new Float64Array(order.length)), latency: gather(c.latency, order, new Float64Array(order.length)),
        action: gather(c.action, order, new Int32Array(order.length)), client: { index: gather(c.node, order, new Int32Array(order.length)), name: names.node },
        number: gather(c.number, order, new Uint32Array(order.length)), attempt: gather(c.attempt, order, new Uint8Array(order.length)),
        code: gather(c.code, order, new Int32Array(order.length)), subnetId: gather(c.subnet, order, new Int32Array(order.length)), eni: u16('eni'),
        requestedCount: u16('countRequested'), grantedCount: u16('countGranted'),
      }, order.length);
    },
  };
}

const idAt = (id: Int32Array, node: number) => (node < 0 ? -1 : id[node]);

/** Turns counters that grow for ever into what they grew by since the node's row before. Rows come in the order of time. */
function createGrowth() {
  const before = new Map<string, Map<number, number>>();
  return (field: string, node: Int32Array, values: Uint32Array): Uint32Array => {
    const last = before.get(field) ?? new Map<number, number>();
    before.set(field, last);
    return values.map((value, i) => {
      const grown = value - (last.get(node[i]) ?? 0);
      last.set(node[i], value);
      return grown;
    });
  };
}

/** How the pod ended, or what it waited for. */
function reasonOf(c: Columns, row: number, trace: boolean): number {
  if (c.reason[row] === 1) return REASON['node-terminated'];
  if (c.reason[row] === 2) return REASON['never-bound'];
  if (Number.isNaN(c.addressed[row])) return REASON['never-addressed'];
  if (Number.isNaN(c.ended[row])) return REASON['running-at-end'];
  return trace ? REASON.deleted : REASON.completed;
}

