/**
 * The generated files are what the schema gives. After a change of the format, write them anew:
 *   ENISIM_WRITE=1 npx vitest run test/scenarios/docs.test.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { environmentDoc, scenarioDoc } from '../../src/scenarios/docs.ts';
import { INITIAL_SCENARIO } from '../../src/scenarios/init.ts';
import { jsonSchema } from '../../src/scenarios/keys.ts';

const root = new URL('../../', import.meta.url);
const GENERATED = {
  'docs/scenario.md': scenarioDoc,
  'docs/environment.md': environmentDoc,
  'schema/scenario.schema.json': () => `${JSON.stringify(jsonSchema(), null, 1)}\n`,
} as const;

describe('generated files', () => {
  it.each(Object.entries(GENERATED))('%s is up to date', (file, make) => {
    const url = new URL(file, root);
    if (process.env.ENISIM_WRITE) {
      mkdirSync(new URL('.', url), { recursive: true });
      writeFileSync(url, make());
    }
    expect(readFileSync(url, 'utf8')).toBe(make());
  });
});

describe('the JSON Schema', () => {
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(jsonSchema());

  it.each(['scenarios/start.yaml', 'scenarios/prefix.yaml', 'scenarios/custom-networking.yaml', 'bench/w1.yaml', 'bench/w2.yaml'])('accepts %s', file => {
    validate(parse(readFileSync(new URL(file, root), 'utf8')));
    expect(validate.errors).toBeNull();
  });

  it('accepts what init writes', () => {
    validate(parse(INITIAL_SCENARIO));
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['an unknown variable of aws-node', { cni: { env: { WARM_IP_TARGT: 1 } } }],
    ['a duration without unit', { duration: 4 }],
    ['an unknown key', { nodegroups: [] }],
    ['an unknown workload', { workloads: [{ kind: 'cronjob' }] }],
  ])('refuses %s', (_, change) => {
    const scenario: unknown = { ...(parse(INITIAL_SCENARIO) as object), ...change };
    expect(validate(scenario)).toBe(false);
  });

  it('describes every key', () => {
    const bare: string[] = [];
    const walk = (schema: ReturnType<typeof jsonSchema>, path: string) => {
      for (const [key, inner] of Object.entries(schema.properties ?? {})) {
        const isAction = /^[A-Z][a-z]/.test(key);
        if (!inner.description && !isAction) bare.push(`${path}.${key}`);
        walk(inner, `${path}.${key}`);
      }
      for (const inner of [schema.items, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) if (inner) walk(inner, path);
      if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, path);
    };
    walk(jsonSchema(), '');
    expect(bare).toEqual([]);
  });
});
