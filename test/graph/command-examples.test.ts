/**
 * The examples of commands: each is accepted, in every profile that has what it uses, and by a
 * daemon of QEMU that has it.
 */
import { describe, expect, test } from "vitest";
import { DRIVERS } from "../../src/drivers/registry.ts";
import { answerCommand, COMMANDS, type QmpCommand } from "../../src/graph/commands.ts";
import { EMPTY_GRAPH, type Graph } from "../../src/graph/graph.ts";
import { PROFILES, type ProfileName, profile } from "../../src/graph/profile.ts";
import { usedBy, withImages } from "../support/examples.ts";
import { qemuVersion, StorageDaemon } from "../support/storage-daemon.ts";
import { needsTool } from "../tools/needs-tool.ts";

const all = [...COMMANDS.values()];

/** The profiles that have all that an example uses. */
function profilesOf(example: readonly QmpCommand[]): ProfileName[] {
  const used = usedBy(example);
  return PROFILES.filter((name) => used.every((each) => !profile(name).absent.has(each)));
}

describe.each(all)("the example of $name", ({ name, example }) => {
  test("ends with it, and is accepted wherever it can be", () => {
    expect(example.at(-1)?.execute).toBe(name);
    const profiles = profilesOf(example);
    expect(profiles).not.toEqual([]);
    for (const rules of profiles) {
      let graph: Graph = { ...EMPTY_GRAPH, nbdServer: false };
      for (const command of example) {
        const answer = answerCommand(graph, command, {
          ...{ drivers: DRIVERS, profile: profile(rules) },
        });
        expect(answer.refusal?.message, `${rules}: ${JSON.stringify(command)}`).toBeUndefined();
        graph = answer.graph;
      }
    }
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
    for (const { example } of taken) {
      await withImages(example, (folder) =>
        StorageDaemon.using(folder, async (daemon) => {
          // The daemon of the tests has its server from the beginning.
          if (example[0]?.execute === "nbd-server-start") await daemon.commands([STOP]);
          await daemon.commands(example);
        }),
      );
    }
  });
});

const STOP = { execute: "nbd-server-stop", arguments: {} };
