/**
 * Each thing that can happen to a node by scenario, in a run: what follows from it is read from the run's own tables.
 */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/runs/simulate.ts';

const base = (more: string) => `
apiVersion: enisim/v1
duration: 20m
zones: [a, b]
vpc: { cidrs: [10.0.0.0/16] }
subnets:
  - { name: sa, cidr: 10.0.0.0/23, zone: a }
  - { name: sb, cidr: 10.0.16.0/20, zone: b }
  - { name: extra, cidr: 10.0.32.0/20, zone: a, tags: { kubernetes.io/role/cni: "1" } }
nodeGroups:
  - { name: g, instanceType: m5.large, count: 8 }
workloads:
  - { kind: replicas, name: web, count: 40, requests: { cpu: 50m, memory: 64Mi } }
${more}`;

const run = async (more: string) => (await simulate({ file: 'inline.yaml', text: base(more), out: null, threads: 1 })).summary;
const requests = (summary: Awaited<ReturnType<typeof run>>, action: string) => summary.ec2.find(a => a.action === action)?.requests ?? 0;

describe('what happens at set times', () => {
  it('a settled cluster that nothing happens to asks nothing of EC2 once its pods have addresses', async () => {
    const summary = await run('');
    expect(summary.pods.addressed).toBe(40);
    expect(summary.addresses.atEnd.assigned).toBe(40);
    expect(summary.nodes.readyAtEnd).toBe(8);
  });

  it('WARM_IP_TARGET=1 rolled out gives back all but one spare address a node', async () => {
    const summary = await run('at: [{ time: 5m, set: { env: { WARM_IP_TARGET: 1 } } }]');
    expect(summary.addresses.atEnd.held).toBe(40 + 8);
    expect(summary.addresses.atEnd.assigned).toBe(40);
    expect(requests(summary, 'UnassignPrivateIpAddresses')).toBeGreaterThan(0);
  });

  it('prefix delegation switched on keeps the addresses of running pods and takes prefixes for the next ones', async () => {
    const summary = await run('at: [{ time: 5m, set: { env: { ENABLE_PREFIX_DELEGATION: true } } }]');
    expect(summary.addresses.atEnd.assigned).toBe(40);
    expect(summary.prefixes.atEnd).toBeGreaterThanOrEqual(8);
    expect(summary.failedSandboxes.count).toBe(0);
  });

  it('prefix delegation switched off again: the first pod that goes takes the free prefixes of its ENI with it (surprise 12.25)', async () => {
    const off = `at:
  - { time: 2m, set: { env: { ENABLE_PREFIX_DELEGATION: true } } }
  - { time: 6m, drain: { nodeGroup: g, share: 50% } }
  - { time: 8m, uncordon: { nodeGroup: g } }
  - { time: 10m, set: { env: { ENABLE_PREFIX_DELEGATION: false } } }
  - { time: 15m, drain: { nodeGroup: g, share: 25% } }`;
    const summary = await run(off);
    expect(summary.addresses.atEnd.assigned).toBe(40);
    expect(summary.subnets.reduce((sum, s) => sum + s.usable - s.availableAtEnd, 0)).toBe(summary.addresses.atEnd.held + summary.enis.atEnd);
  });

  it('a restart of ipamd keeps every address of every pod and asks for tags and descriptions again', async () => {
    const quiet = await run('');
    const summary = await run('at: [{ time: 5m, restart: { maxUnavailable: 50% } }]');
    expect(summary.addresses.atEnd).toEqual(quiet.addresses.atEnd);
    expect(requests(summary, 'DescribeNetworkInterfaces')).toBe(requests(quiet, 'DescribeNetworkInterfaces') + 8);
  });

  it('a drain moves the pods to other nodes; their addresses cool and stay warm', async () => {
    const summary = await run('at: [{ time: 5m, drain: { nodeGroup: g, share: 25% } }]');
    expect(summary.pods.created).toBe(50);
    expect(summary.pods.ended).toBe(10);
    expect(summary.addresses.atEnd.assigned).toBe(40);
    expect(summary.nodes.readyAtEnd).toBe(6);
  });

  it('a lost zone takes its nodes; the pods start in the other, and the lost ENIs keep their addresses', async () => {
    const summary = await run('at: [{ time: 5m, failZone: b }]');
    expect(summary.nodes.atEnd).toBe(4);
    expect(summary.addresses.atEnd.assigned).toBe(40);
    const [lost] = summary.subnets.filter(subnet => subnet.subnetId === 'sb');
    expect(lost.usable - lost.availableAtEnd).toBeGreaterThanOrEqual(4 * 10);
  });

  it('termination gives every address back', async () => {
    const summary = await run('at: [{ time: 5m, terminate: { nodeGroup: g, share: 50% } }]');
    const before = await run('');
    const held = (s: typeof summary) => s.subnets.reduce((sum, subnet) => sum + subnet.usable - subnet.availableAtEnd, 0);
    expect(summary.nodes.atEnd).toBe(4);
    expect(summary.addresses.atEnd.assigned).toBe(40);
    expect(held(summary)).toBe(summary.addresses.atEnd.held + summary.enis.atEnd);
    expect(held(before)).toBe(before.addresses.atEnd.held + before.enis.atEnd);
  });

  it('a fault is answered with its code while it lasts, and the SDK tries three times', async () => {
    const frugal = 'cni: { env: { WARM_IP_TARGET: 1 } }';
    const summary = await run(`${frugal}
at:
  - { time: 4m, fault: { action: AssignPrivateIpAddresses, code: UnauthorizedOperation, for: 5m } }
  - { time: 5m, set: { env: { WARM_IP_TARGET: 3 } } }`);
    const assign = summary.ec2.find(a => a.action === 'AssignPrivateIpAddresses')!;
    expect(assign.errors).toBeGreaterThan(0);
    const throttled = (await run(`${frugal}
at:
  - { time: 4m, fault: { action: AssignPrivateIpAddresses, for: 5m } }
  - { time: 5m, set: { env: { WARM_IP_TARGET: 3 } } }`)).ec2.find(a => a.action === 'AssignPrivateIpAddresses')!;
    expect(throttled.throttled).toBeGreaterThan(2 * 8);
    expect(throttled.granted).toBeGreaterThan(0);
  });

  it('a subnet that loses its tag is not chosen for new ENIs any more', async () => {
    const used = (s: Awaited<ReturnType<typeof run>>) => s.subnets.filter(x => x.subnetId === 'extra').reduce((sum, x) => sum + x.usable - x.availableAtEnd, 0);
    const grow = '{ time: 10m, set: { env: { WARM_ENI_TARGET: 2 } } }';
    const tagged = await run(`at: [${grow}]`);
    const untagged = await run(`at: [{ time: 5m, tag: { subnet: extra, value: null } }, ${grow}]`);
    expect(used(untagged)).toBeLessThan(used(tagged));
  });
});

describe('leaked ENIs', () => {
  const leaking = (env: string) => `${env}
at:
  - { time: 5m, terminate: { nodeGroup: g, share: 1% } }
  - { time: 6m, fault: { action: DeleteNetworkInterface, code: InternalError, for: 10m } }
  - { time: 6m, set: { env: { WARM_ENI_TARGET: 0 } } }`;
  const long = async (env: string) => (await simulate({ file: 'inline.yaml', text: base(leaking(env)), overrides: ['duration=3h'], out: null, threads: 1 })).summary;
  const unaccounted = (s: Awaited<ReturnType<typeof long>>) =>
    s.subnets.reduce((sum, subnet) => sum + subnet.usable - subnet.availableAtEnd, 0) - s.addresses.atEnd.held - s.enis.atEnd;

  it('hold their addresses when nobody looks for them', async () => {
    expect(unaccounted(await long('cni: { env: { DISABLE_LEAKED_ENI_CLEANUP: true } }'))).toBeGreaterThan(0);
  });

  it('are found and deleted by the next hourly sweep of any node', async () => {
    expect(unaccounted(await long(''))).toBe(0);
  });
});
