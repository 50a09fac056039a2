/** enisim limits and enisim max-pods: what they print, and how they refuse. */
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { enisim, enterFolder, split } from './shell.ts';

let leave: () => void;
beforeEach(() => {
  leave = enterFolder();
});
afterEach(() => leave());

it.each([
  ['limits m5.lrage', 'enisim: no instance type "m5.lrage"; did you mean "m5.large"?\n'],
  ['limits x.*', 'enisim: no instance type "x.*"\n'],
  ['max-pods', 'enisim: give --types, or --check and a file of cases\n'],
  ['max-pods --types m5.large --believe oracle', 'enisim: --believe: found "oracle", expected one of cni, ami-script, nodeadm, karpenter\n'],
  ['max-pods --types m5.large --reserved-enis many', 'enisim: --reserved-enis: found "many", expected a whole number from 0 to 64\n'],
  ['max-pods --check broken.json', 'enisim: broken.json: expected a list of cases, or an object with "cases"\n'],
  ['limits m5.large --describe broken.json', 'enisim: broken.json: no "InstanceTypes": expected what `aws ec2 describe-instance-types --output json` prints\n'],
])('refuses: enisim %s', async (line, stderr) => {
  writeFileSync('broken.json', '{}');
  expect(await enisim(split(line))).toEqual({ code: 2, stdout: '', stderr, both: stderr });
});

it('asks only whom it is told to', async () => {
  const { stdout } = await enisim(split('max-pods --types m5.large --mode custom --believe ami-script,karpenter --reserved-enis 1'));
  expect(stdout).toBe(`type        ami-script  karpenter  IP pods
m5.large *          20         20       20

* ami-script: under custom networking the primary ENI gives no addresses (m5.large)
* karpenter leaves out 1 reserved ENI (m5.large)
`);
});

it('tells ECS tasks, and which numbers are inferred', async () => {
  expect((await enisim(split('limits c5.large m5.4xlarge t3.large --ecs'))).stdout).toBe(`type        awsvpc tasks  with awsvpcTrunking
c5.large               2                  10
m5.4xlarge             7                  60~
t3.large               2             no trunk

~ inferred: branch ENIs + ENIs - 2, which the Amazon ECS Developer Guide bears out for c5.large.
`);
  expect(JSON.parse((await enisim(split('limits c5.large --ecs --json'))).stdout)).toEqual({ 'c5.large': { withoutTrunking: 2, withTrunking: 10, isSourced: true } });
});

it('gives a program numbers', async () => {
  const { stdout } = await enisim(split('max-pods --types m5.large --mode sgp --json'));
  expect(JSON.parse(stdout)).toEqual([{ type: 'm5.large', maxPods: { cni: 29, 'ami-script': 29, nodeadm: 29, karpenter: 29 }, addresses: 20, branchEnis: 9, why: [] }]);
  expect(JSON.parse((await enisim(split('limits m5.large --json'))).stdout)).toMatchObject({ 'm5.large': { enis: 3, branchInterfaces: 9 } });
});

it('exits with 1 when a case differs', async () => {
  writeFileSync('cases.json', '[{"tool":"nodeadm","type":"m5.large","maxPods":30}]');
  expect(await enisim(split('max-pods --check cases.json'))).toMatchObject({
    code: 1, stdout: 'case 0: nodeadm, m5.large: expected 30, ours is 29\n0 of 1 cases agree\n',
  });
});
