import { describe, expect, it } from 'vitest';
import { closest } from '../../src/scenarios/closest.ts';
import { defaultTexts, ENV_NAMES, ENVIRONMENT, parseEnvironment, parseVariable, wrapperRefusals, type EnvName } from '../../src/scenarios/environment.ts';

describe("ipamd's parsing", () => {
  it.each<[EnvName, string | undefined, number | boolean | string, boolean]>([
    ['WARM_ENI_TARGET', '0', 0, true], ['WARM_ENI_TARGET', '-1', 1, false], ['WARM_ENI_TARGET', 'abc', 1, false], ['WARM_ENI_TARGET', '', 1, true], ['WARM_ENI_TARGET', undefined, 1, true],
    ['WARM_ENI_TARGET', '+3', 3, true], ['WARM_ENI_TARGET', ' 3', 1, false], ['WARM_ENI_TARGET', '3.0', 1, false], ['WARM_ENI_TARGET', '007', 7, true],
    ['WARM_IP_TARGET', '-5', 0, false], ['MINIMUM_IP_TARGET', '9', 9, true], ['WARM_PREFIX_TARGET', undefined, 0, true],
    ['MAX_ENI', '0', -1, false], ['MAX_ENI', '1', 1, true], ['MAX_ENI', 'x', -1, false], ['IP_COOLDOWN_PERIOD', 'x', 30, false], ['IP_COOLDOWN_PERIOD', '0', 0, true],
    ['ENABLE_PREFIX_DELEGATION', 'TRUE', true, true], ['ENABLE_PREFIX_DELEGATION', 't', true, true], ['ENABLE_PREFIX_DELEGATION', '1', true, true], ['ENABLE_PREFIX_DELEGATION', 'tRUE', false, false], ['ENABLE_PREFIX_DELEGATION', 'yes', false, false],
    ['ENABLE_SUBNET_DISCOVERY', 'no', true, false], ['ENABLE_SUBNET_DISCOVERY', 'F', false, true], ['ENABLE_IPv4', undefined, false, true], ['MANAGE_UNTAGGED_ENI', '', true, true],
    ['HTTP_TIMEOUT', '5', 10, false], ['HTTP_TIMEOUT', '11', 11, true], ['ENI_CONFIG_LABEL_DEF', '', 'k8s.amazonaws.com/eniConfig', true], ['AWS_VPC_K8S_CNI_RANDOMIZESNAT', 'x', 'prng', false],
  ])('%s=%j is %j', (name, text, value, understood) => expect(parseVariable(name, text)).toEqual({ value, understood }));
});

describe("the wrapper's refusals", () => {
  const pd = { ENABLE_PREFIX_DELEGATION: 'true' };
  it.each<[string, Partial<Record<EnvName, string>>, EnvName[]]>([
    ['nothing for what the chart sets', defaultTexts('chart'), []],
    ['prefix delegation without a target', pd, ['ENABLE_PREFIX_DELEGATION']],
    ['targets of "0" and "-1"', { ...pd, WARM_PREFIX_TARGET: '0', WARM_IP_TARGET: '-1' }, ['ENABLE_PREFIX_DELEGATION']],
    ['not a target of "00": texts are compared', { ...pd, WARM_IP_TARGET: '00' }, []],
    ['not with one positive target', { ...pd, MINIMUM_IP_TARGET: '1' }, []],
    ['a cooldown below 0', { IP_COOLDOWN_PERIOD: '-1' }, ['IP_COOLDOWN_PERIOD']],
    ['a cooldown that is no number', { IP_COOLDOWN_PERIOD: '30s' }, ['IP_COOLDOWN_PERIOD']],
    ['a long or taken veth prefix', { AWS_VPC_K8S_CNI_VETHPREFIX: 'vlan' }, ['AWS_VPC_K8S_CNI_VETHPREFIX']],
    ['an MTU out of range', { AWS_VPC_ENI_MTU: '575', POD_MTU: '9002' }, ['AWS_VPC_ENI_MTU', 'POD_MTU']],
    ['an MTU too small for IPv6', { AWS_VPC_ENI_MTU: '1279', ENABLE_IPv6: 'true' }, ['AWS_VPC_ENI_MTU']],
    ['an unknown enforcing mode, if pod ENIs are on', { ENABLE_POD_ENI: 'true', POD_SECURITY_GROUP_ENFORCING_MODE: 'lax' }, ['POD_SECURITY_GROUP_ENFORCING_MODE']],
    ['not an unknown enforcing mode without pod ENIs', { POD_SECURITY_GROUP_ENFORCING_MODE: 'lax' }, []],
    ['a plugin log on stdout', { AWS_VPC_K8S_PLUGIN_LOG_FILE: 'stdout' }, ['AWS_VPC_K8S_PLUGIN_LOG_FILE']],
  ])('%s', (_, texts, names) => expect(wrapperRefusals(texts).map(({ name }) => name)).toEqual(names));
});

describe('the table', () => {
  it("has only code defaults of its variables' types", () => {
    const kinds = { int: 'number', bool: 'boolean', string: 'string' };
    expect(ENV_NAMES.filter(name => typeof ENVIRONMENT[name].code !== kinds[ENVIRONMENT[name].type])).toEqual([]);
  });
  it('has only chart defaults that ipamd understands', () => {
    const chart = defaultTexts('chart');
    expect(ENV_NAMES.filter(name => !parseVariable(name, chart[name]).understood)).toEqual([]);
  });
  it('gives what the code has when nothing is set', () => expect(parseEnvironment({})).toEqual(Object.fromEntries(ENV_NAMES.map(name => [name, ENVIRONMENT[name].code]))));
  it.each([['WARM_IP_TARGT', 'WARM_IP_TARGET'], ['ENABLE_PREFIX_DELEGATON', 'ENABLE_PREFIX_DELEGATION'], ['enable_ipv4', 'ENABLE_IPv4'], ['MAX_ENIS', 'MAX_ENI'], ['COMPLETELY_DIFFERENT', undefined]])('%s suggests %s', (typed, meant) => expect(closest(typed, ENV_NAMES)).toBe(meant));
});
