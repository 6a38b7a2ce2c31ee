/**
 * How a cache may keep wrongly what it is given, whoever gives it: a hook, or a job.
 */
import type { Mutant } from "../../src/system/model.ts";
import { storeIsNotSettled, storeTakesNoTurn } from "./mutations.ts";

export const STORES_WRONGLY: readonly Mutant[] = [
  {
    name: "store-takes-no-turn",
    statement: "what is saved does not wait for reads under way on its clusters",
    mutation: storeTakesNoTurn,
    caughtBy: "view-equals-point-in-time",
  },
  {
    name: "store-is-not-settled",
    statement: "what was saved goes on being read from the disk",
    mutation: storeIsNotSettled,
    caughtBy: "view-equals-point-in-time",
  },
];
