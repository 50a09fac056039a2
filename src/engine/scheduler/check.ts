/** Check: what must hold of a scheduler between any two events. Run by tests and on request; it reads everything. */
import { assert } from '../../core/assert.ts';
import { checkTrees } from './best.ts';
import { checkPending } from './pending.ts';
import { COUNTER, isPresent, NODE, RECORD_BITS, type Scheduler } from './state.ts';

export function checkScheduler(s: Scheduler): void {
  let present = 0;
  for (let n = 0; n < s.nodeCapacity; n++) {
    if (!isPresent(s, n)) continue;
    present++;
    const r = n << RECORD_BITS;
    assert(s.nodes[r + NODE.freePods] + s.nodes[r + NODE.daemonPods] <= s.nodes[r + NODE.pods], 'scheduler: more pods were released than bound');
    assert(s.nodes[r + NODE.freeCpu] <= s.nodes[r + NODE.cpu], 'scheduler: more CPU is free than there is');
  }
  assert(present === s.counter[COUNTER.nodeCount], 'scheduler: the count of nodes is wrong');
  checkTrees(s);
  checkPending(s);
}
