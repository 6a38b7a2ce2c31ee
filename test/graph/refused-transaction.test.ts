/**
 * What a transaction leaves that is refused: nothing, by the rules proposed here; QEMU's way of
 * undoing actions leaves a bitmap disabled that it was to enable, or crashes.
 */
import { describe, expect, test } from "vitest";
import { answerCommand } from "../../src/graph/commands.ts";
import { PROFILES, type ProfileName, profile } from "../../src/graph/profile.ts";
import { built, context } from "../support/graph.ts";

const QEMU: readonly ProfileName[] = ["qemu-7.2", "qemu-10.0"];

const graph = built(
  ["blockdev-add", { driver: "null-co", "node-name": "disk" }],
  ["block-dirty-bitmap-add", { node: "disk", name: "changes" }],
  ["block-dirty-bitmap-add", { node: "disk", name: "other" }],
);

function transaction(name: ProfileName, ...steps: readonly (readonly [string, string])[]) {
  const actions = steps.map(([verb, bitmap]) => ({
    ...{ type: `block-dirty-bitmap-${verb}`, data: { node: "disk", name: bitmap } },
  }));
  const command = { execute: "transaction", arguments: { actions } };
  const answer = answerCommand(graph, command, { ...context, profile: profile(name) });
  return { ...answer, recording: answer.graph.nodes.get("disk")?.bitmaps.get("changes")?.enabled };
}

describe.for(PROFILES.filter((name) => name !== "rfc-2018"))("by the rules of %s", (name) => {
  test.for(["add", "clear", "enable", "disable", "remove"])(
    "what a transaction has removed is there until it ends, and nobody may %s it",
    (verb) => {
      const { refusal, graph: left } = transaction(name, ["remove", "changes"], [verb, "changes"]);
      const text =
        verb === "add"
          ? "Bitmap already exists: changes"
          : "Bitmap 'changes' is currently in use by another operation and cannot be used";
      expect(refusal).toMatchObject({ message: text });
      expect(left.nodes.get("disk")?.bitmaps.get("changes")?.removed).toBeUndefined();
    },
  );

  test("what it has removed is gone when it ends", () => {
    const { refusal, graph: left } = transaction(name, ["remove", "changes"], ["clear", "other"]);
    expect(refusal).toBeNull();
    expect([...(left.nodes.get("disk")?.bitmaps.keys() ?? [])]).toEqual(["other"]);
  });

  test("a bitmap that may not be enabled records as before, or no more", () => {
    const isUndone = QEMU.includes(name);
    const enable = ["enable", "changes"] as const;
    const remove = ["remove", "changes"] as const;
    expect(transaction(name, remove, enable).recording).toBe(!isUndone);
    expect(transaction(name, ["disable", "changes"], remove, enable).recording).toBe(true);
    expect(transaction(name, ["disable", "other"], remove, enable).recording).toBe(!isUndone);
  });

  test("a bitmap that is not there crashes QEMU", () => {
    const { refusal } = transaction(name, ["disable", "changes"], ["enable", "none"]);
    if (QEMU.includes(name)) expect(refusal).toMatchObject({ predicts: "crash" });
    else expect(refusal).toMatchObject({ message: "Dirty bitmap 'none' not found" });
  });
});
