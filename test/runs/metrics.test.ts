/** ipamd's series at the end of a run: metrics.prom is read back and laid beside the tables of the same run. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/runs/simulate.ts';
import { parsePrometheus, type Parsed } from '../results/prom.ts';

const scenario = (more: string) => `
apiVersion: enisim/v1
duration: 20m
zones: [a]
vpc: { cidrs: [10.0.0.0/16] }
subnets: [{ name: sa, cidr: 10.0.0.0/24, zone: a }]
nodeGroups: [{ name: g, instanceType: m5.large, count: 4 }, { name: late, instanceType: m5.large, count: 2, launch: { at: 2m } }]
workloads: [{ kind: churn, name: jobs, arrivals: { ratePerMinute: 40 }, lifetime: 2m, requests: { cpu: 50m } }]
outputs: { bin: 5m }
${more}`;

async function run(more: string, { threads = 1, overrides = [] as string[] } = {}) {
  const out = mkdtempSync(join(tmpdir(), 'enisim-metrics-'));
  try {
    const { manifest } = await simulate({ file: 'inline.yaml', text: scenario(more), overrides, out, metrics: 'prom', threads });
    const rows = (table: string) => tableFromIPC(readFileSync(join(out, `${table}.arrow`))).toArray().map(row => row.toJSON() as Record<string, unknown>);
    const text = readFileSync(join(out, 'metrics.prom'), 'utf8');
    return { threads: manifest!.threads, text, families: parsePrometheus(text), cluster: rows('cluster'), nodes: rows('nodes'), calls: rows('calls') };
  } finally {
    rmSync(out, { recursive: true });
  }
}

const seriesOf = (families: ReadonlyMap<string, Parsed>, name: string) => families.get(`awscni_${name}`)?.series ?? new Map<string, number>();
const value = (families: ReadonlyMap<string, Parsed>, name: string, labels = '') => seriesOf(families, name).get(`{${labels}}`);
const sum = (rows: readonly Record<string, unknown>[], column: string) => rows.reduce((total, row) => total + Number(row[column]), 0);

describe('metrics.prom', () => {
  it('agrees with the tables of the run', async () => {
    const { families, cluster, nodes, calls } = await run('');
    const end = cluster.at(-1)!;
    expect(value(families, 'add_ip_req_count')).toBe(sum(cluster, 'addIpReqCount'));
    expect(value(families, 'del_ip_req_count', 'reason="PodDeleted"')).toBe(sum(cluster, 'delIpReqCount'));
    expect(value(families, 'no_available_ip_addresses')).toBe(sum(cluster, 'noAvailableIpAddresses'));
    expect(value(families, 'eni_allocated')).toBe(end.eniAllocated);
    expect(value(families, 'total_ip_addresses')).toBe(end.totalIpAddresses);
    expect(value(families, 'assigned_ip_addresses')).toBe(end.assignedIpAddresses);
    expect(value(families, 'eni_max')).toBe(6 * 3);
    expect(value(families, 'ip_max')).toBe(6 * 3 * 9);

    // single nodes: the last row's levels, the sums of the counters
    for (const node of new Set(nodes.map(row => String(row.node)))) {
      const own = nodes.filter(row => row.node === node);
      const label = `node="${node}"`;
      expect(value(families, 'total_ip_addresses', label)).toBe(own.at(-1)!.totalIpAddresses);
      expect(value(families, 'eni_max', label)).toBe(own.at(-1)!.eniMax);
      expect(value(families, 'add_ip_req_count', label)).toBe(sum(own, 'addIpReqCount'));
      expect(value(families, 'reconcile_count', `fn="eniDataStorePoolReconcileAdd",${label}`)).toBe(sum(own, 'reconcileCountEniDataStorePoolReconcileAdd'));
      const perEni = [...seriesOf(families, 'assigned_ip_per_eni')].filter(([labels]) => labels.includes(label));
      expect(perEni.reduce((total, [, count]) => total + count, 0)).toBe(own.at(-1)!.assignedIpAddresses);
    }
    expect(sum(nodes, 'reconcileCountEniDataStorePoolReconcileAdd')).toBeGreaterThan(0);

    // nothing was refused, so a call is a request
    for (const [labels, count] of seriesOf(families, 'ec2api_req_count')) expect(calls.filter(row => labels === `{fn="${String(row.action)}"}`)).toHaveLength(count);
    expect(value(families, 'ipamd_node_initialization_duration_seconds', '')).toBeUndefined();
    expect(seriesOf(families, 'ipamd_node_initialization_duration_seconds').get('_count{success="true"}')).toBe(2);
  });

  it('gives the time of a call from its first attempt to its last answer', async () => {
    const { families, calls } = await run('');
    const latency = seriesOf(families, 'aws_api_latency_ms');
    const attaches = calls.filter(row => row.action === 'AttachNetworkInterface');
    expect(attaches.length).toBeGreaterThan(0);
    expect(latency.get('_sum{api="AttachNetworkInterface",error="false",status="200"}')).toBe(sum(attaches, 'latency'));
  });

  it("counts ipamd's errors by function, EC2's by code, and both in the tables", async () => {
    const { families, cluster, nodes, calls } = await run('at: [{ time: 1m, fault: { action: CreateNetworkInterface, code: UnauthorizedOperation, for: 18m } }]');
    const failed = calls.filter(row => row.code === 'UnauthorizedOperation').length;
    expect(failed).toBeGreaterThan(0);
    expect(value(families, 'ec2api_error_count', 'fn="CreateNetworkInterface"')).toBe(failed);
    expect(value(families, 'aws_api_error_count', 'api="CreateNetworkInterface",error="UnauthorizedOperation"')).toBe(failed);
    expect(value(families, 'ipamd_error_count', 'fn="increaseIPPoolAllocENI"')).toBe(failed);
    expect(value(families, 'ipamd_error_count', 'fn="increaseIPPoolAllocIPAddressesFailed"')).toBe(0);
    expect(sum(cluster, 'ipamdErrorCount')).toBe(failed);
    expect(sum(nodes, 'ipamdErrorCount')).toBe(failed);
  });

  it('is the same for two threads', async () => {
    const overrides = ['nodeGroups.g.count=450', 'subnets[0].cidr=10.0.0.0/18', 'workloads.jobs.arrivals.ratePerMinute=6000', 'duration=8m'];
    const [one, two] = [await run('at: [{ time: 5m, restart: { maxUnavailable: 50% } }]', { overrides }), await run('at: [{ time: 5m, restart: { maxUnavailable: 50% } }]', { overrides, threads: 2 })];
    expect([one.threads, two.threads]).toEqual([1, 2]);
    expect(two.text).toBe(one.text);
    expect(value(one.families, 'ec2api_req_count', 'fn="CreateNetworkInterface"')).toBeGreaterThan(100);
  });
});
