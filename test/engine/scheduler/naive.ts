/**
 * The scheduler as one would write it on a page: objects, a scan of all nodes for each pod, a sorted list of those that wait.
 * Same definition as src/engine/scheduler.ts, none of its structure.
 */
import { draw, STREAM, streamKey } from '../../../src/core/random.ts';
import { NONE } from '../../../src/core/units.ts';
import type { NodeSpec, PodClass, SchedulerConfig } from '../../../src/engine/scheduler/state.ts';

type NaiveNode = { index: number; id: number; spec: NodeSpec; ready: boolean; cordoned: boolean; pods: PodClass[]; daemons: number };
export type Waiting = { podClass: number; podId: number; createdAt: number };

export class NaiveScheduler {
  readonly config: SchedulerConfig;
  nodes: NaiveNode[] = [];
  waiting: Waiting[] = [];

  constructor(config: SchedulerConfig) { this.config = config; }

  add(index: number, id: number, spec: NodeSpec): number {
    const node: NaiveNode = { index, id, spec, ready: false, cordoned: false, pods: [], daemons: 0 };
    let mask = 0;
    for (const [i, daemon] of this.config.daemonSets.entries()) {
      if (!matches(daemon, spec) || !hasRoom(node, daemon)) continue;
      node.pods.push(daemon);
      node.daemons++;
      mask |= 1 << i;
    }
    this.nodes.push(node);
    return mask;
  }

  remove(index: number): void { this.nodes = this.nodes.filter(node => node.index !== index); }
  node(index: number): NaiveNode { return this.nodes.find(node => node.index === index)!; }

  schedule(podClass: number, podId: number): number {
    const pod = this.config.podClasses[podClass];
    const fit = this.nodes.filter(node => node.ready && !node.cordoned && matches(pod, node.spec) && hasRoom(node, pod));
    if (fit.length === 0) return NONE;
    const scores = fit.map(node => score(node, pod, this.config.scoring));
    const best = Math.max(...scores);
    const equals = fit.filter((_, i) => scores[i] === best).toSorted((a, b) => a.id - b.id);
    const u = draw(streamKey(this.config.seed, STREAM.placement, 0), podId);
    const node = equals[Number((BigInt(u) * BigInt(equals.length)) >> 32n)];
    node.pods.push(pod);
    return node.index;
  }

  release(index: number, podClass: number): void {
    const { pods, daemons } = this.node(index);
    pods.splice(pods.indexOf(this.config.podClasses[podClass], daemons), 1);
  }

  takePending(): (Waiting & { node: number })[] {
    const placed: (Waiting & { node: number })[] = [];
    this.waiting.sort((a, b) => a.createdAt - b.createdAt || a.podId - b.podId);
    this.waiting = this.waiting.filter(pod => {
      const node = this.schedule(pod.podClass, pod.podId);
      if (node !== NONE) placed.push({ ...pod, node });
      return node === NONE;
    });
    return placed;
  }
}

const sum = (pods: readonly PodClass[], of: (pod: PodClass) => number) => pods.reduce((total, pod) => total + of(pod), 0);

function matches(pod: PodClass, { zone, group, taintClass }: NodeSpec): boolean {
  return (pod.zone === NONE || pod.zone === zone) && (pod.group === NONE || pod.group === group)
    && (taintClass === 0 || pod.tolerates === 'all' || pod.tolerates.includes(taintClass));
}

function hasRoom({ spec, pods }: NaiveNode, pod: PodClass): boolean {
  return pods.length + 1 <= spec.pods
    && (pod.cpuMilli === 0 || sum(pods, p => p.cpuMilli) + pod.cpuMilli <= spec.cpuMilli)
    && (pod.memoryMib === 0 || sum(pods, p => p.memoryMib) + pod.memoryMib <= spec.memoryMib)
    && (pod.gpuMilli === 0 || sum(pods, p => p.gpuMilli) + pod.gpuMilli <= spec.gpuMilli);
}

/** kube-scheduler's formulas, in Go's integers. */
function score({ spec, pods }: NaiveNode, pod: PodClass, scoring: SchedulerConfig['scoring']): number {
  const share = (capacity: number, requested: number) => {
    const c = BigInt(capacity);
    const r = BigInt(requested);
    if (scoring === 'mostAllocated') return Number(((r > c ? c : r) * 100n) / c);
    return r > c ? 0 : Number(((c - r) * 100n) / c);
  };
  const withPod = [...pods, pod];
  const cpu = share(spec.cpuMilli, sum(withPod, p => p.cpuMilli || 100));
  const memory = share(spec.memoryMib, sum(withPod, p => p.memoryMib || 200));
  return Math.floor((cpu + memory) / 2);
}
