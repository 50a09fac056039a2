/**
 * Sweep: each node's hourly search for leaked ENIs of the cluster, any node's.
 *
 *     first look after the start, then 1 h after the last one ended:   Describe (paged) ─► Delete each ENI older than 5 min
 *
 * Why     A process of the coordinator: a sweep touches nothing of its node's agent, only EC2's buckets and the subnets, and a thousand idle nodes
 *         throttle an account by it.
 * Source  ipamd-spec §3.9 (pkg/awsutils/awsutils.go: cleanUpLeakedENIs, getLeakedENIs), vpc-ec2-model §2.3.
 */
import { createHeap, pop, push, type Heap } from '../../core/heap.ts';
import { draw, drawBelow, STREAM, streamKey } from '../../core/random.ts';
import { release, releasePrefix } from '../../core/subnet.ts';
import type { Ms, NodeIndex } from '../../core/units.ts';
import { ACTION } from '../actions.ts';
import { sample } from '../aws/sampler.ts';
import { MAX_ATTEMPTS } from '../aws/request.ts';
import { E_ENI_NOT_FOUND, E_THROTTLED, OK } from '../ipamd/calls.ts';
import { addRow } from '../log.ts';
import { bookCall, bookUtilsError } from '../metrics.ts';
import type { Plan } from '../plan.ts';
import type { World } from '../thread.ts';
import { take } from './buckets.ts';
import { faultOf, type Ec2, type LeakedEni } from './server.ts';

const PERIOD_MS = 3_600_000;
const STARTUP_MAX_S = 300;
const MIN_AGE_MS = 300_000;
/** Request numbers of sweeps, apart from those of the agent's own client. */
const FIRST_NUMBER = 0x40000000;

export interface Sweeps {
  readonly due: Heap;
  readonly attempt: Uint8Array;
  readonly number: Int32Array;
  /** ENIs that a node's running sweep has found and not deleted yet. */
  readonly found: Map<NodeIndex, LeakedEni[]>;
  readonly ends: Float64Array;
  readonly id: Int32Array;
}

export function createSweeps(plan: Plan): Sweeps {
  const { sweeps, launchAt, startDelay, terminateAt, id } = plan.nodes;
  const count = sweeps.length;
  const s: Sweeps = { due: createHeap(count), attempt: new Uint8Array(count), number: new Int32Array(count), found: new Map(), ends: terminateAt, id };
  for (let node = 0; node < count; node++) {
    if (sweeps[node] === 0) continue;
    const key = streamKey(plan.seed, STREAM.sweepDelay, id[node]);
    const settled = Number.isNaN(launchAt[node]);
    const first = settled ? drawBelow(key, 0, PERIOD_MS) : launchAt[node] + startDelay[node] + drawBelow(key, 0, STARTUP_MAX_S) * 1000;
    if (first < plan.durationMs) push(s.due, node, first, id[node]);
  }
  return s;
}

/** The earliest sweep's next request at `at`. */
export function sweep(s: Sweeps, e: Ec2, world: World, at: Ms): void {
  const node = pop(s.due);
  if (s.ends[node] <= at) { s.found.delete(node); return; }
  const found = s.found.get(node);
  const victim = found?.at(-1);
  const action = victim === undefined ? ACTION.describeEnis : ACTION.delete;
  const key = streamKey(world.seed, STREAM.sweepDelay, 0x20000000 + s.id[node]);
  const number = s.number[node]++;
  let code = faultOf(e, action, at, s.id[node]) || (take(e.buckets[action], at, e.refusedCosts) ? OK : E_THROTTLED);
  if (code === OK && victim !== undefined && !deleteLeaked(e, victim)) code = E_ENI_NOT_FOUND;
  const latency = sample(code === OK ? world.latency[action] : world.refusal[action], key, number);
  record(e, node, number, at, latency, action, code, s.attempt[node] + 1, victim);
  const answered = at + latency;
  if (code === E_THROTTLED && ++s.attempt[node] < MAX_ATTEMPTS) {
    push(s.due, node, answered + 1 + Math.floor((draw(key, 0x10000000 + number) * 1000 * (1 << s.attempt[node])) / 4294967296), s.id[node]);
    return;
  }
  s.attempt[node] = 0;
  bookCall(e.metrics, action, code, latency);
  if (victim !== undefined && code !== OK) bookUtilsError(e.metrics, 'cleanUpLeakedENIDeleteErr', code);
  if (victim !== undefined) found!.pop();
  else if (code === OK) s.found.set(node, e.leaked.filter(({ since }) => answered - since >= MIN_AGE_MS).reverse());
  const more = (s.found.get(node)?.length ?? 0) > 0;
  if (!more) s.found.delete(node);
  push(s.due, node, more ? answered : answered + PERIOD_MS, s.id[node]);
}

/** False: another node was faster. */
function deleteLeaked(e: Ec2, eni: LeakedEni): boolean {
  const i = e.leaked.indexOf(eni);
  if (i < 0) return false;
  e.leaked.splice(i, 1);
  const offset = (ip: number) => (ip >>> 0) - e.subnets.base[eni.subnet];
  release(e.subnets, eni.subnet, offset(eni.ip));
  for (const ip of eni.addresses) release(e.subnets, eni.subnet, offset(ip));
  for (const ip of eni.prefixes) releasePrefix(e.subnets, eni.subnet, offset(ip));
  e.eniCount--;
  return true;
}

function record(e: Ec2, node: NodeIndex, number: number, at: Ms, latency: Ms, action: number, code: number, attempt: number, victim: LeakedEni | undefined): void {
  e.requests[action] += 1;
  if (code === E_THROTTLED) e.throttled[action] += 1;
  else if (code !== OK) e.errors[action] += 1;
  const subnet = victim?.subnet ?? -1;
  e.watch(at, action, code, subnet);
  if (e.log === null) return;
  const i = addRow(e.log);
  const r = e.log.columns;
  r.requested[i] = at;
  r.latency[i] = latency;
  r.action[i] = action;
  r.node[i] = node;
  r.number[i] = FIRST_NUMBER + number;
  r.attempt[i] = attempt;
  r.code[i] = code;
  r.subnet[i] = subnet;
  r.eni[i] = -1;
  r.countRequested[i] = 0;
  r.countGranted[i] = 0;
}
