/**
 * SecurityGroupPolicies: which security groups a pod gets, by its labels and those of its service account.
 *
 * Shape   The policies of the pod's namespace, in the order of the list. Each selector that a policy has must match; one without either, or without
 *         groups, is invalid and counts for nothing. Groups of all that match follow each other, each once.
 * Errors  A selector that Kubernetes would refuse matches nothing, as in the controller, which logs it.
 * Source  amazon-vpc-resource-controller-k8s b8d4251 pkg/utils/helper.go (filterPodSecurityGroups); k8s.io/apimachinery
 *         pkg/apis/meta/v1/helpers.go (LabelSelectorAsSelector), pkg/labels/selector.go.
 */
export type Labels = Readonly<Record<string, string>>;

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

export interface SecurityGroupPolicy {
  readonly podSelector?: LabelSelector | null;
  readonly serviceAccountSelector?: LabelSelector | null;
  readonly securityGroups: readonly string[];
}

/** Whether a selector matches; an empty one matches everything. */
export function matchesLabels({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const has = (key: string) => Object.hasOwn(labels, key);
  return Object.entries(matchLabels).every(([key, value]) => has(key) && labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      switch (operator) {
        case 'In': return values.length > 0 && has(key) && values.includes(labels[key]);
        case 'NotIn': return values.length > 0 && (!has(key) || !values.includes(labels[key]));
        case 'Exists': return values.length === 0 && has(key);
        case 'DoesNotExist': return values.length === 0 && !has(key);
        default: return false;
      }
    });
}

/** The pod's groups; none: no policy matches, and the pod is one without a branch ENI. */
export function securityGroupsOf(policies: readonly SecurityGroupPolicy[], podLabels: Labels, serviceAccountLabels: Labels): string[] {
  const groups = policies.flatMap(({ podSelector, serviceAccountSelector, securityGroups }) => {
    if (!podSelector && !serviceAccountSelector) return [];
    const isMatched = (!podSelector || matchesLabels(podSelector, podLabels)) && (!serviceAccountSelector || matchesLabels(serviceAccountSelector, serviceAccountLabels));
    return isMatched ? securityGroups : [];
  });
  return [...new Set(groups)];
}
