import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loaderBeside } from '../../src/scenarios/files.ts';
import { arrangeTrace, AS_RECORDED, parseTrace, PROBLEMS_MAX, type TracePods, type TraceRows } from '../../src/scenarios/traces.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const HEADER = 'pod,create_s,delete_s,cpu_milli,memory_mib,gpu,owner\n';
const parsed = (text: string) => {
  const result = parseTrace(bytes(text), 'auto');
  expect(result.problems).toEqual([]);
  return result.rows;
};
const listed = (pods: TracePods | TraceRows) =>
  Array.from({ length: pods.count }, (_, i) => [pods.nameOf(i), pods.createdMs[i], pods.deletedMs[i], pods.cpuMilli[i], pods.memoryMib[i], pods.gpuMilli[i], pods.owners[pods.owner[i]]]);
const bundled = loaderBeside('.');
const openb = () => parseTrace(bundled('bundled:openb'), 'auto');

describe('a canonical trace', () => {
  it('is read as it is: times in ms, empty ends as not observed, fractions of GPUs', () => {
    expect(listed(parsed(`${HEADER}a,0,1.5,100,64,0,x\nb,0.001,,2000,128,0.46,y\nc,7,7,1,0,2,x\n`))).toEqual([
      ['a', 0, 1500, 100, 64, 0, 'x'], ['b', 1, Infinity, 2000, 128, 460, 'y'], ['c', 7000, 7000, 1, 0, 2000, 'x'],
    ]);
  });

  it('may have its columns in another order, further ones, CRLF, a byte order mark, empty lines, no last newline', () => {
    const rows = parsed('\uFEFFowner,memory_mib,cpu_milli,zone,delete_s,create_s,pod\r\nx,1,2,q,4,3,p\r\n\r\ny,5,6,q,,7,r');
    expect(listed(rows)).toEqual([['p', 3000, 4000, 2, 1, 0, 'x'], ['r', 7000, Infinity, 6, 5, 0, 'y']]);
  });

  it('is the same gzipped', () => {
    const text = `${HEADER}a,0,1,1,1,0,x\n`;
    expect(listed(parseTrace(gzipSync(text), 'canonical').rows)).toEqual(listed(parsed(text)));
  });

  it('names each bad row by line and column, and keeps the good ones', () => {
    const { rows, problems } = parseTrace(bytes(`${HEADER}a,0,1,1,1,0,x\nb,-1,1,1,1,0,x\nc,5,4,1,1,0,x\nd,1,2,1.5,1,0,x\ne,1,2,1,one,0,x\nf,1,2\n,1,2,1,1,0,x\n"g",1,2,1,1,0,x\nh,1,2,1,1,-2,x\ni,1,2,1,1,0,x\n`), 'auto');
    expect(problems.map(({ line, found }) => `${line}: ${found}`)).toEqual(['3: create_s "-1"', '4: delete_s "4"', '5: cpu_milli "1.5"', '6: memory_mib "one"', '7: f,1,2', '8: pod ""', '9: "g",1,2,1,1,0,x', '10: gpu "-2"']);
    expect(listed(rows).map(([name]) => name)).toEqual(['a', 'i']);
  });

  it(`lists ${PROBLEMS_MAX} bad rows and counts the others`, () => {
    const { problems, unlisted } = parseTrace(bytes(HEADER + 'bad\n'.repeat(100)), 'auto');
    expect([problems.length, unlisted]).toEqual([PROBLEMS_MAX, 80]);
  });

  it.each([['', '""'], ['a,b,c\n1,2,3', '"a,b,c"']])('%j is refused for its header', (text, found) => expect(parseTrace(bytes(text), 'auto').problems).toMatchObject([{ line: 1, found }]));
  it('refuses a damaged gzip file', () => expect(parseTrace(gzipSync('x').subarray(0, 15), 'auto').problems[0].found).toContain('damaged gzip'));
});

describe('a raw openb trace', () => {
  const excerpt = readFileSync(new URL('../data/openb-raw-excerpt.csv', import.meta.url));

  it('gives the pods of the canonical form', () => {
    const { rows, problems } = parseTrace(excerpt, 'auto');
    expect(problems).toEqual([]);
    const canonical = new Map(listed(openb().rows).map(row => [row[0], row]));
    expect(rows.count).toBeGreaterThan(40);
    // The last instant of an excerpt is that of the whole: it holds pods that ran to the end.
    for (const row of listed(rows)) expect(row).toEqual(canonical.get(row[0]));
  });

  it('knows which pods never got a node', () => {
    const { rows } = parseTrace(excerpt, 'openb');
    const never = rows.scheduled.filter(flag => flag === 0).length;
    expect(never).toBeGreaterThan(0);
    expect(arrangeTrace(rows, { ...AS_RECORDED, skipNeverScheduled: true }, 1).count).toBe(rows.count - never);
  });
});

describe('the bundled traces', () => {
  // Origin: the statistics published beside the data.
  it('azure-vm-v1 has 259,159 pods of 53,109 owners, 14,317 of them without an end, and is read in under a second', () => {
    const file = bundled('bundled:azure-vm-v1');
    const start = performance.now();
    const { rows } = parseTrace(file, 'auto');
    const elapsed = performance.now() - start;
    expect([rows.count, rows.owners.length, rows.deletedMs.filter(ms => ms === Infinity).length]).toEqual([259_159, 53_109, 14_317]);
    expect(elapsed).toBeLessThan(3000); // a busy machine; alone it takes 0.25 s
  });

  it('openb has 8,152 pods, 34 of them without an end', () => {
    const { rows } = openb();
    expect([rows.count, rows.deletedMs.filter(ms => ms === Infinity).length]).toEqual([8152, 34]);
  });
});

describe('arranging', () => {
  const rows = parsed(`${HEADER}${Array.from({ length: 300 }, (_, i) => `p${i},${Math.floor(i / 30) * 300},${Math.floor(i / 30) * 300 + 60 + i},1000,512,0,o${Math.floor(i / 5)}`).join('\n')}\n`);
  const lifetimes = (pods: TracePods) => Array.from({ length: pods.count }, (_, i) => pods.deletedMs[i] - pods.createdMs[i]);

  it('sorts by creation and keeps the order of the file at equal times', () => {
    const unsorted = parsed(`${HEADER}a,5,6,1,1,0,x\nb,3,6,1,1,0,x\nc,5,6,1,1,0,x\nd,3,6,1,1,0,x\n`);
    expect(listed(arrangeTrace(unsorted, AS_RECORDED, 1)).map(([name]) => name)).toEqual(['b', 'd', 'a', 'c']);
  });

  it('spread moves whole batches, by less than the spread, and keeps lifetimes', () => {
    const pods = arrangeTrace(rows, { ...AS_RECORDED, spreadMs: 300_000 }, 1);
    const moved = new Map<string, Set<number>>();
    for (let i = 0; i < pods.count; i++) {
      const row = Number(pods.nameOf(i).slice(1));
      const by = pods.createdMs[i] - rows.createdMs[row];
      expect(by).toBeGreaterThanOrEqual(0);
      expect(by).toBeLessThan(300_000);
      expect(pods.deletedMs[i] - pods.createdMs[i]).toBe(rows.deletedMs[row] - rows.createdMs[row]);
      const owner = pods.owners[pods.owner[i]];
      moved.set(owner, (moved.get(owner) ?? new Set()).add(by));
    }
    expect([...moved.values()].every(set => set.size === 1)).toBe(true);
    expect(new Set([...moved.values()].flatMap(set => [...set])).size).toBe(60);
  });

  it('another seed spreads otherwise, the same seed the same', () => {
    const created = (seed: number) => [...arrangeTrace(rows, { ...AS_RECORDED, spreadMs: 300_000 }, seed).createdMs];
    expect(created(1)).toEqual(created(1));
    expect(created(1)).not.toEqual(created(2));
  });

  it('a window or an owner filter moves no batch that stays', () => {
    const how = { ...AS_RECORDED, spreadMs: 300_000, scaleArrivals: 2.5 };
    const all = new Map(listed(arrangeTrace(rows, how, 1)).map(row => [row[0], row]));
    const some = listed(arrangeTrace(rows, { ...how, owners: ['o7', 'o8'] }, 1));
    expect(some.length).toBeGreaterThanOrEqual(20);
    for (const row of some) expect(row).toEqual(all.get(row[0]));
    const late = arrangeTrace(rows, { ...how, windowFromMs: 600_000 }, 1);
    for (const row of listed(late)) expect((row[1] as number) + 600_000).toBe(all.get(row[0])?.[1]);
  });

  it('a window cuts by creation and starts the clock at its start', () => {
    const pods = arrangeTrace(rows, { ...AS_RECORDED, windowFromMs: 300_000, windowToMs: 900_000, atMs: 5000 }, 1);
    expect([pods.count, pods.createdMs[0], pods.createdMs[59]]).toEqual([60, 5000, 305_000]);
  });

  it('scaling by 3 copies each pod, by 0.5 keeps about half of the batches whole', () => {
    const three = arrangeTrace(rows, { ...AS_RECORDED, scaleArrivals: 3 }, 1);
    expect(three.count).toBe(900);
    expect(new Set(listed(three).map(([name]) => name)).size).toBe(900);
    const half = arrangeTrace(rows, { ...AS_RECORDED, scaleArrivals: 0.5 }, 1);
    expect(half.count).toBeGreaterThan(90);
    expect(half.count).toBeLessThan(210);
    const sizes = new Map<number, number>();
    for (const owner of half.owner) sizes.set(owner, (sizes.get(owner) ?? 0) + 1);
    expect(new Set(sizes.values())).toEqual(new Set([5]));
  });

  it('repeating plays the window again after its length', () => {
    const pods = arrangeTrace(rows, { ...AS_RECORDED, windowToMs: 300_000, repeat: 3 }, 1);
    expect([pods.count, ...new Set(pods.createdMs)]).toEqual([90, 0, 300_000, 600_000]);
    expect(pods.nameOf(30)).toBe('p0-r1');
  });

  it('maps resources: factor, sum, limits', () => {
    const same = AS_RECORDED.resources.cpu;
    const pods = arrangeTrace(rows, { ...AS_RECORDED, resources: { cpu: { ...same, times: 0.25 }, memory: { ...same, plus: 100, max: 600 }, gpu: { ...same, min: 500 } } }, 1);
    expect([pods.cpuMilli[0], pods.memoryMib[0], pods.gpuMilli[0]]).toEqual([250, 600, 500]);
  });

  it('is sorted, never before its start, and keeps every lifetime, whatever is asked', () => {
    const any = fc.record({
      atMs: fc.nat(100_000), scaleArrivals: fc.double({ min: 0.1, max: 3, noNaN: true }), repeat: fc.integer({ min: 1, max: 3 }), windowFromMs: fc.nat(2_000_000), spreadMs: fc.constantFrom(0, 1, 1000, 300_000),
    });
    fc.assert(
      fc.property(any, fc.nat(), (how, seed) => {
        const pods = arrangeTrace(rows, { ...AS_RECORDED, ...how }, seed);
        for (let i = 1; i < pods.count; i++) expect(pods.createdMs[i]).toBeGreaterThanOrEqual(pods.createdMs[i - 1]);
        if (pods.count > 0) expect(pods.createdMs[0]).toBeGreaterThanOrEqual(how.atMs);
        const known = new Set(lifetimes(arrangeTrace(rows, AS_RECORDED, 1)));
        expect(lifetimes(pods).every(ms => known.has(ms))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('reads any numbers back', () => {
    const row = fc.record({ created: fc.nat(10 ** 9), lived: fc.option(fc.nat(10 ** 8)), cpu: fc.nat(10 ** 6), memory: fc.nat(10 ** 6), gpu: fc.nat(8000) });
    const seconds = (ms: number) => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`;
    fc.assert(
      fc.property(fc.array(row), given => {
        const text = HEADER + given.map(({ created, lived, cpu, memory, gpu }, i) => `n${i},${seconds(created)},${lived === null ? '' : seconds(created + lived)},${cpu},${memory},${seconds(gpu)},o\n`).join('');
        expect(listed(parsed(text))).toEqual(given.map(({ created, lived, cpu, memory, gpu }, i) => [`n${i}`, created, lived === null ? Infinity : created + lived, cpu, memory, gpu, 'o']));
      }),
      { numRuns: 50 },
    );
  });
});
