/**
 * Golden values in a run: a scenario of one node, with EC2's latencies, a scheduler and turns that are skipped when they would do nothing, settles
 * where the real program does.
 *
 * Why     A replay proves the functions; that a run calls them when it must is another matter.
 * Shape   Two pods of the node's K are aws-node and kube-proxy, so K is at least two more than the pods.
 */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/runs/simulate.ts';
import { findLimits } from '../../src/scenarios/limits.ts';
import { PREFIX, SECONDARY } from './golden.ts';
import type { Spec } from './harness.ts';

function scenario({ type, env, maxPods }: Spec, pods: number): string {
  const limits = findLimits(type)!;
  const k = Math.max(maxPods ?? limits.enis * (limits.ipv4PerEni - 1) + 2, pods + 2);
  const custom = env?.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG === true;
  return JSON.stringify({
    apiVersion: 'enisim/v1', duration: '30m', zones: ['a'], vpc: { cidrs: ['10.0.0.0/16'] },
    subnets: [{ name: 'nodes', cidr: '10.0.0.0/20', zone: 'a' }, { name: 'pods', cidr: '10.0.16.0/20', zone: 'a', role: 'pod' }],
    ...(custom && { eniConfigs: { a: { subnet: 'pods' } } }),
    cni: { order: 'lowest-first', defaults: 'code', env: { ENABLE_IPv4: true, ENABLE_SUBNET_DISCOVERY: false, ...env, ...(custom && { ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone' }) } },
    nodeGroups: [{ name: 'one', instanceType: type, count: 1, maxPods: k }],
    ...(pods > 0 && { workloads: [{ kind: 'replicas', name: 'pods', count: pods, at: '2m' }] }),
  });
}

async function atEnd(spec: Spec, pods: number) {
  const { summary } = await simulate({ file: 'inline.yaml', text: scenario(spec, pods), out: null, threads: 1, verify: true });
  const { held, assigned } = summary.addresses.atEnd;
  expect(assigned).toBe(pods);
  return { enis: summary.enis.atEnd, total: held, prefixes: summary.prefixes.atEnd, free: held - assigned };
}

describe.each(SECONDARY)('%s', (_, spec, ...rows) => {
  it.each(rows)('%i pods: %i ENIs, %i addresses of which %i free', async (pods, enis, total, free) => {
    expect(await atEnd(spec, pods)).toMatchObject({ enis, total, free });
  });
});

describe.each(PREFIX)('prefixes on %s', (_, spec, ...rows) => {
  it.each(rows)('%i pods: %i ENIs, %i prefixes, %i addresses free', async (pods, enis, prefixes, free) => {
    expect(await atEnd(spec, pods)).toMatchObject({ enis, prefixes, free });
  });
});
