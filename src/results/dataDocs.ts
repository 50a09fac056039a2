/**
 * Data docs: the text of docs/data.md, made from the schema, so that it cannot drift: a test compares, and
 * `npx vitest run test/results/schema.test.ts -u` writes it.
 */
import { TABLES, TABLE_NAMES, columnsOf, type Column, type Kind, type TableName } from './schema.ts';

const ARROW_TYPE: Record<Kind, string> = {
  timestamp: 'timestamp[ms, UTC]', duration: 'duration[ms]', u8: 'uint8', u16: 'uint16', u32: 'uint32', i32: 'int32', f64: 'double',
  bool: 'bool', dictionary: 'dictionary of utf8', utf8: 'utf8', ipv4: 'utf8',
};

const HEAD = `# Result tables

<!-- Made from src/results/schema.ts by \`npx vitest run test/results/schema.test.ts -u\`; the same test compares. -->

A run writes one folder: a file a table, \`summary.json\`, and \`manifest.json\`, which comes last. A folder without manifest is
unfinished: its run was interrupted, and what stands in \`.part\` files is not a result.

Tables are Arrow IPC files (Feather v2), uncompressed, so they can be opened by memory map; \`--format parquet\` gives the same tables,
with the same types, as Parquet with zstd. Read them with

\`\`\`python
import pyarrow.feather as feather, polars, duckdb
pods = feather.read_table('out/pods.arrow')             # pyarrow; .to_pandas() for pandas
pods = polars.read_ipc('out/pods.arrow')                # polars; scan_ipc is lazy
duckdb.sql('select mode, max(waitDuration) from pods group by mode')   # DuckDB, over a pyarrow table or the Parquet file
\`\`\`

## Names, units, order

- **Names** are lowerCamelCase. A column with the meaning of a Prometheus metric of aws-node has the metric's name without \`awscni_\`:
  \`awscni_assigned_ip_addresses\` is \`assignedIpAddresses\`; a label's value stands at its end. A field of EC2's API has EC2's word: \`availableIpAddressCount\`.
- **Moments** are timestamp[ms, UTC], counted from the scenario's \`start:\`. **Spans** are duration[ms]. Counts are whole numbers of the
  unit that the table below gives. Every field of the files carries \`unit\`, \`description\` and, where there is one, \`metric\` as metadata.
- **Rows** have the order of the key that stands with each table. The same scenario and seed give the same bytes, whatever the number of threads.
- **Metadata** of each file: \`enisim.table\`, \`enisim.tableVersion\`, \`enisim.engineVersion\`, \`enisim.scenario\`, \`enisim.scenarioHash\`,
  \`enisim.seed\`, \`enisim.start\`, \`enisim.command\`. What may differ between equal runs (machine, times) is in the manifest alone.
- \`--metrics prom\` writes \`metrics.prom\` too: every \`awscni_*\` series of ipamd at the end of the run, in Prometheus's text format; without a \`node\`
  label for all nodes together, with one for the nodes of the sample.
- A metric that counts (\`awscni_add_ip_req_count\`) grows for ever on a node; its column holds the growth in the row's time bin.
`;

/** The whole of docs/data.md. */
export function dataDocs(): string {
  return `${HEAD}\n${TABLE_NAMES.map(tableDocs).join('\n')}`;
}

function tableDocs(name: TableName): string {
  const { version, description, key } = TABLES[name];
  const rows = columnsOf(name).map(([column, declared]) => `| ${[`\`${column}\``, typeOf(declared), declared.unit, meaningOf(declared)].join(' | ')} |`);
  return `## ${name}

${description} Version ${version}; ordered by ${key.join(', ')}.

| Column | Type | Unit | Meaning |
|---|---|---|---|
${rows.join('\n')}
`;
}

const typeOf = (column: Column) => ARROW_TYPE[column.kind] + (column.nullable ? ', nullable' : '');

function meaningOf({ description, metric, values }: Column): string {
  const set = values ? ` One of ${values.map(value => `\`${value}\``).join(', ')}.` : '';
  return description + set + (metric ? ` Metric \`${metric}\`.` : '');
}
