/**
 * The examples of commands: each is accepted, in every profile that has what it uses, and by a
 * daemon of QEMU that has it.
 */
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/graph/commands.ts";
import { profilesOf } from "../../src/report/site/reference/example-blocks.ts";
import { graphAfter, onDaemon } from "../support/examples.ts";
import { qemuVersion } from "../support/storage-daemon.ts";
import { needsTool } from "../tools/needs-tool.ts";

const all = [...COMMANDS.values()];

describe.each(all)("the example of $name", ({ name, example }) => {
  test("ends with it, and is accepted wherever it can be", () => {
    expect(example.at(-1)?.execute).toBe(name);
    const profiles = profilesOf(example);
    expect(profiles).not.toEqual([]);
    for (const rules of profiles) graphAfter(example, rules);
  });
});

/** Commands of a guest's disk, which a daemon does not have, and states that take time. */
const ELSEWHERE = /^(device_|qom-set|.*job-(finalize|dismiss|complete))/;

describe("a daemon of QEMU", () => {
  const { test: live } = needsTool("qemu-storage-daemon", "qemu-img");
  const taken = all.filter(
    ({ name, example }) => !ELSEWHERE.test(name) && profilesOf(example).includes("qemu-7.2"),
  );

  live(`takes ${taken.length} of the examples`, async () => {
    if (qemuVersion().join(".") !== "7.2") return;
    for (const { example } of taken) await onDaemon(example);
  });
});
