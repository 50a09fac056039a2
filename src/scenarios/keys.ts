/** Keys: which keys a map of the format may have, found by walking its JSON Schema; for suggestions, documentation and editors. */
import { z } from 'zod';
import { scenarioSchema } from './schema.ts';

/** The part of JSON Schema (draft 2020-12) that zod writes for this format. */
export type JsonSchema = {
  $schema?: string;
  $id?: string;
  title?: string;
  type?: string | string[];
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  minimum?: number;
  maximum?: number;
};

let exported: JsonSchema | undefined;

/** JSON Schema of the form that people write: schema/scenario.schema.json. Durations are texts in it; zod takes numbers only to refuse them better. */
export function jsonSchema(): JsonSchema {
  if (!exported) {
    const made = z.toJSONSchema(scenarioSchema, {
      io: 'input',
      target: 'draft-2020-12',
      override: ({ jsonSchema: schema }) => {
        // zod leaves out a default that is given after a transform; `written` is how the file would say it.
        if (schema.written !== undefined) {
          schema.default = schema.written as string | number;
          delete schema.written;
        }
        if (schema.enisim === 'duration') {
          delete schema.enisim;
          delete schema.anyOf;
          schema.type = 'string';
          schema.pattern = '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$';
        }
      },
    }) as JsonSchema;
    exported = { $schema: made.$schema, $id: 'urn:enisim:v1:scenario', title: 'enisim scenario', ...made };
  }
  return exported;
}

/** Every schema that may hold at a path: alternatives side by side, but of kinds only the one that `input` names. */
export function schemasAt(path: readonly (string | number)[], input?: unknown): JsonSchema[] {
  let value = input;
  let here = alternatives([jsonSchema()], value);
  for (const part of path) {
    value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined;
    const inner = here.flatMap(schema => {
      if (typeof part === 'number') return schema.items ? [schema.items] : [];
      if (schema.properties && Object.hasOwn(schema.properties, part)) return [schema.properties[part]];
      return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
    });
    here = alternatives(inner, value);
  }
  return here;
}

function alternatives(schemas: readonly JsonSchema[], value: unknown): JsonSchema[] {
  return schemas.flatMap(schema => {
    const kinds = schema.oneOf ?? [];
    const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
    const named = kinds.filter(each => each.properties?.kind?.const === kind);
    return [schema, ...alternatives([...(schema.anyOf ?? []), ...(named.length > 0 ? named : kinds)], value)];
  });
}

/** Known keys of the map at `path`; where a value is asked for, its known words. */
export function keysAt(path: readonly (string | number)[], input?: unknown): string[] {
  const here = schemasAt(path, input);
  const keys = here.flatMap(schema => Object.keys(schema.properties ?? {}));
  const words = here.flatMap(schema => [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])].map(String));
  return [...new Set(keys.length > 0 ? keys : words)];
}

/** For documentation: what a schema takes, in a few words. */
export function formOf(schema: JsonSchema): string {
  if (schema.pattern?.includes('ms|s|m|h|d')) return 'duration';
  const inner = schema.anyOf ?? schema.oneOf;
  if (inner) return [...new Set(inner.map(formOf))].join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map(String).join(' \\| ');
  if (schema.type === 'array') return `list of ${schema.items ? formOf(schema.items) : 'anything'}`;
  if (schema.type === 'object') return 'map';
  const words: Readonly<Record<string, string>> = { integer: 'whole number', string: 'text', boolean: 'true or false' };
  return [schema.type ?? 'anything'].flat().map(type => words[type] ?? type).join(' or ');
}
