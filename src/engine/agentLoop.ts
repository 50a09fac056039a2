/**
 * Agent loop: when ipamd's state machine runs on a node, what it asks of the AWS layer, and what its acts change in the time series.
 *
 * Source  ipamd-spec §1, §3.1 (cmd/aws-k8s-agent/main.go, pkg/ipamd/ipamd.go: StartNodeIPPoolManager).
 */
import { N, NODE_ABANDONED, NODE_CORDONED, NODE_WAS_READY, S, type Blocks } from '../core/node.ts';
import { FOREVER, NEVER, NONE, type Block, type Ms } from '../core/units.ts';
import { startCall, wakeCall } from './aws/awsutils.ts';
import { earliestAnswer, SDK_TOKENS } from './aws/request.ts';
import { decide, endDecision, noteCall } from './decisions.ts';
import { resume, startInit, startReconcile, startTick } from './ipamd/agent.ts';
import { cardBlock, cardCount, cardSettings, carryBack, carryTo, markPods, placeOfPod } from './ipamd/cards.ts';
import { clearStore } from './ipamd/datastore.ts';
import { cleanUpAt, cleanUpEmptied } from './ipamd/leftovers.ts';
import { PLACE, RESULT } from './ipamd/places.ts';
import { agreesWithMetadata } from './ipamd/reconcile.ts';
import { stopServing } from './ipamd/stop.ts';
import type { Settings } from './ipamd/settings.ts';
import { binOf, DAEMON_LIFE, logPod, startArrivals, tell } from './kubelet.ts';
import { bookInit, bookIpamdError } from './metrics.ts';
import { createPods, podRows, queuedRank, queuePod, RANK, unqueuePod } from './pods.ts';
import { BIN, BIN_FIELDS, COUNTERS, NEWS, type Thread, type World } from './thread.ts';
import { bookReconciles, HALF_TURN_MS, scheduleReconcile, scheduleTurn, setBand, turnMs } from './turns.ts';

/** N.phase */
export const PHASE = { absent: 0, launching: 1, initialising: 2, ready: 3, gone: 4 } as const;
const INIT_RETRY_MS = 10_000;

/** N.doing: what the agent's state machine is about. */
export const DOING = { nothing: 0, init: 1, tick: 2, reconcile: 3 } as const;

/** Runs `act` on the agent and books what it changed of the pool into the bin. */
export function turn(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms, reconcile: boolean): void {
  const { w } = b;
  bookReconciles(b, n, c, t);
  const before = levels(b, n);
  w[n + N.tickAt] = FOREVER;
  w[n + N.reconcileAt] = FOREVER;
  w[n + N.doing] = reconcile ? DOING.reconcile : DOING.tick;
  if (!reconcile && x.log.decisions !== null) decide(b, n, c, t);
  w[n + N.activeCard] = 0;
  w[n + N.loopAt] = reconcile ? t + HALF_TURN_MS : t + turnMs(c);
  drive(x, b, n, c, t, begin(b, n, c, t));
  book(x, b, n, c, t, before);
}

export function wake(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms): void {
  const { w } = b;
  w[n + N.wakeAt] = FOREVER;
  w[n + N.lookAt] = FOREVER;
  const before = levels(b, n);
  if (w[n + N.phase] === PHASE.launching) {
    w[n + N.phase] = PHASE.initialising;
    w[n + N.doing] = DOING.init;
    w[n + N.initAt] = t;
    for (let k = 0; k < b.at.cards; k++) { // what a process before this one was about, and what pods gave back meanwhile
      stopServing(b, cardBlock(b.at, n, k));
      w[cardBlock(b.at, n, k) + N.awsPlace] = 0;
      w[cardBlock(b.at, n, k) + N.ec2Action] = 0;
    }
    w[n + N.activeCard] = 0;
    drive(x, b, n, c, t, begin(b, n, c, t));
  } else {
    const k = w[n + N.activeCard];
    const m = cardBlock(b.at, n, k);
    w[m + N.wakeAt] = FOREVER;
    w[m + N.lookAt] = FOREVER;
    if (wakeCall(x, b, m, t)) {
      bookIpamdError(x.metrics, b, m);
      if (w[n + N.doing] === DOING.tick) noteCall(x, b, n, m);
      drive(x, b, n, c, t, resume(b, m, cardSettings(c, k), t));
    } else pass(b, n, m);
  }
  book(x, b, n, c, t, before);
}

/** Begins what the agent is doing on the card that is next. */
function begin(b: Blocks, n: Block, c: Settings, t: Ms): boolean {
  const { w } = b;
  const k = w[n + N.activeCard];
  if (k > 0) carryTo(b, n, k);
  const m = cardBlock(b.at, n, k);
  const own = cardSettings(c, k);
  switch (w[n + N.doing]) {
    case DOING.init: return startInit(b, m, own, t);
    case DOING.tick: return startTick(b, m, own, t);
    default: return startReconcile(b, m, own, t);
  }
}

/** The times by which the node waits are read from card 0's part, whichever card asks. */
function pass({ w }: Blocks, n: Block, m: Block): void {
  w[n + N.wakeAt] = w[m + N.wakeAt];
  w[n + N.lookAt] = w[m + N.lookAt];
}

/** Goes on, card by card, until the activity has ended or waits for something with a time of its own. */
function drive(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms, done: boolean): void {
  const { w, at } = b;
  for (;;) {
    const k = w[n + N.activeCard];
    const m = cardBlock(at, n, k);
    while (!done) {
      if (!startCall(x, b, m, cardSettings(c, k), t)) { pass(b, n, m); return; }
      done = resume(b, m, cardSettings(c, k), t);
    }
    if (k > 0) {
      carryBack(b, n, k);
      if (w[m + N.result] === RESULT.failed) w[n + N.result] = RESULT.failed;
      if (w[n + N.doing] === DOING.init) markPods(b, n, k);
    }
    if (k + 1 >= cardCount(c) || w[n + N.result] === RESULT.failed) break;
    w[n + N.activeCard] = k + 1;
    done = begin(b, n, c, t);
  }
  w[n + N.activeCard] = 0;
  finish(x, b, n, c, t);
}

function finish(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms): void {
  const { w } = b;
  const doing = w[n + N.doing];
  w[n + N.doing] = DOING.nothing;
  if (doing === DOING.init) {
    bookInit(x.metrics, w[n + N.result] !== RESULT.failed, t - w[n + N.initAt]);
    if (w[n + N.result] === RESULT.failed) { // the process exits and a new one starts
      w[n + N.phase] = PHASE.launching;
      w[n + N.wakeAt] = t + INIT_RETRY_MS;
      return;
    }
    w[n + N.phase] = PHASE.ready;
    for (let k = 0; k < cardCount(c); k++) {
      const m = cardBlock(b.at, n, k);
      w[m + S.drift] = agreesWithMetadata(b, m, cardSettings(c, k), t) ? 0 : 1;
    }
    w[n + N.readyAt] = t;
    w[n + N.loopAt] = t + HALF_TURN_MS;
    if ((w[n + N.nodeFlags] & NODE_WAS_READY) === 0) {
      w[n + N.nodeFlags] |= NODE_WAS_READY;
      x.bins[x.bin + BIN.ready] += 1;
      startArrivals(x.world, w[n + N.index], t + 1);
      tell(x, NEWS.nodeReady, x.world.origin[0] + t, w[n + N.index], NONE);
    }
  } else if (doing === DOING.tick) {
    endDecision(x, b, n);
    const next = t + turnMs(c);
    if (next > w[n + N.loopAt]) w[n + N.loopAt] = next; // its calls took time: the loop waits its two halves after them
  } else if (t + HALF_TURN_MS > w[n + N.loopAt]) w[n + N.loopAt] = t + HALF_TURN_MS;
  setBand(b, n, c);
  scheduleTurn(b, n, c, t + 1);
  scheduleReconcile(b, n, c, t + 1);
}

/** Sets when the next of the node's announced changes is due. */
export function plan(b: Blocks, n: Block): void {
  const { w } = b;
  w[n + N.plannedAt] = Math.min(cleanUpAt(b, n), w[n + N.cordonAt], w[n + N.uncordonAt], w[n + N.drainAt], w[n + N.restartAt], w[n + N.terminateAt]);
}

/** A change that was announced: cordon, uncordon, drain, a restart of ipamd, termination. */
export function planned(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms): void {
  const { w } = b;
  if (w[n + N.cordonAt] === t) {
    w[n + N.nodeFlags] |= NODE_CORDONED;
    w[n + N.cordonAt] = FOREVER;
  }
  if (w[n + N.uncordonAt] === t) {
    w[n + N.nodeFlags] &= ~NODE_CORDONED;
    w[n + N.uncordonAt] = FOREVER;
  }
  if (cleanUpAt(b, n) <= t) {
    const before = levels(b, n);
    cleanUpEmptied(b, n, c);
    book(x, b, n, c, t, before);
    if (w[n + N.place] === PLACE.idle) scheduleReconcile(b, n, c, t + 1);
  }
  if (w[n + N.drainAt] === t) {
    w[n + N.drainAt] = FOREVER;
    drain(b, n, t);
  }
  if (w[n + N.restartAt] === t) restart(x, b, n, c, t);
  if (w[n + N.terminateAt] === t) terminate(x, b, n, c, t);
  plan(b, n);
  if (w[n + N.place] === 0 && w[n + N.phase] === PHASE.ready) scheduleTurn(b, n, c, t);
}

/** Every pod but those of DaemonSets is evicted: told to stop now. */
function drain(b: Blocks, n: Block, t: Ms): void {
  const { w, at } = b;
  w[n + N.nodeFlags] |= NODE_CORDONED;
  for (const p of podRows(b, n)) {
    if (at.scheduled === 1 && w[n + at.podLife + p] === DAEMON_LIFE) continue;
    if (queuedRank(b, n, p) === RANK.del) continue; // in its grace already
    unqueuePod(b, n, p);
    queuePod(b, n, t, RANK.stop, p);
  }
}

/**
 * ipamd's process ends and another starts: a rollout of aws-node, or the kubelet's kill. Until nodeInit is over no ADD finds an address. A request
 * under way is carried out all the same; the new process waits for the earliest moment of its answer, which nobody hears.
 */
function restart(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms): void {
  const { w } = b;
  const downMs = x.world.restarts.downMs[w[n + N.restartNext]];
  takeRestart(x.world, b, n);
  const before = levels(b, n);
  if (w[n + N.phase] === PHASE.ready && w[n + N.place] === PLACE.idle) bookReconciles(b, n, c, t);
  for (let k = 0; k < b.at.cards; k++) {
    stopServing(b, cardBlock(b.at, n, k));
    w[cardBlock(b.at, n, k) + N.place] = PLACE.idle;
  }
  book(x, b, n, c, t, before);
  if (w[n + N.lookAt] !== FOREVER) w[n + N.nodeFlags] |= NODE_ABANDONED;
  endDecision(x, b, n);
  w[n + N.doing] = DOING.nothing;
  w[n + N.tickAt] = FOREVER;
  w[n + N.reconcileAt] = FOREVER;
  // one that was to start later still does
  const starts = w[n + N.phase] === PHASE.launching && w[n + N.wakeAt] !== FOREVER ? w[n + N.wakeAt] : NEVER;
  w[n + N.phase] = PHASE.launching;
  w[n + N.sdkTokens] = SDK_TOKENS;
  w[n + N.wakeAt] = Math.max(t + downMs, starts, earliestAnswer(b, cardBlock(b.at, n, w[n + N.activeCard])));
}

/** The node's next restart is here: the settings that it brings, and when the one after it is due. */
export function takeRestart({ restarts, origin }: World, { w }: Blocks, n: Block): void {
  const i = w[n + N.restartNext]++;
  const next = i + 1 < restarts.first[w[n + N.index] + 1] ? restarts.at[i + 1] - origin[0] : FOREVER;
  w[n + N.restartAt] = Math.min(next, FOREVER);
  if (restarts.settings[i] !== NONE) w[n + N.settings] = restarts.settings[i];
}

/** The instance is terminated: its pods end with it, and nothing happens on it any more. EC2 takes the ENIs back at the same moment. */
function terminate(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms): void {
  const { w, at } = b;
  const { bins } = x;
  if (w[n + N.phase] === PHASE.ready && w[n + N.place] === PLACE.idle) bookReconciles(b, n, c, t);
  const before = levels(b, n);
  for (const p of podRows(b, n)) {
    bins[x.bin + BIN.ended] += 1;
    bins[x.bin + BIN.failed] += 1;
    if (w[n + at.podSince + p] !== NEVER) bins[x.bin + BIN.neverAddressed] += 1;
    if (at.podLog === 1) {
      const { ip, eni } = placeOfPod(b, n, p);
      logPod(x, b, n, p, t, ip, eni, c.prefixMode, 1);
    }
  }
  if ((w[n + N.nodeFlags] & NODE_WAS_READY) !== 0) bins[x.bin + BIN.ready] -= 1;
  if (w[n + N.lookAt] !== FOREVER) w[n + N.nodeFlags] |= NODE_ABANDONED;
  createPods(b, n);
  for (let k = 0; k < at.cards; k++) {
    stopServing(b, cardBlock(at, n, k));
    clearStore(b, cardBlock(at, n, k));
  }
  book(x, b, n, c, t, before);
  endDecision(x, b, n);
  w[n + N.phase] = PHASE.gone;
  w[n + N.podCount] = 0;
  w[n + N.podWaiting] = 0;
  for (const field of ['tickAt', 'reconcileAt', 'wakeAt', 'arrivalAt', 'bindAt', 'cordonAt', 'uncordonAt', 'drainAt', 'restartAt', 'terminateAt'] as const) w[n + N[field]] = FOREVER;
}

/** The levels of the pool before an act of the agent, where assigned counts leftovers of the other mode too; and ipamd's counters. */
type Levels = { readonly total: number; readonly assigned: number; readonly enis: number; readonly prefixes: number } & { readonly [Counter in (typeof COUNTERS)[number]]: number };

export function levels(b: Blocks, n: Block): Levels {
  const { w } = b;
  const sum = (field: number): number => {
    let total = 0;
    for (let m = n; m < n + b.at.stride; m += b.at.cardStride) total += w[m + field];
    return total;
  };
  return {
    total: sum(S.stored), assigned: sum(S.rawAssigned), enis: sum(S.eniCount), prefixes: sum(S.rawPrefixes),
    ipamdErrors: sum(N.ipamdErrors), forceRemovedEnis: sum(N.forceRemovedEnis), forceRemovedIps: sum(N.forceRemovedIps),
    eniReconcileAdds: sum(N.eniReconcileAdds), eniReconcileDels: sum(N.eniReconcileDels), ipReconcileDels: sum(N.reconcileDels),
  };
}

/** Books into the bin what an act has changed of the pool, and the addresses it took out of their cooldown. */
export function book(x: Thread, b: Blocks, n: Block, c: Settings, t: Ms, before: Levels): void {
  const { bins, world } = x;
  const after = levels(b, n);
  bins[x.bin + BIN.total] += after.total - before.total;
  bins[x.bin + BIN.lost] += before.assigned - after.assigned;
  bins[x.bin + BIN.enis] += after.enis - before.enis;
  bins[x.bin + BIN.prefixes] += after.prefixes - before.prefixes;
  for (const counter of COUNTERS) bins[x.bin + BIN[counter]] += after[counter] - before[counter];
  for (let i = 0; i < b.dropped.count; i++) {
    const coolUntil = b.dropped.at[i] + c.cooldownMs + 1;
    if (coolUntil <= t) continue;
    bins[x.bin + BIN.cooling] -= 1;
    bins[binOf(world, coolUntil) * BIN_FIELDS + BIN.cooling] += 1;
  }
  b.dropped.count = 0;
}
