/**
 * Happenings: what the plan says will happen in the account, each at its moment: others take addresses, instances are launched and terminated.
 *
 * Why     They share subnets with the nodes' requests, so they take their place in the same order of time.
 */
import { attachedCount } from '../core/attached.ts';
import { N } from '../core/node.ts';
import { NONE, type NodeIndex } from '../core/units.ts';
import { PHASE, plan as planChanges, takeRestart } from './agentLoop.ts';
import { changeHeld, type Holdings } from './begin.ts';
import { deleteInterface } from './ec2/effects.ts';
import { leakNew, SUBNET_TAG } from './ec2/server.ts';
import type { Plan } from './plan.ts';
import type { Happening, Run } from './run.ts';
import { takeInterfaces } from './settle.ts';
import { blockOf } from './thread.ts';

/** An instance or a process ends after all that it asked for in its last millisecond has arrived. */
const AFTER_MS = 1;
/** An instance that could not be launched for want of an address is asked for again after this. */
const LAUNCH_RETRY_MS = 60_000;

/** Order at one moment: addresses come back before they are taken, the series is read before either. */
const ORDER = { sample: 0, terminate: 1, held: 2, launch: 3 } as const;

export function planHappenings(plan: Plan, holdings: Holdings, onSample: (run: Run, bin: number) => void): Happening[] {
  const list: Happening[] = [];
  for (const change of plan.ec2.held) {
    if (change.at === 0 || change.at >= plan.durationMs) continue; // those of moment 0 are in place before the nodes
    list.push({ at: change.at, order: ORDER.held, act: run => { changeHeld(run.ec2.subnets, plan.seed, holdings, change); return NONE; } });
  }
  for (const { at, subnet, tag } of plan.ec2.tagChanges) {
    if (at >= plan.durationMs) continue;
    list.push({ at, order: ORDER.held, act: ({ ec2, world }) => {
      ec2.subnetTag[subnet] = tag;
      world.subnetExcluded[subnet] = tag === SUBNET_TAG.excluded ? 1 : 0;
      return NONE;
    } });
  }
  const { first, at: restartAt } = plan.restarts;
  for (let node = 0; node + 1 < first.length; node++) {
    for (let i = first[node]; i < first[node + 1]; i++) {
      const at = restartAt[i] + AFTER_MS;
      if (at <= plan.durationMs) list.push({ at, order: ORDER.terminate, act: run => leakUnattached(run, node, at) });
    }
  }
  const { launchAt, terminateAt, lost } = plan.nodes;
  for (let node = 0; node < launchAt.length; node++) {
    if (launchAt[node] < plan.durationMs) list.push({ at: launchAt[node], order: ORDER.launch, act: run => launch(run, node, launchAt[node]) });
    const end = terminateAt[node] + AFTER_MS;
    if (end <= plan.durationMs) list.push({ at: end, order: ORDER.terminate, act: run => terminate(run, node, lost[node] === 1, end) });
  }
  for (let bin = 0; (bin + 1) * plan.binMs <= plan.durationMs; bin++) {
    list.push({ at: (bin + 1) * plan.binMs, order: ORDER.sample, act: run => { onSample(run, bin); return NONE; } });
  }
  return list;
}

/** The instance is launched: its ENIs take their addresses; the agent starts after the node's start delay. */
function launch(run: Run, node: NodeIndex, at: number): NodeIndex {
  const { world, plan, ec2 } = run;
  const { group, n } = blockOf(world, node);
  const { w } = group.blocks;
  if (plan.nodes.terminateAt[node] <= at) return NONE;
  if (!takeInterfaces(ec2, group.blocks, n, 0, plan.interfaces[plan.nodes.interfaces[node]])) {
    const again = at + LAUNCH_RETRY_MS;
    if (again >= plan.durationMs) return NONE;
    insert(run, { at: again, order: ORDER.launch, act: r => launch(r, node, again) });
    return NONE;
  }
  const now = at - world.origin[0];
  while (w[n + N.restartAt] <= now) takeRestart(world, group.blocks, n); // before it there was nothing to restart
  planChanges(group.blocks, n);
  w[n + N.phase] = PHASE.launching;
  w[n + N.sampleBin] = Math.floor(at / world.binMs); // it has no rows before
  w[n + N.wakeAt] = now + plan.nodes.startDelay[node];
  world.nextAt[node] = Math.min(w[n + N.wakeAt], w[n + N.plannedAt]) + world.origin[0];
  return node;
}

/** The process that was creating an ENI has ended: what it created and had not attached yet leaks. */
function leakUnattached(run: Run, node: NodeIndex, at: number): NodeIndex {
  const { group, n } = blockOf(run.world, node);
  const { w, at: layout } = group.blocks;
  for (let m = n; m < n + layout.stride; m += layout.cardStride) if (w[m + N.newEniOpen] === 1) leakNew(run.ec2, group.blocks, m, at);
  return NONE;
}

/** The instance is gone: all its ENIs are deleted with it, unless its zone is lost. Its block stops by itself at the same moment. */
function terminate(run: Run, node: NodeIndex, lost: boolean, at: number): NodeIndex {
  const { group, n } = blockOf(run.world, node);
  const b = group.blocks;
  leakUnattached(run, node, at);
  for (let m = n; m < n + b.at.stride; m += b.at.cardStride) {
    while (!lost && attachedCount(b, m) > 0) {
      deleteInterface(run.ec2, b, m, b.w[m + b.at.attachedNumber]);
      run.ec2.eniCount--;
    }
  }
  return NONE;
}

/** Puts a happening of the future in its place. */
function insert(run: Run, happening: Happening): void {
  let i = run.happenings.length;
  while (i > run.happened && (run.happenings[i - 1].at > happening.at || (run.happenings[i - 1].at === happening.at && run.happenings[i - 1].order > happening.order))) i--;
  run.happenings.splice(i, 0, happening);
}
