/** The engine's version, as results carry it. A change of any result for the same scenario and seed raises it. */
export const ENGINE_VERSION = '0.1.0';
