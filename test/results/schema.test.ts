import { describe, expect, it } from 'vitest';
import { dataDocs } from '../../src/results/dataDocs.ts';
import { TABLES, TABLE_NAMES, columnsOf } from '../../src/results/schema.ts';

const all = TABLE_NAMES.flatMap(table => columnsOf(table).map(([name, column]) => ({ table, name, column })));
const camel = (words: string) => words.replaceAll(/_([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

describe('the schema of the result tables', () => {
  it('is what docs/data.md says, which -u writes anew', async () => {
    await expect(dataDocs()).toMatchFileSnapshot('../../docs/data.md');
  });

  it('gives a column that means a metric of aws-node the name of that metric', () => {
    const named = all.filter(({ column }) => column.metric);
    const nameOf = (metric: string) => camel(metric.replace('awscni_', '').replace(/\{\w+="(\w+)"\}/, '_$1'));
    expect(named.map(({ name }) => name)).toEqual(named.map(({ column }) => nameOf(column.metric!)));
    expect(named.length).toBeGreaterThan(10);
  });

  it('names every column in lowerCamelCase, with a unit and a description that is a sentence', () => {
    for (const { name, column } of all) {
      expect(name).toMatch(/^[a-z][a-zA-Z0-9]*$/);
      expect(column.unit).not.toBe('');
      expect(column.description).toMatch(/\.$/);
    }
  });

  it('has rows in the order of columns that exist', () => {
    for (const table of TABLE_NAMES) {
      const names = Object.keys(TABLES[table].columns);
      for (const part of TABLES[table].key) expect(names).toContain(part.split(' ')[0]);
    }
  });
});
