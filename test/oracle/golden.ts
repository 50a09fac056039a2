/**
 * Golden values: the pool 400 s after so many pods came to an idle node.
 *
 * Source  ipamd v1.23.1, driven in virtual time against a stub EC2 (docs/fidelity.md). Left out: 9 and 18 pods with WARM_ENI_TARGET 0, which never settle,
 *         and 16 pods with WARM_PREFIX_TARGET 2, which depends on the order of maps.
 */
import type { Spec } from './harness.ts';

/** How a case is called, what it sets, and its states: (ENIs, T, F), or with prefixes (ENIs, prefixes, F). */
export type Case = [title: string, spec: Spec, ...rows: Row[]];
export type Row = [pods: number, enis: number, totalOrPrefixes: number, free: number];

export const SECONDARY: Case[] = [
  ['t3.small, defaults', { type: 't3.small', maxPods: 110 }, [0, 1, 3, 3], [1, 2, 6, 5], [3, 2, 6, 3], [4, 3, 9, 5], [5, 3, 9, 4], [9, 3, 9, 0]],
  ['t3.small, WARM_IP_TARGET 1, MINIMUM_IP_TARGET 1', { type: 't3.small', env: { WARM_IP_TARGET: 1, MINIMUM_IP_TARGET: 1 } }, [0, 1, 1, 1], [1, 1, 2, 1], [5, 2, 6, 1], [9, 3, 9, 0]],
  ['t3.small, WARM_IP_TARGET 2, MINIMUM_IP_TARGET 5', { type: 't3.small', env: { WARM_IP_TARGET: 2, MINIMUM_IP_TARGET: 5 } }, [0, 2, 5, 5], [5, 3, 7, 2], [9, 3, 9, 0]],
  ['m5.large, defaults', { type: 'm5.large' }, [0, 1, 9, 9], [1, 2, 18, 17], [9, 2, 18, 9], [10, 3, 27, 17], [18, 3, 27, 9], [19, 3, 27, 8], [27, 3, 27, 0]],
  ['m5.large, WARM_ENI_TARGET 0', { type: 'm5.large', env: { WARM_ENI_TARGET: 0 } }, [0, 1, 9, 9], [1, 1, 9, 8], [10, 2, 18, 8], [19, 3, 27, 8]],
  ['m5.large, WARM_ENI_TARGET 2', { type: 'm5.large', env: { WARM_ENI_TARGET: 2 } }, [0, 2, 18, 18], [1, 3, 27, 26]],
  ['m5.large, MINIMUM_IP_TARGET 10 alone', { type: 'm5.large', env: { MINIMUM_IP_TARGET: 10 } }, [0, 2, 10, 10], [10, 2, 10, 0]],
  ['m5.large, WARM_IP_TARGET 20', { type: 'm5.large', env: { WARM_IP_TARGET: 20 } }, [0, 3, 20, 20], [5, 3, 25, 20], [10, 3, 27, 17]],
  ['m5.large, custom networking', { type: 'm5.large', env: { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: true } }, [0, 2, 9, 9], [1, 3, 18, 17], [9, 3, 18, 9], [10, 3, 18, 8], [18, 3, 18, 0]],
  ['m5.large, ENABLE_POD_ENI and no trunk yet', { type: 'm5.large', env: { ENABLE_POD_ENI: true } }, [1, 2, 18, 17], [18, 2, 18, 0]],
  ['m5.xlarge, defaults', { type: 'm5.xlarge' }, [0, 1, 14, 14], [1, 2, 28, 27], [15, 3, 42, 27], [29, 4, 56, 27]],
  ['m5.4xlarge, defaults', { type: 'm5.4xlarge', maxPods: 234 }, [0, 1, 29, 29], [1, 2, 58, 57], [29, 2, 58, 29], [30, 3, 87, 57], [59, 4, 116, 57], [232, 8, 232, 0]],
  ['m5.4xlarge, WARM_IP_TARGET 5, MINIMUM_IP_TARGET 10', { type: 'm5.4xlarge', env: { WARM_IP_TARGET: 5, MINIMUM_IP_TARGET: 10 } },
    [0, 1, 10, 10], [5, 1, 10, 5], [6, 1, 11, 5], [24, 1, 29, 5], [25, 2, 30, 5], [45, 2, 50, 5], [100, 4, 105, 5]],
  ['p3dn.24xlarge, defaults', { type: 'p3dn.24xlarge' }, [0, 1, 49, 49], [3, 2, 98, 95], [95, 3, 147, 52]],
  ['p3dn.24xlarge, WARM_IP_TARGET 5, MINIMUM_IP_TARGET 10', { type: 'p3dn.24xlarge', env: { WARM_IP_TARGET: 5, MINIMUM_IP_TARGET: 10 } },
    [0, 1, 10, 10], [7, 1, 12, 5], [15, 1, 20, 5], [45, 2, 50, 5]],
  ['t3.nano, defaults', { type: 't3.nano' }, [0, 1, 1, 1], [1, 2, 2, 1], [2, 2, 2, 0]],
];

const prefixes = (type: string, env: Spec['env'], maxPods?: number): Spec => ({ type, env: { ENABLE_PREFIX_DELEGATION: true, ...env }, ...(maxPods && { maxPods }) });

export const PREFIX: Case[] = [
  ['t3.small, WARM_PREFIX_TARGET 1', prefixes('t3.small', { WARM_PREFIX_TARGET: 1 }, 110),
    [0, 1, 1, 16], [1, 1, 2, 31], [16, 1, 2, 16], [17, 1, 3, 31], [32, 1, 3, 16], [33, 2, 4, 31], [48, 2, 4, 16], [58, 2, 5, 22], [110, 3, 7, 2]],
  ['t3.small, WARM_IP_TARGET 1, MINIMUM_IP_TARGET 1', prefixes('t3.small', { WARM_IP_TARGET: 1, MINIMUM_IP_TARGET: 1 }, 110),
    [0, 1, 1, 16], [5, 1, 1, 11], [16, 1, 2, 16], [17, 1, 2, 15], [58, 2, 4, 6]],
  ['t3.small, WARM_IP_TARGET 7, MINIMUM_IP_TARGET 20', prefixes('t3.small', { WARM_IP_TARGET: 7, MINIMUM_IP_TARGET: 20 }, 110),
    [0, 1, 2, 32], [5, 1, 2, 27], [17, 1, 2, 15], [58, 2, 5, 22]],
  ['m5.large, WARM_PREFIX_TARGET 1, K 110', prefixes('m5.large', { WARM_PREFIX_TARGET: 1 }, 110), [0, 1, 1, 16], [1, 1, 2, 31], [17, 1, 3, 31], [100, 1, 7, 12], [110, 1, 7, 2]],
  ['m5.large, WARM_PREFIX_TARGET 2', prefixes('m5.large', { WARM_PREFIX_TARGET: 2 }, 110), [0, 1, 2, 32], [1, 1, 3, 47]],
  ['m5.large, WARM_IP_TARGET 16', prefixes('m5.large', { WARM_IP_TARGET: 16 }, 110), [0, 1, 1, 16], [1, 1, 2, 31], [17, 1, 3, 31]],
  ['m5.large, WARM_IP_TARGET 17', prefixes('m5.large', { WARM_IP_TARGET: 17 }, 110), [0, 1, 2, 32], [1, 1, 2, 31], [17, 1, 3, 31]],
  ['p3dn.24xlarge, WARM_PREFIX_TARGET 1', prefixes('p3dn.24xlarge', { WARM_PREFIX_TARGET: 1 }), [0, 1, 1, 16], [3, 1, 2, 29], [95, 1, 7, 17]],
  ['p3dn.24xlarge, WARM_IP_TARGET 5, MINIMUM_IP_TARGET 10, no WARM_PREFIX_TARGET', prefixes('p3dn.24xlarge', { WARM_IP_TARGET: 5, MINIMUM_IP_TARGET: 10 }),
    [0, 1, 1, 16], [7, 1, 1, 9], [15, 1, 2, 17], [45, 1, 4, 19]],
  ['m5.large, custom networking, WARM_PREFIX_TARGET 1', prefixes('m5.large', { WARM_PREFIX_TARGET: 1, AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: true }, 110),
    [0, 2, 1, 16], [1, 2, 2, 31], [110, 2, 7, 2]],
];
