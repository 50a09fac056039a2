/**
 * Upstream's own tables of examples against the program, and docs/fidelity.md, whose numbers are written here: `-u` writes them anew.
 *
 * Why     Users will lay a run beside those tables. Most rows are what ipamd does; the others are listed with what it does.
 * Shape   The tables' numbers as they stand, row by row; an empty text where a cell is empty. The program's are those of the harness, lowest-first:
 *         the order of maps moves only how pods spread over prefixes.
 * Source  amazon-vpc-cni-k8s docs/eni-and-ip-target.md (last changed 2022-02-08) and docs/prefix-and-ip-target.md (2024-08-02), both as in v1.23.0.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { settled, type State } from './harness.ts';

const ROOT = join(import.meta.dirname, '../..');

type Targets = readonly [warmEniOrPrefix: number | null, warmIp: number | null, minimumIp: number | null];
interface Table {
  readonly file: string;
  readonly prefixes: boolean;
  readonly columns: Readonly<Record<string, (state: State) => string>>;
  readonly rows: readonly (readonly [type: string, targets: Targets, pods: number, cells: string])[];
}

const WARM: Targets = [1, null, null];
const list = (counts: readonly number[]) => counts.join(',');

const SECONDARY: Table = {
  file: 'eni-and-ip-target.md',
  prefixes: false,
  columns: {
    'ENIs': ({ enis }) => String(enis),
    'secondary IPs': ({ total }) => String(total),
    'unused IPs': ({ free }) => String(free),
    'IPs per ENI': ({ perEni }) => list(perEni.map(({ slots }) => slots)),
  },
  rows: [
    ['t3.small', WARM, 0, '1 3 3 3'], ['t3.small', WARM, 5, '3 9 4 3,3,3'], ['t3.small', WARM, 9, '3 9 0 3,3,3'],
    ['t3.small', [null, 1, 1], 0, '1 1 1 1'], ['t3.small', [null, 1, 1], 5, '2 6 1 3,3'], ['t3.small', [null, 1, 1], 9, '3 9 0 3,3,3'],
    ['t3.small', [null, 2, 5], 0, '2 5 5 2,3'], ['t3.small', [null, 2, 5], 5, '3 7 2 3,3,1'], ['t3.small', [null, 2, 5], 9, '3 9 0 3,3,3'],
    ['p3dn.24xlarge', WARM, 0, '1 49 49 49'], ['p3dn.24xlarge', WARM, 3, '2 98 95 49,49'], ['p3dn.24xlarge', WARM, 95, '3 147 52 49,49,49'],
    ['p3dn.24xlarge', [null, 5, 10], 0, '1 10 10 10'], ['p3dn.24xlarge', [null, 5, 10], 7, '1 12 5 12'],
    ['p3dn.24xlarge', [null, 5, 10], 15, '1 20 5 20'], ['p3dn.24xlarge', [null, 5, 10], 45, '2 50 5 49,1'],
  ],
};

const PREFIX: Table = {
  file: 'prefix-and-ip-target.md',
  prefixes: true,
  columns: {
    'ENIs': ({ enis }) => String(enis),
    'pods per ENI': ({ perEni }) => list(perEni.map(({ owned }) => owned)),
    'prefixes': ({ prefixes }) => String(prefixes),
    'pods per prefix': ({ perPrefix }) => list(perPrefix),
    'unused prefixes': ({ freePrefixes }) => String(freePrefixes),
    'prefixes per ENI': ({ perEni }) => list(perEni.map(({ slots }) => slots)),
    'unused IPs': ({ free }) => String(free),
  },
  rows: [
    ['t3.small', WARM, 0, '1 0 1 0 1 1 16'], ['t3.small', WARM, 5, '1 5 2 5,0 1 2 27'], ['t3.small', WARM, 16, '1 16 2 16,0 1 2 16'],
    ['t3.small', WARM, 17, '1 17 3 16,1,0 1 3 31'], ['t3.small', WARM, 58, '2 48,10 5 16,16,16,10,0 1 3,2 22'],
    ['t3.small', [null, 1, 1], 0, '1 0 1 0 1 1 16'], ['t3.small', [null, 1, 1], 5, '1 5 1 5 0 1 11'],
    ['t3.small', [null, 1, 1], 17, '1 17 2 16,1 0 2 15'], ['t3.small', [null, 1, 1], 58, '2 48,10 4 16,16,16,10 0 3,1 6'],
    ['t3.small', [null, 7, 20], 0, '1 0 1 0,0 1 2 16'], ['t3.small', [null, 7, 20], 5, '1 5 2 5,0 1 2 27'],
    ['t3.small', [null, 7, 20], 17, '1 17 2 16,1 0 2 15'], ['t3.small', [null, 7, 20], 58, '2 48,10 5 16,16,16,10,0 1 3,2 22'],
    ['p3dn.24xlarge', WARM, 0, '1 0 1 - 1 1 16'], ['p3dn.24xlarge', WARM, 3, '2 3,0 2 - 1 2,0 29'], ['p3dn.24xlarge', WARM, 95, '3 95,0,0 7 - 1 7,0,0 17'],
    ['p3dn.24xlarge', [null, 5, 10], 0, '1 0 1 - 1 1 16'], ['p3dn.24xlarge', [null, 5, 10], 7, '1 7 1 - 0 1 9'],
    ['p3dn.24xlarge', [null, 5, 10], 15, '1 15 2 - 1 2 17'], ['p3dn.24xlarge', [null, 5, 10], 45, '2 45,0 4 - 1 4,0 19'],
  ],
};

interface Difference { readonly table: string; readonly row: string; readonly column: string; readonly upstream: string; readonly program: string }

function differencesOf({ file, prefixes, columns, rows }: Table): Difference[] {
  return rows.flatMap(([type, [warm, warmIp, minimumIp], pods, cells]) => {
    const targets = {
      ...(warm !== null && { [prefixes ? 'WARM_PREFIX_TARGET' : 'WARM_ENI_TARGET']: warm }),
      ...(warmIp !== null && { WARM_IP_TARGET: warmIp }), ...(minimumIp !== null && { MINIMUM_IP_TARGET: minimumIp }),
    };
    const state = settled({ type, env: { ...targets, ...(prefixes && { ENABLE_PREFIX_DELEGATION: true }) }, ...(prefixes && { maxPods: 110 }) }, pods).state();
    const said = cells.split(' ');
    const row = `${type}, ${Object.entries(targets).map(([name, value]) => `\`${name}\` ${value}`).join(', ')}, ${pods} pods`;
    return Object.entries(columns).flatMap(([column, read], i) => {
      const program = read(state);
      return said[i] === '-' || said[i] === program ? [] : [{ table: file, row, column, upstream: said[i], program }];
    });
  });
}

const differences = [SECONDARY, PREFIX].flatMap(differencesOf);

describe('upstream\'s tables', () => {
  const differing = (file: string) => [...new Set(differences.filter(({ table }) => table === file).map(({ row }) => row))];

  it('for secondary IPs: one row of 16 differs, in the order of its ENIs', () => {
    expect(differing(SECONDARY.file)).toEqual(['t3.small, `WARM_IP_TARGET` 2, `MINIMUM_IP_TARGET` 5, 0 pods']);
    expect(SECONDARY.rows).toHaveLength(16);
  });

  it('for prefixes: 4 rows of 20 differ', () => {
    expect(differing(PREFIX.file)).toEqual([
      't3.small, `WARM_IP_TARGET` 7, `MINIMUM_IP_TARGET` 20, 0 pods',
      'p3dn.24xlarge, `WARM_PREFIX_TARGET` 1, 3 pods',
      'p3dn.24xlarge, `WARM_PREFIX_TARGET` 1, 95 pods',
      'p3dn.24xlarge, `WARM_IP_TARGET` 5, `MINIMUM_IP_TARGET` 10, 45 pods',
    ]);
    expect(PREFIX.rows).toHaveLength(20);
  });
});

// ---------------------------------------------------------------- docs/fidelity.md

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');

function families(): string {
  const folder = join(ROOT, 'test/golden/ipamd');
  const counts = new Map<string, { traces: number; lines: number }>();
  for (const name of readdirSync(folder).filter(file => file.endsWith('.jsonl.gz')).sort()) {
    const family = name.replace(/^p\d+-(.*?)-(?:[a-z]+\d+[a-z]*\.[a-z0-9]+)-.*$/, '$1');
    const lines = gunzipSync(readFileSync(join(folder, name))).toString('utf8').trim().split('\n').length - 1;
    const before = counts.get(family) ?? { traces: 0, lines: 0 };
    counts.set(family, { traces: before.traces + 1, lines: before.lines + lines });
  }
  const rows = [...counts].map(([family, { traces, lines }]) => [family, traces, lines] as const);
  const sum = (at: 1 | 2) => rows.reduce((total, row) => total + row[at], 0);
  return table(['family', 'traces', 'lines'], [...rows, ['all', sum(1), sum(2)]]);
}

const upstream = () => table(['table', 'row', 'column', 'upstream', 'program'], differences.map(d => [`\`${d.table}\``, d.row, d.column, d.upstream, d.program]));

it('docs/fidelity.md has these numbers, which -u writes anew', async () => {
  const path = join(ROOT, 'docs/fidelity.md');
  let text = readFileSync(path, 'utf8');
  for (const [name, block] of Object.entries({ families: families(), 'upstream-tables': upstream() })) {
    const begin = `<!-- ${name}: begin -->`;
    const end = `<!-- ${name}: end -->`;
    const [before, rest] = text.split(begin);
    text = `${before}${begin}\n\n${block}\n\n${end}${rest.split(end)[1]}`;
  }
  await expect(text).toMatchFileSnapshot(path);
});
