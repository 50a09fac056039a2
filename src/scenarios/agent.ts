/** Agent: aws-node's settings, from what the chart sets, the scenario's `env` and a group's what-if, parsed as ipamd parses them. */
import type { AgentFiles } from './chart.ts';
import { closest } from './closest.ts';
import { defaultTexts, ENV_NAMES, ENVIRONMENT, isEnvName, parseEnvironment, parseVariable, wrapperRefusals, type EnvName, type EnvTexts, type EnvValues } from './environment.ts';
import { show, type Path, type Report } from './problems.ts';
import type { Cni } from './scenario.ts';
import type { Section } from './schema.ts';

type Written = Section<'cni'>['env'];

/** Changes of behaviour that other versions have, newest first; from ipamd-spec §7. */
const CHANGES: readonly (readonly [major: number, minor: number, change: string])[] = [
  [1, 22, 'subnet exclusion and cluster tags of subnets (1.22.1)'],
  [1, 20, 'ENABLE_MULTI_NIC (1.20), trunk slot only on compatible types (1.20.4)'],
  [1, 19, 'start without API server (1.19.4), ENABLE_IMDS_ONLY_MODE (1.19.6)'],
  [1, 16, 'growth stops at max pods (1.16.3)'],
  [1, 13, 'DISABLE_LEAKED_ENI_CLEANUP (1.13)'],
  [1, 12, 'AWS_MANAGE_ENIS_NON_SCHEDULABLE (1.12.6)'],
];

/** The texts of a container: `written` over `base`; null takes a variable away. Unknown names and bad values are reported. */
export function layer(base: EnvTexts, written: Written, path: Path, report: Report): EnvTexts {
  const texts: Partial<Record<EnvName, string>> = { ...base };
  for (const [name, value] of Object.entries(written)) {
    if (!isEnvName(name)) {
      const meant = closest(name, ENV_NAMES);
      report(path, { key: name, found: `the unknown variable ${name}`, expected: 'a variable that aws-node reads (docs/environment.md)', suggestion: meant === undefined ? undefined : `did you mean "${meant}"?` });
      continue;
    }
    if (value === null) {
      delete texts[name];
      continue;
    }
    const text = String(value);
    texts[name] = text;
    const { value: instead, understood } = parseVariable(name, text);
    const row = ENVIRONMENT[name];
    if (!understood) report([...path, name], { found: show(value), expected: `${kindOf(name)}; ipamd takes ${JSON.stringify(instead)} instead`, severity: 'warning' });
    else if (row.type === 'int' && text !== String(instead)) report([...path, name], { found: show(value), expected: `a plain number; it is read as ${String(instead)}`, severity: 'warning' });
  }
  return texts;
}

function kindOf(name: EnvName): string {
  const row = ENVIRONMENT[name];
  if (row.type === 'bool') return 'true or false';
  if (row.type === 'int') return 'floor' in row ? `a whole number of at least ${row.floor}` : 'a whole number';
  return 'among' in row ? row.among.join(' or ') : 'a text';
}

/** What would keep the agent from starting, with these texts. */
export function checkStart(texts: EnvTexts, path: Path, report: Report): void {
  for (const { name, reason } of wrapperRefusals(texts)) report([...path, name], { found: `${name}=${texts[name] ?? ''}, with which aws-node does not start`, expected: reason });
  const env = parseEnvironment(texts);
  const mode = texts.NETWORK_POLICY_ENFORCING_MODE ?? '';
  if (!['', 'none', 'strict', 'standard'].includes(mode)) report([...path, 'NETWORK_POLICY_ENFORCING_MODE'], { found: show(mode), expected: 'none, strict or standard: ipamd ends on anything else' });
  if (env.ENABLE_IPv4 === env.ENABLE_IPv6) {
    const found = env.ENABLE_IPv4 ? 'both ENABLE_IPv4 and ENABLE_IPv6' : 'neither ENABLE_IPv4 nor ENABLE_IPv6';
    report([...path, 'ENABLE_IPv4'], { found: `${found}, with which ipamd does not start`, expected: 'exactly one of them to be true', suggestion: env.ENABLE_IPv4 ? undefined : 'the code default of ENABLE_IPv4 is false: set it to true' });
  }
  if (env.ENABLE_IPv6 && !env.ENABLE_PREFIX_DELEGATION) report([...path, 'ENABLE_PREFIX_DELEGATION'], { found: 'ENABLE_IPv6 without prefix delegation, with which ipamd does not start', expected: 'ENABLE_PREFIX_DELEGATION=true' });
  if (env.ENABLE_IPv6 && env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG) report([...path, 'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG'], { found: 'custom networking with ENABLE_IPv6, with which ipamd does not start', expected: 'one of them' });
  for (const name of ENV_NAMES)
    if (ENVIRONMENT[name].inRun === 'later' && env[name] !== ENVIRONMENT[name].code) report([...path, name], { found: `${name}=${String(env[name])}, which runs do not show yet`, expected: `${String(ENVIRONMENT[name].code)}, as which it is run`, severity: 'warning' });
  if (env.MINIMUM_IP_TARGET > 0 && env.WARM_IP_TARGET === 0) report([...path, 'MINIMUM_IP_TARGET'], { found: 'MINIMUM_IP_TARGET without WARM_IP_TARGET', expected: `WARM_IP_TARGET too: alone it is also a ceiling, and pods beyond ${env.MINIMUM_IP_TARGET} addresses wait for ever`, severity: 'warning' });
}

/** The cluster's settings and the texts that a group's what-if starts from. */
export function resolveCni(input: Section<'cni'>, files: AgentFiles, report: Report): { cni: Cni; texts: EnvTexts } {
  const path = ['cni', 'env'];
  const texts = layer(files.texts(defaultTexts(input.defaults)), input.env, path, report);
  checkStart(texts, path, report);
  const written = input.version ?? files.version ?? '1.23.1';
  const version = written.replace(/^v/, '');
  const [, major, minor] = /^(\d+)\.(\d+)(?:\.\d+)?(?:[-+].*)?$/.exec(version) ?? [];
  if (major === undefined) report(['cni', 'version'], { found: show(written), expected: 'a version such as 1.23.1' });
  else if (Number(major) !== 1 || Number(minor) !== 23) {
    const older = CHANGES.filter(([a, b]) => a * 1000 + b >= Number(major) * 1000 + Number(minor)).map(([, , change]) => change);
    const known = older.length > 0 ? `; since then: ${older.join('; ')}` : '';
    report(['cni', 'version'], { found: version, expected: `1.23.x, which is what is simulated${known}`, severity: 'warning' });
  }
  return { cni: { version, env: parseEnvironment(texts), order: input.order, turnWorkMs: input.turnWork, branchEniCooldownMs: files.branchEniCooldownMs }, texts };
}

/** A group's settings. */
export function resolveOverrides(base: EnvTexts, written: Written, path: Path, report: Report): { env: EnvValues; overrides: EnvName[] } {
  const overrides = Object.keys(written).filter(isEnvName).sort();
  const texts = layer(base, written, path, report);
  if (overrides.length > 0) {
    checkStart(texts, path, report);
    report(path, { found: `${overrides.join(', ')} for one node group`, expected: 'one environment for all nodes, as a DaemonSet has: this is a what-if', severity: 'warning' });
  }
  return { env: parseEnvironment(texts), overrides };
}
