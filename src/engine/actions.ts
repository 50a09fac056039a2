/** Actions: the EC2 calls that agents and controllers make, by number. Append only: tables and buckets are indexed by it. */
export const ACTIONS = [
  'none', 'AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses', 'CreateNetworkInterface', 'AttachNetworkInterface', 'DetachNetworkInterface',
  'DeleteNetworkInterface', 'ModifyNetworkInterfaceAttribute', 'DescribeNetworkInterfaces', 'DescribeInstances', 'DescribeSubnets', 'CreateTags', 'AssignIpv6Addresses',
] as const;

export const ACTION = {
  none: 0, assign: 1, unassign: 2, create: 3, attach: 4, detach: 5, delete: 6, modify: 7, describeEnis: 8, describeInstances: 9,
  describeSubnets: 10, tag: 11, assignIpv6: 12,
} as const;
