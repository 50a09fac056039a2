/**
 * Best nodes: for each demand a tree over the positions that knows the best score and how many nodes have it.
 *
 * Why     kube-scheduler takes the best of all nodes and draws among equals. A scan of 100,000 nodes per pod is 0.5 ms; equal nodes
 *         come in thousands, so they cannot be listed either. They can be counted: the k-th best in the order of node ids is found
 *         by walking down five levels of 16.
 * Shape   leaf: a node's score; block: (best of its 16 children, number of leaves that have it).
 *
 *           level 1         [ best 87, 3 leaves ]                      draw k in [0, 3)
 *           leaves   .. 87 0 12 | 87 87 40 ..                          the k-th 87 from the left
 *
 * Lazy    A tree is brought up to date when its demand is next asked for, from a ring of changed positions that all trees share. A
 *         change so costs each demand that is still asked for some 20 ns, and one that is not, nothing. A tree that fell too far behind is
 *         built anew.
 * Tried   Classes of equal nodes (shape and used resources): with the 151 request vectors of the openb trace nearly every node is a class of
 *         its own, so a demand's best is again a scan.
 */
import { assert } from '../../core/assert.ts';
import { NONE } from '../../core/units.ts';
import { scoreOf, scoreRecord, UNFIT } from './score.ts';
import { ABSENT, COUNTER, FAN_BITS, NODE, RECORD_BITS, type DemandIndex, type Scheduler } from './state.ts';

const FAN = 1 << FAN_BITS;

/** The node at this position has changed; trees will look at it again. */
export function noteChange(s: Scheduler, position: number): void {
  s.changes[s.counter[COUNTER.changeCount]++ & s.changeMask] = position;
}

/**
 * The node with the best score, the draw deciding among equals in the order of their ids.
 * @param drawn a uniform uint32
 * @returns its index, or NONE: the demand fits on no node
 */
export function findBest(s: Scheduler, d: DemandIndex, drawn: number): number {
  catchUp(s, d);
  const { best, bestCount, score, levelStart } = s;
  const tree = d * s.uppers;
  const top = tree + levelStart[levelStart.length - 1];
  const target = best[top];
  if (target === UNFIT) return NONE;
  let rank = Math.floor((drawn * bestCount[top]) / 4294967296);
  let block = 0;
  // Each walk ends inside its sixteen: the block above has more than `rank` leaves of the target.
  for (let level = levelStart.length - 2; level >= 0; level--) {
    block <<= FAN_BITS;
    for (let at = tree + levelStart[level] + block; ; at++, block++) {
      if (best[at] !== target) continue;
      if (rank < bestCount[at]) break;
      rank -= bestCount[at];
    }
  }
  let position = block << FAN_BITS;
  for (let at = d * s.leaves + position; ; at++, position++) if (score[at] === target && rank-- === 0) break;
  return s.nodeAt[position];
}

function catchUp(s: Scheduler, d: DemandIndex): void {
  const { counter, demand } = s;
  if (counter[COUNTER.orderLost] === 1) orderNodes(s);
  const end = counter[COUNTER.changeCount];
  const seen = demand.seen[d];
  if (seen === end) return;
  demand.seen[d] = end;
  if (seen === NONE || end - seen > Math.max(FAN, counter[COUNTER.positionEnd] >> 1)) build(s, d);
  else replay(s, d, seen, end);
}

/** Scores the changed leaves anew, and carries each difference up as far as it reaches. */
function replay(s: Scheduler, d: DemandIndex, from: number, end: number): void {
  const { nodes, nodeAt, match, changes, changeMask, mostAllocated, best, bestCount, score, levelStart } = s;
  const needCpu = s.demand.needCpu[d];
  const needMemory = s.demand.needMemory[d];
  const needGpu = s.demand.needGpu[d];
  const askedCpu = s.demand.scoreCpu[d];
  const askedMemory = s.demand.scoreMemory[d];
  const row = d * s.kinds;
  const firstLeaf = d * s.leaves;
  const tree = d * s.uppers;
  const levels = levelStart.length;
  for (let i = from; i < end; i++) {
    const position = changes[i & changeMask];
    const n = nodeAt[position];
    let oldBest = score[firstLeaf + position];
    let newBest = n === NONE ? UNFIT
      : scoreRecord(nodes, n << RECORD_BITS, match, row, needCpu, needMemory, needGpu, askedCpu, askedMemory, mostAllocated);
    if (oldBest === newBest) continue;
    score[firstLeaf + position] = newBest;
    let oldCount = 1;
    let newCount = 1;
    let block = position;
    for (let level = 0; level < levels; level++) {
      block >>= FAN_BITS;
      const at = tree + levelStart[level] + block;
      const b = best[at];
      const c = bestCount[at];
      if (newBest > b) {
        best[at] = newBest;
        bestCount[at] = newCount;
      } else {
        const count = c - (oldBest === b ? oldCount : 0) + (newBest === b ? newCount : 0);
        if (count > 0) bestCount[at] = count;
        else sum(s, d, level, block);
      }
      oldBest = b;
      oldCount = c;
      newBest = best[at];
      newCount = bestCount[at];
      if (oldBest === newBest && oldCount === newCount) break;
    }
  }
}

/** Best and count of one block from its children. */
function sum(s: Scheduler, d: DemandIndex, level: number, block: number): void {
  const { best, bestCount, score, levelStart } = s;
  let b = 0;
  let c = 0;
  if (level === 0) {
    const first = d * s.leaves + (block << FAN_BITS);
    for (let i = first; i < first + FAN; i++) {
      const value = score[i];
      if (value > b) {
        b = value;
        c = 1;
      } else if (value === b) c++;
    }
  } else {
    const first = d * s.uppers + levelStart[level - 1] + (block << FAN_BITS);
    for (let i = first; i < first + FAN; i++) {
      const value = best[i];
      if (value > b) {
        b = value;
        c = bestCount[i];
      } else if (value === b) c += bestCount[i];
    }
  }
  best[d * s.uppers + levelStart[level] + block] = b;
  bestCount[d * s.uppers + levelStart[level] + block] = c;
}

function build(s: Scheduler, d: DemandIndex): void {
  const { nodes, nodeAt, match, mostAllocated, score, levelStart } = s;
  const needCpu = s.demand.needCpu[d];
  const needMemory = s.demand.needMemory[d];
  const needGpu = s.demand.needGpu[d];
  const askedCpu = s.demand.scoreCpu[d];
  const askedMemory = s.demand.scoreMemory[d];
  const row = d * s.kinds;
  const first = d * s.leaves;
  const end = s.counter[COUNTER.positionEnd];
  for (let position = 0; position < end; position++) {
    const n = nodeAt[position];
    score[first + position] = n === NONE ? UNFIT
      : scoreRecord(nodes, n << RECORD_BITS, match, row, needCpu, needMemory, needGpu, askedCpu, askedMemory, mostAllocated);
  }
  score.fill(UNFIT, first + end, first + s.leaves);
  let blocks = s.leaves;
  for (let level = 0; level < levelStart.length; level++) {
    blocks = Math.ceil(blocks / FAN);
    for (let block = 0; block < blocks; block++) sum(s, d, level, block);
  }
}

/** Gives every node its place in the order of ids, without gaps; all trees are to be built again. */
function orderNodes(s: Scheduler): void {
  const { nodes, nodeAt, counter } = s;
  const present = new Int32Array(counter[COUNTER.nodeCount]);
  let count = 0;
  for (let n = 0; n < s.nodeCapacity; n++) if (nodes[(n << RECORD_BITS) + NODE.flags] !== ABSENT) present[count++] = n;
  present.sort((a, b) => nodes[(a << RECORD_BITS) + NODE.id] - nodes[(b << RECORD_BITS) + NODE.id]);
  nodeAt.fill(NONE);
  for (const [position, n] of present.entries()) {
    nodeAt[position] = n;
    nodes[(n << RECORD_BITS) + NODE.position] = position;
    assert(position === 0 || nodes[(present[position - 1] << RECORD_BITS) + NODE.id] < nodes[(n << RECORD_BITS) + NODE.id],
      'scheduler: two nodes have one id');
  }
  counter[COUNTER.positionEnd] = count;
  counter[COUNTER.lastId] = count === 0 ? NONE : nodes[(present[count - 1] << RECORD_BITS) + NODE.id];
  counter[COUNTER.orderLost] = 0;
  s.demand.seen.fill(NONE);
}

/** What must hold between any two events: a tree, once it has caught up, says what the nodes say, level by level. */
export function checkTrees(s: Scheduler): void {
  if (s.counter[COUNTER.orderLost] === 1) return; // the trees are void until the next placement
  for (let position = 0, last = NONE; position < s.positionCapacity; position++) {
    const n = s.nodeAt[position];
    if (n === NONE) continue;
    assert(s.nodes[(n << RECORD_BITS) + NODE.position] === position, 'scheduler: a node is not at its position');
    assert(last < s.nodes[(n << RECORD_BITS) + NODE.id], 'scheduler: the positions are not in the order of ids');
    last = s.nodes[(n << RECORD_BITS) + NODE.id];
  }
  for (let d = 0; d < s.demandCount; d++) {
    if (s.demand.seen[d] === NONE) continue;
    catchUp(s, d);
    const scores = Array.from({ length: s.leaves }, (_, p) => (s.nodeAt[p] === NONE ? UNFIT : scoreOf(s, d, s.nodeAt[p])));
    assert(scores.every((score, p) => s.score[d * s.leaves + p] === score), 'scheduler: a leaf is not its node\'s score');
    for (let level = 0; level < s.levelStart.length; level++) {
      const span = FAN ** (level + 1);
      for (let block = 0; block * span < s.leaves; block++) {
        const under = scores.slice(block * span, (block + 1) * span);
        const best = Math.max(...under);
        const at = d * s.uppers + s.levelStart[level] + block;
        assert(s.best[at] === best, 'scheduler: a block does not know its best');
        assert(s.bestCount[at] === under.filter(score => score === best).length, 'scheduler: a block miscounts its best');
      }
    }
  }
}
