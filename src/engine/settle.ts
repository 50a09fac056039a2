/**
 * Settle: a node that exists when the run starts, Ready, with the pool that an idle agent keeps.
 *
 * Why     The agent starts some time before moment 0 and works through its turns, each of its calls answered at once and by nobody
 *         refused: what a real node of some age would look like, by the same functions, without simulating its past.
 */
import { attach, freeDevice, hold } from '../core/attached.ts';
import { ENI_PRIMARY, ENI_TAGGED, N, NODE_WAS_READY, type Blocks } from '../core/node.ts';
import { LOWEST, pickableCount, takeAddress, USE, type SingleUse } from '../core/subnet.ts';
import { draw, STREAM, streamKey } from '../core/random.ts';
import { NEVER, NONE, type Block, type Ms } from '../core/units.ts';
import { resume, startInit, startTick } from './ipamd/agent.ts';
import { CALL, E_NO_SUBNET, OK } from './ipamd/calls.ts';
import { cardBlock, cardCount, cardSettings, carryBack, carryTo } from './ipamd/cards.ts';
import { RESULT } from './ipamd/places.ts';
import type { Settings } from './ipamd/settings.ts';
import { assignAddresses, attachInterface, createInterface, deleteInterface, unassignAddresses } from './ec2/effects.ts';
import { candidates, type Ec2 } from './ec2/server.ts';
import { PHASE } from './agentLoop.ts';
import type { OtherEni } from './plan.ts';
import { bookReconciles, scheduleReconcile, scheduleTurn, setBand, turnMs } from './turns.ts';

const AGE_MS = 600_000;
const TURNS_MAX = 100;

/** The instance's ENIs take their addresses, the primary one and those that others attach. False, and none taken: the subnet has too few. */
export function takeInterfaces(e: Ec2, b: Blocks, n: Block, flags: number, others: readonly OtherEni[]): boolean {
  const { w } = b;
  const subnet = w[n + N.primarySubnet];
  const wanted = others.reduce((sum, { secondaryIps }) => sum + 1 + secondaryIps, 1);
  if (pickableCount(e.subnets, subnet) < wanted) return false;
  takeEni(e, b, n, ENI_PRIMARY | flags, 0);
  for (const other of others) takeEni(e, b, n, other.flags, other.secondaryIps);
  return true;
}

function takeEni(e: Ec2, b: Blocks, n: Block, flags: number, secondaryIps: number): void {
  const { w } = b;
  const subnet = w[n + N.primarySubnet];
  const take = (use: SingleUse) => {
    const chance = e.lowestFree ? LOWEST : draw(streamKey(w[n + N.key], STREAM.addressPick, 0), w[n + N.picks]++);
    return (e.subnets.base[subnet] + takeAddress(e.subnets, subnet, use, chance)) | 0;
  };
  const a = attach(b, n, w[n + N.eniNumberNext], freeDevice(b, n), flags, subnet, take(USE.eniPrimary), NEVER);
  for (let i = 0; i < secondaryIps; i++) hold(b, n, a, take(USE.secondary), false);
  e.eniCount++;
}

/** Answers the agent's call at once. */
function answer(e: Ec2, b: Blocks, n: Block, c: Settings, excluded: Uint8Array, at: Ms): void {
  const { w, at: layout } = b;
  const count = Math.min(w[n + N.callCount], c.slotsPerEni);
  let code: number = OK;
  switch (w[n + N.call]) {
    case CALL.allocEni: {
      const given = w[n + N.callSubnet];
      const many = given === NONE ? candidates(e, b, n, c) : 1;
      if (given !== NONE) w[n + layout.candidate] = given;
      code = E_NO_SUBNET;
      for (let i = 0; i < many && code !== OK; i++) code = createInterface(e, b, n, w[n + layout.candidate + i], count, c.prefixMode);
      if (code === OK) {
        e.eniCount++;
        code = attachInterface(b, n, c.eniLimit, freeDevice(b, n), at);
      }
      break;
    }
    case CALL.allocIps:
      code = assignAddresses(e, b, n, w[n + N.callEni], count, c.prefixMode, c.slotsPerEni);
      break;
    case CALL.deallocIps:
    case CALL.deallocPrefixes:
      code = unassignAddresses(e, b, n, w[n + N.callEni], w[n + N.call] === CALL.deallocPrefixes, NEVER);
      break;
    case CALL.freeEni:
      deleteInterface(e, b, n, w[n + N.callEni]);
      e.eniCount--;
      break;
    case CALL.isSubnetExcluded:
      w[n + N.replyCount] = excluded[w[n + N.callSubnet]];
      break;
    default:
  }
  w[n + N.replyError] = code;
}

/**
 * Brings a fresh block with its identity set into the settled state at moment 0.
 * @returns false if the subnet had too few addresses for the instance's own ENIs: the node does not exist
 */
export function settleNode(e: Ec2, b: Blocks, n: Block, c: Settings, excluded: Uint8Array, others: readonly OtherEni[]): boolean {
  const { w } = b;
  if (!takeInterfaces(e, b, n, ENI_TAGGED, others)) return false;
  let failed = false;
  for (let k = 0; k < cardCount(c) && !failed; k++) failed = !settleCard(e, b, n, k, c, excluded);
  if (failed) { // as on a real node: it starts again and again
    w[n + N.phase] = PHASE.launching;
    w[n + N.wakeAt] = draw(streamKey(w[n + N.key], STREAM.loopPhase, 0), 0) % 10_000;
    return true;
  }
  w[n + N.phase] = PHASE.ready;
  w[n + N.readyAt] = -AGE_MS;
  w[n + N.nodeFlags] |= NODE_WAS_READY;
  w[n + N.loopAt] = draw(streamKey(w[n + N.key], STREAM.loopPhase, 0), 0) % turnMs(c);
  b.dropped.count = 0;
  bookReconciles(b, n, c, 0);
  w[n + N.reconcileAdds] = 0; // counters begin at moment 0
  setBand(b, n, c);
  scheduleTurn(b, n, c, 0);
  scheduleReconcile(b, n, c, 0);
  return true;
}

/** One card's data store: nodeInit, then turns until one does nothing. False: nodeInit failed. */
function settleCard(e: Ec2, b: Blocks, n: Block, k: number, c: Settings, excluded: Uint8Array): boolean {
  const { w } = b;
  const m = cardBlock(b.at, n, k);
  const own = cardSettings(c, k);
  let t = -AGE_MS;
  const finish = (done: boolean): void => {
    while (!done) {
      answer(e, b, m, own, excluded, t);
      done = resume(b, m, own, t);
    }
  };
  if (k > 0) carryTo(b, n, k);
  finish(startInit(b, m, own, t));
  if (w[m + N.result] === RESULT.failed) return false;
  for (let turn = 0; turn < TURNS_MAX && c.provisioning && c.ipv6 !== true; turn++) {
    t += turnMs(c);
    const done = startTick(b, m, own, t);
    if (done) break;
    finish(done);
  }
  if (k > 0) carryBack(b, n, k);
  return true;
}
