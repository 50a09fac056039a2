/**
 * Calls: what ipamd asks of the AWS layer (awsutils), one at a time, and the words in which the answer comes back.
 *
 * Why     ipamd is a state machine that stops at each of these calls. A replay answers a whole call at once, by the trace's rule; a run
 *         expands it into EC2 requests, sleeps and retries (engine/aws). The names are those of the golden traces.
 * Shape   Request: N.call, callEni (an ENI number), callCount, callSubnet, and `list` (listLength addresses) for releases.
 *         Answer: N.replyError (0 or an error code), replyCount, callEni (AllocENI: the new ENI's number), and `list` (granted addresses).
 *         What instance metadata or a describe lists is read from the block's attached table, as of N.walkAt.
 */
export const CALL = {
  none: 0, allocEni: 1, waitForEni: 2, allocIps: 3, deallocIps: 4, deallocPrefixes: 5, freeEni: 6, tagEni: 7, getAttachedEnis: 8,
  describeAllEnis: 9, getIpv4s: 10, getPrefixes: 11, isSubnetExcluded: 12, setupEniNetwork: 13, sleep: 14, refreshSecurityGroups: 15, getIpv6Prefixes: 16, allocIpv6Prefix: 17,
} as const;

/** Error codes of EC2 and of the AWS layer. The position is the number kept in blocks and tables; append only. */
export const ERRORS = [
  'ok', 'InsufficientFreeAddressesInSubnet', 'InsufficientCidrBlocks', 'PrivateIpAddressLimitExceeded', 'AttachmentLimitExceeded',
  'InvalidSubnetID.NotFound', 'InvalidNetworkInterfaceID.NotFound', 'InvalidParameterValue', 'RequestLimitExceeded', 'NoValidSubnets',
  'InternalError', 'UnauthorizedOperation', 'waitForENIAndIPsAttached', 'ENI attachment ID not found', 'unable to detach ENI', 'ErrNoENIConfig',
  'ENI is not found', 'OperationNotPermitted', 'NetworkInterfaceLimitExceeded', 'InvalidNetworkInterface.InUse', 'Other', 'Unavailable',
] as const;

export type ErrorName = (typeof ERRORS)[number];
export const OK = 0;
export const errorCode = (name: ErrorName): number => ERRORS.indexOf(name);
export const E_FREE_ADDRESSES = errorCode('InsufficientFreeAddressesInSubnet');
export const E_CIDR_BLOCKS = errorCode('InsufficientCidrBlocks');
export const E_IP_LIMIT = errorCode('PrivateIpAddressLimitExceeded');
export const E_ATTACHMENT_LIMIT = errorCode('AttachmentLimitExceeded');
export const E_SUBNET_NOT_FOUND = errorCode('InvalidSubnetID.NotFound');
export const E_ENI_NOT_FOUND = errorCode('InvalidNetworkInterfaceID.NotFound');
export const E_PARAMETER = errorCode('InvalidParameterValue');
export const E_THROTTLED = errorCode('RequestLimitExceeded');
export const E_NO_SUBNET = errorCode('NoValidSubnets');
export const E_NO_ENI_CONFIG = errorCode('ErrNoENIConfig');

/** The two codes that pause growth for 120 s (ipamd-spec §3.5). */
export const isInsufficient = (code: number) => code === E_FREE_ADDRESSES || code === E_CIDR_BLOCKS;
