/**
 * Kubelet: pods on a node, from their arrival to CNI ADD, through their life, to CNI DEL.
 *
 *     bound ─ addDelay ─► ADD ─ no address ─► retryDelay ─► ADD ... ─► running ─ life ─► stop ─ grace ─► DEL ─► gone
 *
 * Source  ipamd-spec §8.1: a refused ADD fails the sandbox; the kubelet makes another after about 10 s x U(1, 1.5).
 */
import { assert } from '../core/assert.ts';
import { addValue } from '../core/histogram.ts';
import { LIVES_AHEAD, N, S, type Blocks } from '../core/node.ts';
import { draw, exponential, exponentialMs, STREAM, streamKey } from '../core/random.ts';
import { FOREVER, NEVER, NONE, type Block, type Ms, type NodeIndex, type PodRow } from '../core/units.ts';
import { sample } from './aws/sampler.ts';
import { book, levels, PHASE, plan } from './agentLoop.ts';
import { sendRelease } from './aws/request.ts';
import { IPV6_REF, placeOfPod } from './ipamd/cards.ts';
import { tidyAfterDel } from './ipamd/leftovers.ts';
import { addNetwork, delNetwork } from './ipamd/rpc.ts';
import type { Settings } from './ipamd/settings.ts';
import { addRow } from './log.ts';
import { freePodRow, queuePod, RANK, takePodRow } from './pods.ts';
import { BIN, BIN_FIELDS, NEWS, type Group, type Thread, type World } from './thread.ts';
import { setBand } from './turns.ts';

/** Poisson arrivals of the node itself: a batch, as far as max pods lets it in. */
export function arrive(x: Thread, group: Group, n: Block, c: Settings, t: Ms): void {
  const { w } = group.blocks;
  const churn = group.churn!;
  const key = w[n + N.arrivalKey];
  const next = t + exponentialMs(key, w[n + N.arrivals]++, churn.meanGapMs);
  w[n + N.arrivalAt] = next < churn.untilMs - x.world.origin[0] ? next : FOREVER;
  let wanted = 1;
  if (w[n + N.podInitial] > 0) {
    wanted = w[n + N.podInitial];
    w[n + N.podInitial] = 0;
  } else if (churn.batchMean > 1) wanted += Math.floor(exponential(draw(key, w[n + N.arrivals]++)) * (churn.batchMean - 0.5));
  const room = w[n + N.maxPods] - w[n + N.podCount];
  const { tally } = x;
  if (wanted > room) {
    tally[BIN.dropped] += wanted - room;
    wanted = room;
  }
  tally[BIN.bound] += wanted;
  for (let i = 0; i < wanted; i++) admit(x, group, n, c, takePodRow(group.blocks, n), t);
}

/** The kubelet has seen the pod: its first ADD is due after the sandbox is made. */
export function admit(x: Thread, group: Group, n: Block, c: Settings, p: PodRow, t: Ms): void {
  const { w, at } = group.blocks;
  w[n + N.podCount] += 1;
  w[n + N.podWaiting] += 1;
  w[n + at.podSince + p] = t;
  if (at.podLog === 1) beginStory(group.blocks, n, p, t);
  if (x.world.addDelay.fixed === 0) tryAdd(x, group, n, c, p, t);
  else queueFirstAdd(x, group.blocks, n, p, t);
}

function beginStory({ w, at }: Blocks, n: Block, p: PodRow, t: Ms): void {
  w[n + at.podBoundAt + p] = t;
  w[n + at.podRetries + p] = 0;
  if (at.scheduled === 1) return;
  w[n + at.podCreatedAt + p] = t;
  w[n + at.podId + p] = w[n + N.podNumber]++;
}

function queueFirstAdd(x: Thread, b: Blocks, n: Block, p: PodRow, t: Ms): void {
  const { w, at } = b;
  const first = t + sample(x.world.addDelay, streamKey(w[n + N.key], STREAM.containerStart, 1), w[n + N.delays]++);
  if (at.scheduled === 1 && w[n + at.podDeleteAt + p] <= first) queuePod(b, n, w[n + at.podDeleteAt + p], RANK.stop, p);
  else queuePod(b, n, first, RANK.add, p);
}

/** `podLife` of a DaemonSet's pod: it stays when its node is drained. */
export const DAEMON_LIFE = -1;

/**
 * How long the next pod of the node's own lives. Lives are drawn eight at a time: one alone waits 30 ns for its logarithm, eight side by side
 * take 8 ns each, and what every pod does stays short enough to be inlined.
 */
function nextLife(group: Group, n: Block): Ms {
  const { w, at } = group.blocks;
  const count = w[n + N.lifetimes];
  const place = count & (LIVES_AHEAD - 1);
  w[n + N.lifetimes] = count + 1;
  if (place === 0) for (let i = 0; i < LIVES_AHEAD; i++) w[n + at.lifeAhead + i] = Math.min(drawLife(group, n, count + i), FOREVER);
  const life = w[n + at.lifeAhead + place];
  return life === FOREVER ? drawLife(group, n, count) : life;
}

function drawLife({ blocks: { w }, churn }: Group, n: Block, count: number): Ms {
  const { meanLifeMs, life } = churn!;
  return meanLifeMs > 0 ? exponentialMs(w[n + N.lifetimeKey], count, meanLifeMs) : sample(life, w[n + N.lifetimeKey], count);
}

/** One CNI ADD. What rare pods need stands in functions of its own: V8 inlines about 900 bytecodes into this one, and no more. */
export function tryAdd(x: Thread, group: Group, n: Block, c: Settings, p: PodRow, t: Ms): void {
  const b = group.blocks;
  const { w, at } = b;
  w[n + N.addRequests] += 1;
  let ref: number = NONE;
  if (w[n + N.phase] === PHASE.ready) ref = addNetwork(b, n, c, p, t);
  else w[n + N.noAvailable] += 1; // nobody serves before nodeInit has ended
  if (ref === NONE) {
    queueRetry(x, b, n, p, t);
    return;
  }
  x.tally[BIN.addressed] += 1;
  w[n + N.podWaiting] -= 1;
  const wait = t - w[n + at.podSince + p];
  w[n + at.podSince + p] = NEVER; // it waits no more
  if (wait > 0) bookWait(x, wait); // waits of 0 are the rest of `addressed`
  if (at.podLog === 1) w[n + at.podAddressedAt + p] = t;
  if (at.scheduled === 1) {
    queueScheduledEnd(x, b, n, p, t);
    return;
  }
  queuePod(b, n, t + nextLife(group, n), RANK.stop, p);
}

function bookWait({ bins, bin, waits }: Thread, wait: Ms): void {
  bins[bin + BIN.waitSum] += wait;
  if (wait > bins[bin + BIN.waitMax]) bins[bin + BIN.waitMax] = wait;
  addValue(waits, wait);
}

/** The sandbox could not be made: the kubelet makes another after a while, unless the pod is deleted before. */
function queueRetry(x: Thread, b: Blocks, n: Block, p: PodRow, t: Ms): void {
  const { w, at } = b;
  const delay = x.world.retryDelay;
  x.tally[BIN.noAvailable] += 1;
  // a retry is later than the binding: an ADD in its very millisecond is the first, whatever event came last
  if (x.rank !== RANK.retry || t === w[n + at.podSince + p]) x.tally[BIN.firstFailures] += 1;
  if (at.podLog === 1) w[n + at.podRetries + p] += 1;
  const again = t + (delay.fixed >= 0 ? delay.fixed : sample(delay, streamKey(w[n + N.key], STREAM.retryDelay, 0), w[n + N.retries]++));
  if (at.scheduled === 1 && w[n + at.podDeleteAt + p] <= again) queuePod(b, n, w[n + at.podDeleteAt + p], RANK.stop, p);
  else queuePod(b, n, again, RANK.retry, p);
}

/** When a scheduled pod that runs now will be told to stop; of one with a life of its own the scheduler learns the end. */
function queueScheduledEnd(x: Thread, b: Blocks, n: Block, p: PodRow, t: Ms): void {
  const { w, at } = b;
  const life = w[n + at.podLife + p];
  if (life <= 0) {
    if (w[n + at.podDeleteAt + p] !== FOREVER) queuePod(b, n, Math.max(t, w[n + at.podDeleteAt + p]), RANK.stop, p);
    return;
  }
  const end = t + startDelay(x, w[n + at.podId + p]) + life;
  queuePod(b, n, end, RANK.stop, p);
  tell(x, NEWS.podEnds, x.world.origin[0] + end + graceOf(x, w[n + at.podId + p]), w[n + N.index], w[n + at.podId + p]);
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

export function tell(x: Thread, kind: number, at: number, node: NodeIndex, pod: number): void {
  const { news } = x;
  const i = news.count[0]++;
  assert(i < news.at.length, 'tell: the news of one round have room');
  news.kind[i] = kind;
  news.at[i] = at;
  news.node[i] = node;
  news.pod[i] = pod;
}

/** The pod is told to stop; it keeps its address through its grace. */
export function stopPod(x: Thread, b: Blocks, n: Block, c: Settings, p: PodRow, t: Ms): void {
  const { w, at } = b;
  const grace = x.world.grace.fixed === 0 ? 0
    : at.scheduled === 1 ? graceOf(x, w[n + at.podId + p])
    : sample(x.world.grace, streamKey(w[n + N.key], STREAM.grace, 0), w[n + N.graces]++);
  if (grace === 0) endPod(x, b, n, c, p, t);
  else queuePod(b, n, t + grace, RANK.del, p);
}

/** CNI DEL: the address starts to cool, the pod is gone. A pod that never had one is gone all the same. */
export function endPod(x: Thread, b: Blocks, n: Block, c: Settings, p: PodRow, t: Ms): void {
  const { w, at } = b;
  const { tally } = x;
  const place = at.podLog === 1 ? placeOfPod(b, n, p) : null; // before DEL takes it
  tally[BIN.ended] += 1;
  w[n + N.delRequests] += 1;
  const freed = delNetwork(b, n, c, p, t);
  if (freed !== NONE) {
    if (at.restarts === 1 && w[n + S.uncounted] > 0 && freed < IPV6_REF) tidy(x, b, n, c, freed, t);
    tally[BIN.released] += 1;
    const cooled = t + c.cooldownMs + 1;
    if (cooled >= x.binEnd) { // within one bin the two cancel out
      tally[BIN.cooling] += 1;
      x.bins[binOf(x.world, cooled) * BIN_FIELDS + BIN.cooling] -= 1;
    }
  } else if (w[n + at.podSince + p] !== NEVER) {
    w[n + N.podWaiting] -= 1;
    tally[BIN.failed] += 1;
    tally[BIN.neverAddressed] += 1;
  }
  if (place !== null) logPod(x, b, n, p, t, place.ip, place.eni, c.prefixMode);
  if (at.restarts === 1) w[n + at.podCheckpoint + p] = 0; // without its veth a restart would drop the row
  w[n + N.podCount] -= 1;
  freePodRow(b, n, p);
}

/** What a DEL begins after a change of mode or of subnet tags (leftovers.ts). Its call is its own: nobody waits for the answer. */
function tidy(x: Thread, b: Blocks, n: Block, c: Settings, freed: number, t: Ms): void {
  const before = levels(b, n);
  // a second one of the same millisecond is left to a later DEL
  if (b.w[n + N.rpcLookAt] === FOREVER && tidyAfterDel(b, n, c, freed, t)) sendRelease(x, b, n, t);
  book(x, b, n, c, t, before);
  setBand(b, n, c);
  plan(b, n);
}

/** The pod's row: `ended` is FOREVER for a pod that is alive at the end of the run. */
export function logPod(x: Thread, { w, at }: Blocks, n: Block, p: PodRow, ended: Ms, ip: number, eni: number, prefix: boolean, nodeGone = 0): void {
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
export function bindPod(x: Thread, group: Group, n: Block, c: Settings, t: Ms): void {
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
  x.tally[BIN.bound] += 1;
  admit(x, group, n, c, p, t);
}


/** The bin of a block's moment; the one after the last for all that lies beyond the run. */
export const binOf = ({ origin, binMs, binCount }: World, t: Ms) => Math.min(Math.floor((origin[0] + t) / binMs), binCount);

/** The node's own pods begin to arrive at `now` (a block's moment), or when the workload starts. */
export function startArrivals({ groups, groupOf, origin }: World, node: NodeIndex, now: Ms): void {
  const group = groups[groupOf[node]];
  const { churn, blocks: { w, at } } = group;
  if (churn === null) return;
  const n = (node - group.firstNode) * at.stride;
  const from = Math.max(now, churn.atMs - origin[0]);
  w[n + N.podInitial] = churn.podsPerNode;
  w[n + N.arrivalAt] = churn.podsPerNode > 0 ? from : from + exponentialMs(w[n + N.arrivalKey], w[n + N.arrivals]++, churn.meanGapMs);
  if (w[n + N.arrivalAt] + origin[0] >= churn.untilMs) w[n + N.arrivalAt] = FOREVER;
}
