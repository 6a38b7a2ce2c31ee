/**
 * The manual of every driver: it is told, and its example brings a node of it, by the rules of all
 * profiles that have it, and on a daemon of QEMU that does.
 */
import { describe, expect, test } from "vitest";
import { DRIVERS } from "../../src/drivers/registry.ts";
import { profilesOf } from "../../src/report/site/reference/example-blocks.ts";
import { graphAfter, onDaemon } from "../support/examples.ts";
import { qemuVersion } from "../support/storage-daemon.ts";
import { needsTool } from "../tools/needs-tool.ts";

const all = [...DRIVERS.values()];
/** They are no nodes of a graph. */
const BESIDE_THE_GRAPH: ReadonlySet<string> = new Set(["dirty-bitmap", "job-life"]);
/** Its example needs a server besides; test/conformance/nbd-driver.test.ts has one. */
const NEEDS_A_SERVER = "nbd";

describe.each(all)("the manual of $name", ({ name, options, manual }) => {
  test("says what it does, and what it does not", () => {
    expect(manual.about).not.toEqual([]);
    expect(manual.limits).not.toEqual([]);
    for (const text of [...manual.about, ...manual.limits]) expect(text).toMatch(/^.{10,}[.]$/);
  });

  test("describes every option", () => {
    for (const [option, schema] of Object.entries(options.shape)) {
      expect(schema.meta()?.description, option).toMatch(/.{8,}/);
    }
  });

  test("has an example that brings one, wherever it can be", () => {
    const profiles = profilesOf(manual.example);
    expect(profiles).not.toEqual([]);
    for (const rules of profiles) {
      const { nodes } = graphAfter(manual.example, rules);
      const drivers = [...nodes.values()].map(({ driver }) => driver);
      if (!BESIDE_THE_GRAPH.has(name)) expect(drivers).toContain(name);
    }
  });
});

describe("a daemon of QEMU", () => {
  const { test: live } = needsTool("qemu-storage-daemon", "qemu-img");
  const known = all.filter(
    ({ name, manual }) =>
      name !== NEEDS_A_SERVER && profilesOf(manual.example).includes("qemu-7.2"),
  );

  live(`takes the examples of ${known.length} drivers`, async () => {
    if (qemuVersion().join(".") !== "7.2") return;
    for (const { manual } of known) await onDaemon(manual.example);
  });
});
