/**
 * Release cache: CIDRs that the pool manager gave back less than 60 s ago, which reconcile must not take for new ones: instance
 * metadata may still list them (ipamd.go: reconcileCooldownCache).
 *
 * Shape   Rows of (address, kind, until). ipamd's own map has no bound and keeps expired entries until reconcile meets them again; here the
 *         oldest row gives way when all are taken, and a replay has room for all.
 */
import { S, type Blocks } from '../../core/node.ts';
import { NONE, type Block, type Ms } from '../../core/units.ts';

export const RELEASE_CACHE_MS = 60_000;

/** The entry of a CIDR, expired or not, or NONE. */
export function findCached({ w, at }: Blocks, n: Block, ip: number, prefix: boolean): number {
  for (let i = 0; i < w[n + S.cacheCount]; i++) {
    if (w[n + at.cacheAddress + i] === ip && w[n + at.cacheKind + i] === Number(prefix)) return i;
  }
  return NONE;
}

export function rememberReleased(b: Blocks, n: Block, ip: number, prefix: boolean, now: Ms): void {
  const { w, at } = b;
  let i = findCached(b, n, ip, prefix);
  if (i === NONE) {
    if (at.cache === 0) return;
    i = w[n + S.cacheCount];
    if (i < at.cache) w[n + S.cacheCount] = i + 1;
    else { i = w[n + S.cacheNext]; w[n + S.cacheNext] = (i + 1) % at.cache; }
  }
  w[n + at.cacheAddress + i] = ip;
  w[n + at.cacheKind + i] = Number(prefix);
  w[n + at.cacheUntil + i] = now + RELEASE_CACHE_MS;
}

/** Was it released less than 60 s ago? The bound itself counts as expired (ipamd.go: RecentlyFreed). */
export const isRecent = ({ w, at }: Blocks, n: Block, i: number, now: Ms) => now < w[n + at.cacheUntil + i];

/** Forgets entry i; the last row takes its place. */
export function forgetCached({ w, at }: Blocks, n: Block, i: number): void {
  const last = w[n + S.cacheCount] - 1;
  for (const field of [at.cacheAddress, at.cacheKind, at.cacheUntil]) w[n + field + i] = w[n + field + last];
  w[n + S.cacheCount] = last;
  w[n + S.cacheNext] = 0;
}
