import { expect, test } from 'vitest';
import { runNaive, WORKLOADS } from '../../bench/naive.ts';

// As bench/reference/native.cpp prints them: `./native W1 200 1 0 1` and so on.
test.each([
  ['W1', 20, 0.2, { adds: 979, dels: 602, fails: 31, drops: 0, grows: 42, shrinks: 3, checksum: 3099233498 }],
  ['W1', 200, 1, { adds: 47259, dels: 43317, fails: 16006, drops: 756, grows: 512, shrinks: 113, checksum: 3852062283 }],
  ['W1', 7, 5, { adds: 8286, dels: 8131, fails: 3775, drops: 152, grows: 25, shrinks: 11, checksum: 3386055650 }],
  ['W2', 20, 0.2, { adds: 5876, dels: 4866, fails: 3483, drops: 552, grows: 155, shrinks: 56, checksum: 4123481567 }],
  ['W2', 7, 5, { adds: 52393, dels: 52024, fails: 25357, drops: 6951, grows: 509, shrinks: 476, checksum: 3390878150 }],
] as const)('the object model gives what the C++ reference gives: %s, %d nodes, %d h', (workload, nodes, hours, totals) => {
  expect(runNaive(WORKLOADS[workload], nodes, hours)).toEqual(totals);
});
