/**
 * The permission system as a chart: nothing changes before everything is quiet.
 */
import { expect, test } from "vitest";
import { sectionIsNotDrained } from "../../models/mutations.ts";
import { PermissionSystem, permissionAutomaton } from "../../src/system/permission-chart.ts";
import { thrownBy } from "../support/refusal.ts";

test("goes from idle to committed or refused, and back", () => {
  const { states } = permissionAutomaton(null).complete();
  expect(states.map(({ name }) => name)).toEqual([
    ...["idle", "quiescing", "preparing", "committed", "refused"],
  ]);
  const permissions = new PermissionSystem(null);
  for (const accepted of [true, false]) {
    expect(permissions.begin()).toBe(false);
    expect(permissions.quiet()).toBe(true);
    permissions.end(accepted);
  }
});

test("takes no second command while one is under way, and no answer before all is quiet", () => {
  const permissions = new PermissionSystem(null);
  permissions.begin();
  expect(thrownBy(() => permissions.begin())).toMatchObject({
    code: "chart-malformed",
    message: "graph/permissions, state quiescing: does not handle BEGIN",
  });
  expect(thrownBy(() => permissions.end(true))).toMatchObject({ code: "chart-malformed" });
});

test("a mutant of it lets commands change the graph at once", () => {
  expect(new PermissionSystem(sectionIsNotDrained).begin()).toBe(true);
});
