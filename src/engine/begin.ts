/**
 * Begin: the world at moment 0: subnets with what others hold, EC2's buckets full, every node's block with its identity, settled or to be launched.
 */
import { clearBlock, N, type Blocks } from '../core/node.ts';
import { draw, mix, STREAM, streamKey } from '../core/random.ts';
import { createSubnets, LOWEST, NO_OFFSET, release, takeAddress, takeSpecific, USE, type Subnets } from '../core/subnet.ts';
import { FOREVER, NONE, type Block, type NodeIndex } from '../core/units.ts';
import { createSampler } from './aws/sampler.ts';
import { SDK_TOKENS } from './aws/request.ts';
import { createBucket } from './ec2/buckets.ts';
import { SUBNET_TAG, type Ec2 } from './ec2/server.ts';
import { cardBlock } from './ipamd/cards.ts';
import { startArrivals } from './kubelet.ts';
import type { CallRows } from './log.ts';
import { openMetrics } from './metrics.ts';
import { PHASE, plan as planChanges } from './agentLoop.ts';
import type { HeldChange, Plan } from './plan.ts';
import { createPods } from './pods.ts';
import { settleNode } from './settle.ts';
import { blockOf, type World } from './thread.ts';
import { ACTIONS } from './actions.ts';

export function createEc2({ ec2: e }: Plan, log: CallRows | null, watch: Ec2['watch']): Ec2 {
  return {
    subnets: createSubnets(e.subnets), lowestFree: e.lowestFree, createWithoutFreeBlock: e.createWithoutFreeBlock,
    buckets: e.buckets.map(createBucket), smallDescribe: createBucket(e.smallDescribe), describeByIdIsSmall: e.describeByIdIsSmall,
    refusedCosts: e.refusedCosts, enisPerRegion: e.enisPerRegion, eniCount: 0,
    subnetTag: Uint8Array.from(e.subnetTag), subnetZone: Int32Array.from(e.subnetZone),
    appears: createSampler(e.appears), vanishes: createSampler(e.vanishes), ready: createSampler(e.ready),
    requests: new Float64Array(ACTIONS.length), throttled: new Float64Array(ACTIONS.length), errors: new Float64Array(ACTIONS.length), log, metrics: openMetrics(), watch, faults: e.faults, leaked: [],
  };
}

/** Offsets that each holder has, so that it can give them back. */
export type Holdings = Map<number, number[]>;

/** Others take or give back addresses. A subnet that has too few gives what it has. */
export function changeHeld(t: Subnets, seed: number, holdings: Holdings, { subnet, holder, count, lowest, offsets }: HeldChange): void {
  const held = holdings.get(holder) ?? [];
  holdings.set(holder, held);
  if (offsets !== null) {
    for (const offset of offsets) {
      if (count > 0 && takeSpecific(t, subnet, offset, USE.others)) held.push(offset);
      const at = count < 0 ? held.indexOf(offset) : NONE;
      if (at !== NONE) { held.splice(at, 1); release(t, subnet, offset); }
    }
    return;
  }
  for (let i = 0; i < count; i++) {
    const offset = takeAddress(t, subnet, USE.others, lowest ? LOWEST : draw(streamKey(seed, STREAM.held, holder), held.length));
    if (offset === NO_OFFSET) return;
    held.push(offset);
  }
  for (let i = 0; i < -count && held.length > 0; i++) release(t, subnet, held.pop()!);
}

/** Gives every node its identity and brings it to its state at moment 0. Coordinator only, before any thread runs. */
export function beginNodes(world: World, ec2: Ec2, plan: Plan): void {
  const { nodes } = plan;
  for (const [g, group] of world.groups.entries()) world.groupOf.fill(g, group.firstNode, group.firstNode + group.nodeCount);
  for (let s = 0; s < plan.subnetCount; s++) world.subnetExcluded[s] = ec2.subnetTag[s] === SUBNET_TAG.excluded ? 1 : 0;
  const every = Math.max(1, Math.ceil(world.nodeCount / Math.max(1, plan.nodeSample)));
  for (let node = 0; node < world.nodeCount; node++) world.sampled[node] = plan.nodeSample > 0 && nodes.id[node] % every === 0 ? 1 : 0;
  world.nextAt.fill(Number.POSITIVE_INFINITY);
  // in the order of NodeIds, so that a node's first addresses do not depend on how groups are stored
  const order = Int32Array.from(nodes.id.keys()).sort((a, b) => nodes.id[a] - nodes.id[b]);
  for (const node of order) beginNode(world, ec2, plan, node);
}

/** Who one card's part of the block belongs to. ENIs of card k are numbered from 100 k on. */
function identify(b: Blocks, n: Block, plan: Plan, node: NodeIndex, k: number): void {
  const { w } = b;
  const { nodes, seed } = plan;
  clearBlock(b, n);
  w[n + N.id] = nodes.id[node];
  w[n + N.key] = (k === 0 ? mix(mix(seed) + nodes.id[node]) : mix(mix(mix(seed) + nodes.id[node]) + k)) | 0;
  w[n + N.index] = node;
  w[n + N.arrivalKey] = streamKey(w[n + N.key], STREAM.arrival, 0);
  w[n + N.lifetimeKey] = streamKey(w[n + N.key], STREAM.lifetime, 0);
  w[n + N.orderKey] = streamKey(w[n + N.key], STREAM.mapOrder, 0);
  w[n + N.sdkTokens] = SDK_TOKENS;
  w[n + N.eniNumberNext] = 100 * k;
  for (const field of ['settings', 'maxPods', 'zone', 'primarySubnet', 'eniConfigSubnet'] as const) w[n + N[field]] = nodes[field][node];
  w[n + N.eniConfigNamed] = nodes.eniConfigSubnet[node] === NONE ? 0 : 1;
}

const moment = (at: number) => (at < FOREVER ? at : FOREVER);

function beginNode(world: World, ec2: Ec2, plan: Plan, node: NodeIndex): void {
  const { group, n } = blockOf(world, node);
  const b = group.blocks;
  const { w } = b;
  const { nodes } = plan;
  for (let k = 0; k < b.at.cards; k++) identify(b, cardBlock(b.at, n, k), plan, node, k);
  createPods(b, n);
  w[n + N.podCount] = nodes.hostPods[node];
  w[n + N.podHost] = nodes.hostPods[node];
  w[n + N.cordonAt] = moment(nodes.cordonAt[node]);
  w[n + N.uncordonAt] = moment(nodes.uncordonAt[node]);
  w[n + N.terminateAt] = moment(nodes.terminateAt[node]);
  w[n + N.drainAt] = moment(nodes.drainAt[node]);
  const { first, at } = plan.restarts;
  w[n + N.restartNext] = first[node];
  w[n + N.restartAt] = first[node] < first[node + 1] ? moment(at[first[node]]) : FOREVER;
  planChanges(b, n);
  if (Number.isNaN(nodes.launchAt[node])) {
    if (!settleNode(ec2, b, n, world.settings[nodes.settings[node]], world.subnetExcluded, plan.interfaces[nodes.interfaces[node]])) return;
    startArrivals(world, node, 0);
  } else {
    w[n + N.phase] = PHASE.absent;
    return; // nothing happens on it before its launch
  }
  world.nextAt[node] = Math.min(w[n + N.wakeAt], w[n + N.arrivalAt], w[n + N.tickAt], w[n + N.reconcileAt], w[n + N.plannedAt]);
  if (world.nextAt[node] === FOREVER) world.nextAt[node] = Number.POSITIVE_INFINITY;
}
