/**
 * The mutants that operators make of a driver's charts, as mutants of a model that uses the driver.
 *
 * Only of the charts that we propose. Those of a QEMU have its defects on purpose, and one slip
 * more may as well mend one.
 */
import { operatorMutants } from "../../chart/mutation-operators.ts";
import { boundsOf, planModel } from "../../check/lower/model/plan.ts";
import type { DriverCharts } from "../../drivers/driver.ts";
import { DRIVERS } from "../../drivers/registry.ts";
import type { Model, Mutant } from "../../system/model.ts";

/** @returns none if the model does not use the driver; `caughtBy` is empty: any property may */
export function genericMutants(model: Model, driver: string): readonly Mutant[] {
  if (model.profile !== "proposed") return [];
  const seen = new Set<DriverCharts>();
  const look = {
    driver,
    change(charts: DriverCharts): DriverCharts {
      seen.add(charts);
      return charts;
    },
  };
  planModel(model, look, boundsOf(model));
  const children = DRIVERS.get(driver)?.children.map(({ name }) => name) ?? [];
  const mutants = new Map<string, Mutant>();
  for (const charts of seen) {
    for (const { name, statement, change } of operatorMutants(charts, children)) {
      mutants.set(name, { name, statement, mutation: { driver, change }, caughtBy: "" });
    }
  }
  return [...mutants.values()];
}
