/**
 * Properties draw from one fixed seed, so that a run is the same for everyone; FC_SEED takes another.
 * A seed that failed becomes a named test.
 */
import fc from 'fast-check';

const { FC_SEED = '20260101' } = process.env;
const seed = Number(FC_SEED);
if (seed !== Math.trunc(seed)) throw new Error(`FC_SEED: "${FC_SEED}" is not a whole number`);

fc.configureGlobal({ seed });
