/**
 * H03: a view read that begins in a copied cluster and ends in one that is not. QEMU 7.2 reads all
 * of it from the source, and so returns what the guest wrote meanwhile, with success.
 */
import { describe, expect, test } from "vitest";
import type { ProfileName } from "../../src/graph/profile.ts";
import { CLUSTER, io, setUp, start } from "../support/fleecing-graph.ts";
import { simulateScript } from "../support/script.ts";

function violationsUnder(profile: ProfileName) {
  const both = { ...io("reader0", "read", 0), length: 2 * CLUSTER };
  const script = [...setUp(), io("guest", "write", 0, 0xaa), io("reader1", "read", 0), both];
  const { simulation } = simulateScript(start(profile), script);
  return simulation.session.monitor.violations;
}

describe("a view read over copied and uncopied clusters", () => {
  test("qemu-7.2: has the guest's new byte", () => {
    expect(violationsUnder("qemu-7.2")).toMatchObject([
      {
        property: "view-equals-point-in-time",
        text: "a read through 'reader0' has 0xaa at byte 0 where 0x11 belongs",
      },
    ]);
  });

  test.each(["qemu-10.0", "proposed"] as const)("%s: is the point in time", (profile) => {
    expect(violationsUnder(profile)).toEqual([]);
  });
});
