/** ECS task density: the documented types by the rule, others by inference. */
import { expect, it } from 'vitest';
import { ecsTasks, sourcedEcsTasks } from '../../src/scenarios/ecs.ts';
import { findLimits, instanceTypes } from '../../src/scenarios/limits.ts';

it('the rule gives what the Developer Guide has', () => {
  for (const [type, tasks] of sourcedEcsTasks()) expect(ecsTasks(type, findLimits(type)!)).toEqual({ withoutTrunking: 2, withTrunking: tasks, isSourced: true });
});

it.each([['m5.xlarge', 3, 20], ['m5.4xlarge', 7, 60], ['m5.24xlarge', 14, 120], ['t3.large', 2, null], ['hpc6a.48xlarge', 1, null]])(
  '%s: %i, with trunking %s (inferred)', (type, withoutTrunking, withTrunking) =>
    expect(ecsTasks(type, findLimits(type)!)).toEqual({ withoutTrunking, withTrunking, isSourced: false }),
);

it('trunking never takes tasks away', () => {
  for (const [type, limits] of instanceTypes()) {
    const { withoutTrunking, withTrunking } = ecsTasks(type, limits);
    if (withTrunking !== null) expect(withTrunking, type).toBeGreaterThanOrEqual(withoutTrunking);
  }
});
