/**
 * A sequence of commands as a model whose simulation shows what they do to a guest and a reader.
 *
 * The guest overwrites the disk as soon as both are there, and the reader reads everything at the
 * end: what it gets is compared with the point in time that its handle denotes. Where there is no
 * guest or no reader, the commands are all there is to see.
 */
import type { QmpCommand } from "../../../graph/commands.ts";
import type { Actor, Model, Phase } from "../../../system/model.ts";
import type { Surgery } from "../../../system/surgery.ts";

const PROPERTIES = ["view-equals-point-in-time", "view-is-served"];
const CLUSTER = 65536;

export function witnessOf(surgery: Surgery, commands: readonly QmpCommand[]): Model {
  const { name, title, idea, profile, images, setup, expected } = surgery;
  const length = images[0]?.length ?? 0;
  const all = [...setup, ...commands];
  const [guest, reader] = ["device_add", "block-export-add"].map((execute) =>
    all.find((command) => command.execute === execute),
  );
  const isWatched = length > 0 && guest !== undefined && reader !== undefined;
  const both = Math.max(setup.length, ...[guest, reader].map((each) => indexAfter(all, each)));
  const overwrites: Actor = {
    name: "guest",
    through: String(guest?.arguments.id),
    requests: [{ operation: "write", offset: 0, length: CLUSTER, data: { byte: 0x22 } }],
  };
  const reads: Actor = {
    name: "reader",
    through: String(reader?.arguments.id),
    requests: [{ operation: "read", offset: 0, length }],
  };
  const phases: Phase[] = isWatched
    ? [
        { kind: "commands", commands: all.slice(0, both) },
        { kind: "concurrent", actors: [overwrites] },
        { kind: "commands", commands: all.slice(both) },
        { kind: "concurrent", actors: [reads] },
      ]
    : [{ kind: "commands", commands: all }];
  return {
    ...{ name, title, idea, profile, images, phases, expected },
    clusterSize: CLUSTER,
    properties: PROPERTIES,
    mutants: [],
  };
}

function indexAfter(all: readonly QmpCommand[], command: QmpCommand | undefined): number {
  return command === undefined ? 0 : all.indexOf(command) + 1;
}
