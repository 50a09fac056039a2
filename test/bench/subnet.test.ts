import { expect, test } from 'vitest';
import { benchSubnet } from '../../bench/subnet.ts';

test('the subnet bench runs in small and picks the same addresses every time', () => {
  const hashes = () => benchSubnet(2000).map(({ name, hash }) => [name, hash]);
  expect(hashes()).toEqual(hashes());
});
