/**
 * Check: what must hold of a whole world between any two events, recounted from what it is about. Run by tests after every horizon and on request each
 * simulated minute; it reads everything.
 *
 * Limits  Addresses of `others` are counted, not named. Of a node whose agent is down or starting the data store is not looked at.
 */
import { assert } from '../core/assert.ts';
import { attachedCount, heldCount, isAttachedPrefix, isHeld } from '../core/attached.ts';
import { N, type Blocks } from '../core/node.ts';
import { checkSubnets, countByUse, USE, useAt, type Use } from '../core/subnet.ts';
import { NEVER, NONE, PREFIX_SIZE, type Block } from '../core/units.ts';
import { levels, PHASE } from './agentLoop.ts';
import { checkStore } from './ipamd/check.ts';
import { cardBlock, cardCount, cardSettings } from './ipamd/cards.ts';
import { coolingAt } from './ipamd/datastore.ts';
import type { Settings } from './ipamd/settings.ts';
import { podRows, rowOfKey } from './pods.ts';
import type { Run } from './run.ts';
import { podCountOf } from './scheduler.ts';
import { checkScheduler } from './scheduler/check.ts';
import { isPresent } from './scheduler/state.ts';
import { boundRows, checkStage } from './stage/check.ts';
import { BIN, BIN_FIELDS, blockOf, type Thread } from './thread.ts';

/** Levels at moment 0, from which the bins count on. */
export interface Start { readonly total: number; readonly enis: number; readonly prefixes: number; readonly ready: number }

export function checkWorld(run: Run, threads: readonly Thread[], start: Start): void {
  const { world, ec2, stage } = run;
  checkSubnets(ec2.subnets);
  const account = new Account(run);
  const sums = { total: start.total, assigned: 0, enis: start.enis, prefixes: start.prefixes, ready: start.ready, waiting: 0, cooling: 0, pods: 0 };
  for (let node = 0; node < world.nodeCount; node++) {
    const { group, n } = blockOf(world, node);
    const b = group.blocks;
    const c = world.settings[b.w[n + N.settings]];
    checkPods(b, n);
    for (let k = 0; k < b.at.cards; k++) {
      const m = cardBlock(b.at, n, k);
      checkAttached(b, m, b.w[n + N.phase] === PHASE.ready ? cardSettings(c, k) : undefined);
      account.takeNode(b, m);
      if (b.w[n + N.phase] === PHASE.ready && k < cardCount(c) && c.ipv6 !== true && b.at.cards === 1) checkStore(b, m, cardSettings(c, k));
    }
    const level = levels(b, n);
    sums.total -= level.total;
    sums.assigned -= level.assigned;
    sums.enis -= level.enis;
    sums.prefixes -= level.prefixes;
    if (b.w[n + N.phase] === PHASE.ready) sums.ready -= 1;
    else if (b.w[n + N.phase] !== PHASE.gone && wasReady(b, n)) sums.ready -= 1;
    sums.waiting -= b.w[n + N.podWaiting];
    sums.pods -= podRows(b, n).length;
    if (b.at.cards === 1 && c.ipv6 !== true) sums.cooling -= coolingAt(b, n, c, run.clock - world.origin[0] - 1);
    else sums.cooling = Number.NaN;
  }
  account.close();
  checkBins(run, threads, sums);
  if (stage === null) return;
  checkScheduler(stage.scheduler);
  checkStage(stage);
  checkBound(run);
}

const wasReady = ({ w }: Blocks, n: Block) => w[n + N.readyAt] !== NEVER;

/** The pods' rows, the list of free ones, the queue and the counts agree. */
function checkPods(b: Blocks, n: Block): void {
  const { w, d, at } = b;
  const live = new Set(podRows(b, n));
  const first = (n + at.podKey) >> 1;
  const queued = new Set<number>();
  for (let i = 0; i < w[n + N.podQueued]; i++) {
    const row = rowOfKey(d[first + i]);
    assert(live.has(row), 'node: an event is queued for a row without a pod');
    assert(!queued.has(row), 'node: a pod has two events');
    assert(i === 0 || d[first + i - 1] > d[first + i], 'node: the queue of pods is out of order');
    queued.add(row);
  }
  for (const row of live) assert(w[n + at.podAddress + row] >= NONE, 'node: the row of a pod is in the list of free ones');
  if (w[n + N.phase] === PHASE.gone) {
    assert(live.size === 0 && w[n + N.podCount] === 0 && w[n + N.podWaiting] === 0, 'node: a node that is gone has pods');
    return;
  }
  assert(w[n + N.podCount] === live.size + w[n + N.podHost], 'node: its count of pods is wrong');
  const waiting = [...live].filter(row => w[n + at.podSince + row] !== NEVER);
  assert(w[n + N.podWaiting] === waiting.length, 'node: its count of waiting pods is wrong');
  assert(waiting.every(row => queued.has(row)), 'node: a pod waits for nothing');
}

/** No ENI over the instance's limit, no address over an ENI's. */
function checkAttached(b: Blocks, m: Block, c: Settings | undefined): void {
  if (c === undefined) return;
  const count = attachedCount(b, m);
  assert(count <= c.eniLimit, 'node: more ENIs are attached than the instance type has');
  for (let a = 0; a < count; a++) assert(heldCount(b, m, a) <= c.slotsPerEni, 'node: an ENI holds more than it has slots');
}

/** Every address that nodes and leaked ENIs hold is taken in its subnet for that very use, once, and nothing else is. */
class Account {
  readonly run: Run;
  readonly taken = new Set<number>();
  readonly counts = new Map<string, number>();
  enis = 0;
  constructor(run: Run) { this.run = run; }

  take(subnet: number, ip: number, use: Use): void {
    const { subnets } = this.run.ec2;
    for (let i = 0; i < (use === USE.prefix ? PREFIX_SIZE : 1); i++) {
      const offset = (ip >>> 0) - subnets.base[subnet] + i;
      assert(useAt(subnets, subnet, offset) === use, 'world: an address is not taken for what holds it');
      const key = subnet * 65_536 + offset;
      assert(!this.taken.has(key), 'world: an address is held twice');
      this.taken.add(key);
      const name = `${subnet} ${use}`;
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
  }

  takeNode(b: Blocks, m: Block): void {
    const { w, at } = b;
    for (let a = 0, count = attachedCount(b, m); a < count; a++) {
      this.enis++;
      const subnet = w[m + at.attachedSubnet + a];
      this.take(subnet, w[m + at.attachedPrimaryIp + a], USE.eniPrimary);
      for (let slot = 0; slot < at.attachedSlots; slot++) {
        if (isHeld(b, m, a, slot)) this.take(subnet, w[m + at.attachedAddress + a * at.attachedSlots + slot], isAttachedPrefix(b, m, a, slot) ? USE.prefix : USE.secondary);
      }
    }
    if (w[m + N.newEniOpen] === 0) return;
    this.enis++;
    this.take(w[m + N.newEniSubnet], w[m + N.newEniIp], USE.eniPrimary);
    for (let i = 0; i < w[m + N.newEniCount]; i++) this.take(w[m + N.newEniSubnet], w[m + at.newEniList + i], w[m + N.newEniPrefixes] === 1 ? USE.prefix : USE.secondary);
  }

  close(): void {
    const { ec2 } = this.run;
    for (const { subnet, ip, addresses, prefixes } of ec2.leaked) {
      this.enis++;
      this.take(subnet, ip, USE.eniPrimary);
      for (const address of addresses) this.take(subnet, address, USE.secondary);
      for (const prefix of prefixes) this.take(subnet, prefix, USE.prefix);
    }
    assert(this.enis === ec2.eniCount, `world: the account counts ${ec2.eniCount} ENIs, there are ${this.enis}`);
    for (let s = 0; s < ec2.subnets.subnetCount; s++) {
      for (const use of [USE.eniPrimary, USE.secondary, USE.prefix]) {
        const held = this.counts.get(`${s} ${use}`) ?? 0;
        const counted = countByUse(ec2.subnets, s, use);
        assert(counted === held, `world: subnet ${s} counts ${counted} addresses of use ${use}, ${held} are held`);
      }
    }
  }
}

/** What the bins add up to is what the nodes have. Each of `sums` is the start less the recounted level. */
function checkBins({ clock, world }: Run, threads: readonly Thread[], sums: Record<'total' | 'assigned' | 'enis' | 'prefixes' | 'ready' | 'waiting' | 'cooling' | 'pods', number>): void {
  const total = (field: number, bins = world.binCount + 1) => threads.reduce((sum, thread) => {
    for (let bin = 0; bin < bins; bin++) sum += thread.bins[bin * BIN_FIELDS + field];
    return sum;
  }, 0);
  const bound = total(BIN.bound), addressed = total(BIN.addressed);
  const rest: [value: number, what: string][] = [
    [sums.total + total(BIN.total), 'addresses'], [sums.assigned + addressed - total(BIN.released) - total(BIN.lost), 'assigned addresses'],
    [sums.enis + total(BIN.enis), 'ENIs'], [sums.prefixes + total(BIN.prefixes), 'prefixes'], [sums.ready + total(BIN.ready), 'nodes that are or were Ready'],
    [sums.waiting + bound - addressed - total(BIN.neverAddressed), 'waiting pods'], [sums.pods + bound - total(BIN.ended), 'pods on nodes'],
  ];
  if (clock % world.binMs === 0 && !Number.isNaN(sums.cooling)) rest.push([sums.cooling + total(BIN.cooling, clock / world.binMs), 'cooling addresses']);
  for (const [difference, what] of rest) assert(difference === 0, `world: the bins have ${difference} ${what} more than the nodes`);
}

/** The scheduler's books and the nodes' pods: a pod that is on a node is bound to it in the stage, until its end has been seen. */
function checkBound({ world, stage }: Run): void {
  assert(stage !== null, 'checkBound: there is a stage');
  const bound = boundRows(stage);
  for (let node = 0; node < world.nodeCount; node++) {
    const { group, n } = blockOf(world, node);
    const { w, at } = group.blocks;
    if (w[n + N.phase] === PHASE.gone || w[n + N.phase] === PHASE.absent) continue;
    const own = bound.get(node) ?? { pods: new Set<number>(), ofWorkloads: 0 };
    const known = isPresent(stage.scheduler, node);
    assert((known ? podCountOf(stage.scheduler, node) : 0) === own.ofWorkloads, 'stage: the scheduler counts other pods on a node than are bound to it');
    if (at.scheduled === 0) continue;
    for (const row of podRows(group.blocks, n)) assert(own.pods.has(w[n + at.podId + row]), 'stage: a pod is on a node and not bound to it');
  }
}
