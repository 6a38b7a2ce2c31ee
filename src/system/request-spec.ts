/**
 * A request before it is one: what somebody asks for.
 */
import type { Fill } from "../log/record.ts";
import type { Operation } from "../vocabulary.ts";

/** A request as a user spells it. Offsets are bytes of the device or export. */
export interface RequestSpec {
  readonly through: string;
  readonly operation: Operation;
  readonly offset: number;
  readonly length: number;
  /** payload of a write */
  readonly data?: Fill | undefined;
}
