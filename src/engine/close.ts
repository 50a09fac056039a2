/** Close: at the end of a run, rows for the pods that are still there. */
import { N } from '../core/node.ts';
import { FOREVER } from '../core/units.ts';
import { placeOfPod } from './ipamd/cards.ts';
import { logPod } from './kubelet.ts';
import type { Thread, World } from './thread.ts';

export function closePods(world: World, x: Thread): void {
  if (x.log.pods === null) return;
  for (const { blocks: b, nodeCount } of world.groups) {
    const { w, at } = b;
    if (at.podLog === 0) continue;
    const free = new Uint8Array(at.pods);
    for (let i = 0; i < nodeCount; i++) {
      const n = i * at.stride;
      free.fill(0);
      for (let p = w[n + N.podFirstFree]; p < at.pods; p = -2 - w[n + at.podAddress + p]) free[p] = 1;
      for (let p = 0; p < at.pods; p++) {
        if (free[p] === 1) continue;
        const { prefixMode } = world.settings[w[n + N.settings]];
        const { ip, eni } = placeOfPod(b, n, p);
        logPod(x, b, n, p, FOREVER, ip, eni, prefixMode);
      }
    }
  }
}
