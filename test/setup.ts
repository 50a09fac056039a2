/**
 * Properties draw from a fixed seed, so that a run is the same for everyone; FC_SEED takes another.
 * A seed that failed becomes a named test.
 */
import fc from 'fast-check';

const { FC_SEED } = process.env;
const seed = FC_SEED ? Number(FC_SEED) : 20_260_101;
if (!Number.isInteger(seed)) throw new Error(`FC_SEED: "${FC_SEED}" is not a whole number`);
if (FC_SEED) console.log(`FC_SEED=${seed}`);

fc.configureGlobal({ seed });
