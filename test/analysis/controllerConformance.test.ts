/**
 * The resource controller's trunk, branch provider, Windows pools and providers against recordings of the real program, line by line; and the
 * comparison against traces that were tampered with.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { conformTrace, controllerLimits, isPrefixCapable, parseEnvironment } from '../../src/index.ts';

const options = { controllerLimits, isPrefixCapable, parseEnvironment, verify: true };
const GOLDEN = join(import.meta.dirname, '../golden');
const namesIn = (folder: string) => readdirSync(join(GOLDEN, folder)).filter(name => name.endsWith('.jsonl.gz')).map(name => `${folder}/${name}`);
const read = (name: string) => gunzipSync(readFileSync(join(GOLDEN, name))).toString('utf8');

describe('every line of a recorded trace matches', () => {
  const names = [...namesIn('branch'), ...namesIn('windows-pool')];
  it('all are here', () => expect(names).toHaveLength(53));
  it.each(names)('%s', name => {
    const { firstDifference, lines, matched } = conformTrace(read(name), name, options);
    expect(firstDifference).toBeUndefined();
    expect(matched).toBe(lines);
    expect(lines).toBeGreaterThan(1);
  });
});

describe('a trace that was tampered with fails where it was, and tells', () => {
  const lifecycle = 'branch/021-provider-lifecycle.jsonl.gz';
  const cooldown = 'branch/001-create-delete-cooldown.jsonl.gz';
  const retries = 'branch/008-delete-retries-exhausted.jsonl.gz';
  const windows = 'windows-pool/012-provider-ip-default.jsonl.gz';
  const pool = 'windows-pool/003-prefix-targets-0.jsonl.gz';
  it.each([
    ['a VLAN id', cooldown, 'calls', (line: string) => line.replace(/("call":"AssociateTrunkInterface".*?"vlan":)1/, '$12')],
    ['the device slot of the trunk', cooldown, 'calls', (line: string) => line.replace('"device":2', '"device":1')],
    ['a delete one millisecond early', cooldown, 'calls', (line: string) => line.replaceAll('"at":65001', '"at":65000')],
    ['a tag', cooldown, 'calls', (line: string) => line.replace('"vpcresources.k8s.aws/vlan-id":"1"', '"vpcresources.k8s.aws/vlan-id":"3"')],
    ['an annotation', cooldown, 'result', (line: string) => line.replace('"privateIp":"10.0.0.6"', '"privateIp":"10.0.0.7"')],
    ['a back-off', retries, 'calls', (line: string) => line.replace('"at":61400', '"at":61500')],
    ['a wait that does nothing', retries, 'calls', (line: string) => line.replace('"at":73100', '"at":65000')],
    ['a forgotten VLAN id', retries, 'state', (line: string) => line.replace('"vlans":[1]', '"vlans":[]')],
    ['a queue entry', cooldown, 'state', (line: string) => line.replace('"deletedAt":5000', '"deletedAt":5001')],
    ['a leak', 'branch/011-reconcile-leaked.jsonl.gz', 'result', (line: string) => line.replace('"leaked":true', '"leaked":false')],
    ['an effective period', 'branch/015-cooldown-config.jsonl.gz', 'result', (line: string) => line.replace('"periodMs":31000', '"periodMs":30000')],
    ['an event', lifecycle, 'events', (line: string) => line.replace('"reason":"SecurityGroupRequested","type":"Warning"', '"reason":"SecurityGroupRequested","type":"Normal"')],
    ['the moment of a retry', 'branch/022-provider-create-error-retries.jsonl.gz', 'calls', (line: string) => line.replace('"at":3405', '"at":3400')],
    ['who comes first among equals', 'branch/026-provider-no-latency-burst.jsonl.gz', 'events', (line: string) =>
      line.replace(/("at":60000,"object":")p58(.*)p57/, '$1p57$2p58')],
    ['an end', lifecycle, 'end', (line: string) => line.replace('"end":36214', '"end":36215')],
    ['a field too many', lifecycle, 'verdict', (line: string) => line.replace('"op":"run"', '"op":"run","verdict":1')],
    ['how many addresses were asked for', windows, 'calls', (line: string) => line.replace('"ips":3', '"ips":4')],
    ['when a pod may try again', windows, 'result', (line: string) => line.replace('"requeueMs":600', '"requeueMs":500')],
    ['a pending counter', windows, 'state', (line: string) => line.replace('"pendingCreate":1', '"pendingCreate":2')],
    ['a deviation', pool, 'result', (line: string) => line.replace('"job":{"count":1,"op":"Create"}', '"job":{"count":2,"op":"Create"}')],
    ['which prefix a pod gets its address of', pool, 'result', (line: string) => line.replace(/("op":"assign".*"id":"10\.1\.0\.)17/, '$118')],
    ['a cooling address', pool, 'state', (line: string) => line.replace(/("cooling":\[\{"at":)\d+/, '$11')],
  ])('%s', (_, name, field, change) => {
    const lines = read(name).split('\n');
    const i = lines.findIndex((line, at) => at > 0 && line !== '' && change(line) !== line);
    expect(i).toBeGreaterThan(0);
    lines[i] = change(lines[i]);
    const { firstDifference, lines: count, matched } = conformTrace(lines.join('\n'), name, options);
    expect(firstDifference).toMatchObject({ line: i + 1, field });
    expect(matched).toBe(count - 1);
  });

  it('another limit, another quota, another target is found out by what follows', () => {
    const forged = (name: string, from: string, to: string) => conformTrace(read(name).replace(from, to), name, options).firstDifference;
    expect(forged('branch/002-capacity-includes-cooling.jsonl.gz', '"branchLimit":9', '"branchLimit":10')).toBeDefined();
    expect(forged('branch/005-create-fails-quota.jsonl.gz', '"eniQuota":6', '"eniQuota":7')).toBeDefined();
    expect(forged('branch/020-describe-paging.jsonl.gz', '"describePageSize":5', '"describePageSize":6')).toBeDefined();
    expect(forged(pool, '"warmIp":1', '"warmIp":20')).toBeDefined();
    expect(forged(windows, '"ipv4PerEni":10', '"ipv4PerEni":11')).toBeDefined();
  });

  it('an operation that nobody knows is a difference', () => {
    const forged = read(cooldown).replace('"op":"processCooldown"', '"op":"meditate"');
    expect(conformTrace(forged, 'forged', options).firstDifference).toMatchObject({ field: 'engine' });
  });
});
