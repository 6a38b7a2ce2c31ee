/**
 * What graph commands must know of drivers, so that `src/graph` need not know the drivers.
 *
 * `src/drivers` provides the value (its registry); the arrow of imports points from there to here.
 */
import type { z } from "zod";
import type { Role } from "./role.ts";

/** A child that a driver has, by the option that names it. */
export interface ChildSlot {
  /** option and edge name: `file`, `target` */
  readonly name: string;
  readonly roles: readonly Role[];
}

export interface DriverShape {
  /** QMP name: `copy-before-write` */
  readonly name: string;
  /** all its options in QMP spelling, the common ones included, children excluded; closed */
  readonly options: z.ZodType<Readonly<Record<string, unknown>>>;
  readonly children: readonly ChildSlot[];
}

/** Looks a driver up by its QMP name. */
export type DriverCatalogue = ReadonlyMap<string, DriverShape>;
