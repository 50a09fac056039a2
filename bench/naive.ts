/**
 * The naive object model: the reference workloads as one would write them first: a class per thing, a Map of ENIs and one of addresses, one
 * heap of closures for all nodes, and every pass of the pool manager an event.
 *
 * Why     A baseline (how much the layout and the order of processing bring) and an oracle: its counters and checksum are those of
 *         reference/native.cpp and reference/simpy_naive.py, to the bit.
 * Usage   node bench/naive.ts W1 1000 0.5        (workload, nodes, hours)
 * Limits  The simplified node model of reference/README.md, no source of rules.
 */
export interface Workload {
  readonly addressesPerEni: number; readonly enis: number; readonly maxPods: number; readonly minAgeMs: number; readonly decreaseMs: number;
  readonly lifeMs: number; readonly gapMs: number; readonly batch: number; readonly callMs: number; readonly callJitterMs: number;
}

export const WORKLOADS: Readonly<Record<'W1' | 'W2', Workload>> = {
  W1: { addressesPerEni: 9, enis: 3, maxPods: 29, minAgeMs: 60_000, decreaseMs: -1, lifeMs: 300_000, gapMs: 15_000, batch: 0, callMs: 6000, callJitterMs: 6000 },
  W2: { addressesPerEni: 16, enis: 8, maxPods: 110, minAgeMs: 0, decreaseMs: 30_000, lifeMs: 120_000, gapMs: 40_000, batch: 19.5, callMs: 300, callJitterMs: 700 },
};

export interface Totals { adds: number; dels: number; fails: number; drops: number; grows: number; shrinks: number; checksum: number }

const COOLDOWN_MS = 30_000, TICK_MS = 5000, RETRY_MS = 10_000, LONG_AGO = -1_000_000_000, SEED = 12_345;
/** At equal times a node's events have this order. */
const RANK = { answer: 0, end: 1, retry: 2, arrival: 3, tick: 4 } as const;

function low32(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

const draw = (key: number, counter: number) => low32((low32((Math.imul(counter, 0x9e3779b9) + key) | 0) + key) | 0);

/** An exponential variate of mean 1 by the reference's own logarithm: the same bits in every language. */
function exponential(drawn: number): number {
  const word = (drawn | 1) >>> 0;
  const zeros = Math.clz32(word);
  const m = ((word << zeros) >>> 0) * 4.656612873077393e-10;
  const s = (m - 1.4142135623730951) / (m + 1.4142135623730951);
  const z = s * s;
  const p = 2 * s * (1 + z * (0.3333333333333333 + z * (0.2 + z * (0.14285714285714285 + z * (0.1111111111111111 + z * (0.09090909090909091 + z * 0.07692307692307693))))));
  return (zeros + 1) * 0.6931471805599453 - 0.34657359027997264 - p;
}

interface Event { readonly time: number; readonly rank: number; readonly order: number; readonly act: () => void }

class EventQueue {
  private readonly heap: Event[] = [];
  private pushed = 0;

  push(time: number, rank: number, act: () => void): void {
    const event = { time, rank, order: this.pushed++, act };
    let at = this.heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, this.heap[parent])) break;
      this.heap[at] = this.heap[parent];
      at = parent;
    }
    this.heap[at] = event;
  }

  /** The earliest event before `end`. */
  pop(end: number): Event | undefined {
    const { heap } = this;
    if (heap.length === 0 || heap[0].time >= end) return undefined;
    const [first] = heap;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const before = (a: Event, b: Event) => a.time < b.time || (a.time === b.time && (a.rank < b.rank || (a.rank === b.rank && a.order < b.order)));

class Address {
  pod = false;
  freedAt = LONG_AGO;

  isAssignable(now: number): boolean {
    return !this.pod && now - this.freedAt > COOLDOWN_MS;
  }
}

class Eni {
  readonly createdAt: number;
  readonly addresses = new Map<number, Address>();

  constructor(number: number, createdAt: number, count: number) {
    this.createdAt = createdAt;
    for (let i = 0; i < count; i++) this.addresses.set(number * count + i, new Address());
  }

  /** No pod has an address of it, and none is cooling. */
  isIdle(now: number): boolean {
    return [...this.addresses.values()].every(address => address.isAssignable(now));
  }
}

class Node {
  private readonly queue: EventQueue;
  private readonly totals: Totals;
  private readonly load: Workload;
  private readonly id: number;
  private readonly key: number;
  private readonly enis = new Map<number, Eni>();
  private pods = 0;
  private pending = 0;
  private decreasedAt = LONG_AGO;
  private readonly drawn = { arrivals: 0, lives: 0, calls: 0 };

  constructor(queue: EventQueue, totals: Totals, load: Workload, id: number) {
    this.queue = queue;
    this.totals = totals;
    this.load = load;
    this.id = id;
    this.key = low32((id * 2 + 1 + SEED) | 0);
    this.enis.set(0, new Eni(0, 0, load.addressesPerEni));
    this.arriveAfter(0);
    this.tickAt(draw(this.key, 7) % TICK_MS);
  }

  private arriveAfter(now: number): void {
    const time = now + 1 + Math.trunc(exponential(draw(this.key + 0x1000, this.drawn.arrivals++)) * this.load.gapMs);
    this.queue.push(time, RANK.arrival, () => this.arrive(time));
  }

  private arrive(now: number): void {
    const { batch, maxPods } = this.load;
    this.arriveAfter(now);
    let count = 1;
    if (batch > 0) count = 1 + Math.trunc(exponential(draw(this.key + 0x1000, this.drawn.arrivals++)) * batch);
    const room = maxPods - this.pods - this.pending;
    this.totals.drops += Math.max(0, count - room);
    count = Math.min(count, room);
    this.pending += count;
    for (let i = 0; i < count; i++) this.start(now);
  }

  /** CNI ADD of a pod that waits. */
  private start(now: number): void {
    const found = this.lowestAssignable(now);
    if (!found) {
      this.totals.fails++;
      this.queue.push(now + RETRY_MS, RANK.retry, () => this.start(now + RETRY_MS));
      return;
    }
    const [number, address] = found;
    address.pod = true;
    this.pending--;
    this.pods++;
    this.totals.adds++;
    this.mix(now, number);
    const end = now + 1 + Math.trunc(exponential(draw(this.key + 0x2000, this.drawn.lives++)) * this.load.lifeMs);
    this.queue.push(end, RANK.end, () => this.stop(end, number, address));
  }

  private stop(now: number, number: number, address: Address): void {
    address.pod = false;
    address.freedAt = now;
    this.pods--;
    this.totals.dels++;
    this.mix(now, 256 + number);
  }

  private lowestAssignable(now: number): [number, Address] | undefined {
    for (let number = 0; number < this.load.enis; number++) {
      for (const entry of this.enis.get(number)?.addresses ?? []) if (entry[1].isAssignable(now)) return entry;
    }
    return undefined;
  }

  private tickAt(time: number): void {
    this.queue.push(time, RANK.tick, () => this.tick(time));
  }

  /** One pass of the pool manager. */
  private tick(now: number): void {
    const { addressesPerEni, maxPods, enis, decreaseMs } = this.load;
    const total = this.enis.size * addressesPerEni;
    const available = total - this.pods;
    if (available < addressesPerEni) {
      if (total < maxPods && this.enis.size < enis) {
        this.totals.grows++;
        this.ask(now, 1, answered => this.attach(answered));
        return;
      }
    } else if (available >= 2 * addressesPerEni && this.decreasedAt + decreaseMs < now) {
      const removable = this.removable(now);
      if (removable !== undefined) {
        this.enis.delete(removable);
        this.totals.shrinks++;
        this.decreasedAt = now;
        this.ask(now, 2, () => undefined);
        return;
      }
    }
    this.tickAt(now + TICK_MS);
  }

  private attach(now: number): void {
    let number = 0;
    while (this.enis.has(number)) number++;
    this.enis.set(number, new Eni(number, now, this.load.addressesPerEni));
  }

  private removable(now: number): number | undefined {
    for (let number = 1; number < this.load.enis; number++) {
      const eni = this.enis.get(number);
      if (eni && now - eni.createdAt >= this.load.minAgeMs && eni.isIdle(now)) return number;
    }
    return undefined;
  }

  /** An EC2 call; the next pass comes after its answer. */
  private ask(now: number, action: number, done: (now: number) => void): void {
    this.totals.checksum = (this.totals.checksum + Math.imul((now + Math.imul(this.id, 0x9e3779b1)) | 0, action)) >>> 0;
    const { callMs, callJitterMs } = this.load;
    const answered = now + callMs + (draw(this.key + 0x3000, this.drawn.calls++) % callJitterMs);
    this.queue.push(answered, RANK.answer, () => {
      done(answered);
      this.tickAt(answered + TICK_MS);
    });
  }

  private mix(now: number, what: number): void {
    const h = Math.imul((now + Math.imul(this.id, 0x9e3779b1) + Math.imul(what, 0x85ebca77)) | 0, 0xc2b2ae3d);
    this.totals.checksum = (this.totals.checksum + (h ^ (h >>> 15))) >>> 0;
  }
}

export function runNaive(load: Workload, nodeCount: number, hours: number): Totals {
  const totals: Totals = { adds: 0, dels: 0, fails: 0, drops: 0, grows: 0, shrinks: 0, checksum: 0 };
  const queue = new EventQueue();
  const nodes: Node[] = [];
  for (let id = 0; id < nodeCount; id++) nodes.push(new Node(queue, totals, load, id));
  const end = Math.trunc(hours * 3_600_000 + 0.5);
  for (let event = queue.pop(end); event; event = queue.pop(end)) event.act();
  return totals;
}

if (import.meta.main) {
  const [name, nodes, hours] = process.argv.slice(2);
  if (name !== 'W1' && name !== 'W2') throw new Error('usage: node bench/naive.ts W1|W2 NODES HOURS');
  const memory = process.resourceUsage().maxRSS;
  const start = process.cpuUsage();
  const totals = runNaive(WORKLOADS[name], Number(nodes), Number(hours));
  const { user, system } = process.cpuUsage(start);
  const podEvents = totals.adds + totals.dels, cpuSeconds = (user + system) / 1e6;
  const bytes = (process.resourceUsage().maxRSS - memory) * 1024;
  console.log(`naive ${name} n=${nodes} h=${hours} pod_events=${podEvents} cpu_s=${cpuSeconds.toFixed(3)} Mev/s=${(podEvents / cpuSeconds / 1e6).toFixed(4)} `
    + `B/node=${Math.round(bytes / Number(nodes))} ${Object.entries(totals).map(([key, value]) => `${key === 'checksum' ? 'cs' : key}=${value}`).join(' ')}`);
}
