/**
 * What one random pick from a subnet costs: ns per take + release, at several fills, for single addresses and for prefixes.
 *
 * Usage   node bench/subnet.ts [--small]
 * Ratio   beside the naive pick: a scan of the bytes of use for the k-th free address (or /28).
 */
import { draw } from '../src/core/random.ts';
import {
  createSubnets, freeCount, freePrefixCount, release, releasePrefix, takeAddress, takePrefix, USE, useAt, type Subnets,
} from '../src/core/subnet.ts';

export interface Measured { readonly name: string; readonly ns: number; readonly naiveNs: number; readonly hash: number }

const ROUNDS = 7;

/** Least CPU time of several rounds, per operation, in ns. */
function nsPer(operations: number, work: () => number): { ns: number; hash: number } {
  let best = Infinity;
  let hash = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    hash = work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1000) / operations);
  }
  return { ns: best, hash };
}

/** Fills a fraction of the subnet with single addresses of others, at random. */
function filled(prefixLength: number, share: number): Subnets {
  const t = createSubnets([{ base: 0x0a000000, prefixLength }]);
  const target = freeCount(t, 0) * (1 - share);
  for (let i = 0; freeCount(t, 0) > target; i++) takeAddress(t, 0, USE.others, draw(1, i));
  return t;
}

function naivePick(t: Subnets, drawn: number): number {
  let rank = Math.floor((drawn * freeCount(t, 0)) / 4294967296);
  for (let offset = 0; ; offset++) if (useAt(t, 0, offset) === USE.free && rank-- === 0) return offset;
}

function naiveBlock(t: Subnets, drawn: number): number {
  let rank = Math.floor((drawn * freePrefixCount(t, 0)) / 4294967296);
  for (let offset = 0; ; offset += 16) {
    let free = 0;
    while (free < 16 && useAt(t, 0, offset + free) === USE.free) free++;
    if (free === 16 && rank-- === 0) return offset;
  }
}

/** Holds 64 addresses at a time, so that consecutive picks do not wait for the same words. */
function addresses(t: Subnets, operations: number): number {
  const held = new Int32Array(64).fill(-1);
  let hash = 0;
  for (let i = 0; i < operations; i++) {
    const k = i & 63;
    if (held[k] >= 0) release(t, 0, held[k]);
    held[k] = takeAddress(t, 0, USE.secondary, draw(2, i));
    hash = (Math.imul(hash, 31) + held[k]) | 0;
  }
  for (const offset of held) if (offset >= 0) release(t, 0, offset);
  return hash;
}

function prefixes(t: Subnets, operations: number): number {
  let hash = 0;
  for (let i = 0; i < operations; i++) {
    const offset = takePrefix(t, 0, draw(3, i));
    hash = (Math.imul(hash, 31) + offset) | 0;
    if (offset >= 0) releasePrefix(t, 0, offset);
  }
  return hash;
}

function scans(operations: number, pick: (drawn: number) => number): number {
  let hash = 0;
  for (let i = 0; i < operations; i++) hash = (Math.imul(hash, 31) + pick(draw(4, i))) | 0;
  return hash;
}

export function benchSubnet(operations: number): Measured[] {
  const rows: Measured[] = [];
  for (const prefixLength of [16, 22]) {
    for (const share of [0.1, 0.5, 0.95]) {
      const t = filled(prefixLength, share);
      const { ns, hash } = nsPer(operations, () => addresses(t, operations));
      const naive = nsPer(operations / 100, () => scans(operations / 100, drawn => naivePick(t, drawn)));
      rows.push({ name: `/${prefixLength} address, ${share * 100} % full`, ns, naiveNs: naive.ns, hash });
    }
    const t = filled(prefixLength, 0.1);
    const { ns, hash } = nsPer(operations, () => prefixes(t, operations));
    const naive = nsPer(operations / 100, () => scans(operations / 100, drawn => naiveBlock(t, drawn)));
    rows.push({ name: `/${prefixLength} prefix, 10 % full`, ns, naiveNs: naive.ns, hash });
  }
  return rows;
}

if (import.meta.main) {
  const operations = process.argv.includes('--small') ? 10_000 : 2_000_000;
  for (const { name, ns, naiveNs, hash } of benchSubnet(operations)) {
    console.log(`${name.padEnd(28)} ${ns.toFixed(1).padStart(7)} ns   scan ${naiveNs.toFixed(0).padStart(7)} ns   ${(naiveNs / ns).toFixed(0).padStart(5)}x   hash ${hash >>> 0}`);
  }
}
