import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loaderBeside } from '../../src/scenarios/files.ts';
import { INITIAL_SCENARIO } from '../../src/scenarios/init.ts';
import { formatProblem, ScenarioError, type Problem } from '../../src/scenarios/problems.ts';
import { readScenario, type ReadResult } from '../../src/scenarios/read.ts';
import { EC2_ACTIONS, FOREVER, type Scenario } from '../../src/scenarios/scenario.ts';

const root = new URL('../../', import.meta.url);
const noFiles = (path: string): Uint8Array => {
  throw new Error(`no file ${path}`);
};

type Outcome = { readonly scenario?: Scenario; readonly problems: readonly Problem[] };

function outcome(text: string, files: Readonly<Record<string, string>> = {}, overrides: readonly string[] = []): Outcome {
  const load = (path: string) => (Object.hasOwn(files, path) ? new TextEncoder().encode(files[path]) : noFiles(path));
  try {
    const { scenario, warnings } = readScenario(text, { file: 'a.yaml', load, overrides });
    return { scenario, problems: warnings };
  } catch (error) {
    if (error instanceof ScenarioError) return { problems: error.problems };
    throw error;
  }
}

/** A small valid scenario with changes laid over its top level. */
const BASE = {
  apiVersion: 'enisim/v1',
  duration: '1h',
  zones: ['a', 'b'],
  vpc: { cidrs: ['10.0.0.0/16', '100.64.0.0/16'] },
  subnets: [
    { name: 'nodes-a', cidr: '10.0.0.0/24', zone: 'a' },
    { name: 'nodes-b', cidr: '10.0.1.0/24', zone: 'b' },
    { name: 'pods-a', cidr: '100.64.0.0/20', zone: 'a', role: 'pod', tags: { 'kubernetes.io/role/cni': 1 } },
    { name: 'pods-b', cidr: '100.64.16.0/20', zone: 'b', role: 'pod', tags: { 'kubernetes.io/role/cni': 1 } },
  ],
  nodeGroups: [{ name: 'w', instanceType: 'm5.large', count: 3 }],
};
type Changes = Readonly<Record<string, unknown>>;
const withChanges = (changes: Changes) => outcome(stringify({ ...BASE, ...changes }));
const group = (changes: Changes, more: Changes = {}) => withChanges({ nodeGroups: [{ ...BASE.nodeGroups[0], ...changes }], ...more });
const told = ({ problems }: Outcome) => problems.map(({ severity, path, found, suggestion }) => [severity, path, found, suggestion].filter(Boolean).join(' | '));
const scenarioOf = ({ scenario, problems }: Outcome): Scenario => {
  expect(problems.filter(problem => problem.severity === 'error').map(formatProblem)).toEqual([]);
  return scenario!;
};

describe('the scenarios that come with enisim', () => {
  it.each(['scenarios/start.yaml', 'scenarios/prefix.yaml', 'scenarios/custom-networking.yaml', 'bench/w2.yaml'])('%s is valid, without a warning', file => {
    const path = new URL(file, root);
    const result = readScenario(readFileSync(path, 'utf8'), { file, load: loaderBeside(path.pathname) });
    expect(result.warnings).toEqual([]);
  });

  it('bench/w1.yaml warns of the one thing that the reference workload wants: more max pods than addresses', () => {
    const path = new URL('bench/w1.yaml', root);
    const { warnings } = readScenario(readFileSync(path, 'utf8'), { file: 'w1.yaml', load: loaderBeside(path.pathname) });
    expect(warnings.map(warning => warning.path)).toEqual(['nodeGroups[0].maxPods']);
  });

  it('what init writes is valid, without a warning', () => expect(outcome(INITIAL_SCENARIO).problems).toEqual([]));

  it('start.yaml has at least 1,000 nodes, and pods for some hundred thousand events', () => {
    const path = new URL('scenarios/start.yaml', root);
    const { scenario, traces }: ReadResult = readScenario(readFileSync(path, 'utf8'), { file: 'start.yaml', load: loaderBeside(path.pathname) });
    expect(scenario.nodeGroups.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(1000);
    expect(traces.get('recorded')?.count).toBe(259_159);
  });
});

describe('a scenario', () => {
  it('has every default filled in', () => {
    const scenario = scenarioOf(withChanges({}));
    expect(scenario).toMatchObject({ name: 'scenario', seed: 1, startUnixMs: Date.UTC(2026, 0, 1), durationMs: 3_600_000, region: 'us-east-1' });
    expect(scenario.cni.env).toMatchObject({ WARM_ENI_TARGET: 1, WARM_PREFIX_TARGET: 1, WARM_IP_TARGET: 0, MAX_ENI: -1, ENABLE_SUBNET_DISCOVERY: true, ENABLE_IPv4: true, IP_COOLDOWN_PERIOD: 30 });
    expect(scenario.workloads.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['daemonset aws-node', 'daemonset kube-proxy']);
    expect(Object.keys(scenario.ec2.latency)).toEqual([...EC2_ACTIONS]);
    expect(scenario.ec2.buckets.CreateNetworkInterface).toEqual({ burst: 100, refillPerSecond: 5 });
    expect(scenario.kubelet.retryDelay).toEqual({ kind: 'uniform', minMs: 10_000, maxMs: 15_000 });
    expect(scenario.outputs.tables).toEqual({ cluster: true, nodes: true, pods: true, calls: true, subnets: true, decisions: false });
    expect(scenario.nodeGroups[0]).toMatchObject({ count: 3, zones: [{ zone: 0, count: 2, subnets: [0], eniConfig: -1 }, { zone: 1, count: 1, subnets: [1] }], terminateAtMs: FOREVER, launch: { state: 'settled' } });
    expect(scenario.nodeGroups[0].shapes[0]).toMatchObject({ enis: 3, ipv4PerEni: 10, maxPods: 29, cpuMilli: 1930, memoryMib: 6903, hypervisor: 'nitro' });
  });

  it('is plain data: it survives JSON and structuredClone', () => {
    const scenario = scenarioOf(outcome(INITIAL_SCENARIO));
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
    expect(structuredClone(scenario)).toEqual(scenario);
  });

  it('does not depend on the order of items and keys in the file', () => {
    const turned = { ...BASE, zones: [...BASE.zones].reverse(), subnets: [...BASE.subnets].reverse() };
    const backwards = Object.fromEntries(Object.entries(turned).reverse());
    expect(JSON.stringify(scenarioOf(outcome(stringify(backwards))))).toBe(JSON.stringify(scenarioOf(withChanges({}))));
  });

  it('takes the moment 0 with any offset', () => {
    expect(scenarioOf(withChanges({ start: '2026-03-01T12:00:00+02:00' })).startUnixMs).toBe(Date.UTC(2026, 2, 1, 10));
    expect(told(withChanges({ start: '2026-03-01T12:00:00' }))).toEqual(['error | start | "2026-03-01T12:00:00" | did you mean "2026-03-01T12:00:00.000Z"?']);
    expect(told(withChanges({ start: 'tomorrow' }))).toEqual(['error | start | "tomorrow"']);
  });
});

describe('durations', () => {
  it.each([['250ms', 250], ['30s', 30_000], ['15m', 900_000], ['4h', 14_400_000], ['2d', 172_800_000], ['1h30m', 5_400_000], ['1.5s', 1500]])('%s is %i ms', (text, ms) =>
    expect(scenarioOf(withChanges({ duration: text })).durationMs).toBe(ms));
  it.each([
    [4, 'did you mean "4s"?'], ['5 min', 'did you mean "5m"?'], ['2 Hours', 'did you mean "2h"?'], ['4x', ''], ['', ''], ['-5s', ''], ['0.5ms', ''], ['0s', ''], ['99999999d', ''],
  ])('%s is refused', (given, suggestion) => {
    const { problems } = withChanges({ duration: given });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ path: 'duration', severity: 'error', line: 2, column: 11, suggestion });
  });
});

describe('errors', () => {
  it('come all at once, each with its place, what was found, what was expected and what was probably meant', () => {
    const text = readFileSync(new URL('../data/many-mistakes.yaml', import.meta.url), 'utf8');
    const { problems } = outcome(text, {}, ['duration=4x', 'foo.bar=3', 'nodeGroups.wz.count=3']);
    expect(problems.map(problem => `${formatProblem({ ...problem, expected: '' }).replace(/(?:, )?expected /, '')}`)).toMatchInlineSnapshot(`
      [
        "a.yaml:2:1: error: durashun: found the unknown key "durashun"; did you mean "duration"?",
        "a.yaml:4:16: error: vpc.cidrs[0]: found 100.64.0.0/10; up to 64 blocks of /16: 100.64.0.0/16, 100.65.0.0/16, 100.66.0.0/16, ...",
        "a.yaml:4:31: error: vpc.cidrs[1]: found "10.0.0.5/16"; did you mean "10.0.0.0/16"?",
        "a.yaml:4:44: warning: vpc.cidrs[2]: found 198.19.0.0/16; a block of 100.64.0.0/10, which every VPC may add",
        "a.yaml:6:53: error: subnets[0].rol: found the unknown key "rol"; did you mean "role"?",
        "a.yaml:7:22: error: subnets[1].cidr: found 10.0.8.0/21",
        "a.yaml:7:41: error: subnets[1].zone: found "us-east-1z"; did you mean "us-east-1a"?",
        "a.yaml:10:5: error: cni.env.WARM_IP_TARGT: found the unknown variable WARM_IP_TARGT; did you mean "WARM_IP_TARGET"?",
        "a.yaml:11:22: warning: cni.env.WARM_ENI_TARGET: found "abc"",
        "a.yaml:12:31: error: cni.env.ENABLE_PREFIX_DELEGATION: found ENABLE_PREFIX_DELEGATION=true, with which aws-node does not start",
        "a.yaml:16:19: error: nodeGroups[0].instanceType: found "m5.lrage"; did you mean "m5.large"?",
        "a.yaml:18:14: error: nodeGroups[0].maxPods: found "nodeadmm"; did you mean "nodeadm"?",
        "a.yaml:22:15: error: nodeGroups[1].subnets[0]: found "bb"",
        "a.yaml:23:10: warning: nodeGroups[1].env: found ENABLE_PREFIX_DELEGATION for one node group",
        "a.yaml:23:37: warning: nodeGroups[1].env.ENABLE_PREFIX_DELEGATION: found "yes"",
        "a.yaml:25:13: error: workloads[0].kind: found "chrun"; did you mean "churn"?",
        "a.yaml:26:30: error: workloads[1].lifetime: found "5 min"; did you mean "5m"?",
        "a.yaml:26:80: error: workloads[1].replicas: found the unknown key "replicas"",
        "a.yaml:27:26: error: workloads[2].file: found "nope.csv"",
        "a.yaml:28:5: error: workloads[3]: found no kind",
        "a.yaml:31:37: error: at[1].cordon.nodeGroup: found "wx"",
        "a.yaml:31:48: error: at[1].cordon.share: found 30; did you mean "30%"?",
        "a.yaml:32:43: error: ec2.latency.AttachNetworkInterface: found a map of median, p99",
        "a.yaml:32:68: error: ec2.latency.Attach: found the unknown key "Attach"",
        "a.yaml:32:91: error: ec2.buckets: found "unlimted"; did you mean "unlimited"?",
        "a.yaml:33:24: error: kubelet.retryDelay: found "0s"",
        "--set duration=4x: error: duration: found "4x"",
        "--set foo.bar=3: error: foo: found the unknown key "foo"",
        "--set nodeGroups.wz.count=3: error: found "wz"",
      ]
    `);
  });

  it('of YAML itself have a place too', () => {
    const { problems } = outcome('apiVersion: enisim/v1\nvpc: { cidrs: [10.0.0.0/16\n');
    expect(problems[0]).toMatchObject({ line: 3, severity: 'error', expected: 'YAML' });
  });

  it.each([['', 'an empty file'], ['# only a comment', 'an empty file'], ['- 1', 'a list of 1'], ['hello', '"hello"'], ['a: *b', 'Unresolved alias (the anchor must be set before the alias): b']])('%j is refused as %s', (text, found) =>
    expect(outcome(text).problems[0].found).toBe(found));

  it('come without echoes: what was left out for its mistake is not missed as well', () => {
    expect(told(group({ count: 'many' }))).toEqual(['error | nodeGroups[0].count | "many"']);
    expect(told(withChanges({ subnets: [{ ...BASE.subnets[0], held: [{ count: -1 }] }, ...BASE.subnets.slice(1)] }))).toEqual(['error | subnets[0].held[0].count | -1']);
    expect(told(group({ subnets: [5], instanceType: 'm5.lrage' }))).toEqual(['error | nodeGroups[0].instanceType | "m5.lrage" | did you mean "m5.large"?', 'error | nodeGroups[0].subnets[0] | 5']);
  });

  it('name what is missing', () => {
    expect(told(outcome('apiVersion: enisim/v1'))).toEqual(['error | duration | nothing', 'error | vpc | nothing', 'error | subnets | nothing', 'error | nodeGroups | nothing']);
  });

  it('refuse a repeated key', () => expect(outcome('apiVersion: enisim/v1\nseed: 1\nseed: 2').problems[0]).toMatchObject({ line: 3, found: 'Map keys must be unique' }));
  it('refuse a second document', () => expect(outcome('a: 1\n---\nb: 2').problems[0].expected).toBe('one document: a scenario is one file without ---'));
  it('stop an expansion of aliases', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]', ...Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`)].join('\n');
    expect(outcome(bomb).problems[0].found).toContain('Excessive alias count');
  });
  it('stop nesting without end', () => expect(outcome('['.repeat(100_000)).problems[0].severity).toBe('error'));
});

describe('the VPC', () => {
  const cidrs = (...blocks: string[]) => told(withChanges({ vpc: { cidrs: blocks } })).filter(line => line.includes('vpc'));
  it.each([
    [['10.0.0.0/16', '100.64.0.0/10'], 'error | vpc.cidrs[1] | 100.64.0.0/10 | up to 64 blocks of /16: 100.64.0.0/16, 100.65.0.0/16, 100.66.0.0/16, ...'],
    [['10.0.0.0/15'], 'error | vpc.cidrs[0] | 10.0.0.0/15 | up to 2 blocks of /16: 10.0.0.0/16, 10.1.0.0/16'],
    [['10.0.0.0/29'], 'error | vpc.cidrs[0] | 10.0.0.0/29'],
    [['169.254.0.0/16'], 'error | vpc.cidrs[0] | 169.254.0.0/16'],
    [['10.0.0.0/16', '10.0.128.0/17'], 'error | vpc.cidrs[1] | 10.0.128.0/17'],
    [['10.0.0.0/16', '198.19.0.0/16'], 'warning | vpc.cidrs[1] | 198.19.0.0/16 | a block of 100.64.0.0/10, which every VPC may add'],
    [['10.0.0.0/16', '172.16.0.0/16'], 'warning | vpc.cidrs[1] | 172.16.0.0/16'],
    [['10.0.0.0/16', '192.168.0.0/16'], 'warning | vpc.cidrs[1] | 192.168.0.0/16'],
    [['172.16.0.0/16', '10.0.0.0/16'], 'warning | vpc.cidrs[1] | 10.0.0.0/16'],
    [['172.16.0.0/16', '172.31.0.0/16'], 'warning | vpc.cidrs[1] | 172.31.0.0/16'],
    [['192.168.0.0/16', '198.19.0.0/16'], 'warning | vpc.cidrs[1] | 198.19.0.0/16 | a block of 100.64.0.0/10, which every VPC may add'],
    [['198.19.0.0/16', '10.0.0.0/16'], 'warning | vpc.cidrs[1] | 10.0.0.0/16'],
    [['100.64.0.0/16', '10.0.0.0/16'], 'warning | vpc.cidrs[1] | 10.0.0.0/16'],
    [['20.0.0.0/16', '192.168.0.0/16'], 'warning | vpc.cidrs[1] | 192.168.0.0/16'],
    [['10.1.0.0/16', '10.0.0.0/16'], 'warning | vpc.cidrs[1] | 10.0.0.0/16'],
    [['10.0.0.7/16'], 'error | vpc.cidrs[0] | "10.0.0.7/16" | did you mean "10.0.0.0/16"?'],
    [['10.0.0.300/16'], 'error | vpc.cidrs[0] | "10.0.0.300/16"'],
  ])('%j: %s', (blocks, expected) => expect(cidrs(...blocks)).toContain(expected));

  it.each([
    [['10.0.0.0/16', '100.64.0.0/16', '100.65.0.0/16', '10.2.0.0/16', '20.0.0.0/16']], [['172.16.0.0/16', '172.20.0.0/16', '100.64.0.0/16']], [['198.19.0.0/16', '100.64.0.0/16']], [['192.168.0.0/17', '192.168.128.0/17']],
  ])('%j may be together', blocks => expect(cidrs(...blocks)).toEqual([]));

  it('has 5 blocks before a quota is raised, and 50 after', () => {
    const blocks = Array.from({ length: 51 }, (_, i) => `10.${i + 2}.0.0/16`);
    expect(cidrs(...blocks)).toEqual(['warning | vpc.cidrs[5] | 10.7.0.0/16', 'error | vpc.cidrs[50] | 10.52.0.0/16']);
  });
});

describe('subnets', () => {
  const first = (changes: Changes) => told(withChanges({ subnets: [{ ...BASE.subnets[0], ...changes }, ...BASE.subnets.slice(1)] }));
  it.each([
    [{ cidr: '10.1.0.0/24' }, ['error | subnets[0].cidr | 10.1.0.0/24']],
    [{ cidr: '10.0.0.0/23' }, ['error | subnets[1].cidr | 10.0.1.0/24']],
    [{ cidr: '10.0.0.0/29' }, ['error | subnets[0].cidr | 10.0.0.0/29']],
    [{ name: 'nodes-b' }, ['error | subnets[1].name | a second subnet "nodes-b"']],
    [{ reservations: [{ cidr: '10.0.0.64/26', type: 'prefix' }, { cidr: '10.0.0.96/28', type: 'explicit' }] }, ['error | subnets[0].reservations[1].cidr | 10.0.0.96/28']],
    [{ reservations: [{ cidr: '10.0.9.0/26', type: 'prefix' }] }, ['error | subnets[0].reservations[0].cidr | 10.0.9.0/26']],
    [{ held: [{ count: 252 }] }, ['error | subnets[0].held | 252 addresses held at the start', 'error | nodeGroups | 2 nodes at the start in subnet nodes-a']],
    [{ held: [{ count: 2, cidr: '10.0.0.16/28' }] }, ['error | subnets[0].held[0] | count and cidr']],
    [{ held: [{}] }, ['error | subnets[0].held[0] | none of them']],
    [{ held: [{ addresses: ['10.0.0.3'] }] }, ['error | subnets[0].held[0].addresses[0] | an address that nobody can hold']],
    [{ held: [{ addresses: ['10.0.0.4', '10.0.0.254'] }] }, []],
    [{ held: [{ count: 3, at: '10m', until: '5m' }] }, ['error | subnets[0].held[0].until | an end that is not after `at`']],
  ])('%j', (changes, expected) => expect(first(changes)).toEqual(expected));

  it('give held blocks as their addresses, without those that AWS reserves', () => {
    const scenario = scenarioOf(withChanges({ subnets: [{ ...BASE.subnets[0], held: [{ owner: 'lb', cidr: '10.0.0.0/28', perHour: 0 }] }, ...BASE.subnets.slice(1)] }));
    const [held] = scenario.subnets[0].held;
    expect(held.what.kind === 'addresses' && held.what.addresses.length).toBe(12);
  });
});

describe('custom networking', () => {
  const env = { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: true, ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone' };
  const configs = { a: { subnet: 'pods-a', securityGroups: ['sg-1'] }, b: { subnet: 'pods-b' } };
  const manifest = (name: string, subnet: string) => ({ apiVersion: 'crd.k8s.amazonaws.com/v1alpha1', kind: 'ENIConfig', metadata: { name, annotations: { x: 'y' } }, spec: { subnet, securityGroups: ['sg-1'] } });
  const custom = { cni: { env }, nodeGroups: [{ ...BASE.nodeGroups[0], maxPods: 20 }] };

  it('resolves the ENIConfig of each zone by label', () => {
    const scenario = scenarioOf(withChanges({ ...custom, eniConfigs: configs }));
    expect(scenario.nodeGroups[0].zones.map(zone => scenario.subnets[scenario.eniConfigs[zone.eniConfig].subnet].name)).toEqual(['pods-a', 'pods-b']);
  });

  it('takes real manifests, inline and from files, and subnets by id', () => {
    const subnets = BASE.subnets.map(each => (each.name === 'pods-a' ? { ...each, id: 'subnet-0abc' } : each));
    const inline = scenarioOf(withChanges({ ...custom, subnets, eniConfigs: [manifest('a', 'subnet-0abc'), manifest('b', 'pods-b')] }));
    const files = { 'e.yaml': `${stringify(manifest('a', 'pods-a'))}---\n${stringify({ apiVersion: 'v1', kind: 'List', items: [manifest('b', 'pods-b')] })}` };
    const fromFile = scenarioOf(outcome(stringify({ ...BASE, ...custom, subnets, manifests: ['e.yaml'] }), files));
    expect(fromFile.eniConfigs).toEqual(inline.eniConfigs);
  });

  it('says which ENIConfig is missing', () => {
    expect(told(withChanges({ ...custom, eniConfigs: { a: configs.a } }))).toEqual(['error | nodeGroups[0] | no ENIConfig "b", which its nodes in b ask for']);
    const unlabelled = withChanges({ ...custom, cni: { env: { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' } }, eniConfigs: configs });
    expect(told(unlabelled)[0]).toBe('error | nodeGroups[0] | no ENIConfig "default", which its nodes in a ask for | set cni.env.ENI_CONFIG_LABEL_DEF to topology.kubernetes.io/zone');
  });

  it('looks at the overriding label first, then the annotation, then the label', () => {
    const all = { ...configs, c: { subnet: 'pods-a' }, d: { subnet: 'pods-a' } };
    const one = (changes: Changes) => {
      const scenario = scenarioOf(withChanges({ cni: { env }, eniConfigs: all, nodeGroups: [{ ...custom.nodeGroups[0], zones: ['a'], ...changes }] }));
      return scenario.eniConfigs[scenario.nodeGroups[0].zones[0].eniConfig].name;
    };
    const annotations = { 'k8s.amazonaws.com/eniConfig': 'c' };
    expect(one({})).toBe('a');
    expect(one({ annotations })).toBe('c');
    expect(one({ annotations, labels: { 'vpc.amazonaws.com/externalEniConfig': 'd' } })).toBe('d');
  });

  it("refuses a subnet of another zone than the node's", () =>
    expect(told(withChanges({ ...custom, eniConfigs: { a: configs.b, b: configs.b } }))).toEqual(['error | nodeGroups[0] | ENIConfig "a" with subnet pods-b of b for nodes in a']));

  it('warns of a subnet that gives no addresses', () => {
    const tagged = BASE.subnets.map(each => (each.name === 'pods-a' ? { ...each, tags: { 'kubernetes.io/role/cni': 0 } } : each));
    expect(told(withChanges({ ...custom, subnets: tagged, eniConfigs: configs }))).toEqual(['warning | nodeGroups[0] | ENIConfig "a" with subnet pods-a, tagged kubernetes.io/role/cni=0']);
    const untagged = BASE.subnets.map(each => ({ ...each, tags: {} }));
    expect(told(withChanges({ subnets: untagged }))).toEqual(['a', 'b'].map((zone, i) => `warning | subnets[${i + 2}] | pods-${zone} for pods, without custom networking and without a tag`));
  });

  it('warns of ENIConfigs without custom networking', () => expect(told(withChanges({ eniConfigs: configs }))).toEqual(['warning | eniConfigs | ENIConfigs without custom networking']));
  it('warns of a manifest of another kind', () => {
    const files = { 'e.yaml': 'kind: Deployment' };
    expect(told(outcome(stringify({ ...BASE, manifests: ['e.yaml', 'f.yaml'] }), files))).toEqual(['warning | manifests[0] | "Deployment" in e.yaml', 'error | manifests[1] | "f.yaml"']);
  });
});

describe('node groups', () => {
  it.each([
    [{ instanceType: 'm5.lrage' }, 'error | nodeGroups[0].instanceType | "m5.lrage" | did you mean "m5.large"?'],
    [{ instanceType: undefined }, 'error | nodeGroups[0] | no instanceType'],
    [{ instanceType: 'c7i.32xlarge' }, 'error | nodeGroups[0].instanceType | c7i.32xlarge, whose CPU and memory are not published'],
    [{ count: undefined }, 'error | nodeGroups[0] | no count'],
    [{ countPerZone: 2 }, 'error | nodeGroups[0] | both count and countPerZone'],
    [{ count: undefined, countPerZone: { a: 1, c: 2 } }, 'error | nodeGroups[0].countPerZone.c | "c"'],
    [{ subnets: ['nodes-c'] }, 'error | nodeGroups[0].subnets[0] | "nodes-c" | did you mean "nodes-a"?'],
    [{ subnets: ['pods-a'] }, 'error | nodeGroups[0].subnets[0] | pods-a, whose role is pod'],
    [{ count: 600 }, 'error | nodeGroups | 300 nodes at the start in subnet nodes-a'],
    [{ launch: { state: 'settled', at: '5m' } }, 'error | nodeGroups[0].launch.at | a launch time of nodes that exist from the start'],
    [{ taints: ['dedicated'] }, 'error | nodeGroups[0].taints[0] | "dedicated"'],
    [{ maxPods: 'nodeadmin' }, 'error | nodeGroups[0].maxPods | "nodeadmin" | did you mean "nodeadm"?'],
    [{ maxPods: { karpenter: { reservedEnis: 3 } } }, 'error | nodeGroups[0].maxPods | every ENI of m5.large reserved'],
    [{ env: { WARM_IP_TARGT: 1 } }, 'error | nodeGroups[0].env.WARM_IP_TARGT | the unknown variable WARM_IP_TARGT | did you mean "WARM_IP_TARGET"?'],
  ])('%j: %s', (changes, expected) => expect(told(group(changes))).toContain(expected));

  it.each([
    ['nodeadm', 29], ['karpenter', 29], ['ami-script', 29], ['cni', 29], [{ karpenter: { reservedEnis: 1 } }, 20], [{ nodeadm: 'max_pods - 9' }, 20], [17, 17],
  ])('max pods by %j is %i on m5.large', (maxPods, expected) => expect(scenarioOf(group({ maxPods })).nodeGroups[0].shapes[0].maxPods).toBe(expected));

  it('warn where max pods hides the density of prefix delegation', () => {
    const pd = { cni: { env: { ENABLE_PREFIX_DELEGATION: true } } };
    expect(told(group({ maxPods: 'nodeadm' }, pd))).toEqual(['warning | nodeGroups[0].maxPods | 29 pods (nodeadm) on m5.large, as for secondary IPs | maxPods: 110']);
    expect(told(group({ maxPods: 29 }, pd))).toHaveLength(1);
    expect(told(group({ maxPods: 'ami-script' }, pd))).toEqual([]);
    expect(told(group({ maxPods: 110 }, pd))).toEqual([]);
  });

  it('warn where max pods exceeds the addresses', () => {
    expect(told(group({ maxPods: 110 }))).toEqual(['warning | nodeGroups[0].maxPods | 110 pods on m5.large, which has addresses for 27']);
    expect(told(group({}, { cni: { env: { MAX_ENI: 2 } } }))).toEqual(['warning | nodeGroups[0].maxPods | 29 pods (nodeadm) on m5.large, which has addresses for 18']);
  });

  it('warn of prefix delegation on a type that falls back', () =>
    expect(told(group({ instanceType: 'm4.large', maxPods: 20 }, { cni: { env: { ENABLE_PREFIX_DELEGATION: true } } }))).toEqual(['warning | nodeGroups[0].instanceType | m4.large with prefix delegation']));

  it('may have settings of their own, as a what-if', () => {
    const result = group({ env: { WARM_ENI_TARGET: 2 } });
    expect(told(result)).toEqual(['warning | nodeGroups[0].env | WARM_ENI_TARGET for one node group']);
    expect(result.scenario?.nodeGroups[0]).toMatchObject({ env: { WARM_ENI_TARGET: 2, WARM_PREFIX_TARGET: 1 }, overrides: ['WARM_ENI_TARGET'] });
  });

  it('may have a made-up shape', () => {
    const scenario = scenarioOf(group({ instanceType: undefined, limits: { enis: 2, ipv4PerEni: 5, cpu: 4, memory: '8Gi' } }));
    expect(scenario.nodeGroups[0].shapes[0]).toMatchObject({ enis: 2, ipv4PerEni: 5, networkCards: [2], maxPods: 10, cpuMilli: 4000, memoryMib: 8192 });
  });
});

describe('cni.env', () => {
  const env = (variables: Changes, more: Changes = {}) => withChanges({ cni: { env: variables, ...more } });
  it.each([
    [{ WARM_ENI_TARGT: 1 }, 'error | cni.env.WARM_ENI_TARGT | the unknown variable WARM_ENI_TARGT | did you mean "WARM_ENI_TARGET"?'],
    [{ warm_ip_target: 1 }, 'error | cni.env.warm_ip_target | the unknown variable warm_ip_target | did you mean "WARM_IP_TARGET"?'],
    [{ WARM_ENI_TARGET: -1 }, 'warning | cni.env.WARM_ENI_TARGET | -1'],
    [{ ENABLE_PREFIX_DELEGATION: 'yes' }, 'warning | cni.env.ENABLE_PREFIX_DELEGATION | "yes"'],
    [{ MINIMUM_IP_TARGET: 5 }, 'warning | cni.env.MINIMUM_IP_TARGET | MINIMUM_IP_TARGET without WARM_IP_TARGET'],
    [{ IP_COOLDOWN_PERIOD: -1 }, 'error | cni.env.IP_COOLDOWN_PERIOD | IP_COOLDOWN_PERIOD=-1, with which aws-node does not start'],
    [{ ENABLE_PREFIX_DELEGATION: true, WARM_PREFIX_TARGET: 0 }, 'error | cni.env.ENABLE_PREFIX_DELEGATION | ENABLE_PREFIX_DELEGATION=true, with which aws-node does not start'],
    [{ ENABLE_PREFIX_DELEGATION: true, WARM_PREFIX_TARGET: '-1' }, 'error | cni.env.ENABLE_PREFIX_DELEGATION | ENABLE_PREFIX_DELEGATION=true, with which aws-node does not start'],
    [{ ENABLE_IPv4: false }, 'error | cni.env.ENABLE_IPv4 | neither ENABLE_IPv4 nor ENABLE_IPv6, with which ipamd does not start | the code default of ENABLE_IPv4 is false: set it to true'],
    [{ AWS_VPC_ENI_MTU: 500 }, 'error | cni.env.AWS_VPC_ENI_MTU | AWS_VPC_ENI_MTU=500, with which aws-node does not start'],
    [{ ENABLE_POD_ENI: true }, 'warning | cni.env.ENABLE_POD_ENI | ENABLE_POD_ENI=true, which runs do not show yet'],
  ])('%j: %s', (variables, expected) => expect(told(env(variables))).toContain(expected));

  it('passes a target of "00", as the wrapper does', () => expect(told(env({ ENABLE_PREFIX_DELEGATION: true, WARM_PREFIX_TARGET: '00' })).filter(line => line.startsWith('error'))).toEqual([]));
  it('null unsets what the chart sets', () => expect(scenarioOf(env({ WARM_PREFIX_TARGET: null })).cni.env.WARM_PREFIX_TARGET).toBe(0));
  it('starts from the code on request', () => expect(scenarioOf(env({ ENABLE_IPv4: true }, { defaults: 'code' })).cni.env).toMatchObject({ WARM_PREFIX_TARGET: 0, WARM_ENI_TARGET: 1, ENABLE_SUBNET_DISCOVERY: true }));
  it.each([['v1.23.1', 0], ['1.23.9', 0], ['1.23.1-eksbuild.1', 0], ['1.19.2', 1], ['1.24.0', 1]])('version %s gives %i warnings', (version, warnings) => expect(env({}, { version }).problems.filter(problem => problem.path === 'cni.version')).toHaveLength(warnings));
});

describe('workloads and timed entries', () => {
  const one = (workload: Changes) => withChanges({ workloads: [workload] });
  const churn = { kind: 'churn', arrivals: { ratePerMinute: 60 }, lifetime: '5m' };
  it('know the gap on one node and of all, whichever is given', () => {
    const gap = (workload: Changes) => scenarioOf(one({ ...churn, ...workload })).workloads.find(each => each.kind === 'churn')?.meanGapMs;
    expect(gap({})).toBe(1000);
    expect(gap({ placed: 'per-node' })).toBe(3000);
    expect(gap({ arrivals: { meanGap: '15s' }, placed: 'per-node' })).toBe(15_000);
    expect(gap({ arrivals: { meanGap: '15s' } })).toBe(5000);
  });

  it.each([
    [{ ...churn, arrivals: {} }, 'error | workloads[0].arrivals | neither meanGap nor ratePerMinute'],
    [{ ...churn, lifetime: { median: '2m' } }, 'error | workloads[0].lifetime | a map of median'],
    [{ ...churn, nodeGroups: ['x'] }, 'error | workloads[0].nodeGroups[0] | "x"'],
    [{ kind: 'chrun' }, 'error | workloads[0].kind | "chrun" | did you mean "churn"?'],
    [{ kind: 'trace', file: 'x.csv' }, 'error | workloads[0].file | "x.csv"'],
    [{ kind: 'replicas', count: 1, requests: { memory: '5 GB' } }, 'error | workloads[0].requests.memory | "5 GB"'],
  ])('%j: %s', (workload, expected) => expect(told(one(workload))).toContain(expected));

  it('a DaemonSet of the name aws-node takes the place of ours', () => {
    const { workloads } = scenarioOf(one({ kind: 'daemonset', name: 'aws-node', hostNetwork: true, requests: { cpu: '70m' } }));
    expect(workloads.map(({ name }) => name)).toEqual(['aws-node', 'kube-proxy']);
  });

  it('entries are sorted by time and kept in order at equal times', () => {
    const at = [{ time: '10m', cordon: { nodeGroup: 'w' } }, { time: '5m', add: { nodeGroup: 'w', count: 2 } }, { time: '10m', terminate: { nodeGroup: 'w', share: '50%' } }];
    expect(scenarioOf(withChanges({ at })).at.map(({ kind, atMs }) => [kind, atMs])).toEqual([['add', 300_000], ['cordon', 600_000], ['terminate', 600_000]]);
    expect(told(withChanges({ at: [{ time: '10m' }] }))).toEqual(['error | at[0] | a map of time']);
  });

  it('a trace with bad rows gives each with its line', () => {
    const files = { 't.csv': 'pod,create_s,delete_s,cpu_milli,memory_mib,gpu,owner\na,1,2,10,10,0,o\nb,5,4,10,10,0,o\nc,1\n' };
    const { problems } = outcome(stringify({ ...BASE, workloads: [{ kind: 'trace', file: 't.csv' }] }), files);
    expect(problems.map(({ file, line, found }) => `${file}:${line} ${found}`)).toEqual(['t.csv:3 delete_s "4"', 't.csv:4 c,1']);
  });

  it('a trace whose pods fit nowhere gives a warning', () => {
    const files = { 't.csv': 'pod,create_s,delete_s,cpu_milli,memory_mib,gpu,owner\na,1,2,10000,10,0,o\nb,1,2,10,10,0,o\n' };
    expect(told(outcome(stringify({ ...BASE, workloads: [{ kind: 'trace', file: 't.csv' }] }), files))).toEqual(['warning | workloads[0] | 1 of 2 pods that ask for more than any node has']);
  });
});

describe('--set', () => {
  const set = (...overrides: string[]) => outcome(stringify(BASE), {}, overrides);
  it('reaches maps, lists by index and by name, keys with dots, and what is not there yet', () => {
    const scenario = scenarioOf(set('duration=2h', 'seed=7', 'nodeGroups.w.count=6', 'nodeGroups[0].instanceType=m5.xlarge', 'cni.env.WARM_IP_TARGET=2', 'subnets.nodes-a.tags["kubernetes.io/role/cni"]=1', 'ec2.buckets=unlimited', 'kubelet={ addDelay: 0s }'));
    expect(scenario).toMatchObject({ durationMs: 7_200_000, seed: 7, cni: { env: { WARM_IP_TARGET: 2 } }, ec2: { smallDescribeBucket: null } });
    expect(scenario.nodeGroups[0]).toMatchObject({ count: 6, shapes: [{ instanceType: 'm5.xlarge' }] });
    expect(scenario.subnets[0].tags).toEqual({ 'kubernetes.io/role/cni': '1' });
  });

  it.each([
    ['durashun=4h', '--set durashun=4h | durashun | the unknown key "durashun" | did you mean "duration"?'],
    ['seed=x', '--set seed=x | seed | "x" | '],
    ['nodeGroups.v.count=1', '--set nodeGroups.v.count=1 |  | "v" | '],
    ['duration.x=1', '--set duration.x=1 |  | a plain value at duration | '],
    ['duration', '--set duration |  | "duration" | '],
    ['a..b=1', '--set a..b=1 |  | "a..b=1" | '],
    ['seed=[1', '--set seed=[1 |  | "[1" | '],
  ])('%s is refused in its own name', (text, expected) => expect(set(text).problems.map(({ file, path, found, suggestion }) => `${file} | ${path} | ${found} | ${suggestion}`)).toEqual([expected]));
});
