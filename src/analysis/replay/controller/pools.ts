/**
 * Windows pools as the traces write them, and the replay of kind `pool`: direct operations on one pool.
 */
import { dotted, NONE, type Ms } from '../../../core/units.ts';
import {
  ASSIGN, assign, checkPool, createPools, FREE, free, idOf, ipOf, JOB, openPool, processCooldown, reconcile, reconcilesAfter, resourceOf, resync, setToActive,
  setToDraining, updatePool, withoutMask, type PoolRow, type Pools, type ResourceId,
} from '../../../engine/windows/pool.ts';
import { parseIp } from '../addresses.ts';
import type { LineReplay } from './replay.ts';
import type { ControllerLine, TargetsDump } from './trace.ts';

/** How the ids of a pool are written: an address of secondary mode has the subnet's mask, one of a prefix has /32. */
export interface Spelling { readonly isPrefix: boolean; readonly mask: string }

export function parseId(text: string): ResourceId {
  const [ip, mask] = text.split('/');
  return mask === undefined ? withoutMask(idOf(parseIp(ip))) : idOf(parseIp(ip));
}

const withMask = (id: ResourceId, mask: string) => (id % 2 === 1 ? `${dotted(ipOf(id))}/${mask}` : dotted(ipOf(id)));
export const groupText = (id: ResourceId, { isPrefix, mask }: Spelling): string => withMask(id, isPrefix ? '28' : mask);
export const idText = (id: ResourceId, { isPrefix, mask }: Spelling): string => withMask(id, isPrefix ? '32' : mask);

/** A pool's state. */
export function poolDump(t: Pools, p: PoolRow, spelling: Spelling, podName: (pod: number) => string) {
  const place = (r: number) =>
    (spelling.isPrefix ? `${idText(t.resourceId[r], spelling)}@${groupText(t.resourceGroup[r], spelling)}` : idText(t.resourceId[r], spelling));
  const listed = <T>(head: number, dump: (r: number) => T): T[] => {
    const list: T[] = [];
    for (let r = head; r !== NONE; r = t.nextResource[r]) list.push(dump(r));
    return list;
  };
  const warm = [];
  for (let g = t.firstGroup[p]; g !== NONE; g = t.nextGroup[g]) {
    warm.push({ group: groupText(t.groupId[g], spelling), ids: listed(t.groupHead[g], r => idText(t.resourceId[r], spelling)) });
  }
  return {
    cooling: listed(t.firstCooling[p], r => ({ at: t.freedAt[r], id: place(r) })),
    pendingCreate: t.pendingCreate[p], pendingDelete: t.pendingDelete[p], prefixAvailable: t.prefixAvailable[p] === 1, resyncRequired: t.resyncRequired[p] === 1,
    targets: { desired: t.desired[p], maxDeviation: t.maxDeviation[p], minIp: t.minIp[p], warmIp: t.warmIp[p], warmPrefix: t.warmPrefix[p] },
    used: Object.fromEntries(listed(t.firstUsed[p], r => [podName(t.holder[r]), place(r)])),
    warm,
  };
}

export interface PoolHeader { readonly mode: string; readonly capacity: number; readonly targets: TargetsDump }

const OP_NAMES = { [JOB.none]: 'NoReconcile', [JOB.create]: 'Create', [JOB.delete]: 'Deleted', [JOB.resync]: 'ReSyncPool' } as Record<number, string>;
const ASSIGN_NAMES: Record<number, string> = {
  [ASSIGN.alreadyAssigned]: 'AlreadyAssigned', [ASSIGN.atMaxCapacity]: 'AtMaxCapacity', [ASSIGN.coolingDown]: 'CoolingDown',
  [ASSIGN.beingCreated]: 'BeingCreated', [ASSIGN.empty]: 'Empty', [ASSIGN.insufficientCidrBlocks]: 'InsufficientCidrBlocks',
};

interface PoolReplay { readonly t: Pools; readonly p: PoolRow; readonly spelling: Spelling; readonly pods: readonly string[]; now: Ms }

export function createPoolReplay({ mode, capacity, targets }: PoolHeader, lines: readonly ControllerLine[]): LineReplay {
  const isPrefix = mode === 'prefix';
  const texts = lines.flatMap(({ resources, upstream, id }) => [...(resources ?? []), ...(upstream ?? []), ...(id ? [id] : [])]);
  const groups = lines.reduce((sum, { resources, upstream }) => sum + (resources?.length ?? 0) + (upstream?.length ?? 0), 1);
  const t = createPools({ pools: 1, groups, resources: groups * (isPrefix ? 16 : 1) });
  const replay: PoolReplay = {
    t, p: openPool(t, capacity, isPrefix, targets), spelling: { isPrefix, mask: texts.find(text => text.includes('/'))?.split('/')[1] ?? '32' },
    pods: [...new Set(lines.flatMap(({ pod }) => (pod === undefined ? [] : [pod])))], now: 0,
  };
  return {
    run(line) {
      replay.now = line.t;
      const result = operate(replay, line);
      return { result, state: poolDump(t, replay.p, replay.spelling, pod => replay.pods[pod]) };
    },
    check: () => checkPool(t, replay.p, replay.now),
  };
}

function operate({ t, p, spelling, pods, now }: PoolReplay, line: ControllerLine): unknown {
  const pod = pods.indexOf(line.pod ?? '');
  switch (line.op) {
    case 'assign': {
      const outcome = assign(t, p, pod);
      const id = outcome === ASSIGN.ok ? idText(t.resourceId[resourceOf(t, p, pod)], spelling) : '';
      return { err: ASSIGN_NAMES[outcome] ?? null, id, reconcile: reconcilesAfter(outcome) };
    }
    case 'free': {
      const outcome = free(t, p, pod, parseId(line.id ?? ''), now);
      return { err: outcome === FREE.ok ? null : outcome === FREE.doesNotExist ? 'DoesNotExist' : 'WrongOwner', reconcile: outcome === FREE.ok };
    }
    case 'reconcile': return { job: jobDump(t, spelling, reconcile(t, p)) };
    case 'drain': return { job: jobDump(t, spelling, setToDraining(t, p)) };
    case 'activate': return { job: jobDump(t, spelling, setToActive(t, p, line.targets!)) };
    case 'processCooldown': return { more: processCooldown(t, p, now) };
    case 'jobDone': {
      const job = line.job?.op === 'Create' ? JOB.create : JOB.delete;
      const groups = (line.resources ?? []).map(parseId);
      const outcome = { job, count: line.job?.count ?? 0, ok: line.ok ?? false, prefixAvailable: line.prefixAvailable ?? false };
      return { reconcile: updatePool(t, p, outcome, groups) };
    }
    case 'resync':
      resync(t, p, (line.upstream ?? []).map(parseId));
      return {};
    default: throw new Error(`replay: a pool has no operation "${line.op}"`);
  }
}

function jobDump({ list, listLength, jobCount }: Pools, spelling: Spelling, op: number): unknown {
  if (op === JOB.create) return { count: jobCount, op: OP_NAMES[op] };
  if (op !== JOB.delete) return { op: OP_NAMES[op] };
  return { count: jobCount, op: OP_NAMES[op], resources: [...list.subarray(0, listLength)].map(group => groupText(group, spelling)) };
}
