/**
 * The state of ipamd as a trace writes it, in full or as what changed since the line before.
 *
 * Source  test/golden/ipamd/README.md §6.
 */
import { ENI_EXCLUDED, ENI_PRIMARY, ENI_TRUNK, N, S } from '../../core/node.ts';
import { NEVER, NONE, PREFIX_BITS } from '../../core/units.ts';
import { isPrefix, isTaken, ownedOfSlot } from '../../engine/ipamd/datastore.ts';
import { byAddress, formatCidrs, formatRuns, type Cidr } from './addresses.ts';
import { countedFree, type Replay } from './node.ts';
import type { EniDump, StateDump } from './trace.ts';

interface CidrState extends Cidr { readonly assigned: number; readonly cooling: number }
interface EniState {
  readonly i: number;
  readonly dev: number;
  readonly primary: number;
  readonly trunk: number;
  readonly excl: number;
  readonly sub: string;
  readonly cidrs: readonly CidrState[];
}

/** A moment of the whole state, to compare the next one with. */
export interface State {
  readonly n: readonly number[];
  readonly raw: readonly number[];
  readonly tm: readonly (number | null)[];
  readonly rc: number;
  readonly enis: readonly EniState[];
}

export const NOTHING: State = { n: [0, 0, 0, 0, 0], raw: [0, 0, 0], tm: [null, null, null], rc: 0, enis: [] };

const secondsOf = (t: number): number | null => (t === NEVER ? null : t / 1000);

export function readState(replay: Replay): State {
  const { b, n, settings } = replay;
  const { w, at } = b;
  const coolingBySlot = countCooling(replay);
  const enis: EniState[] = [];
  let cooling = 0;
  for (let e = 0; e < at.enis; e++) {
    const i = w[n + at.eniNumber + e];
    if (i === NONE) continue;
    const flags = w[n + at.eniFlags + e];
    const cidrs: CidrState[] = [];
    for (let slot = 0; slot < at.slots; slot++) {
      if (!isTaken(b, n, e, slot)) continue;
      const row = e * at.slots + slot;
      const prefix = isPrefix(b, n, e, slot);
      const cidr = { ip: w[n + at.slotAddress + row], prefix, assigned: ownedOfSlot(b, n, row), cooling: coolingBySlot.get(row) ?? 0 };
      if (prefix === settings.prefixMode && (flags & ENI_EXCLUDED) === 0) cooling += cidr.cooling;
      cidrs.push(cidr);
    }
    enis.push({
      i, dev: w[n + at.eniDevice + e], primary: Number((flags & ENI_PRIMARY) !== 0), trunk: Number((flags & ENI_TRUNK) !== 0),
      excl: Number((flags & ENI_EXCLUDED) !== 0), sub: replay.subnetIds[w[n + at.eniSubnet + e]], cidrs: cidrs.sort(byAddress),
    });
  }
  const total = w[n + S.total];
  const assigned = w[n + S.assigned];
  const prefixes = w[n + S.rawPrefixes];
  return {
    n: [total, assigned, cooling, total - assigned, prefixes],
    raw: [w[n + S.rawTotal], w[n + S.rawAssigned], prefixes],
    tm: [secondsOf(w[n + N.lastAction]), secondsOf(w[n + N.lastDecrease]), secondsOf(w[n + N.lastInsufficient])],
    rc: w[n + S.cacheCount],
    enis: enis.sort((a, c) => a.i - c.i),
  };
}

/** Cooling addresses by slot row. The ring may still hold some whose cooldown has ended. */
function countCooling({ b: { w, at }, n, settings, now }: Replay): Map<number, number> {
  const bySlot = new Map<number, number>();
  for (let i = 0; i < w[n + S.coolCount]; i++) {
    const place = (w[n + S.coolHead] + i) % at.cooling;
    if (now - w[n + at.coolAt + place] > settings.cooldownMs) continue;
    const row = w[n + at.coolRef + place] >> PREFIX_BITS;
    bySlot.set(row, (bySlot.get(row) ?? 0) + 1);
  }
  return bySlot;
}

const sameCounts = (a: CidrState, b: CidrState) => a.assigned === b.assigned && a.cooling === b.cooling;
const isSame = (a: Cidr, b: Cidr) => a.ip === b.ip && a.prefix === b.prefix;
const sumOf = (cidrs: readonly CidrState[], field: 'assigned' | 'cooling') => cidrs.reduce((sum, cidr) => sum + cidr[field], 0);

function dumpEni(eni: EniState, before: EniState | undefined): EniDump | undefined {
  const { i, dev, primary, trunk, excl, sub, cidrs } = eni;
  const changed = cidrs.filter(cidr => !before?.cidrs.some(old => isSame(old, cidr) && sameCounts(old, cidr)));
  const gone = before?.cidrs.filter(old => !cidrs.some(cidr => isSame(old, cidr))) ?? [];
  if (before && changed.length === 0 && gone.length === 0) return undefined;
  const c = formatRuns(changed, sameCounts).map(({ entry, first }) => [entry, first.assigned, first.cooling] as const);
  return {
    i,
    ...(before ? {} : { dev, primary, trunk, excl, sub }),
    n: [cidrs.length, sumOf(cidrs, 'assigned'), sumOf(cidrs, 'cooling')],
    ...(c.length > 0 ? { c } : {}),
    ...(gone.length > 0 ? { x: formatCidrs(gone) } : {}),
  };
}

const dumpEnis = (now: State, before: State): EniDump[] =>
  now.enis.flatMap(eni => dumpEni(eni, before.enis.find(({ i }) => i === eni.i)) ?? []);

export function dumpFull(replay: Replay, now: State): StateDump {
  return {
    full: 1, n: now.n, raw: now.raw, e: dumpEnis(now, NOTHING), tm: now.tm, rc: now.rc,
    free: Object.fromEntries(replay.header.subnets.map(({ id }, s) => [id, countedFree(replay, s)])),
  };
}

/** What changed; undefined when nothing did. */
export function dumpChange(now: State, before: State): StateDump | undefined {
  const differs = (a: readonly unknown[], b: readonly unknown[]) => a.some((value, i) => value !== b[i]);
  const e = dumpEnis(now, before);
  const gone = before.enis.filter(({ i }) => !now.enis.some(eni => eni.i === i)).map(({ i }) => i);
  const change = {
    ...(differs(now.n, before.n) ? { n: now.n } : {}),
    ...(differs(now.raw, before.raw) ? { raw: now.raw } : {}),
    ...(e.length > 0 ? { e } : {}),
    ...(gone.length > 0 ? { gone } : {}),
    ...(differs(now.tm, before.tm) ? { tm: now.tm } : {}),
    ...(now.rc !== before.rc ? { rc: now.rc } : {}),
  };
  return Object.keys(change).length > 0 ? change : undefined;
}
