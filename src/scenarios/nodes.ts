/** Nodes: which launch number of a group has which shape, zone and subnet. A group that grows keeps what it had. */
import type { NodeGroup } from './scenario.ts';

export type Layout = {
  /** Index into the group's `shapes`, by launch number. */
  readonly shape: Uint16Array;
  /** Index into the group's `zones` (not the scenario's). */
  readonly zoneShare: Uint16Array;
  /** Index into the scenario's subnets, of the primary ENI. */
  readonly subnet: Uint16Array;
};

/**
 * The first `count` nodes of a group, zones in turn while they have nodes left, subnets of a zone in turn, shapes by their weights in each
 * zone. `count` may exceed the group's (nodes added later): the further ones take zones in turn.
 */
export function layOut(group: Pick<NodeGroup, 'shapes' | 'zones'>, count: number): Layout {
  const layout: Layout = { shape: new Uint16Array(count), zoneShare: new Uint16Array(count), subnet: new Uint16Array(count) };
  const left = group.zones.map(zone => zone.count);
  const placed = group.zones.map(() => 0);
  const credit = group.zones.map(() => group.shapes.map(() => 0));
  const total = group.shapes.reduce((sum, shape) => sum + shape.weight, 0);
  const planned = left.reduce((sum, n) => sum + n, 0);
  let turn = -1;
  for (let i = 0; i < count; i++) {
    turn = (turn + 1) % group.zones.length;
    if (i < planned) while (left[turn] <= 0) turn = (turn + 1) % group.zones.length;
    const zone = group.zones[turn];
    layout.zoneShare[i] = turn;
    layout.subnet[i] = zone.subnets[placed[turn] % zone.subnets.length];
    layout.shape[i] = nextShape(credit[turn], group.shapes, total);
    left[turn]--;
    placed[turn]++;
  }
  return layout;
}

/** Smooth weighted turn: each shape earns its weight, the richest pays the total. */
function nextShape(credit: number[], shapes: NodeGroup['shapes'], total: number): number {
  let best = 0;
  shapes.forEach((shape, i) => {
    credit[i] += shape.weight;
    if (credit[i] > credit[best]) best = i;
  });
  credit[best] -= total;
  return best;
}
