/**
 * What happens in a model, told phase by phase: which commands are sent, who reads and writes, and
 * what may fail.
 */

import type { Actor, Commands, Model, Phase } from "../../../system/model.ts";
import { bytesText } from "../../bytes-text.ts";
import { commandText } from "../../player/record-text.ts";
import { code, heading } from "../blocks.ts";
import type { Block, Text } from "../page-document.ts";
import { commandsOf } from "./pairs.ts";

export function storyBlocks(model: Model): Block[] {
  const { images, phases } = model;
  const disks = images.map(({ filename, length }) => `${filename} (${bytesText(length)})`);
  return [
    heading(2, "What happens"),
    {
      kind: "list",
      ordered: true,
      items: [
        [`There ${disks.length === 1 ? "is an image" : "are images"}: ${disks.join(", ")}.`],
        ...phases.map(phaseText),
      ],
    },
    { kind: "details", summary: "All commands as QEMU takes them", blocks: commandBlocks(model) },
  ];
}

function phaseText(phase: Phase): Text {
  switch (phase.kind) {
    case "commands":
      return ["The administrator sends ", ...commandsText(phase), "."];
    case "dump":
      return [`All of ${phase.through} is read, which a run writes to ${phase.filename}.`];
    case "concurrent": {
      const { actors, faults = [], administrator } = phase;
      const work = actors.map(actorText).join("; ");
      const failing = faults.map(
        ({ image, operations, errno, times }) =>
          `${operations.join(" or ")} of ${image} may fail with ${errno}, ${timesText(times)}`,
      );
      const sent: Text =
        administrator === undefined
          ? []
          : [" Meanwhile the administrator sends ", ...commandsText(administrator), "."];
      const errors = failing.length === 0 ? "" : ` ${failing.join("; ")}.`;
      return [`At the same time: ${work}.${errors}`, ...sent];
    }
  }
}

function commandsText({ commands, refused }: Commands): Text {
  const named = commands.map(({ execute, arguments: args }) => code(commandText(execute, args)));
  const list = named.flatMap((each, index) => (index === 0 ? [each] : [", ", each]));
  return refused === undefined ? list : [...list, `, of which the last is refused: "${refused}"`];
}

function actorText({ name, through, requests, depth = 1 }: Actor): string {
  const who = name === through ? name : `${name} (through ${through})`;
  const atOnce = depth === 1 ? "" : `, ${depth} at once`;
  if (!("count" in requests)) {
    const list = requests.map(({ operation, offset, length }) =>
      operation === "flush" ? "flush" : `${operation} ${bytesText(length)} at ${offset}`,
    );
    return `${who} asks for ${list.join(", ")}${atOnce}`;
  }
  const { operations, count, longest, alignment } = requests;
  const kinds = [...new Set(operations)].join(", ");
  return (
    `${who} sends ${count} requests of its choice${atOnce} (${kinds}; of up to ` +
    `${bytesText(longest)}, at multiples of ${bytesText(alignment)})`
  );
}

function timesText(times: number): string {
  return times === 1 ? "once" : `${times} times`;
}

function commandBlocks(model: Model): Block[] {
  const lines = commandsOf(model).map((command) => JSON.stringify(command));
  return [{ kind: "code", language: "json", text: lines.join("\n") }];
}
