/** A replay of one of the controller's traces: gives, line after line, what the engine makes of its operation. */
import type { ControllerLine } from './trace.ts';

export interface LineReplay {
  /** All that a line says came of it; the fields that say what was done are not repeated. */
  readonly run: (line: ControllerLine) => Record<string, unknown>;
  /** Asserts what must hold between two lines. */
  readonly check: () => void;
}
