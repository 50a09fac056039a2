/**
 * Modes and switches that no golden trace covers ("no oracle"): what the specification says of each, seen in a run.
 */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/runs/simulate.ts';

type Options = { maxPods?: string; type?: string; count?: number; env?: string; pods?: number; duration?: string; interfaces?: string; more?: string };
const run = async ({ maxPods = 'nodeadm', type = 'm5.large', count = 2, env = '{}', pods = 0, duration = '10m', interfaces = '[]', more = '' }: Options) =>
  (await simulate({
    file: 'inline.yaml', out: null, threads: 1,
    text: `
apiVersion: enisim/v1
duration: ${duration}
zones: [a]
vpc: { cidrs: [10.0.0.0/16] }
subnets: [{ name: s, cidr: 10.0.0.0/18, zone: a }]
cni: { env: ${env} }
nodeGroups: [{ name: g, instanceType: ${type}, maxPods: ${maxPods}, count: ${count}, interfaces: ${interfaces} }]
workloads: [{ kind: replicas, name: web, count: ${pods}, requests: { cpu: 10m, memory: 16Mi } }]
${more}`,
  })).summary;
const requests = (s: Awaited<ReturnType<typeof run>>, action: string) => s.ec2.find(a => a.action === action)?.requests ?? 0;

describe('IPv6', () => {
  const env = '{ ENABLE_IPv6: true, ENABLE_IPv4: false, ENABLE_PREFIX_DELEGATION: true }';

  it('serves every pod from one /80 a node, and no pool grows or shrinks', async () => {
    const s = await run({ env, pods: 200, maxPods: '110' });
    expect(s.pods.addressed).toBe(200);
    expect(s.failedSandboxes.count).toBe(0);
    expect(s.enis.atEnd).toBe(2);
    expect(s.addresses.atEnd).toMatchObject({ held: 0, assigned: 200 });
    expect(s.subnets[0].usable - s.subnets[0].availableAtEnd).toBe(2);
    expect(s.ec2).toEqual([]);
  });

  it('a node that starts asks for its /80 once', async () => {
    const s = await run({ env, count: 1, pods: 20, more: 'at: [{ time: 1m, add: { nodeGroup: g, count: 3 } }]' });
    expect(requests(s, 'AssignIpv6Addresses')).toBe(3);
    expect(requests(s, 'AssignPrivateIpAddresses')).toBe(0);
    expect(s.nodes.readyAtEnd).toBe(4);
  });
});

describe('several network cards', () => {
  it('without ENABLE_MULTI_NIC the other cards do not count', async () => {
    const s = await run({ type: 'c6in.32xlarge', count: 1 });
    expect(s.enis.atEnd).toBe(1);
  });

  it('card 1 keeps one ENI with one address: WARM_IP_TARGET and MINIMUM_IP_TARGET are 1 there', async () => {
    const s = await run({ type: 'c6in.32xlarge', count: 1, env: '{ ENABLE_MULTI_NIC: true }' });
    expect(s.enis.atEnd).toBe(2);
    expect(s.addresses.atEnd.held).toBe(49 + 1);
  });

  it('pods spill over to card 1 when card 0 has no address, and give it back there', async () => {
    const env = '{ ENABLE_MULTI_NIC: true, WARM_IP_TARGET: 1, MINIMUM_IP_TARGET: 1, MAX_ENI: 1 }';
    const s = await run({ type: 'c6in.32xlarge', count: 1, env, pods: 60 });
    expect(s.pods.addressed).toBe(60);
    expect(s.addresses.atEnd.assigned).toBe(60);
    expect(s.addresses.atEnd.held).toBe(60 + 2); // one spare on each card: pods spill while card 0 grows by one a turn
    const gone = await run({ type: 'c6in.32xlarge', count: 1, env, pods: 60, more: 'at: [{ time: 5m, terminate: { nodeGroup: g } }]' });
    expect(gone.subnets[0].availableAtEnd).toBe(gone.subnets[0].usable);
    expect(gone.addresses.atEnd).toMatchObject({ held: 0, assigned: 0, cooling: 0 });
  });

  it('with prefixes an idle card 1 releases and re-adds its only prefix every 30 s or so (surprise 12.5)', async () => {
    const s = await run({ type: 'c6in.32xlarge', count: 1, env: '{ ENABLE_MULTI_NIC: true, ENABLE_PREFIX_DELEGATION: true }' });
    expect(requests(s, 'UnassignPrivateIpAddresses')).toBeGreaterThanOrEqual(15);
    expect(requests(s, 'UnassignPrivateIpAddresses')).toBeLessThanOrEqual(21);
  });

  it('a restart gives every pod its address back on the card that had it', async () => {
    const env = '{ ENABLE_MULTI_NIC: true, WARM_IP_TARGET: 1, MINIMUM_IP_TARGET: 1, MAX_ENI: 1 }';
    const s = await run({ type: 'c6in.32xlarge', count: 1, env, pods: 60, more: 'at: [{ time: 5m, restart: {} }]' });
    expect(s.addresses.atEnd.assigned).toBe(60);
  });
});

describe('switches', () => {
  it('prefix delegation on a Xen type falls back to secondary addresses without a word', async () => {
    const s = await run({ type: 'm4.large', env: '{ ENABLE_PREFIX_DELEGATION: true }', pods: 4 });
    expect(s.prefixes.atEnd).toBe(0);
    expect(s.addresses.atEnd.held).toBeGreaterThan(0);
    expect(s.pods.addressed).toBe(4);
  });

  it('DISABLE_NETWORK_RESOURCE_PROVISIONING leaves the pool as it is attached: a fresh node has none and no pod gets an address', async () => {
    const s = await run({ env: '{ DISABLE_NETWORK_RESOURCE_PROVISIONING: true }', pods: 5 });
    expect(s.addresses.atEnd.held).toBe(0);
    expect(s.pods.addressed).toBe(0);
    expect(s.ec2).toEqual([]);
  });

  it('IMDS-only mode implies it, and no leak sweep', async () => {
    const s = await run({ env: '{ ENABLE_IMDS_ONLY_MODE: true, ENABLE_SUBNET_DISCOVERY: false }', duration: '3h' });
    expect(s.ec2).toEqual([]);
  });

  it('subnet discovery is on unless it is switched off: a tagged second subnet takes ENIs', async () => {
    const text = (discovery: string) => `
apiVersion: enisim/v1
duration: 5m
zones: [a]
vpc: { cidrs: [10.0.0.0/16] }
subnets:
  - { name: small, cidr: 10.0.0.0/27, zone: a, role: node }
  - { name: tagged, cidr: 10.0.32.0/20, zone: a, role: pod, tags: { kubernetes.io/role/cni: "1" } }
cni: { env: { ${discovery} } }
nodeGroups: [{ name: g, instanceType: m5.large, count: 1 }]
workloads: [{ kind: replicas, name: web, count: 20, requests: { cpu: 10m, memory: 16Mi } }]`;
    const taken = async (discovery: string) => {
      const { summary } = await simulate({ file: 'inline.yaml', text: text(discovery), out: null, threads: 1 });
      const tagged = summary.subnets.find(({ subnetId }) => subnetId === 'tagged')!;
      return tagged.usable - tagged.availableAtEnd;
    };
    expect(await taken('')).toBeGreaterThan(0);
    expect(await taken('ENABLE_SUBNET_DISCOVERY: false')).toBe(0);
  });
});

describe('ENIs that others attached', () => {
  const one = '[{ secondaryIps: 4 }]';
  const held = async (options: Options) => (await run({ count: 1, ...options })).addresses.atEnd.held;

  it('an untagged one is adopted with its addresses: MANAGE_UNTAGGED_ENI is on by default', async () => {
    expect(await held({})).toBe(9);
    expect(await held({ interfaces: one })).toBe(9 + 4); // nothing is short, so it is not filled
    expect((await run({ count: 1, interfaces: one, pods: 27 })).pods.addressed).toBe(27); // until pods come
  });

  it('MANAGE_UNTAGGED_ENI=false leaves it alone, and it takes the place of an ENI', async () => {
    expect(await held({ interfaces: one, env: '{ MANAGE_UNTAGGED_ENI: false }' })).toBe(9);
    const s = await run({ count: 1, interfaces: one, env: '{ MANAGE_UNTAGGED_ENI: false }', pods: 27 });
    expect(s.pods.addressed).toBe(18); // m5.large has 3 ENIs of 9: the third is another's
    expect(s.enis.atEnd).toBe(2);
  });

  it('no_manage "true" leaves it alone whatever the setting, any other text has it managed', async () => {
    const tagged = (text: string) => `[{ secondaryIps: 4, tags: { node.k8s.amazonaws.com/no_manage: "${text}" } }]`;
    expect(await held({ interfaces: tagged('true') })).toBe(9);
    expect(await held({ interfaces: tagged('false'), env: '{ MANAGE_UNTAGGED_ENI: false }' })).toBe(13);
  });

  it('a launched instance has them too, and gives all back at its end', async () => {
    const s = await run({ count: 1, interfaces: one, more: 'at: [{ time: 1m, add: { nodeGroup: g, count: 2 } }, { time: 8m, terminate: { nodeGroup: g } }]' });
    expect(s.nodes.readyAtEnd).toBe(0);
    expect(s.subnets[0].availableAtEnd).toBe(s.subnets[0].usable);
  });
});

describe('an instance type that the table does not know', () => {
  const type = 'z9.large, limits: { enis: 2, ipv4PerEni: 5, cpu: 2, memory: 4Gi }';

  it('runs by the limits that the scenario gives', async () => {
    const s = await run({ type, count: 1, maxPods: '20', pods: 10 });
    expect(s.pods.addressed).toBe(8); // 2 ENIs of 4 addresses
    expect(s.enis.atEnd).toBe(2);
  });

  it('and is refused without them', async () => {
    await expect(run({ type: 'z9.large' })).rejects.toThrow(/z9\.large/);
  });
});
