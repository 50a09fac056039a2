import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalendar, firstTime, pop, push, remove } from '../../src/core/calendar.ts';

type Entry = { row: number; time: number; tie: number };
const before = (a: Entry, b: Entry) => a.time - b.time || a.tie - b.tie || a.row - b.row;

describe('a calendar', () => {
  it('gives rows in the order of a sorted list, whatever is put in and taken out, near and far', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('push' as const), ahead: fc.oneof(fc.nat(3000), fc.nat(100_000), fc.nat(20_000_000)), tie: fc.nat(3) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('pop' as const), ahead: fc.constant(0), tie: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), ahead: fc.nat(1000), tie: fc.constant(0) }) },
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 300 }), steps => {
      const calendar = createCalendar(400);
      const model: Entry[] = [];
      let now = 0;
      let row = 0;
      for (const { kind, ahead, tie } of steps) {
        if (kind === 'push') {
          model.push({ row, time: now + ahead, tie });
          push(calendar, row++, now + ahead, tie);
        } else if (model.length > 0 && kind === 'pop') {
          model.sort(before);
          const first = model.shift()!;
          expect(firstTime(calendar)).toBe(first.time);
          expect(pop(calendar)).toBe(first.row);
          now = first.time;
        } else if (model.length > 0) {
          const [gone] = model.splice(ahead % model.length, 1);
          remove(calendar, gone.row);
        }
      }
      for (const { row: expected } of model.sort(before)) expect(pop(calendar)).toBe(expected);
      expect(firstTime(calendar)).toBe(Number.POSITIVE_INFINITY);
    }));
  });
});
