/** The controller's limit on its EC2 requests. */
import { expect, it } from 'vitest';
import { createLimiter, REQUEST_BURST, REQUESTS_PER_SECOND, sendAt } from '../../../src/engine/controller/limiter.ts';

const controller = () => createLimiter(REQUESTS_PER_SECOND, REQUEST_BURST);

it('18 at once, then 12 a second', () => {
  const limiter = controller();
  const at = Array.from({ length: 42 }, () => sendAt(limiter, 0));
  expect(at.slice(0, 18)).toEqual(Array(18).fill(0));
  expect(at.slice(18, 22)).toEqual([84, 167, 250, 334]);
  expect([at[29], at[41]]).toEqual([1000, 2000]);
});

it('what was not used is kept up to the burst', () => {
  const limiter = controller();
  for (let i = 0; i < 18; i++) sendAt(limiter, 0);
  expect(sendAt(limiter, 1000)).toBe(1000); // twelve were earned
  for (let i = 0; i < 11; i++) expect(sendAt(limiter, 1000)).toBe(1000);
  expect(sendAt(limiter, 1000)).toBe(1084);
  for (let i = 0; i < 18; i++) expect(sendAt(limiter, 1_000_000)).toBe(1_000_000);
  expect(sendAt(limiter, 1_000_000)).toBe(1_000_084);
});

it('a thousand branch ENIs take two requests each: 165 s, under the release gate of five minutes', () => {
  const limiter = controller();
  let last = 0;
  for (let i = 0; i < 2000; i++) last = sendAt(limiter, 0);
  expect(last).toBe(165_167);
});
