/**
 * Traces: recorded pods, read from CSV into columns, and arranged for a run: cut, scaled, repeated, spread, mapped.
 *
 * Shape   `parseTrace` gives the file as it is; `arrangeTrace` a run's pods, sorted by creation, at equal times in file order (then copy,
 *         then repetition). Names stay in the file's bytes until someone asks for one.
 * Units   Files have seconds, columns whole ms. CPU milli-CPU, memory MiB, GPU thousandths.
 * Errors  Bad rows are reported with their line, at most 20 of them, and left out.
 * Order   A batch is the pods of one owner with one creation time. Batches move, multiply and thin out as a whole, each by its own draws, so
 *         a window or an owner filter changes nothing for the batches that stay.
 */
import { gunzipSync } from 'node:zlib';
import type { Ms } from '../core/units.ts';
import { draw, drawBelow, mix, streamKey } from '../core/random.ts';
import type { ResourceRule, TraceWorkload } from './scenario.ts';

export type TraceRows = {
  readonly count: number;
  readonly createdMs: Float64Array;
  /** Infinity: the end was not observed. */
  readonly deletedMs: Float64Array;
  readonly cpuMilli: Int32Array;
  readonly memoryMib: Int32Array;
  readonly gpuMilli: Int32Array;
  /** Index into `owners`. */
  readonly owner: Int32Array;
  readonly owners: readonly string[];
  /** 0: a pod that never got a node (raw openb only). */
  readonly scheduled: Uint8Array;
  readonly nameOf: (row: number) => string;
};

export type TracePods = Omit<TraceRows, 'scheduled'>;
export type RowProblem = { readonly line: number; readonly found: string; readonly expected: string };
export type ParsedTrace = { readonly rows: TraceRows; readonly problems: readonly RowProblem[]; /** Bad rows beyond those listed. */ readonly unlisted: number };

export const PROBLEMS_MAX = 20;

/** The columns that we read, by format. The header may have them in any order, and others beside them. */
const COLUMNS = {
  canonical: { required: ['pod', 'create_s', 'delete_s', 'cpu_milli', 'memory_mib'], optional: ['gpu', 'owner'] },
  openb: { required: ['name', 'creation_time', 'deletion_time', 'cpu_milli', 'memory_mib'], optional: ['num_gpu', 'gpu_milli', 'qos', 'scheduled_time'] },
} as const;

const COMMA = 44;
const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const DOT = 46;
const ZERO = 48;
const BAD = -1;
const INT32_MAX = 0x7fffffff;
/** 2^53 ms less headroom for shifts: 285,000 years. */
const MS_MAX = 2 ** 52;

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Reads a trace. `gunzip` errors and unknown headers are one problem on line 1, with no rows. */
export function parseTrace(file: Uint8Array, format: TraceWorkload['format']): ParsedTrace {
  let bytes = file;
  if (isGzip(file)) {
    try {
      bytes = gunzipSync(file);
    } catch (error) {
      return nothing({ line: 1, found: `a damaged gzip file (${(error as Error).message})`, expected: 'CSV, gzip or not' });
    }
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? 3 : 0; // byte order mark
  const headerEnd = endOfLine(text, from);
  const header = text.toString('utf8', from, headerEnd).trim().split(',').map(word => word.trim());
  const kinds = (Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).filter(kind => format === 'auto' || format === kind);
  const kind = kinds.find(candidate => COLUMNS[candidate].required.every(column => header.includes(column)));
  if (!kind) {
    const expected = kinds.map(candidate => `a header with ${COLUMNS[candidate].required.join(', ')}`).join(', or ');
    return nothing({ line: 1, found: JSON.stringify(header.join(',').slice(0, 80)), expected });
  }
  return readRows(text, Math.min(headerEnd + 1, text.length), kind, header);
}

function readRows(text: Buffer, begin: number, kind: keyof typeof COLUMNS, header: readonly string[]): ParsedTrace {
  let lines = 0;
  for (let i = begin; i < text.length; i++) if (text[i] === NEWLINE) lines++;
  const rows = lines + 1;
  const createdMs = new Float64Array(rows);
  const deletedMs = new Float64Array(rows);
  const cpuMilli = new Int32Array(rows);
  const memoryMib = new Int32Array(rows);
  const gpuMilli = new Int32Array(rows);
  const owner = new Int32Array(rows);
  const scheduled = new Uint8Array(rows);
  const nameFrom = new Uint32Array(rows);
  const nameTo = new Uint32Array(rows);
  const owners: string[] = [];
  const ownerIndex = new Map<string, number>();
  const problems: RowProblem[] = [];
  let bad = 0;

  const openb = kind === 'openb';
  const place = (column: string) => header.indexOf(column);
  const [name, create, end] = (openb ? ['name', 'creation_time', 'deletion_time'] : ['pod', 'create_s', 'delete_s']).map(place);
  const [cpu, memory, numGpu, gpuShare, gpus] = ['cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli', 'gpu'].map(place);
  const [ownerColumn, boundAt] = [place(openb ? 'qos' : 'owner'), openb ? place('scheduled_time') : -1];

  const fieldFrom = new Uint32Array(header.length);
  const fieldTo = new Uint32Array(header.length);
  const isEmpty = (column: number) => column < 0 || fieldFrom[column] === fieldTo[column];
  /** A decimal in thousandths; BAD if it is none. */
  const thousandths = (column: number) => decimal(text, fieldFrom[column], fieldTo[column]);
  const whole = (column: number) => {
    const value = thousandths(column);
    return value % 1000 === 0 && value / 1000 <= INT32_MAX ? value / 1000 : BAD;
  };
  let lastOwner = -1;
  let lastFrom = 0;
  let lastTo = 0;

  let n = 0;
  let line = 1;
  let lastEnd = 0;
  for (let i = begin; i < text.length; ) {
    line++;
    // One row: field borders. Quotes are not used by these files; a row with one is reported rather than misread.
    let fields = 0;
    let quoted = false;
    const lineFrom = i;
    let from = i;
    for (; ; i++) {
      const byte = i < text.length ? text[i] : NEWLINE;
      if (byte === QUOTE) quoted = true;
      if (byte !== COMMA && byte !== NEWLINE) continue;
      if (fields < header.length) {
        fieldFrom[fields] = from;
        fieldTo[fields] = byte === NEWLINE && i > from && text[i - 1] === RETURN ? i - 1 : i;
      }
      fields++;
      from = i + 1;
      if (byte === NEWLINE) break;
    }
    const lineTo = i;
    i++;
    if (fields === 1 && fieldFrom[0] === fieldTo[0]) continue; // an empty line

    const fault = (column: number, expected: string) => {
      bad++;
      if (problems.length >= PROBLEMS_MAX) return;
      const found = column < 0 ? text.toString('utf8', lineFrom, Math.min(lineTo, lineFrom + 60)).trimEnd() : `${header[column]} ${JSON.stringify(text.toString('utf8', fieldFrom[column], fieldTo[column]).slice(0, 40))}`;
      problems.push({ line, found, expected });
    };
    if (fields !== header.length || quoted) {
      fault(-1, quoted ? 'a row without quotes' : `a row of ${header.length} fields, not ${fields}`);
      continue;
    }
    const created = thousandths(create);
    const deleted = isEmpty(end) ? Infinity : thousandths(end);
    const milli = whole(cpu);
    const mib = whole(memory);
    const gpu = openb ? gpuOfOpenb(isEmpty(numGpu) ? 0 : whole(numGpu), isEmpty(gpuShare) ? 0 : whole(gpuShare)) : isEmpty(gpus) ? 0 : thousandths(gpus);
    if (isEmpty(name)) fault(name, 'the name of a pod');
    else if (created === BAD) fault(create, 'seconds since the start of the trace');
    else if (deleted === BAD) fault(end, 'seconds since the start of the trace, or nothing');
    else if (deleted < created) fault(end, 'an end that is not before the creation');
    else if (milli === BAD) fault(cpu, 'a whole number of milli-CPU');
    else if (mib === BAD) fault(memory, 'a whole number of MiB');
    else if (gpu === BAD || gpu > INT32_MAX) fault(openb ? numGpu : gpus, 'a number of GPUs');
    else {
      createdMs[n] = created;
      deletedMs[n] = deleted;
      cpuMilli[n] = milli;
      memoryMib[n] = mib;
      gpuMilli[n] = gpu;
      scheduled[n] = boundAt < 0 || !isEmpty(boundAt) ? 1 : 0;
      nameFrom[n] = fieldFrom[name];
      nameTo[n] = fieldTo[name];
      const [a, b] = ownerColumn < 0 ? [0, 0] : [fieldFrom[ownerColumn], fieldTo[ownerColumn]];
      if (lastOwner < 0 || b - a !== lastTo - lastFrom || text.compare(text, lastFrom, lastTo, a, b) !== 0) {
        const word = `${openb ? 'qos-' : ''}${text.toString('utf8', a, b)}`;
        let index = ownerIndex.get(word);
        if (index === undefined) {
          index = owners.length;
          ownerIndex.set(word, index);
          owners.push(word);
        }
        lastOwner = index;
        lastFrom = a;
        lastTo = b;
      }
      owner[n] = lastOwner;
      if (deleted !== Infinity && deleted > lastEnd) lastEnd = deleted;
      n++;
    }
  }
  // openb writes the trace's last instant for pods that were still running then.
  if (openb) for (let row = 0; row < n; row++) if (deletedMs[row] === lastEnd) deletedMs[row] = Infinity;
  return {
    rows: {
      count: n,
      createdMs: createdMs.subarray(0, n),
      deletedMs: deletedMs.subarray(0, n),
      cpuMilli: cpuMilli.subarray(0, n),
      memoryMib: memoryMib.subarray(0, n),
      gpuMilli: gpuMilli.subarray(0, n),
      owner: owner.subarray(0, n),
      owners,
      scheduled: scheduled.subarray(0, n),
      nameOf: row => text.toString('utf8', nameFrom[row], nameTo[row]),
    },
    problems,
    unlisted: bad - problems.length,
  };
}

const nothing = (problem: RowProblem): ParsedTrace => ({
  rows: {
    count: 0, createdMs: new Float64Array(0), deletedMs: new Float64Array(0), cpuMilli: new Int32Array(0), memoryMib: new Int32Array(0),
    gpuMilli: new Int32Array(0), owner: new Int32Array(0), owners: [], scheduled: new Uint8Array(0), nameOf: () => '',
  },
  problems: [problem],
  unlisted: 0,
});

function endOfLine(text: Buffer, from: number): number {
  const end = text.indexOf(NEWLINE, from);
  return end < 0 ? text.length : end;
}

/** A decimal number in thousandths, rounded; BAD if it is none, negative, or too large. */
function decimal(text: Buffer, from: number, to: number): number {
  let value = 0;
  let i = from;
  for (; i < to && text[i] !== DOT; i++) {
    const digit = text[i] - ZERO;
    if (digit < 0 || digit > 9) return BAD;
    value = value * 10 + digit;
  }
  if (i === from) return BAD;
  value *= 1000;
  let weight = 100;
  let rest = 0;
  for (i++; i < to; i++) {
    const digit = text[i] - ZERO;
    if (digit < 0 || digit > 9) return BAD;
    if (weight >= 1) value += digit * weight;
    else if (weight > 0.05 && digit >= 5) rest = 1;
    weight = weight === 1 ? 0.1 : weight / 10;
  }
  value += rest;
  return value <= MS_MAX ? value : BAD;
}

/** `gpu_milli` is a share of one GPU when there is one; several are whole. */
const gpuOfOpenb = (gpus: number, share: number) => (gpus === BAD || share === BAD ? BAD : gpus === 1 ? share : gpus * 1000);

// ---------------------------------------------------------------------------------------------------------------- arranging

/** Streams of this module, apart from the engine's: (seed, stream, 0) with the batch as counter. */
const SPREAD = 101;
const THIN = 102;
const COPY_JITTER_MS = 60_000;

type Arrangement = Pick<TraceWorkload, 'atMs' | 'scaleArrivals' | 'repeat' | 'windowFromMs' | 'windowToMs' | 'spreadMs' | 'resources' | 'skipNeverScheduled' | 'owners'>;

/**
 * The pods of a run, sorted by creation. Lifetimes are kept: whatever moves a creation moves its deletion.
 * A pod that was created before the window is not in it, even if it still ran.
 */
export function arrangeTrace(rows: TraceRows, how: Arrangement, seed: number): TracePods {
  const batch = batchesOf(rows);
  const [spreadKey, thinKey] = [streamKey(seed, SPREAD, 0), streamKey(seed, THIN, 0)];
  const wholeCopies = Math.floor(how.scaleArrivals);
  const oneMore = Math.floor((how.scaleArrivals - wholeCopies) * 0x1_0000_0000);
  const wanted = how.owners.length > 0 ? new Set(how.owners) : null;
  const ownerWanted = rows.owners.map(owner => !wanted || wanted.has(owner));

  const chosen: number[] = [];
  let last = how.windowFromMs;
  for (let row = 0; row < rows.count; row++) {
    const created = rows.createdMs[row];
    if (created < how.windowFromMs || created >= how.windowToMs || !ownerWanted[rows.owner[row]]) continue;
    if (how.skipNeverScheduled && rows.scheduled[row] === 0) continue;
    chosen.push(row);
    if (created > last) last = created;
  }
  const span = how.windowToMs < Number.MAX_SAFE_INTEGER ? how.windowToMs - how.windowFromMs : last - how.windowFromMs + Math.max(how.spreadMs, 1);

  const copies = wholeCopies + (oneMore > 0 ? 1 : 0);
  const room = chosen.length * copies * how.repeat;
  const created = new Float64Array(room);
  const source = new Int32Array(room);
  const copyOf = new Uint16Array(room);
  const turnOf = new Uint16Array(room);
  let n = 0;
  for (let turn = 0; turn < how.repeat; turn++) {
    for (let copy = 0; copy < copies; copy++) {
      const own = copy + turn * 0x10000;
      for (const row of chosen) {
        const b = mix(batch[row] + own * 0x9e3779b1);
        if (copy === wholeCopies && draw(thinKey, b) >= oneMore) continue;
        const reach = how.spreadMs > 0 ? how.spreadMs : copy > 0 ? COPY_JITTER_MS : 0;
        created[n] = how.atMs + rows.createdMs[row] - how.windowFromMs + turn * span + (reach > 0 ? drawBelow(spreadKey, b, reach) : 0);
        source[n] = row;
        copyOf[n] = copy;
        turnOf[n] = turn;
        n++;
      }
    }
  }

  const order = orderOf(created.subarray(0, n));
  const pick = (values: Int32Array) => Int32Array.from(order, i => values[source[i]]);
  const createdMs = Float64Array.from(order, i => created[i]);
  return {
    count: n,
    createdMs,
    deletedMs: Float64Array.from(order, i => created[i] + (rows.deletedMs[source[i]] - rows.createdMs[source[i]])),
    cpuMilli: mapped(pick(rows.cpuMilli), how.resources.cpu),
    memoryMib: mapped(pick(rows.memoryMib), how.resources.memory),
    gpuMilli: mapped(pick(rows.gpuMilli), how.resources.gpu),
    owner: pick(rows.owner),
    owners: rows.owners,
    nameOf: pod => {
      const i = order[pod];
      return `${rows.nameOf(source[i])}${copyOf[i] > 0 ? `-c${copyOf[i]}` : ''}${turnOf[i] > 0 ? `-r${turnOf[i]}` : ''}`;
    },
  };
}

/** A number for each row's batch, from what is in the file alone. */
function batchesOf({ count, createdMs, owner }: TraceRows): Uint32Array {
  const batch = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const ms = createdMs[row];
    batch[row] = mix(mix(owner[row] + 1) + mix(ms % 0x1_0000_0000) + Math.floor(ms / 0x1_0000_0000));
  }
  return batch;
}

/** Positions in order of time, at equal times of position. */
function orderOf(times: Float64Array): Uint32Array {
  const n = times.length;
  let sorted = true;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < n; i++) {
    if (i > 0 && times[i] < times[i - 1]) sorted = false;
    if (times[i] < low) low = times[i];
    if (times[i] > high) high = times[i];
  }
  if (sorted) return Uint32Array.from({ length: n }, (_, i) => i);
  // Time and position in one exact double sort ten times faster than a comparison function.
  if ((high - low + 1) * n < Number.MAX_SAFE_INTEGER) {
    const keys = new Float64Array(n);
    for (let i = 0; i < n; i++) keys[i] = (times[i] - low) * n + i;
    keys.sort();
    return Uint32Array.from(keys, key => key % n);
  }
  return Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => times[a] - times[b] || a - b);
}

function mapped(values: Int32Array, { times, plus, min, max }: ResourceRule): Int32Array {
  if (times === 1 && plus === 0 && min === 0 && max >= INT32_MAX) return values;
  for (let i = 0; i < values.length; i++) {
    const value = Math.max(min, Math.round(values[i] * times + plus));
    values[i] = Math.min(value, max, INT32_MAX);
  }
  return values;
}

/** Window, scale and mapping that change nothing: the whole file as it is. */
export const AS_RECORDED: Arrangement = (() => {
  const same = { times: 1, plus: 0, min: 0, max: Number.MAX_SAFE_INTEGER };
  return { atMs: 0 as Ms, scaleArrivals: 1, repeat: 1, windowFromMs: 0, windowToMs: Number.MAX_SAFE_INTEGER, spreadMs: 0, resources: { cpu: same, memory: same, gpu: same }, skipNeverScheduled: false, owners: [] };
})();
