/**
 * What must hold of the controller's tables between any two events, recounted from the lists. Tests and `--verify` call it.
 */
import { assert } from '../../core/assert.ts';
import { NONE, type Ms } from '../../core/units.ts';
import type { Activities } from './activities.ts';
import { isVlanTaken, NOT_STAMPED, VLAN_COUNT, VLAN_WORDS, type Trunks } from './trunks.ts';

/** All trunks in use, given the activities that may hold branches. */
export function checkTrunk(t: Trunks, s: Activities, now: Ms): void {
  const refs = new Int32Array(t.branchCount);
  const walk = (head: number, visit: (b: number) => void): number => {
    let count = 0;
    for (let l = head; l !== NONE; l = t.nextLink[l]) {
      assert(++count <= t.linkCount, 'trunk: a list has no end');
      refs[t.linked[l]]++;
      visit(t.linked[l]);
    }
    return count;
  };
  const free = freeRows(t.freeTrunk, t.nextTrunk);
  let pods = 0;
  let links = 0;
  for (let k = 0; k < t.trunkCount; k++) {
    if (free.has(k)) continue;
    assert(t.users[k] > 0, 'trunk: one that is in use has users');
    assert(isVlanTaken(t, k, 0), 'trunk: VLAN id 0 is never free');
    for (let vlan = VLAN_COUNT + 1; vlan < VLAN_WORDS * 32; vlan++) assert(!isVlanTaken(t, k, vlan), 'trunk: there is no VLAN id above 120');
    const hold = (b: number) => {
      assert(t.stampedAt[b] === NOT_STAMPED || t.stampedAt[b] <= now, 'trunk: a branch was released in the future');
    };
    let recorded = 0;
    let uid = NONE;
    for (let p = t.firstPod[k]; p !== NONE; p = t.nextPod[p]) {
      assert(t.uid[p] > uid, 'trunk: pods stand in ascending order, each once');
      uid = t.uid[p];
      const count = walk(t.podHead[p], hold);
      recorded += count;
      pods++;
    }
    assert(recorded === t.recorded[k], 'trunk: the count of recorded branches is wrong');
    let last = NONE;
    for (let l = t.queueHead[k]; l !== NONE; l = t.nextLink[l]) last = l;
    assert(last === t.queueTail[k], 'trunk: the tail of the queue is not its last');
    const queued = walk(t.queueHead[k], hold);
    assert(queued === t.queued[k], 'trunk: the count of queued branches is wrong');
    links += recorded + queued;
  }
  for (let a = 0; a < s.activityCount; a++) {
    if (s.inUse[a] === 0) continue;
    links += walk(s.head[a], () => undefined) + walk(s.claims[a], () => undefined);
    if (s.branch[a] !== NONE) refs[s.branch[a]]++;
  }
  const freeBranches = freeRows(t.freeBranch, t.nextBranch);
  for (let b = 0; b < t.branchCount; b++) {
    assert(freeBranches.has(b) ? refs[b] === 0 : refs[b] === t.refs[b] && refs[b] > 0, 'trunk: a branch is held as often as it says');
  }
  assert(freeRows(t.freeLink, t.nextLink).size + links === t.linkCount, 'trunk: a link is neither free nor in a list');
  assert(freeRows(t.freePod, t.nextPod).size + pods === t.podCount, 'trunk: a pod is neither free nor recorded');
}

function freeRows(first: number, next: Int32Array): Set<number> {
  const rows = new Set<number>();
  for (let i = first; i !== NONE; i = next[i]) {
    assert(!rows.has(i), 'trunk: a row is free twice');
    rows.add(i);
  }
  return rows;
}
