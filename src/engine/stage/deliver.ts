/** Deliver: a window's binds, sorted by node into the inbox. */
import { N } from '../../core/node.ts';
import { FOREVER } from '../../core/units.ts';
import { blockOf } from '../thread.ts';
import type { Stage } from './state.ts';

/** Sorts the window's binds by node, in the order of time, into the inbox, and tells the nodes. */
export function deliver(s: Stage): void {
  const { world, binds, perNode } = s;
  const { inbox } = world;
  if (binds.count === 0) return;
  perNode.fill(0);
  for (let i = 0; i < binds.count; i++) perNode[binds.node[i] + 1]++;
  for (let node = 0; node < world.nodeCount; node++) {
    const first = perNode[node];
    const end = first + perNode[node + 1];
    perNode[node + 1] = end;
    if (first === end) continue;
    const { group, n } = blockOf(world, node);
    group.blocks.w[n + N.inbox] = first;
    group.blocks.w[n + N.inboxEnd] = end;
  }
  for (let i = 0; i < binds.count; i++) {
    const to = perNode[binds.node[i]]++;
    inbox.boundAt[to] = binds.at[i];
    inbox.podId[to] = binds.podId[i];
    inbox.deleteAt[to] = binds.deleteAt[i];
    inbox.life[to] = binds.life[i];
    inbox.createdAt[to] = binds.created[i];
  }
  for (let i = 0; i < binds.count; i++) {
    const node = binds.node[i];
    const { group, n } = blockOf(world, node);
    const first = inbox.boundAt[group.blocks.w[n + N.inbox]];
    group.blocks.w[n + N.bindAt] = Math.min(first - world.origin[0], FOREVER);
    if (first < world.nextAt[node]) world.nextAt[node] = first;
  }
  binds.count = 0;
}
