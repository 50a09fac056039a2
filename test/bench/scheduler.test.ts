import { expect, test } from 'vitest';
import { benchScheduler, loads } from '../../bench/scheduler.ts';

test.each(loads())('the scheduler bench runs in small and places the same pods every time: $name', load => {
  const hash = () => benchScheduler(load, 50, 500).hash;
  expect(hash()).toBe(hash());
});
