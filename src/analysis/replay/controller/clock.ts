/** A virtual clock: what waits for a moment, in the order of moments and, among equals, in that in which the waits began. */
import type { Ms } from '../../../core/units.ts';

interface Wait { readonly at: Ms; readonly who: number }

export interface Clock { now: Ms; readonly waits: Wait[] }

export const createClock = (): Clock => ({ now: 0, waits: [] });

export function addWait({ waits }: Clock, who: number, at: Ms): void {
  const later = waits.findIndex(wait => wait.at > at);
  waits.splice(later < 0 ? waits.length : later, 0, { at, who });
}

/** The moment of the next; Infinity if nobody waits. */
export const nextWait = ({ waits }: Clock): Ms => waits[0]?.at ?? Number.POSITIVE_INFINITY;

/** Takes out who waits first. */
export const takeWait = ({ waits }: Clock): number => waits.shift()!.who;
