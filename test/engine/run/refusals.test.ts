/** A node that meets each of EC2's refusals: how it goes on. Sources: ipamd-spec §3.5, §3.6, §3.10. */
import { describe, expect, it } from 'vitest';
import { ACTION } from '../../../src/engine/actions.ts';
import { DID } from '../../../src/engine/decisions.ts';
import { E_FREE_ADDRESSES, E_THROTTLED, errorCode, OK } from '../../../src/engine/ipamd/calls.ts';
import { KEYS, openSession, rowsOf, runWhole } from './session.ts';

interface Asked { readonly env?: Record<string, string>; readonly held?: number; readonly cidr?: string; readonly at?: object[]; readonly enis?: number; readonly minutes?: number; readonly launching?: boolean }

/** One node whose agent finds its pool empty a minute after the start: `churn` takes every address. */
function callsOf({ env = {}, held = 0, cidr = '10.0.0.0/24', at = [], enis = 2, minutes = 8, launching = false }: Asked) {
  const session = runWhole(openSession({
    apiVersion: 'enisim/v1', seed: 5, duration: `${minutes}m`, zones: ['us-east-1a'], vpc: { cidrs: ['10.0.0.0/16'] },
    subnets: [{ name: 'a', cidr, zone: 'us-east-1a', held: held === 0 ? [] : [{ owner: 'other', count: held, at: '0s' }] }],
    cni: { env: { ENABLE_SUBNET_DISCOVERY: 'false', ...env } },
    nodeGroups: [{ name: 'n', count: 1, maxPods: 30, limits: { enis, ipv4PerEni: 10, cpu: '4', memory: '8Gi' }, launch: launching ? { state: 'launching', at: '1s', registered: '10s', agentStart: '1s' } : {} }],
    ec2: { buckets: 'unlimited', smallDescribeBucket: 'unlimited', latency: { default: '100ms' }, refusalLatency: { default: '50ms' } },
    workloads: [{ kind: 'replicas', name: 'web', count: 27, at: '1m' }], at, outputs: { tables: { decisions: true } },
  }));
  return { session, calls: rowsOf(session.logs.calls, KEYS.calls), decisions: rowsOf(session.logs.decisions, KEYS.decisions) };
}

describe('a subnet without addresses', () => {
  it('is drained one address a turn, then growth pauses for 120 s', () => {
    // /28: 11 addresses; a settled node takes 1 + 9, held 0: one is left, and pods want more
    const { calls } = callsOf({ cidr: '10.0.0.0/27', held: 11 }); // 27 usable - 11 - 10 = 6 left for an ENI that wants 10
    const asked = calls.filter(row => row.action === ACTION.assign || row.action === ACTION.create);
    const refused = asked.filter(row => row.code === E_FREE_ADDRESSES).map(row => row.requested);
    expect(refused.length).toBeGreaterThan(2);
    for (let i = 1; i < refused.length; i++) expect(refused[i] - refused[i - 1]).toBeGreaterThan(120_000);
  });

  it('gives what it has to ENIs that have slots, one address a turn', () => {
    // a node that starts with 5 addresses beside its own: asks for 9, gets 1, and so on
    const { calls } = callsOf({ cidr: '10.0.0.0/28', held: 5, launching: true, env: { WARM_ENI_TARGET: '1' } });
    const asked = calls.filter(row => row.action === ACTION.assign);
    expect(asked.slice(0, 12).map(({ countRequested, countGranted }) => [countRequested, countGranted])).toEqual([
      [9, 0], [1, 1], [8, 0], [1, 1], [7, 0], [1, 1], [6, 0], [1, 1], [5, 0], [1, 1], [4, 0], [1, 0],
    ]);
    const successes = asked.filter(row => row.code === OK).map(row => row.requested);
    for (let i = 2; i < successes.length; i++) expect(successes[i] - successes[i - 1]).toBeGreaterThanOrEqual(5000);
    const [, next] = asked.filter((row, i) => i >= 11 && row.countRequested === 4 || i === 11);
    expect(next.requested - asked[11].requested).toBeGreaterThan(120_000);
    expect(next.requested - asked[11].requested).toBeLessThan(126_000);
  });

  it('makes no pause with discovery on and no room for an ENI: two calls a turn, for ever', () => {
    const { calls } = callsOf({ cidr: '10.0.0.0/28', held: 5, launching: true, enis: 1, env: { ENABLE_SUBNET_DISCOVERY: 'true' } });
    const late = calls.filter(row => row.requested > 120_000 && row.number < 0x40000000); // the hourly sweep counts from there
    expect(late.length).toBeGreaterThan(100);
    expect(new Set(late.map(row => row.action))).toEqual(new Set([ACTION.assign]));
    expect(late.slice(0, 4).map(row => row.countRequested)).toEqual([4, 1, 4, 1]);
    expect(late[2].requested - late[0].requested).toBeLessThan(5200);
  });
});

describe('a request that is throttled', () => {
  const { calls } = callsOf({ at: [{ time: '50s', fault: { action: 'AssignPrivateIpAddresses', for: '4m' } }, { time: '50s', fault: { action: 'CreateNetworkInterface', for: '4m' } }] });
  const throttled = calls.filter(row => row.code === E_THROTTLED);

  it('is sent three times, after up to 2 s and up to 4 s', () => {
    expect(throttled.length).toBeGreaterThan(20);
    expect(new Set(throttled.map(row => row.attempt))).toEqual(new Set([1, 2, 3]));
    for (const [i, row] of throttled.entries()) {
      if (row.attempt === 1) continue;
      const before = throttled[i - 1];
      expect(row.attempt).toBe(before.attempt + 1);
      const delay = row.requested - (before.requested + before.latency);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(row.attempt === 2 ? 2000 : 4000);
    }
  });

  it('makes no pause: the next turn asks again', () => {
    const firsts = throttled.filter(row => row.attempt === 1).map(row => row.requested);
    for (let i = 1; i < firsts.length; i++) expect(firsts[i] - firsts[i - 1]).toBeLessThan(25_000);
  });
});

describe('an ENI that cannot be attached', () => {
  const { session, calls, decisions } = callsOf({ at: [{ time: '50s', fault: { action: 'AttachNetworkInterface', code: 'UnauthorizedOperation', for: '4m' } }] });

  it('is deleted at once, and the next turn makes another', () => {
    const failed = calls.filter(row => row.action === ACTION.attach && row.code === errorCode('UnauthorizedOperation'));
    expect(failed.length).toBeGreaterThan(5);
    for (const attach of failed) {
      const created = calls.filter(row => row.action === ACTION.create && row.requested < attach.requested).at(-1)!;
      const deleted = calls.find(row => row.action === ACTION.delete && row.requested > attach.requested)!;
      expect(deleted.code).toBe(OK);
      expect(deleted.eni).toBe(created.eni);
      expect(deleted.requested).toBe(attach.requested + attach.latency);
    }
    const creations = calls.filter(row => row.action === ACTION.create).map(row => row.requested);
    expect(creations[1] - creations[0]).toBeLessThan(6000);
    expect(session.run.ec2.leaked).toEqual([]);
  });

  it('is what the decision says', () => {
    const failed = decisions.filter(row => row.action === DID.createEni && row.error === errorCode('UnauthorizedOperation'));
    expect(failed.length).toBeGreaterThan(5);
    expect(failed.every(row => row.low === 1 && row.granted === 0 && row.eni === -1)).toBe(true);
  });
});
