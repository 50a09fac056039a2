/**
 * What the replays of one trunk and of the branch provider share: the node's EC2, the answers to an activity's calls, and the state as dumped.
 */
import { NONE, type Ms } from '../../../core/units.ts';
import { ATTACHMENT, CALL, RESULT, type Activities, type ActivityRow } from '../../../engine/trunk/activities.ts';
import { isVlanTaken, NOT_STAMPED, VLAN_COUNT, type LinkRow, type TrunkRow, type Trunks } from '../../../engine/trunk/trunks.ts';
import { parseIp } from '../addresses.ts';
import {
  addPrimaryEni, associate, associationId, attachedEnis, attachEni, attachmentId, attachmentStatus, carryOut, codeName, createEc2, createEni, deleteEni,
  detachEni, disassociate, eniId, freeIps, ipText, macOf, NOTHING, numberOf, type SimulatedEc2,
} from './ec2.ts';
import type { BranchAnnotation, BranchHeader, ControllerLine } from './trace.ts';

const VLAN_TAG = 'vpcresources.k8s.aws/vlan-id';
const TRUNK_TAG = 'vpcresources.k8s.aws/trunk-eni-id';
export { VLAN_TAG };

/** EC2 around the node, and the lists of security groups by number. */
export interface BranchWorld {
  readonly header: BranchHeader;
  readonly ec2: SimulatedEc2;
  readonly groupLists: (readonly string[])[];
}

export function createBranchWorld(header: BranchHeader, lines: readonly ControllerLine[]): BranchWorld {
  const ec2 = createEc2(header, header.subnets, lines);
  const { ip, securityGroups, device } = header.primaryEni;
  addPrimaryEni(ec2, 0, parseIp(ip), securityGroups, device);
  return { header, ec2, groupLists: [securityGroups] };
}

/** The number of a list of groups; NONE for an empty one. */
export function groupsOf({ groupLists }: BranchWorld, groups: readonly string[] | null | undefined): number {
  if (!groups || groups.length === 0) return NONE;
  const known = groupLists.findIndex(list => list.join(' ') === groups.join(' '));
  return known >= 0 ? known : groupLists.push(groups) - 1;
}

const NAME_OF_CALL: Record<number, string> = {
  [CALL.describeInstance]: 'DescribeInstances', [CALL.describeSubnet]: 'DescribeSubnets', [CALL.createEni]: 'CreateNetworkInterface',
  [CALL.createPermission]: 'CreateNetworkInterfacePermission', [CALL.attach]: 'AttachNetworkInterface', [CALL.modify]: 'ModifyNetworkInterfaceAttribute',
  [CALL.describeEni]: 'DescribeNetworkInterfaces', [CALL.describeBranches]: 'DescribeNetworkInterfaces', [CALL.associate]: 'AssociateTrunkInterface',
  [CALL.disassociate]: 'DisassociateTrunkInterface', [CALL.delete]: 'DeleteNetworkInterface', [CALL.detach]: 'DetachNetworkInterface',
};

/** The EC2 action of an activity's call, or undefined: it is none. */
export const actionOf = (s: Activities, a: ActivityRow): string | undefined => NAME_OF_CALL[s.call[a]];

const RESULT_NAMES: Record<number, string> = {
  [RESULT.atMaxCapacity]: 'AtMaxCapacity', [RESULT.alreadyExists]: 'AlreadyExists', [RESULT.noFreeVlan]: 'NoFreeVlan',
  [RESULT.noFreeDevice]: 'NoFreeDeviceIndex', [RESULT.branchPermissionFailed]: 'BranchPermissionFailed',
  [RESULT.trunkPermissionFailed]: 'TrunkPermissionFailed', [RESULT.trunkNotAttached]: 'TrunkNotAttached', [RESULT.attachTimeout]: 'AttachTimeout',
  [RESULT.undoFailed]: 'AttachFailedAndDeleteFailed',
};

export const resultName = ({ ec2 }: BranchWorld, result: number): string | null =>
  result === RESULT.ok ? null : result > 0 ? `ec2:${codeName(ec2, result)}` : RESULT_NAMES[result];

const lowestFirst = (a: { number: number }, b: { number: number }) => a.number - b.number;

/** Carries out the activity's EC2 call, which takes effect now, and puts the answer into its row. */
export function answerEc2(world: BranchWorld, s: Activities, a: ActivityRow, at: Ms): void {
  const { ec2, header } = world;
  const { enis, subnets } = ec2;
  const eni = s.callEni[a];
  const name = NAME_OF_CALL[s.call[a]];
  const call = <T>(input: unknown, subjects: readonly string[], effect: () => { out?: T; err?: string }, dump: (out: T) => unknown) => {
    const { error, out } = carryOut(ec2, at, name, input, subjects, effect, dump);
    s.replyError[a] = error;
    return out;
  };
  const withoutOutput = () => undefined;
  switch (s.call[a]) {
    case CALL.describeInstance: {
      const attached = call({ instance: header.instance }, [], () => ({ out: attachedEnis(ec2) }), list => ({ enis: list.map(({ number }) => eniId(number)) }));
      s.replySubnet[a] = 0;
      s.replyGroups[a] = 0;
      s.replyCount[a] = attached?.length ?? 0;
      for (const [i, { number, device, isTrunk }] of (attached ?? []).entries()) s.list.set([number, device ?? 0, isTrunk ? 1 : 0], 3 * i);
      return;
    }
    case CALL.describeSubnet: {
      const subnet = subnets[s.callSubnet[a]];
      call({ subnet: subnet.id }, [], () => ({ out: subnet.cidr }), cidr => ({ cidr }));
      return;
    }
    case CALL.createEni: {
      const vlan = s.callVlan[a];
      const isTrunk = vlan === NONE;
      const groups = world.groupLists[s.callGroups[a]];
      const tags = {
        'eks:eni:owner': 'eks-vpc-resource-controller', [`kubernetes.io/cluster/${header.cluster}`]: 'owned', 'node.k8s.amazonaws.com/instance_id': header.instance ?? '',
        ...(isTrunk ? {} : { [TRUNK_TAG]: eniId(s.trunks.eni[s.trunk[a]]), [VLAN_TAG]: String(vlan) }),
      };
      const subnet = s.callSubnet[a];
      const input = {
        description: isTrunk ? 'aws-k8s-trunk-eni' : 'aws-k8s-branch-eni', groups, subnet: subnets[subnet].id, tags, ...(isTrunk ? { type: 'trunk' } : {}),
      };
      const made = call(input, [], () => createEni(ec2, subnet, groups, isTrunk, { ...tags }), out => ({ eni: eniId(out.number), ip: ipText(out.ip), mac: macOf(out.number) }));
      s.replyEni[a] = made?.number ?? NONE;
      s.replyIp[a] = (made?.ip ?? 0) | 0;
      return;
    }
    case CALL.createPermission:
      call({ eni: eniId(eni), permission: 'INSTANCE-ATTACH' }, [eniId(eni)], () => NOTHING, withoutOutput);
      return;
    case CALL.attach:
      call({ device: s.callDevice[a], eni: eniId(eni), instance: header.instance }, [eniId(eni)], () => attachEni(ec2, eni, s.callDevice[a]), n => ({ attachment: attachmentId(n) }));
      return;
    case CALL.modify:
      call({ attachment: attachmentId(eni), deleteOnTermination: true, eni: eniId(eni) }, [eniId(eni)], () => NOTHING, withoutOutput);
      return;
    case CALL.detach:
      call({ attachment: attachmentId(eni) }, [attachmentId(eni), eniId(eni)], () => detachEni(ec2, eni), withoutOutput);
      return;
    case CALL.describeEni: {
      const status = call({ enis: [eniId(eni)] }, [eniId(eni)], () => attachmentStatus(ec2, eni), out => ({ attachment: [out], enis: [eniId(eni)] }));
      s.replyStatus[a] = status === undefined ? ATTACHMENT.none : ATTACHMENT[status];
      return;
    }
    case CALL.describeBranches: {
      const trunk = eniId(s.trunks.eni[s.trunk[a]]);
      const subnet = s.callSubnet[a];
      const size = header.describePageSize ?? 1000;
      const page = s.callPage[a];
      const all = [...enis.values()].filter(({ tags, subnet: of }) => of === subnet && tags[TRUNK_TAG] === trunk).sort(lowestFirst);
      const input = { filters: { 'subnet-id': [subnets[subnet].id], [`tag:${TRUNK_TAG}`]: [trunk] }, ...(page === 0 ? {} : { page }) };
      const found = call(input, [], () => ({ out: all.slice(page * size, (page + 1) * size) }), out => ({ enis: out.map(({ number }) => eniId(number)) }));
      s.replyCount[a] = found?.length ?? 0;
      s.replyMore[a] = Number(all.length > (page + 1) * size);
      for (const [i, { number, tags }] of (found ?? []).entries()) s.list.set([number, vlanOf(tags[VLAN_TAG])], 2 * i);
      return;
    }
    case CALL.associate: {
      const trunk = s.trunks.eni[s.trunk[a]];
      const vlan = s.callVlan[a];
      const subjects = [eniId(eni), eniId(trunk)];
      s.replyAssociation[a] = call({ branch: eniId(eni), trunk: eniId(trunk), vlan }, subjects, () => associate(ec2, trunk, eni, vlan), n => ({ association: associationId(n) })) ?? NONE;
      return;
    }
    case CALL.disassociate: {
      const id = associationId(s.callAssociation[a]);
      call({ association: id }, [id], () => disassociate(ec2, s.callAssociation[a]), withoutOutput);
      return;
    }
    case CALL.delete:
      call({ eni: eniId(eni) }, [eniId(eni)], () => deleteEni(ec2, eni), withoutOutput);
      return;
    default: throw new Error(`replay: call ${s.call[a]} is not EC2's`);
  }
}

/** The VLAN id of a tag as strconv.Atoi reads it. */
const vlanOf = (text: string | undefined): number => (text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : NONE);

// ---------------------------------------------------------------- annotations and dumps

/** The annotation that a list of branches makes. */
export function annotationOf({ ec2 }: BranchWorld, t: Trunks, head: LinkRow): BranchAnnotation[] {
  const list: BranchAnnotation[] = [];
  for (let l = head; l !== NONE; l = t.nextLink[l]) {
    const b = t.linked[l];
    list.push({
      associationID: t.association[b] === NONE ? '' : associationId(t.association[b]), eniId: eniId(t.branchEni[b]), ifAddress: macOf(t.branchEni[b]), ipv6Addr: '',
      privateIp: ipText(t.ip[b]), subnetCidr: ec2.subnets[t.subnet[b]].cidr, subnetV6Cidr: '', vlanId: t.vlan[b],
    });
  }
  return list;
}

/** The annotation of a pod as the engine reads it at a start. */
export const claims = (uid: number, annotation: readonly BranchAnnotation[]): number[] =>
  annotation.flatMap(({ eniId: eni, vlanId, associationID, privateIp }) =>
    [uid, numberOf(eni), vlanId, !associationID ? NONE : numberOf(associationID), parseIp(privateIp) | 0]);

function branchDump(t: Trunks, b: number) {
  return { ...(t.association[b] === NONE ? {} : { association: associationId(t.association[b]) }), eni: eniId(t.branchEni[b]), vlan: t.vlan[b] };
}

function listDump<T>(t: Trunks, head: LinkRow, dump: (b: number) => T): T[] {
  const list: T[] = [];
  for (let l = head; l !== NONE; l = t.nextLink[l]) list.push(dump(t.linked[l]));
  return list;
}

export function trunkDump(t: Trunks, k: TrunkRow, podName: (uid: number) => string) {
  const branches = [];
  for (let p = t.firstPod[k]; p !== NONE; p = t.nextPod[p]) branches.push({ enis: listDump(t, t.podHead[p], b => branchDump(t, b)), pod: podName(t.uid[p]) });
  return {
    branches,
    queue: listDump(t, t.queueHead[k], b => ({
      ...branchDump(t, b), deletedAt: t.stampedAt[b] === NOT_STAMPED ? null : t.stampedAt[b], ...(t.deleteFailures[b] > 0 ? { retries: t.deleteFailures[b] } : {}),
    })),
    trunk: t.eni[k] === NONE ? '' : eniId(t.eni[k]),
    vlans: Array.from({ length: VLAN_COUNT }, (_, i) => i + 1).filter(vlan => isVlanTaken(t, k, vlan)),
  };
}

export const ec2Dump = ({ ec2 }: BranchWorld) => ({
  ec2Enis: ec2.enis.size, freeIps: Object.fromEntries(ec2.subnets.map(subnet => [subnet.id, freeIps(subnet)])),
});

