/**
 * The ENI manager: which ENI of a Windows node has room for addresses or prefixes, as the controller believes.
 *
 * Shape   A list of (ENI, room left), and the entry that each resource is booked on. Every look at the instance appends its ENIs to the list again
 *         and books all resources on the new entries, so the room is counted over after a re-sync: so it is in the product, and only EC2's refusal
 *         corrects it. Entries without room and without resources can never matter again and are dropped.
 * Limits  Windows uses the primary ENI only; the product's deletion of further ENIs that have become empty is left out.
 * Source  amazon-vpc-resource-controller-k8s b8d4251 pkg/provider/ip/eni/eni.go.
 */
import { dotted } from '../../core/units.ts';
import { ipOf } from './pool.ts';

export interface EniManager {
  /** IPv4 addresses of an ENI, its own included. */
  readonly limit: number;
  readonly enis: number[];
  readonly room: number[];
  /** By address or prefix: the place of its entry. */
  readonly entryOf: Map<number, number>;
}

export const createEniManager = (limit: number): EniManager => ({ limit, enis: [], room: [], entryOf: new Map() });

/** The instance was described: an ENI, how many addresses of its own and others it has, and its resources of both kinds. */
export function addEni(m: EniManager, eni: number, addressCount: number, prefixes: readonly number[], secondaryIps: readonly number[]): void {
  dropDead(m);
  const entry = m.enis.push(eni) - 1;
  m.room.push(m.limit - addressCount - prefixes.length);
  for (const resource of [...secondaryIps, ...prefixes]) m.entryOf.set(resource, entry);
}

function dropDead(m: EniManager): void {
  const booked = new Set(m.entryOf.values());
  const moved = new Map<number, number>();
  let kept = 0;
  for (let entry = 0; entry < m.enis.length; entry++) {
    if (m.room[entry] <= 0 && !booked.has(entry)) continue;
    m.enis[kept] = m.enis[entry];
    m.room[kept] = m.room[entry];
    moved.set(entry, kept++);
  }
  if (kept === m.enis.length) return;
  m.enis.length = kept;
  m.room.length = kept;
  for (const [resource, entry] of m.entryOf) m.entryOf.set(resource, moved.get(entry)!);
}

/** The first entry from `from` on that has room, or -1. */
export const entryWithRoom = ({ room }: EniManager, from: number): number => room.findIndex((left, entry) => entry >= from && left > 0);

export function book(m: EniManager, entry: number, resources: readonly number[]): void {
  m.room[entry] -= resources.length;
  for (const resource of resources) m.entryOf.set(resource, entry);
}

export function unbook(m: EniManager, entry: number, resources: readonly number[]): void {
  m.room[entry] += resources.length;
  for (const resource of resources) m.entryOf.delete(resource);
}

/**
 * The resources by entry. The product walks a hash map here; the recorded order is that of the first resources' texts, in which 10.0.0.10 comes
 * before 10.0.0.6.
 */
export function byEntry(m: EniManager, resources: readonly number[]): { readonly entry: number; readonly resources: readonly number[] }[] {
  const groups = new Map<number, number[]>();
  for (const resource of resources) {
    const entry = m.entryOf.get(resource) ?? 0;
    groups.set(entry, [...(groups.get(entry) ?? []), resource]);
  }
  const first = (list: readonly number[]) => dotted(ipOf(list[0]));
  return [...groups].map(([entry, list]) => ({ entry, resources: list })).sort((a, b) => (first(a.resources) < first(b.resources) ? -1 : 1));
}
