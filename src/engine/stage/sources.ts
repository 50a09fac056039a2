/** Sources: pods as workloads create them, in the order of time. */
import { draw, exponential, exponentialMs, STREAM, streamKey } from '../../core/random.ts';
import type { Ms } from '../../core/units.ts';
import { sample } from '../aws/sampler.ts';
import type { SourcePlan } from './plan.ts';
import { scheduleAttempt, takeRow, type Source, type Stage } from './state.ts';

export function createSource(plan: SourcePlan, key: number): Source {
  switch (plan.kind) {
    case 'trace':
      return { plan, next: 0, nextAt: plan.created.length === 0 ? Number.POSITIVE_INFINITY : plan.created[0], left: plan.created.length, drawn: 0, key };
    case 'replicas':
      return { plan, next: 0, nextAt: plan.count === 0 ? Number.POSITIVE_INFINITY : plan.atMs, left: plan.count, drawn: 0, key };
    case 'churn': {
      const source: Source = { plan, next: 0, nextAt: plan.atMs, left: Math.round(plan.initial), drawn: 0, key };
      if (source.left === 0) nextBatch(source, plan.atMs);
      return source;
    }
  }
}

/** The next arrival of scheduled churn: when, and how many pods. */
export function nextBatch(source: Source, now: Ms): void {
  const { plan, key } = source;
  if (plan.kind !== 'churn') return;
  source.nextAt = now + exponentialMs(key, source.drawn++, plan.meanGapMs);
  source.left = 1;
  if (plan.batchMean > 1) source.left += Math.floor(exponential(draw(key, source.drawn++)) * (plan.batchMean - 0.5));
  if (source.nextAt >= plan.untilMs) source.nextAt = Number.POSITIVE_INFINITY;
}

/** The earliest creation of all sources. */
export function earliestSource(s: Stage): Source | null {
  let best: Source | null = null;
  for (const source of s.sources) if (source.nextAt !== Number.POSITIVE_INFINITY && (best === null || source.nextAt < best.nextAt)) best = source;
  return best;
}

/** Creates the source's next pod and moves the source on. */
export function createPod(s: Stage, source: Source): void {
  const { plan } = source;
  const at = source.nextAt;
  const row = takeRow(s, at, s.sources.indexOf(source), source.next);
  s.life[row] = 0;
  switch (plan.kind) {
    case 'trace':
      s.podClass[row] = plan.podClass[source.next];
      s.deleteAt[row] = plan.deleted[source.next];
      source.next++;
      source.nextAt = source.next < plan.created.length ? plan.created[source.next] : Number.POSITIVE_INFINITY;
      break;
    case 'replicas':
      s.podClass[row] = plan.podClass;
      s.deleteAt[row] = plan.untilMs;
      source.next++;
      if (--source.left === 0) source.nextAt = Number.POSITIVE_INFINITY;
      break;
    case 'churn': {
      const life = Math.max(1, sample(s.lives[s.source[row]]!, streamKey(s.world.seed, STREAM.lifetime, s.podId[row]), 0));
      s.podClass[row] = plan.podClass;
      s.deleteAt[row] = plan.fromStart ? Number.POSITIVE_INFINITY : at + life;
      s.life[row] = plan.fromStart ? life : 0;
      source.next++;
      if (--source.left === 0) nextBatch(source, at);
      break;
    }
  }
  scheduleAttempt(s, row);
}
