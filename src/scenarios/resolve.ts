/**
 * Resolve: the sections that could be read become a Scenario, each checked against the others.
 *
 * Why     What could not be read is left out, and what refers to it is not reported again; so every check that can run does.
 */
import { resolveCni } from './agent.ts';
import { NO_FILES, type AgentFiles } from './chart.ts';
import { resolveEc2, resolveKubelet, resolveScheduler } from './cloud.ts';
import { checkVpc, reportTwins, resolveEniConfigs, resolveSubnets, type EniConfigInput, type Items } from './network.ts';
import { resolveNodeGroups, ROLE_TAG } from './nodeGroups.ts';
import type { Report } from './problems.ts';
import type { Cidr, Outputs, Scenario } from './scenario.ts';
import { SECTIONS, type Section, type SectionName } from './schema.ts';
import { resolveTimed, resolveWorkloads } from './workloads.ts';

type ListName = 'subnets' | 'nodeGroups' | 'workloads' | 'at';
export type Sections = {
  readonly [Name in Exclude<SectionName, ListName | 'vpc' | 'eniConfigs' | 'manifests'>]?: Section<Name>;
} & {
  readonly [Name in ListName]: Items<Section<Name>[number]>;
} & { readonly agent?: AgentFiles } & { readonly vpc: { readonly cidrs: readonly (Cidr | null)[] } } & { readonly eniConfigs: { readonly read: readonly EniConfigInput[]; readonly names: readonly string[] } };

/** What follows is complete if every section could be read; otherwise only the reports count. */
export function resolve(sections: Sections, report: Report): Scenario {
  const region = sections.region ?? 'us-east-1';
  const durationMs = sections.duration ?? Number.MAX_SAFE_INTEGER;
  const zoneNames = sections.zones ?? ['a', 'b', 'c'].map(letter => region + letter);
  reportTwins(zoneNames.map((name, z) => ({ name, path: ['zones', z] })), 'zone', report);
  const zones = [...zoneNames].sort().map(name => ({ name }));

  const blocks = sections.vpc.cidrs;
  checkVpc(blocks, report);
  const cidrs = blocks.filter(block => block !== null);
  const complete = cidrs.length === blocks.length;
  const subnets = resolveSubnets(sections.subnets, zones, complete ? cidrs : [], durationMs, report);
  const subnetNames = sections.subnets.names;
  const eniConfigs = resolveEniConfigs(sections.eniConfigs.read, subnets, subnetNames, report);

  const { cni, texts } = resolveCni(sections.cni ?? SECTIONS.cni.parse({}), sections.agent ?? NO_FILES, report);
  const around = { zones, subnets, subnetNames, eniConfigs, eniConfigNames: sections.eniConfigs.names, texts, cniVersion: cni.version };
  const nodeGroups = resolveNodeGroups(sections.nodeGroups, around, report);
  const groupNames = sections.nodeGroups.names;
  const customNetworking = nodeGroups.some(group => group.env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG);
  if (eniConfigs.length > 0 && nodeGroups.length > 0 && !customNetworking)
    report(['eniConfigs'], { found: 'ENIConfigs without custom networking', expected: 'cni.env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG to be true, or they have no effect', severity: 'warning' });

  if (!customNetworking && nodeGroups.length > 0) {
    for (const { item, index } of sections.subnets.read)
      if (item.role === 'pod' && (item.tags[ROLE_TAG] ?? '') === '')
        report(['subnets', index], { found: `${item.name} for pods, without custom networking and without a tag`, expected: `tags with ${ROLE_TAG}: 1 for subnet discovery, or no ENI ever goes there`, severity: 'warning' });
  }

  return {
    apiVersion: 'enisim/v1',
    name: sections.name ?? 'scenario',
    seed: sections.seed ?? 1,
    startUnixMs: sections.start ?? 0,
    durationMs,
    region,
    zones,
    vpc: { cidrs },
    subnets,
    eniConfigs,
    cni,
    nodeGroups,
    ec2: resolveEc2(sections.ec2 ?? SECTIONS.ec2.parse({})),
    kubelet: resolveKubelet(sections.kubelet ?? {}),
    scheduler: resolveScheduler(sections.scheduler ?? SECTIONS.scheduler.parse({})),
    workloads: resolveWorkloads(sections.workloads, nodeGroups, groupNames, report),
    at: resolveTimed(sections.at, { groups: nodeGroups, groupNames, zones, subnets }, durationMs, report),
    outputs: resolveOutputs(sections.outputs ?? SECTIONS.outputs.parse({})),
  };
}

function resolveOutputs({ bin, tables, nodes, pods }: Section<'outputs'>): Outputs {
  return { binMs: bin, tables, nodeSample: nodes.sample, podSample: pods.sample, podRowsMax: pods.maxRows };
}
