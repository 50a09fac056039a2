import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loaderBeside } from '../../src/scenarios/files.ts';
import { formatProblem, ScenarioError } from '../../src/scenarios/problems.ts';
import { readScenario } from '../../src/scenarios/read.ts';

const folder = new URL('../data/aws-node/', import.meta.url);

function outcome(cni: object, more: object = {}, files: Readonly<Record<string, string>> = {}) {
  const text = stringify({
    apiVersion: 'enisim/v1', duration: '1h', zones: ['a', 'b'], vpc: { cidrs: ['10.0.0.0/16', '100.64.0.0/16'] },
    subnets: [
      { name: 'nodes-a', cidr: '10.0.0.0/24', zone: 'a' }, { name: 'nodes-b', cidr: '10.0.1.0/24', zone: 'b' },
      { name: 'pods-a', id: 'subnet-0aaa', cidr: '100.64.0.0/20', zone: 'a', role: 'pod', tags: { 'kubernetes.io/role/cni': 1 } },
      { name: 'pods-b', cidr: '100.64.16.0/20', zone: 'b', role: 'pod', tags: { 'kubernetes.io/role/cni': 1 } },
    ],
    nodeGroups: [{ name: 'w', instanceType: 'm5.large', count: 4, maxPods: 20 }],
    cni, ...more,
  });
  const beside = loaderBeside(new URL('scenario.yaml', folder).pathname);
  const load = (path: string) => (Object.hasOwn(files, path) ? new TextEncoder().encode(files[path]) : beside(path));
  try {
    const { scenario, warnings } = readScenario(text, { file: 'scenario.yaml', load });
    return { scenario, told: warnings.filter(({ path }) => path !== 'nodeGroups[0].maxPods').map(formatProblem) };
  } catch (error) {
    if (error instanceof ScenarioError) return { told: error.problems.map(formatProblem) };
    throw error;
  }
}
const envOf = (cni: object, files?: Readonly<Record<string, string>>) => outcome(cni, {}, files).scenario!.cni.env;

describe('cni.helmValues', () => {
  it('lays the values over what the chart sets, and makes ENIConfigs of theirs', () => {
    const { scenario, told } = outcome({ helmValues: 'values.yaml' });
    expect(scenario!.cni.env).toMatchObject({
      ENABLE_PREFIX_DELEGATION: true, WARM_PREFIX_TARGET: 2, WARM_ENI_TARGET: 1, WARM_IP_TARGET: 0, MAX_ENI: 3, HTTP_TIMEOUT: 10, AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: true,
      DISABLE_TCP_EARLY_DEMUX: true, NETWORK_POLICY_ENFORCING_MODE: '',
    });
    expect(scenario!.cni).toMatchObject({ version: '1.23.1', branchEniCooldownMs: 45_000 });
    expect(scenario!.eniConfigs.map(({ name, subnet, securityGroups }) => [name, scenario!.subnets[subnet].name, securityGroups])).toEqual([['a', 'pods-a', ['sg-0123']], ['b', 'pods-b', []]]);
    expect(told).toEqual([
      'values.yaml:13:3: warning: env.WARM_IP_TARGT: found the unknown variable WARM_IP_TARGT, expected a variable that aws-node reads (docs/environment.md); did you mean "WARM_IP_TARGET"?',
      'values.yaml:19:5: warning: extraEnv[1].HTTP_TIMEOUT: found "5", expected a whole number of at least 10; ipamd takes 10 instead',
      'values.yaml:31:20: warning: enableWindowsIpam: found enableWindowsIpam: true, expected Linux nodes: runs have no Windows nodes yet',
      'values.yaml:35:1: warning: noddeSelector: found the unknown key "noddeSelector", expected a key of the aws-vpc-cni chart; Helm passes it over; did you mean "nodeSelector"?',
    ]);
  });

  it("takes the EKS add-on's configurationValues", () => {
    const { scenario, told } = outcome({ helmValues: 'addon.json' });
    expect(scenario!.cni.env).toMatchObject({ ENABLE_PREFIX_DELEGATION: true, WARM_IP_TARGET: 4, MINIMUM_IP_TARGET: 10, WARM_PREFIX_TARGET: 1, NETWORK_POLICY_ENFORCING_MODE: 'standard' });
    expect(scenario!.eniConfigs).toEqual([]);
    expect(told).toEqual([]);
  });

  it('a later file wins, and env over all', () => {
    const files = { 'a.yaml': 'env: { WARM_IP_TARGET: 1, MINIMUM_IP_TARGET: 2, MAX_ENI: 3 }', 'b.yaml': 'env: { MINIMUM_IP_TARGET: 4, MAX_ENI: 5, WARM_ENI_TARGET: null }' };
    expect(envOf({ helmValues: ['a.yaml', 'b.yaml'], env: { MAX_ENI: 6 } }, files)).toMatchObject({ WARM_IP_TARGET: 1, MINIMUM_IP_TARGET: 4, MAX_ENI: 6, WARM_ENI_TARGET: 1 });
  });

  it('finds the values in those of a chart that has this one as a part', () => {
    expect(envOf({ helmValues: 'a.yaml' }, { 'a.yaml': 'other: 1\naws-vpc-cni: { env: { WARM_IP_TARGET: 7 } }' }).WARM_IP_TARGET).toBe(7);
  });

  it.each([
    ['a file that is not there', {}, 'scenario.yaml:36:15: error: cni.helmValues: found "a.yaml", expected a file that can be read: ENOENT'],
    ['no YAML', { 'a.yaml': 'env: {' }, 'a.yaml:1:1: error: found Flow map'],
    ['a list', { 'a.yaml': '- 1' }, 'a.yaml:1:1: error: found a list of 1, expected values of the aws-vpc-cni chart'],
    ['variables that are no map', { 'a.yaml': 'env: [1]' }, 'a.yaml:1:6: error: env: found a list of 1, expected a map of variables'],
    ['extraEnv without names', { 'a.yaml': 'extraEnv: [{ value: 1 }]' }, 'a.yaml:1:12: error: extraEnv[0]: found a map of value, expected a variable with name and value'],
    ['ENIConfigs without subnets', { 'a.yaml': 'eniConfig: { create: true }' }, 'a.yaml:1:12: error: eniConfig: found eniConfig.create without subnets'],
    ['an ENIConfig without id', { 'a.yaml': 'eniConfig: { create: true, subnets: { a: { securityGroups: [x] } } }' }, 'a.yaml:1:42: error: eniConfig.subnets.a: found a map of securityGroups'],
    ['an ENIConfig of a subnet that the scenario has not', { 'a.yaml': 'env: { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: true, ENI_CONFIG_LABEL_DEF: topology.kubernetes.io/zone }\neniConfig: { create: true, subnets: { a: { id: subnet-0b }, b: { id: pods-b } } }' }, 'scenario.yaml:36:15: error: cni.helmValues: found "subnet-0b", expected the name of a subnet'],
  ])('refuses %s', (_, files, problem) => {
    expect(outcome({ helmValues: 'a.yaml' }, {}, files).told).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ['branchENICooldown: 10', 30_000, 'found 10, expected at least 30, which the resource controller takes instead'],
    ['branchENICooldown: long', 60_000, 'found "long", expected a whole number of seconds; the resource controller takes 60'],
    ['branchENICooldown: "90"', 90_000, undefined],
  ])('keeps %s as the resource controller reads it', (text, ms, problem) => {
    const { scenario, told } = outcome({ helmValues: 'a.yaml' }, {}, { 'a.yaml': text });
    expect(scenario!.cni.branchEniCooldownMs).toBe(ms);
    expect(told).toEqual(problem === undefined ? [] : [expect.stringContaining(problem)]);
  });
});

describe('cni.manifest', () => {
  it("takes the DaemonSet's environment in place of the chart's, and its version", () => {
    const { scenario, told } = outcome({ manifest: 'daemonset.yaml' });
    expect(scenario!.cni.env).toMatchObject({ WARM_ENI_TARGET: 1, WARM_IP_TARGET: 8, WARM_PREFIX_TARGET: 0, MINIMUM_IP_TARGET: 0, CLUSTER_NAME: 'prod', ENABLE_IPv4: true, ADDITIONAL_ENI_TAGS: '', DISABLE_TCP_EARLY_DEMUX: true });
    expect(scenario!.cni.version).toBe('1.19.2');
    expect(told).toEqual([
      expect.stringMatching(/^scenario\.yaml:36:3: warning: cni\.version: found 1\.19\.2, expected 1\.23\.x/),
      'daemonset.yaml:46:19: warning: items[1].spec.template.spec.containers[0].env[8].MINIMUM_IP_TARGETS: found the unknown variable MINIMUM_IP_TARGETS, expected a variable that aws-node reads (docs/environment.md); did you mean "MINIMUM_IP_TARGET"?',
      'daemonset.yaml:52:19: warning: items[1].spec.template.spec.containers[0].env[10]: found ADDITIONAL_ENI_TAGS from elsewhere, expected a value; it is left out',
    ]);
  });

  it('is below helmValues, and both below env; a version that is written wins', () => {
    const { scenario } = outcome({ manifest: 'daemonset.yaml', helmValues: 'addon.json', env: { MINIMUM_IP_TARGET: 11 }, version: '1.23.0' });
    expect(scenario!.cni.env).toMatchObject({ WARM_IP_TARGET: 4, MINIMUM_IP_TARGET: 11, WARM_PREFIX_TARGET: 0 });
    expect(scenario!.cni.version).toBe('1.23.0');
  });

  it('refuses a file without the DaemonSet', () => {
    expect(outcome({ manifest: 'a.yaml' }, {}, { 'a.yaml': 'kind: DaemonSet\nspec: { template: { spec: { containers: [{ name: kube-proxy }] } } }' }).told).toEqual([
      'scenario.yaml:36:13: error: cni.manifest: found "a.yaml", expected a file with a DaemonSet that has a container aws-node',
    ]);
  });
});
