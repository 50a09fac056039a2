/** Sampler: draws from a distribution's quantile table. A fixed one takes no draw. */
import { atQuantile, minimumOf, quantileTable, type Distribution } from '../../core/quantiles.ts';
import { draw } from '../../core/random.ts';
import type { Ms } from '../../core/units.ts';
import type { Sampler } from '../thread.ts';

export function createSampler(distribution: Distribution): Sampler {
  return {
    table: quantileTable(distribution),
    fixed: distribution.kind === 'fixed' ? distribution.ms : -1,
    min: minimumOf(distribution),
  };
}

export function sample({ table, fixed }: Sampler, key: number, counter: number): Ms {
  return fixed >= 0 ? fixed : atQuantile(table, draw(key, counter));
}
