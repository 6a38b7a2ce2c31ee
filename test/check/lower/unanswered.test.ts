/**
 * An ask that no state of the asked chart ever answers is no mistake of the program: whoever asks
 * waits for ever, and the check says so.
 */
import { expect, test } from "vitest";
import { breakSnapshot } from "../../../models/break-snapshot.ts";
import { reanswer } from "../../../src/chart/mutate.ts";
import { validateProgram } from "../../../src/check/program/validate.ts";
import { checkedModel } from "../../../src/cli/check/checked-model.ts";
import { tryMutant } from "../../../src/cli/mutants/try-mutant.ts";
import type { DriverCharts } from "../../../src/drivers/driver.ts";
import type { Mutant } from "../../../src/system/model.ts";

/** The node chart no longer answers one event. */
function deaf(name: string, event: string): Mutant {
  return {
    name,
    statement: `nobody answers ${event}`,
    mutation: {
      driver: "copy-before-write",
      change: (charts: DriverCharts) => {
        const { node } = charts;
        if (node === null) return charts;
        const changed = ["intact", "broken"].reduce(
          (chart, state) => reanswer(chart, state, event, null),
          node,
        );
        return { ...charts, node: changed };
      },
    },
    caughtBy: "no-deadlock",
  };
}

test.each(["BREAK", "CHECK"])("%s, which nobody answers", async (event) => {
  const model = { ...breakSnapshot, mutants: [deaf("deaf", event)] };
  const { program } = checkedModel(model).lower(new Map(), "deaf");
  expect(() => validateProgram(program)).not.toThrow();
  const tried = await tryMutant(`nobody answers ${event}`, program, "no-deadlock", null);
  expect(tried.caughtBy).toBe("no-deadlock");
});
