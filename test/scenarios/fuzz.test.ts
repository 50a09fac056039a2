/** Whatever is written, the answer is a scenario or a ScenarioError with places, in bounded time; never another error. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { INITIAL_SCENARIO } from '../../src/scenarios/init.ts';
import { ScenarioError } from '../../src/scenarios/problems.ts';
import { readScenario } from '../../src/scenarios/read.ts';

const files: Readonly<Record<string, string>> = {
  'trace.csv': 'pod,create_s,delete_s,cpu_milli,memory_mib,gpu,owner\na,1,2,10,10,0,o\n',
  'bad.csv': 'x\0,y',
  'manifest.yaml': 'kind: ENIConfig\nmetadata: [1]\n---\n{',
};
const load = (path: string) => {
  if (!Object.hasOwn(files, path)) throw new Error('no such file');
  return new TextEncoder().encode(files[path]);
};

function check(text: string, overrides: readonly string[] = []): void {
  const start = performance.now();
  try {
    const { scenario } = readScenario(text, { file: 'a.yaml', load, overrides });
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.problems.some(problem => problem.severity === 'error')).toBe(true);
    for (const { line, column, found, expected } of error.problems) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(`${found}${expected}`).not.toMatch(/\bundefined\b|\[object/);
    }
  }
  expect(performance.now() - start).toBeLessThan(5000);
}

const seedText = `${INITIAL_SCENARIO}
manifests: [manifest.yaml]
eniConfigs: { us-east-1a: { subnet: nodes-a } }
`;

it('mutilated text: pieces cut out, doubled, swapped or replaced', () => {
  const piece = fc.constantFrom('', ' ', '\n', '  ', '- ', ': ', '{', '}', '[', ']', '"', "'", '&a ', '*a', '!!int ', '<<: ', '? ', '|', '>', '%', '@', '\0', '\t', '#', '---\n', '1e999', '.nan', '~', '0x10', '\u{1F600}', '__proto__: 1');
  const edit = fc.record({ at: fc.nat(seedText.length), length: fc.nat(40), into: piece });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), edits => check(edits.reduce((text, { at, length, into }) => text.slice(0, at) + into + text.slice(at + length), seedText))),
    { numRuns: 250 },
  );
});

it('lines left out, repeated or moved', () => {
  const lines = seedText.split('\n');
  const edit = fc.record({ from: fc.nat(lines.length - 1), to: fc.nat(lines.length - 1), indent: fc.nat(6) });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), edits => {
      const text = [...lines];
      for (const { from, to, indent } of edits) text.splice(to, indent % 2, ' '.repeat(indent) + (text[from] ?? '').trimStart());
      check(text.join('\n'));
    }),
    { numRuns: 150 },
  );
});

/** Every path of a value. */
function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  const entries: [string | number, unknown][] = Array.isArray(value) ? value.map((item, i) => [i, item]) : typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

const whole = parse(seedText) as Record<string, unknown>;
const everyPath = pathsOf(whole).filter(path => path.length > 0);
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1e300, '', ' ', '1', '1h', '0s', '-1s', '10.0.0.0/16', '255.255.255.255/32', '10.0.0.0/28', [], {}, [[]], [{}], [null], { a: 1 }, 'x0.5', '50%', 'trace', 'trace.csv', 'bad.csv', 'm5.large', 'nodes-a', '__proto__', 'constructor', 'toString'),
  fc.jsonValue({ maxDepth: 3 }),
);

it('sound YAML with odd values and keys anywhere', () => {
  const change = fc.record({ path: fc.constantFrom(...everyPath), value: odd, key: fc.option(fc.constantFrom('constructor', 'toString', 'x', 'name', 'kind', 'count', '1', '')) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), changes => {
      const scenario = structuredClone(whole);
      for (const { path, value, key } of changes) {
        let inner: unknown = scenario;
        for (const part of path.slice(0, -1)) inner = typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[part] : undefined;
        if (typeof inner === 'object' && inner !== null) (inner as Record<string | number, unknown>)[key ?? path.at(-1)!] = value;
      }
      check(stringify(scenario));
    }),
    { numRuns: 400 },
  );
});

it('any --set', () => {
  const path = fc.constantFrom(...everyPath).map(parts => parts.map(part => `["${part}"]`).join(''));
  const value = fc.oneof(odd.map(each => JSON.stringify(each)), fc.string());
  fc.assert(fc.property(fc.array(fc.oneof(fc.tuple(path, value).map(([p, v]) => `${p}=${v}`), fc.string()), { minLength: 1, maxLength: 3 }), overrides => check(seedText, overrides)), { numRuns: 150 });
});

it('any text at all', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), text => check(text)), { numRuns: 200 });
});

it('nesting and aliases without end, in the file and in --set', () => {
  for (const deep of ['['.repeat(20_000), '{a: '.repeat(20_000), `${'- '.repeat(20_000)}x`]) {
    check(deep);
    check(`name: ${deep}`);
    check(seedText, [`name=${deep}`, `nodeGroups=${deep}`]);
  }
  check(seedText, ['name=*x', 'name=&x [*x]', 'vpc={<<: 1}']);
});
