/** Stop: what ends with ipamd's process at once. The rest is cleared by the next nodeInit. */
import { S, type Blocks } from '../../core/node.ts';
import type { Block } from '../../core/units.ts';

/** The process ends: what it knew of cooldowns is forgotten, and no ADD finds an address until another has started. */
export function stopServing({ w, at, dropped }: Blocks, n: Block): void {
  for (let i = 0, place = w[n + S.coolHead]; i < w[n + S.coolCount]; i++, place++) {
    if (place === at.cooling) place = 0;
    dropped.at[dropped.count++] = w[n + at.coolAt + place];
  }
  w[n + S.coolCount] = 0;
  w[n + S.pickable] = 0;
}
