/**
 * The engine against recordings of ipamd v1.23.1, line by line; and the comparison against traces that were tampered with, which it must not let pass.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, test } from 'vitest';
import { conform, conformTrace, formatConformance, isPrefixCapable, parseEnvironment } from '../../src/index.ts';

const options = { isPrefixCapable, parseEnvironment, verify: true };
const GOLDEN = join(import.meta.dirname, '../golden/ipamd');
const RANDOM = join(import.meta.dirname, '../golden/ipamd-random');
const tracesIn = (folder: string) => readdirSync(folder).filter(name => name.endsWith('.jsonl.gz'));
const names = tracesIn(GOLDEN);
const read = (name: string, folder = GOLDEN) => gunzipSync(readFileSync(join(folder, name))).toString('utf8');

test('all recorded families are here', () => {
  const families = new Set(names.map(name => name.replace(/^p\d+-(.*?)-(?:[a-z]+\d+[a-z]*\.[a-z0-9]+)-.*$/, '$1')));
  expect([...families].sort()).toEqual([
    'cooldown', 'custom', 'custom-pd', 'default', 'eni-kept-for-warm-prefix', 'excluded-subnet', 'external', 'faults', 'fragmented-pd', 'full-subnet-max-eni',
    'imds-lag-latency', 'large', 'max-eni', 'max-pods', 'misc', 'node-state', 'pd', 'pd-switch', 'restart', 'scripted', 'small-subnet', 'trunk', 'trunk-late',
    'trunk-missing', 'warm-eni', 'warm-ip', 'warm-ip-min',
  ]);
});

describe('every line of a recorded trace matches', () => {
  it.each(names)('%s', name => {
    const { firstDifference, lines, matched } = conformTrace(read(name), name, options);
    expect(firstDifference).toBeUndefined();
    expect(matched).toBe(lines);
    expect(lines).toBeGreaterThan(100);
  });
});

describe('every line of a random trace matches', () => {
  it.each(tracesIn(RANDOM))('%s', name => {
    const { firstDifference, lines, matched } = conformTrace(read(name, RANDOM), name, options);
    expect(firstDifference).toBeUndefined();
    expect(matched).toBe(lines);
  });
});

/** The trace with the first line for which `change` gives another one replaced. Returns its number in the file, too. */
function tamper(text: string, change: (line: string) => string): { text: string; line: number } {
  const lines = text.split('\n');
  const i = lines.findIndex((line, at) => at > 0 && line !== '' && change(line) !== line);
  expect(i).toBeGreaterThan(0);
  lines[i] = change(lines[i]);
  return { text: lines.join('\n'), line: i + 1 };
}

describe('a trace that was tampered with fails where it was, and tells', () => {
  const excluded = 'p057-excluded-subnet-m5.large-steady.jsonl.gz';
  const pd = 'p020-pd-c5.xlarge-roll.jsonl.gz';
  const plain = 'p003-default-c5.xlarge-burst.jsonl.gz';
  it.each([
    ['the address that a pod got', plain, 'r', (line: string) => line.replace(/("op":"add".*"ip":"10\.0\.0\.)6"/, '$17"')],
    ['a failed ADD', plain, 'r', (line: string) => line.replace('"err":"no-ip"', '"err":"failed"')],
    ['a decision', plain, 'd', (line: string) => line.replace('"low":1', '"low":0')],
    ['how many addresses were asked for', plain, 'ec2', (line: string) => line.replace(/("c":"AllocENI","n":)14/, '$113')],
    ['an address that was granted', plain, 'ec2', (line: string) => line.replace(/("op":"tick".*"ips":\["10\.0\.0\.\d+\+)13"/, '$112"')],
    ['a call that was not made', plain, 'ec2', (line: string) => line.replace('"r":"ran","ec2":[{"c":"GetAttachedENIs","n":2}]', '"r":"ran"')],
    ['a gate', plain, 'r', (line: string) => line.replace('"r":"gated"', '"r":"ran"')],
    ['an end', plain, 't2', (line: string) => line.replace('"op":"tick"', '"op":"tick","t2":1')],
    ['a CNINode feature', 'p053-trunk-m5.large-ramp-drain.jsonl.gz', 'cniNode', (line: string) => line.replace('"cniNode":["SecurityGroupsForPods="],', '')],
    ['a free count of a subnet', plain, 'st', (line: string) => line.replace('"subnet-a":1004', '"subnet-a":1003')],
    ['a count of cooling addresses', plain, 'st', (line: string) => line.replace(/("op":"del".*"n":\[\d+,\d+,)1,/, '$12,')],
    ['a raw counter', pd, 'st', (line: string) => line.replace(/("raw":\[\d+,\d+,)2\]/, '$13]')],
    ['the moment of a release', pd, 'st', (line: string) => line.replace(/("tm":\[[\d.]+,)([\d.]+)/, '$11$2')],
    ['a prefix that went', pd, 'st', (line: string) => line.replace(/"x":\["[^"]*"\]/, '"x":[]')],
    ['an ENI that went', plain, 'st', (line: string) => line.replace(/"gone":\[\d+\]/, '"gone":[9]')],
    ['the release cache', pd, 'st', (line: string) => line.replace(/"rc":([1-9])/, '"rc":1$1')],
    ['the clean-up of an excluded ENI', excluded, 'st', (line: string) => line.replace(/("op":"async".*"x":\[")[^"]*/, '$110.0.0.99')],
  ])('%s', (_, name, field, change) => {
    const tampered = tamper(read(name), change);
    const { firstDifference, lines, matched } = conformTrace(tampered.text, name, options);
    expect(firstDifference).toMatchObject({ line: tampered.line, field });
    expect(matched).toBe(lines - 1); // what follows is compared with what the engine did, not with what was forged
  });

  it('another environment is found out by what ipamd does', () => {
    const forged = read(plain).replace('"env":{}', '"env":{"WARM_ENI_TARGET":"2"}');
    expect(conformTrace(forged, plain, options).firstDifference).toMatchObject({ line: 3, field: 'd' });
  });

  it('the text of a failed start is the program\'s own and not compared, its failing is', () => {
    const name = 'p048-faults-c5.xlarge-osc.jsonl.gz';
    const reworded = tamper(read(name), line => line.replace('"err":"error while trying to increase datastore pool"', '"err":"no"'));
    expect(conformTrace(reworded.text, name, options).firstDifference).toBeUndefined();
    const forged = tamper(read(name), line => line.replace('"r":{"ok":0,', '"r":{"ok":1,'));
    expect(conformTrace(forged.text, name, options).firstDifference).toMatchObject({ line: 2, field: 'r', actual: { ok: 0 } });
  });

  it('a trace that leaves the replay no way on is a difference, not an end of everything', () => {
    const forged = tamper(read('p058-external-c5.xlarge-steady.jsonl.gz'), line => line.replace('"kind":"attach"', '"kind":"levitate"'));
    expect(conformTrace(forged.text, 'forged', options).firstDifference).toMatchObject({ line: forged.line, field: 'engine' });
    expect(conformTrace('{"id":', 'torn', options)).toMatchObject({ id: 'torn', kind: 'unreadable', firstDifference: { line: 1 } });
  });
});

describe('files and folders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'enisim-conformance-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const text = read('p001-default-m5.large-ramp-drain.jsonl.gz');

  it('reads plain and gzipped traces, passes over the table of contents, and says what it skips', () => {
    writeFileSync(join(folder, 'a.jsonl'), text);
    writeFileSync(join(folder, 'b.jsonl'), tamper(text, line => line.replace('"r":"gated"', '"r":"ran"')).text);
    writeFileSync(join(folder, 'c.jsonl'), '{"kind":"windows-pool","trace":"x"}\n{"t":0}\n');
    writeFileSync(join(folder, 'index.jsonl'), '{"id":"a"}\n');
    writeFileSync(join(folder, 'README.md'), 'no trace');
    const report = conform([folder, join(GOLDEN, 'p002-default-t3.small-steady.jsonl.gz')], options);
    expect(report).toMatchObject({ traceCount: 3, tracesMatched: 2, skippedCount: 1 });
    expect(report.linesMatched).toBe(report.lineCount - 1);
    const printed = formatConformance(report).split('\n');
    expect(printed.slice(1, 5)).toEqual([
      expect.stringMatching(/^p001-default-m5\.large-ramp-drain +204\/205 lines$/), '  line 4, r', '    expected "ran"', '    actual   "gated"',
    ]);
    expect(printed).toContain('skipped: 1, of kinds without a replay');
    expect(printed.at(-1)).toBe(`traces 2/3, lines ${report.linesMatched}/${report.lineCount}`);
  });
});
