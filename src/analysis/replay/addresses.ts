/** Addresses as the traces write them: `10.0.0.5`, `10.0.0.5+8` for it and the 8 that follow, `10.0.0.16/28` for a prefix. */
import { dotted } from '../../core/units.ts';

export interface Cidr { readonly ip: number; readonly prefix: boolean }

/** An IPv4 address as uint32. */
export function parseIp(text: string): number {
  return text.split('.').reduce((ip, byte) => ip * 256 + Number(byte), 0);
}

/** Every address of a list, as uint32. */
export function parseAddresses(list: readonly string[]): number[] {
  return list.flatMap(entry => {
    const [first, more] = entry.split('+');
    return Array.from({ length: Number(more ?? 0) + 1 }, (_, i) => parseIp(first) + i);
  });
}

export const parsePrefixes = (list: readonly string[]): number[] => list.map(entry => parseIp(entry.split('/')[0]));

export const cidrText = ({ ip, prefix }: Cidr): string => (prefix ? `${dotted(ip)}/28` : dotted(ip));

/** By address, an address before a prefix that begins with it. */
export const byAddress = (a: Cidr, b: Cidr): number => (a.ip >>> 0) - (b.ip >>> 0) || Number(a.prefix) - Number(b.prefix);

/** Entries of ordered CIDRs; consecutive addresses for which `joins` holds share one. */
export function formatRuns<C extends Cidr>(cidrs: readonly C[], joins: (a: C, b: C) => boolean = () => true): { entry: string; first: C }[] {
  const runs: { first: C; last: C }[] = [];
  for (const cidr of cidrs) {
    const run = runs.at(-1);
    if (run && !cidr.prefix && !run.last.prefix && (run.last.ip >>> 0) + 1 === cidr.ip >>> 0 && joins(run.last, cidr)) run.last = cidr;
    else runs.push({ first: cidr, last: cidr });
  }
  return runs.map(({ first, last }) => ({ entry: first === last ? cidrText(first) : `${cidrText(first)}+${last.ip - first.ip}`, first }));
}

export const formatCidrs = (cidrs: readonly Cidr[]): string[] => formatRuns(cidrs).map(({ entry }) => entry);
