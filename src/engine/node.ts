/**
 * One node alone: everything that happens on it from its last stop to its next.
 *
 * Why     Between two influences from outside a node depends on nothing else, so it is run alone, all its events before the next node's: its block
 *         stays in L1. The only influences are answers to its own requests and what the scheduler or an `at:` entry announced before.
 * Shape   Order within one millisecond: wake-up of the agent (an answer, the end of a sleep), a pod's DEL, its stop, its ADD, a bound pod,
 *         an arrival, the agent's turn (reconcile before adjust). Never the order of insertion, which depends on how a run was cut.
 * Entry   The node is at a stop: nothing of it lies before its own clock. Exit: every event before `stop` has happened; if the agent waits
 *         for EC2, `stop` was the earliest moment at which the answer can come.
 */
import { assert } from '../core/assert.ts';
import { addValue } from '../core/histogram.ts';
import { N, NODE_CORDONED, S, type Blocks } from '../core/node.ts';
import { draw, exponential, exponentialMs, STREAM, streamKey } from '../core/random.ts';
import { FOREVER, NEVER, NONE, type Block, type Ms, type NodeIndex, type PodRow } from '../core/units.ts';
import { startCall, wakeCall } from './aws/awsutils.ts';
import { sample } from './aws/sampler.ts';
import { resume, startInit, startReconcile, startTick } from './ipamd/agent.ts';
import { addressOf, coolingAt, eniOfRef, removeEni } from './ipamd/datastore.ts';
import { RESULT } from './ipamd/places.ts';
import { addNetwork, delNetwork } from './ipamd/rpc.ts';
import type { Settings } from './ipamd/settings.ts';
import { addRow } from './log.ts';
import { freePodRow, queuePod, RANK, rankOfKey, rowOfKey, takePodRow, timeOfKey } from './pods.ts';
import { BIN, BIN_FIELDS, NEWS, WORK, type Group, type Thread, type World } from './thread.ts';
import { bookReconciles, HALF_TURN_MS, quiet, scheduleReconcile, scheduleTurn, setBand, turnMs } from './turns.ts';
import { decide } from './decisions.ts';

/** N.phase */
export const PHASE = { absent: 0, launching: 1, initialising: 2, ready: 3, gone: 4 } as const;
const INIT_RETRY_MS = 10_000;

/** Runs node `node` to `horizon` (absolute) or to the moment from which it must know an answer. Returns its next event's absolute time. */
export function runNode(x: Thread, group: Group, n: Block, horizon: number): number {
  const { world } = x;
  const b = group.blocks;
  const { w, d, at } = b;
  const origin = world.origin[0];
  const binMs = world.binMs;
  const keys = (n + at.podKey) >> 1;
  const churn = group.churn;
  let c = world.settings[w[n + N.settings]];
  let binFrom = 0, binEnd = NEVER; // of the block's clock
  let stop = Math.min(horizon - origin, w[n + N.lookAt]);
  let t = FOREVER;
  x.work[WORK.visits] += 1;

  for (;;) {
    // ---- what comes first: one comparison each, in the order of ranks
    const queued = w[n + N.podQueued];
    const wakeAt = w[n + N.wakeAt];
    t = wakeAt;
    let kind = 0;
    let key = 0;
    if (queued > 0) {
      key = d[keys + queued - 1];
      const podAt = timeOfKey(key);
      if (podAt < t) { t = podAt; kind = 1; }
    }
    if (w[n + N.bindAt] < t) { t = w[n + N.bindAt]; kind = 2; }
    if (w[n + N.arrivalAt] < t) { t = w[n + N.arrivalAt]; kind = 3; }
    if (w[n + N.reconcileAt] < t) { t = w[n + N.reconcileAt]; kind = 4; }
    if (w[n + N.tickAt] < t) { t = w[n + N.tickAt]; kind = 5; }
    if (w[n + N.plannedAt] < t) { t = w[n + N.plannedAt]; kind = 6; }
    if (t >= stop) break;

    if (t >= binEnd) {
      const absolute = origin + t;
      const bin = Math.floor(absolute / binMs);
      if (world.sampled[w[n + N.index]] === 1) sampleNode(x, b, n, c, bin);
      binFrom = bin * BIN_FIELDS;
      binEnd = (bin + 1) * binMs - origin;
    }

    switch (kind) {
      case 1: { // a pod's event
        w[n + N.podQueued] = queued - 1;
        const p = rowOfKey(key);
        const rank = rankOfKey(key);
        if (rank === RANK.add) tryAdd(x, group, n, c, p, t, binFrom);
        else if (rank === RANK.stop) stopPod(x, b, n, c, p, t, binFrom);
        else endPod(x, b, n, c, p, t, binFrom);
        break;
      }
      case 2:
        bindPod(x, group, n, c, t, binFrom);
        break;
      case 3:
        arrive(x, group, n, c, t, binFrom, churn!.batchMean);
        break;
      default: // the agent's own affairs: rare
        if (kind === 0) wake(x, b, n, c, t, binFrom);
        else if (kind === 6) planned(x, b, n, c, t, binFrom);
        else turn(x, b, n, c, t, binFrom, kind === 4);
        c = world.settings[w[n + N.settings]];
        stop = Math.min(horizon - origin, w[n + N.lookAt]);
        continue;
    }
    if (w[n + N.place] === 0) {
      if (!quiet(b, n)) scheduleTurn(b, n, c, t);
      else w[n + N.tickAt] = FOREVER;
    }
  }
  return t === FOREVER ? Number.POSITIVE_INFINITY : origin + t;
}

// ---------------------------------------------------------------- pods

/** Poisson arrivals of the node itself: a batch, as far as max pods lets it in. */
function arrive(x: Thread, group: Group, n: Block, c: Settings, t: Ms, bin: number, batchMean: number): void {
  const { w } = group.blocks;
  const churn = group.churn!;
  const key = streamKey(w[n + N.key], STREAM.arrival, 0);
  const next = t + exponentialMs(draw(key, w[n + N.arrivals]++), churn.meanGapMs);
  w[n + N.arrivalAt] = next < churn.untilMs - x.world.origin[0] ? next : FOREVER;
  let wanted = 1;
  if (w[n + N.podInitial] > 0) {
    wanted = w[n + N.podInitial];
    w[n + N.podInitial] = 0;
  } else if (batchMean > 1) wanted += Math.floor(exponential(draw(key, w[n + N.arrivals]++)) * (batchMean - 0.5));
  const room = w[n + N.maxPods] - w[n + N.podCount];
  const bins = x.bins;
  if (wanted > room) {
    bins[bin + BIN.dropped] += wanted - room;
    wanted = room;
  }
  bins[bin + BIN.bound] += wanted;
  for (let i = 0; i < wanted; i++) admit(x, group, n, c, takePodRow(group.blocks, n), t, bin);
}

/** The kubelet has seen the pod: its first ADD is due after the sandbox is made. */
function admit(x: Thread, group: Group, n: Block, c: Settings, p: PodRow, t: Ms, bin: number): void {
  const { w, at } = group.blocks;
  w[n + N.podCount] += 1;
  w[n + N.podWaiting] += 1;
  w[n + at.podSince + p] = t;
  x.bins[bin + BIN.waiting] += 1;
  if (at.podLog === 1) {
    w[n + at.podBoundAt + p] = t;
    w[n + at.podRetries + p] = 0;
    if (at.scheduled === 0) { w[n + at.podCreatedAt + p] = t; w[n + at.podId + p] = w[n + N.podNumber]++; }
  }
  const delay = x.world.addDelay;
  if (delay.fixed === 0) tryAdd(x, group, n, c, p, t, bin);
  else queuePod(group.blocks, n, t + sample(delay, streamKey(w[n + N.key], STREAM.containerStart, 1), w[n + N.delays]++), RANK.add, p);
}

/** One CNI ADD. Refused: the kubelet tears the sandbox down and tries again later. */
function tryAdd(x: Thread, group: Group, n: Block, c: Settings, p: PodRow, t: Ms, bin: number): void {
  const b = group.blocks;
  const { w, at } = b;
  const { world, bins } = x;
  bins[bin + BIN.adds] += 1;
  w[n + N.addRequests] += 1;
  const ref = addNetwork(b, n, c, p, t);
  if (ref === NONE) {
    bins[bin + BIN.noAvailable] += 1;
    if (at.podLog === 1) w[n + at.podRetries + p] += 1;
    const delay = world.retryDelay;
    const again = t + (delay.fixed >= 0 ? delay.fixed : sample(delay, streamKey(w[n + N.key], STREAM.retryDelay, 0), w[n + N.retries]++));
    if (at.scheduled === 1 && w[n + at.podDeleteAt + p] <= again) queuePod(b, n, w[n + at.podDeleteAt + p], RANK.stop, p);
    else queuePod(b, n, again, RANK.add, p);
    return;
  }
  x.work[WORK.podEvents] += 1;
  const wait = t - w[n + at.podSince + p];
  w[n + at.podSince + p] = NEVER; // it waits no more
  w[n + N.podWaiting] -= 1;
  bins[bin + BIN.waiting] -= 1;
  bins[bin + BIN.running] += 1;
  bins[bin + BIN.addressed] += 1;
  if (wait > 0) {
    bins[bin + BIN.waitSum] += wait;
    if (wait > bins[bin + BIN.waitMax]) bins[bin + BIN.waitMax] = wait;
  }
  addValue(x.waits, wait);
  if (at.podLog === 1) w[n + at.podAddressedAt + p] = t;
  if (at.scheduled === 0) {
    const churn = group.churn!;
    const u = draw(streamKey(w[n + N.key], STREAM.lifetime, 0), w[n + N.lifetimes]++);
    const life = churn.meanLifeMs > 0 ? exponentialMs(u, churn.meanLifeMs) : sample(churn.life, u, 0);
    queuePod(b, n, t + life, RANK.stop, p);
    return;
  }
  const life = w[n + at.podLife + p];
  if (life === 0) {
    if (w[n + at.podDeleteAt + p] !== FOREVER) queuePod(b, n, Math.max(t, w[n + at.podDeleteAt + p]), RANK.stop, p);
    return;
  }
  const end = t + startDelay(x, w[n + at.podId + p]) + life;
  queuePod(b, n, end, RANK.stop, p);
  tell(x, NEWS.podEnds, world.origin[0] + end + graceOf(x, w[n + at.podId + p]), w[n + N.index], w[n + at.podId + p]);
}

const startDelay = (x: Thread, pod: number): Ms => {
  const { containerStart, seed } = x.world;
  return containerStart.fixed >= 0 ? containerStart.fixed : sample(containerStart, streamKey(seed, STREAM.containerStart, pod), 0);
};

/** Termination grace of a scheduled pod: keyed by its id, so scheduler and node know the same. */
export const graceOf = (x: Pick<Thread, 'world'>, pod: number): Ms => {
  const { grace, seed } = x.world;
  return grace.fixed >= 0 ? grace.fixed : sample(grace, streamKey(seed, STREAM.grace, pod), 0);
};

function tell(x: Thread, kind: number, at: number, node: NodeIndex, pod: number): void {
  const { news } = x;
  const i = news.count[0]++;
  assert(i < news.at.length, 'tell: the news of one round have room');
  news.kind[i] = kind;
  news.at[i] = at;
  news.node[i] = node;
  news.pod[i] = pod;
}

/** The pod is told to stop; it keeps its address through its grace. */
function stopPod(x: Thread, b: Blocks, n: Block, c: Settings, p: PodRow, t: Ms, bin: number): void {
  const { w, at } = b;
  const grace = x.world.grace.fixed === 0 ? 0
    : at.scheduled === 1 ? graceOf(x, w[n + at.podId + p])
    : sample(x.world.grace, streamKey(w[n + N.key], STREAM.grace, 0), w[n + N.graces]++);
  if (grace === 0) endPod(x, b, n, c, p, t, bin);
  else queuePod(b, n, t + grace, RANK.del, p);
}

/** CNI DEL: the address starts to cool, the pod is gone. A pod that never had one is gone all the same. */
function endPod(x: Thread, b: Blocks, n: Block, c: Settings, p: PodRow, t: Ms, bin: number): void {
  const { w, at } = b;
  const bins = x.bins;
  const held = w[n + at.podAddress + p];
  const ip = at.podLog === 1 && held !== NONE ? addressOf(b, n, held) : 0;
  const eni = at.podLog === 1 && held !== NONE ? w[n + at.eniNumber + eniOfRef(b, held)] : NONE;
  bins[bin + BIN.ended] += 1;
  bins[bin + BIN.dels] += 1;
  w[n + N.delRequests] += 1;
  if (delNetwork(b, n, c, p, t) !== NONE) {
    x.work[WORK.podEvents] += 1;
    bins[bin + BIN.running] -= 1;
    bins[bin + BIN.cooling] += 1;
    bins[binOf(x.world, t + c.cooldownMs + 1) * BIN_FIELDS + BIN.cooling] -= 1;
  } else if (w[n + at.podSince + p] !== NEVER) {
    w[n + N.podWaiting] -= 1;
    bins[bin + BIN.waiting] -= 1;
    bins[bin + BIN.failed] += 1;
  }
  if (at.podLog === 1) logPod(x, b, n, p, t, ip, eni, c.prefixMode);
  w[n + N.podCount] -= 1;
  freePodRow(b, n, p);
}

/** The pod's row: `ended` is FOREVER for a pod that is alive at the end of the run. */
function logPod(x: Thread, { w, at }: Blocks, n: Block, p: PodRow, ended: Ms, ip: number, eni: number, prefix: boolean, nodeGone = 0): void {
  const rows = x.log.pods;
  if (rows === null) return;
  const o = x.world.origin[0];
  const i = addRow(rows);
  const r = rows.columns;
  r.node[i] = w[n + N.index];
  r.pod[i] = w[n + at.podId + p];
  r.created[i] = o + w[n + at.podCreatedAt + p];
  r.bound[i] = o + w[n + at.podBoundAt + p];
  r.addressed[i] = w[n + at.podSince + p] === NEVER ? o + w[n + at.podAddressedAt + p] : Number.NaN;
  r.ended[i] = ended === FOREVER ? Number.NaN : o + ended;
  r.retries[i] = w[n + at.podRetries + p];
  r.ip[i] = ip;
  r.eni[i] = eni;
  r.prefix[i] = Number(prefix);
  r.reason[i] = nodeGone;
}

/** The scheduler's next pod for this node. */
function bindPod(x: Thread, group: Group, n: Block, c: Settings, t: Ms, bin: number): void {
  const b = group.blocks;
  const { w, at } = b;
  const { inbox, origin } = x.world;
  const i = w[n + N.inbox]++;
  w[n + N.bindAt] = i + 1 < w[n + N.inboxEnd] ? inbox.boundAt[i + 1] - origin[0] : FOREVER;
  const p = takePodRow(b, n);
  const deleteAt = inbox.deleteAt[i] - origin[0];
  w[n + at.podDeleteAt + p] = deleteAt < FOREVER ? deleteAt : FOREVER;
  w[n + at.podLife + p] = inbox.life[i];
  w[n + at.podId + p] = inbox.podId[i];
  if (at.podLog === 1) w[n + at.podCreatedAt + p] = inbox.createdAt[i] - origin[0];
  x.bins[bin + BIN.bound] += 1;
  admit(x, group, n, c, p, t, bin);
}

/** Rows of the nodes table for the node's bins before `bin`: nothing has happened on it since the last of their events. */
export function sampleNode(x: Thread, b: Blocks, n: Block, c: Settings, bin: number): void {
  const rows = x.log.nodes;
  if (rows === null) return;
  const { w } = b;
  const { binMs, origin } = x.world;
  for (; w[n + N.sampleBin] < bin; w[n + N.sampleBin]++) {
    const end = (w[n + N.sampleBin] + 1) * binMs - origin[0];
    const i = addRow(rows);
    const r = rows.columns;
    r.bin[i] = w[n + N.sampleBin];
    r.node[i] = w[n + N.index];
    r.total[i] = w[n + S.total];
    r.assigned[i] = w[n + S.assigned];
    r.cooling[i] = coolingAt(b, n, c, end);
    r.enis[i] = w[n + S.eniCount];
    r.prefixes[i] = w[n + S.rawPrefixes];
    r.waiting[i] = w[n + N.podWaiting];
    r.adds[i] = w[n + N.addRequests] - w[n + N.sampledAdds];
    r.failedAdds[i] = w[n + N.noAvailable] - w[n + N.sampledFailed];
    r.dels[i] = w[n + N.delRequests] - w[n + N.sampledDels];
    w[n + N.sampledAdds] = w[n + N.addRequests];
    w[n + N.sampledFailed] = w[n + N.noAvailable];
    w[n + N.sampledDels] = w[n + N.delRequests];
  }
}

// ---------------------------------------------------------------- the agent

/** N.doing: what the agent's state machine is about. */
const DOING = { nothing: 0, init: 1, tick: 2, reconcile: 3 } as const;

/** Runs `act` on the agent and books what it changed of the pool into the bin. */
function turn(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms, bin: number, reconcile: boolean): void {
  const { w } = b;
  bookReconciles(b, n, c, t);
  const before = levels(b, n);
  w[n + N.tickAt] = FOREVER;
  w[n + N.reconcileAt] = FOREVER;
  w[n + N.doing] = reconcile ? DOING.reconcile : DOING.tick;
  if (!reconcile && x.log.decisions !== null) decide(x, b, n, c, t);
  const done = reconcile ? startReconcile(b, n, c, t) : startTick(b, n, c, t);
  w[n + N.loopAt] = reconcile ? t + HALF_TURN_MS : t + turnMs(c);
  drive(x, b, n, c, t, bin, done);
  book(x, b, n, c, t, bin, before);
}

function wake(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms, bin: number): void {
  const { w } = b;
  w[n + N.wakeAt] = FOREVER;
  w[n + N.lookAt] = FOREVER;
  const before = levels(b, n);
  if (w[n + N.phase] === PHASE.launching) {
    w[n + N.phase] = PHASE.initialising;
    w[n + N.doing] = DOING.init;
    drive(x, b, n, c, t, bin, startInit(b, n, c, t));
  } else if (wakeCall(x, b, n, t)) drive(x, b, n, c, t, bin, resume(b, n, c, t));
  book(x, b, n, c, t, bin, before);
}

/** Goes on until the activity has ended or waits for something with a time of its own. */
function drive(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms, bin: number, done: boolean): void {
  while (!done) {
    if (!startCall(x, b, n, c, t)) return;
    done = resume(b, n, c, t);
  }
  finish(x, b, n, c, t, bin);
}

function finish(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms, bin: number): void {
  const { w } = b;
  const doing = w[n + N.doing];
  w[n + N.doing] = DOING.nothing;
  if (doing === DOING.init) {
    if (w[n + N.result] === RESULT.failed) { // the process exits and a new one starts
      w[n + N.phase] = PHASE.launching;
      w[n + N.wakeAt] = t + INIT_RETRY_MS;
      return;
    }
    w[n + N.phase] = PHASE.ready;
    w[n + N.readyAt] = t;
    w[n + N.loopAt] = t + HALF_TURN_MS;
    x.bins[bin + BIN.ready] += 1;
    tell(x, NEWS.nodeReady, x.world.origin[0] + t, w[n + N.index], NONE);
  } else if (doing === DOING.tick) {
    const next = t + turnMs(c);
    if (next > w[n + N.loopAt]) w[n + N.loopAt] = next; // its calls took time: the loop waits its two halves after them
  } else if (t + HALF_TURN_MS > w[n + N.loopAt]) w[n + N.loopAt] = t + HALF_TURN_MS;
  setBand(b, n, c);
  scheduleTurn(b, n, c, t + 1);
  scheduleReconcile(b, n, c, t + 1);
}

/** Sets when the next of the node's announced changes is due. */
export function plan({ w }: Blocks, n: Block): void {
  w[n + N.plannedAt] = Math.min(w[n + N.cordonAt], w[n + N.uncordonAt], w[n + N.terminateAt]);
}

/** A change that was announced: cordon, uncordon, termination. */
function planned(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms, bin: number): void {
  const { w } = b;
  if (w[n + N.cordonAt] === t) {
    w[n + N.nodeFlags] |= NODE_CORDONED;
    w[n + N.cordonAt] = FOREVER;
  }
  if (w[n + N.uncordonAt] === t) {
    w[n + N.nodeFlags] &= ~NODE_CORDONED;
    w[n + N.uncordonAt] = FOREVER;
  }
  if (w[n + N.terminateAt] === t) terminate(x, b, n, c, t, bin);
  plan(b, n);
  if (w[n + N.place] === 0 && w[n + N.phase] === PHASE.ready) scheduleTurn(b, n, c, t);
}

/** The instance is terminated: its pods end with it, and nothing happens on it any more. EC2 takes the ENIs back at the same moment. */
function terminate(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms, bin: number): void {
  const { w, d, at } = b;
  const { bins } = x;
  const before = levels(b, n);
  while (w[n + N.podQueued] > 0) {
    const p = rowOfKey(d[((n + at.podKey) >> 1) + --w[n + N.podQueued]]);
    bins[bin + BIN.ended] += 1;
    bins[bin + BIN.failed] += 1;
    if (w[n + at.podSince + p] !== NEVER) bins[bin + BIN.waiting] -= 1;
    const held = w[n + at.podAddress + p];
    if (at.podLog === 1) logPod(x, b, n, p, t, held === NONE ? 0 : addressOf(b, n, held), held === NONE ? NONE : w[n + at.eniNumber + eniOfRef(b, held)], c.prefixMode, 1);
  }
  if (w[n + N.phase] === PHASE.ready) bins[bin + BIN.ready] -= 1;
  for (let e = at.enis - 1; e >= 0; e--) if (w[n + at.eniNumber + e] !== NONE) removeEni(b, n, c, e);
  book(x, b, n, c, t, bin, before);
  w[n + N.phase] = PHASE.gone;
  w[n + N.podCount] = 0;
  w[n + N.podWaiting] = 0;
  for (const field of ['tickAt', 'reconcileAt', 'wakeAt', 'arrivalAt', 'bindAt', 'cordonAt', 'uncordonAt', 'terminateAt'] as const) w[n + N[field]] = FOREVER;
}

/** The levels of the pool before an act of the agent. */
interface Levels { readonly total: number; readonly assigned: number; readonly enis: number; readonly prefixes: number }

const levels = ({ w }: Blocks, n: Block): Levels =>
  ({ total: w[n + S.total], assigned: w[n + S.assigned], enis: w[n + S.eniCount], prefixes: w[n + S.rawPrefixes] });

/** Books into the bin what an act has changed of the pool, and the addresses it took out of their cooldown. */
function book(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms, bin: number, before: Levels): void {
  const { bins, world } = x;
  const after = levels(b, n);
  bins[bin + BIN.total] += after.total - before.total;
  bins[bin + BIN.running] += after.assigned - before.assigned;
  bins[bin + BIN.enis] += after.enis - before.enis;
  bins[bin + BIN.prefixes] += after.prefixes - before.prefixes;
  for (let i = 0; i < b.dropped.count; i++) {
    const coolUntil = b.dropped.at[i] + c.cooldownMs + 1;
    if (coolUntil <= t) continue;
    bins[bin + BIN.cooling] -= 1;
    bins[binOf(world, coolUntil) * BIN_FIELDS + BIN.cooling] += 1;
  }
  b.dropped.count = 0;
}

/** The bin of a block's moment; the one after the last for all that lies beyond the run. */
const binOf = ({ origin, binMs, binCount }: World, t: Ms) => Math.min(Math.floor((origin[0] + t) / binMs), binCount);
