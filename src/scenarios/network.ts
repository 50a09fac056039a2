/** Network: zones, VPC, subnets and ENIConfigs of a scenario, checked against each other. */
import { contains, overlap, RESERVED_ADDRESSES, subnetRules, vpcRules } from './cidr.ts';
import { didYouMean } from './closest.ts';
import type { Report } from './problems.ts';
import { FOREVER, type Cidr, type EniConfig, type Held, type Subnet } from './scenario.ts';
import type { Section } from './schema.ts';

type SubnetInput = Section<'subnets'>[number];

/** An item that could be read, with its place in the file; and the names of all, read or not. */
export type Items<Item> = { readonly read: readonly { readonly item: Item; readonly index: number }[]; readonly names: readonly string[] };

export const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Index of a name, or -1 with a remark; a name of an item that could not be read is -1 without one: it has its own. */
export function indexOf(name: string, known: readonly { readonly name: string; readonly id?: string }[], all: readonly string[], what: string, path: (string | number)[], report: Report): number {
  const index = known.findIndex(item => item.name === name || item.id === name);
  if (index < 0 && !all.includes(name)) {
    const names = known.map(item => item.name);
    report(path, { found: JSON.stringify(name), expected: names.length > 0 ? `the name of a ${what}: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', ...' : ''}` : `the name of a ${what}`, suggestion: didYouMean(name, names) });
  }
  return index;
}

export function reportTwins(names: readonly { readonly name: string; readonly path: (string | number)[] }[], what: string, report: Report): void {
  const seen = new Set<string>();
  for (const { name, path } of names) {
    if (seen.has(name)) report(path, { found: `a second ${what} "${name}"`, expected: 'names that differ' });
    seen.add(name);
  }
}

export function checkVpc(cidrs: readonly (Cidr | null)[], report: Report): void {
  for (const { index, ...finding } of vpcRules(cidrs)) report(['vpc', 'cidrs', index], finding);
}

/** Subnets sorted by name. */
export function resolveSubnets(input: Items<SubnetInput>, zones: readonly { readonly name: string }[] | undefined, vpc: readonly Cidr[], durationMs: number, report: Report): Subnet[] {
  const cidrs: (Cidr | null)[] = [];
  for (const { item, index } of input.read) cidrs[index] = item.cidr;
  for (const { index, ...finding } of subnetRules(Array.from(cidrs, cidr => cidr ?? null), vpc)) report(['subnets', index, 'cidr'], finding);
  reportTwins(input.read.map(({ item, index }) => ({ name: item.name, path: ['subnets', index, 'name'] })), 'subnet', report);

  const subnets = input.read.map(({ item, index }): Subnet => {
    const path = ['subnets', index];
    const zone = zones ? indexOf(item.zone, zones, [], 'zone', [...path, 'zone'], report) : -1;
    item.reservations.forEach((reservation, r) => {
      const at = [...path, 'reservations', r, 'cidr'];
      if (!contains(item.cidr, reservation.cidr)) report(at, { found: reservation.cidr.text, expected: `a block inside ${item.cidr.text}` });
      if (reservation.type === 'prefix' && reservation.cidr.bits > 28) report(at, { found: reservation.cidr.text, expected: 'at least a /28: a prefix needs as much' });
      const twin = item.reservations.findIndex((other, o) => o < r && overlap(other.cidr, reservation.cidr));
      if (twin >= 0) report(at, { found: reservation.cidr.text, expected: `a block that does not overlap ${item.reservations[twin].cidr.text}` });
    });
    return {
      name: item.name,
      id: item.id ?? item.name,
      cidr: item.cidr,
      zone,
      role: item.role,
      tags: item.tags,
      reservations: item.reservations,
      held: resolveHeld(item, path, durationMs, report),
    };
  });
  return subnets.sort(byName);
}

function resolveHeld(subnet: SubnetInput, path: (string | number)[], durationMs: number, report: Report): Held[] {
  const usable = subnet.cidr.size - RESERVED_ADDRESSES;
  const claimed = new Set<number>();
  let counted = 0;
  const held = subnet.held.map((entry, h): Held => {
    const at = [...path, 'held', h];
    const given = (['count', 'cidr', 'addresses'] as const).filter(key => entry[key] !== undefined);
    if (given.length !== 1) report(at, { found: given.length === 0 ? 'none of them' : given.join(' and '), expected: 'one of count, cidr and addresses' });
    if (entry.perHour !== 0 && entry.count === undefined) report([...at, 'perHour'], { found: 'perHour without count', expected: 'count beside perHour' });
    const untilMs = entry.until ?? FOREVER;
    if (untilMs <= entry.at) report([...at, 'until'], { found: 'an end that is not after `at`', expected: 'until after at' });
    if (entry.at >= durationMs) report([...at, 'at'], { found: 'a moment after the end of the run', expected: 'at before `duration`', severity: 'warning' });

    let what: Held['what'] = { kind: 'count', count: entry.count ?? 0, placement: entry.placement };
    if (entry.cidr && !contains(subnet.cidr, entry.cidr)) report([...at, 'cidr'], { found: entry.cidr.text, expected: `a block inside ${subnet.cidr.text}` });
    else if (entry.cidr) what = { kind: 'addresses', addresses: addressesOf(entry.cidr, subnet.cidr) };
    if (entry.addresses) what = { kind: 'addresses', addresses: entry.addresses };
    if (what.kind === 'addresses' && entry.addresses) {
      what.addresses.forEach((address, a) => {
        const offset = address - subnet.cidr.first;
        if (offset < 4 || offset >= subnet.cidr.size - 1) report([...at, 'addresses', a], { found: 'an address that nobody can hold', expected: `an address of ${subnet.cidr.text} that AWS does not reserve` });
      });
    }
    if (what.kind === 'addresses') {
      if (entry.at === 0 && what.addresses.some(address => claimed.has(address))) report(at, { found: 'an address that another entry holds', expected: 'addresses that differ' });
      if (entry.at === 0) for (const address of what.addresses) claimed.add(address);
    } else if (entry.at === 0) counted += what.count;
    return { name: entry.name ?? `${entry.owner}-${h}`, owner: entry.owner, what, atMs: entry.at, untilMs, perHour: entry.perHour };
  });
  if (claimed.size + counted > Math.max(0, usable)) report([...path, 'held'], { found: `${claimed.size + counted} addresses held at the start`, expected: `at most ${Math.max(0, usable)}: what ${subnet.cidr.text} has` });
  return held;
}

/** Those of a block that AWS does not reserve in the subnet. */
function addressesOf(cidr: Cidr, subnet: Cidr): number[] {
  const [from, end] = [Math.max(cidr.first, subnet.first + 4), Math.min(cidr.first + cidr.size, subnet.first + subnet.size - 1)];
  return Array.from({ length: Math.max(0, end - from) }, (_, i) => from + i);
}

export type EniConfigInput = { readonly name: string; readonly subnet: string; readonly securityGroups: readonly string[]; readonly path: (string | number)[] };

const GROUPS_MAX = 16;
const GROUPS_BY_DEFAULT = 5;

/** ENIConfigs sorted by name. */
export function resolveEniConfigs(input: readonly EniConfigInput[], subnets: readonly Subnet[], subnetNames: readonly string[], report: Report): EniConfig[] {
  reportTwins(input, 'ENIConfig', report);
  const configs = input.map(({ name, subnet, securityGroups, path }): EniConfig => {
    const groups = securityGroups.length;
    if (groups > GROUPS_BY_DEFAULT) report(path, { found: `${groups} security groups`, expected: `at most ${GROUPS_BY_DEFAULT} an ENI unless the quota was raised (to ${GROUPS_MAX} at most)`, severity: groups > GROUPS_MAX ? 'error' : 'warning' });
    return { name, subnet: indexOf(subnet, subnets, subnetNames, 'subnet', path, report), securityGroups };
  });
  return configs.sort(byName);
}
