/**
 * Log: rows for the tables, as the engine sees them happen: numbers only, by column.
 *
 * Why     Names, formats and files are the business of results. A thread fills its own rows; they are merged by each table's key.
 * Shape   Columns that double when full. `takeRows` hands over what there is and begins anew.
 */
export type Columns = Record<string, Float64Array | Int32Array>;
export interface Rows<C extends Columns = Columns> { count: number; capacity: number; columns: C }

type Spec = Readonly<Record<string, 'f64' | 'i32'>>;
type ColumnsOf<S extends Spec> = { [F in keyof S]: S[F] extends 'f64' ? Float64Array : Int32Array };

/** Moments are absolute ms; NaN where there is none. -1 in an i32 column: none. */
export const POD_ROW = {
  created: 'f64', bound: 'f64', addressed: 'f64', ended: 'f64', pod: 'i32', node: 'i32', retries: 'i32', ip: 'i32', eni: 'i32', prefix: 'i32', reason: 'i32',
} as const satisfies Spec;
export const NODE_ROW = {
  bin: 'i32', node: 'i32', total: 'i32', assigned: 'i32', cooling: 'i32', enis: 'i32', prefixes: 'i32', waiting: 'i32', adds: 'i32', failedAdds: 'i32', dels: 'i32',
  eniMax: 'i32', ipMax: 'i32', ipamdErrors: 'i32', forceRemovedEnis: 'i32', forceRemovedIps: 'i32', eniReconcileAdds: 'i32', eniReconcileDels: 'i32',
  ipReconcileDels: 'i32', reconcileAdds: 'i32',
} as const satisfies Spec;
export const CALL_ROW = {
  requested: 'f64', latency: 'f64', action: 'i32', node: 'i32', number: 'i32', attempt: 'i32', code: 'i32', subnet: 'i32', eni: 'i32', countRequested: 'i32',
  countGranted: 'i32',
} as const satisfies Spec;
export const DECISION_ROW = {
  at: 'f64', node: 'i32', number: 'i32', low: 'i32', high: 'i32', hold: 'i32', short: 'i32', over: 'i32', remove: 'i32', paused: 'i32', action: 'i32', eni: 'i32',
  requested: 'i32', granted: 'i32', error: 'i32',
} as const satisfies Spec;

export type PodRows = Rows<ColumnsOf<typeof POD_ROW>>;
export type NodeRows = Rows<ColumnsOf<typeof NODE_ROW>>;
export type CallRows = Rows<ColumnsOf<typeof CALL_ROW>>;
export type DecisionRows = Rows<ColumnsOf<typeof DECISION_ROW>>;

function allocate(spec: Spec, capacity: number): Columns {
  return Object.fromEntries(Object.entries(spec).map(([f, kind]) => [f, kind === 'f64' ? new Float64Array(capacity) : new Int32Array(capacity)]));
}

export function createRows<S extends Spec>(spec: S, capacity = 1024): Rows<ColumnsOf<S>> {
  return { count: 0, capacity, columns: allocate(spec, capacity) as ColumnsOf<S> };
}

/** The next row's number; its columns are the caller's to fill. */
export function addRow(rows: Rows): number {
  if (rows.count === rows.capacity) {
    rows.capacity *= 2;
    for (const [field, old] of Object.entries(rows.columns)) {
      const grown = old instanceof Float64Array ? new Float64Array(rows.capacity) : new Int32Array(rows.capacity);
      grown.set(old);
      rows.columns[field] = grown;
    }
  }
  return rows.count++;
}

/** The rows so far, as columns of exactly that length; the log is empty afterwards. */
export function takeRows<C extends Columns>(rows: Rows<C>): { readonly count: number; readonly columns: C } {
  const columns = Object.fromEntries(Object.entries(rows.columns).map(([field, column]) => [field, column.slice(0, rows.count)])) as C;
  const taken = { count: rows.count, columns };
  rows.count = 0;
  return taken;
}

/** What a thread records. Null tables are off. */
export interface Log { readonly pods: PodRows | null; readonly nodes: NodeRows | null; readonly decisions: DecisionRows | null }
