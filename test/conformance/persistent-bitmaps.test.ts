/**
 * Persistent bitmaps of images that are open: a story of several sessions with one image goes as
 * with qemu-storage-daemon. Compared are all answers, what nodes say of their bitmaps after each
 * command, what an image says of them meanwhile, and what is stored in it in the end.
 */
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { JsonObject } from "../../src/graph/graph.ts";
import { pairs } from "../support/daemon-transcripts.ts";
import { runTool } from "../support/qemu-tools.ts";
import { QmpTalk } from "../support/qmp-talk.ts";
import { inTemporaryFolder } from "../support/temporary-folder.ts";
import { needsTool } from "../tools/needs-tool.ts";
import { tryTool } from "./qcow2-tools.ts";

const TOOLS = ["qemu-storage-daemon", "qemu-img", "qemu-io", "qemu-nbd", "nbdinfo"] as const;
const { test } = needsTool(...TOOLS);

const KIB = 1024;
const MIB = 1024 * KIB;

/** A command; or what is written through the export; or what is read through another. */
type Step =
  | readonly [command: string, given?: JsonObject]
  | { readonly write: string }
  | { readonly read: string; readonly of: string };

interface Sitting {
  readonly steps: readonly Step[];
  readonly end: "quit" | "kill" | "blockdev-del";
}

const open = (more: JsonObject = {}): Step => [
  "blockdev-add",
  {
    ...{ driver: "qcow2", "node-name": "d", ...more },
    file: { driver: "file", filename: "d.qcow2", ...more },
  },
];
const raw = (name: string): Step => [
  "blockdev-add",
  { driver: "raw", "node-name": name, file: { driver: "file", filename: `${name}.raw` } },
];
const offer = (id: string, node: string, more: JsonObject = {}): Step => [
  "block-export-add",
  { type: "nbd", id, name: id, "node-name": node, ...more },
];
const onDisk = offer("x", "d", { writable: true });
const bitmap = (verb: string, name: string, more: JsonObject = {}): Step => [
  `block-dirty-bitmap-${verb}`,
  { node: "d", name, ...more },
];
const add = (name: string, more: JsonObject = {}) =>
  bitmap("add", name, { persistent: true, ...more });
const merge = (target: string, ...bitmaps: (string | JsonObject)[]): Step => [
  "block-dirty-bitmap-merge",
  { node: "d", target, bitmaps },
];
const transaction = (...steps: (readonly [string, JsonObject?])[]): Step => [
  "transaction",
  { actions: steps.map(([type, data = {}]) => ({ type, data })) },
];
const action = (step: Step) => {
  if ("write" in step || "read" in step) throw new Error("an action is a command");
  return step;
};
const reopen = (readOnly: boolean): Step => [
  "blockdev-reopen",
  {
    options: [{ driver: "qcow2", "node-name": "d", file: "f", "read-only": readOnly }],
  },
];
const openApart: readonly Step[] = [
  ["blockdev-add", { driver: "file", "node-name": "f", filename: "d.qcow2" }],
  ["blockdev-add", { driver: "qcow2", "node-name": "d", file: "f" }],
];
const resize = (size: number): Step => ["block_resize", { "node-name": "d", size }];
const backup = (more: JsonObject): Step => [
  "blockdev-backup",
  { "job-id": "j", device: "d", target: "t", ...more },
];

const MADE: Sitting = {
  steps: [
    ...[open(), onDisk, { write: "write 0 4k" }],
    ...[add("usual"), add("fine", { granularity: 512 }), add("off", { disabled: true })],
    ...[add("coarse", { granularity: 2 * MIB }), bitmap("add", "lost"), add("usual")],
    ...[{ write: "write 1M 5k" }, { write: "write -z 5M 64k" }, bitmap("enable", "off")],
    ...[{ write: "discard 6M 4k" }, bitmap("disable", "usual"), { write: "write 7M 512" }],
  ],
  end: "quit",
};

const STORIES: Readonly<Record<string, readonly Sitting[]>> = {
  "made, found, recorded on, and found again": [
    MADE,
    {
      steps: [
        ...[open(), onDisk, { write: "write 2M 3k" }, bitmap("remove", "off")],
        ...[bitmap("clear", "usual"), merge("usual", "fine"), merge("fine", "coarse")],
        ...[bitmap("enable", "usual"), add("late", { granularity: 4096 })],
        ...[{ write: "write 3M 1k" }, merge("late", "none")],
        ...["n".repeat(1024), "n".repeat(1023)].map((name) => bitmap("add", name)),
      ],
      end: "blockdev-del",
    },
    { steps: [open(), onDisk, { write: "write 4M 1k" }], end: "quit" },
    {
      steps: [
        ...[open(), bitmap("remove", "usual"), bitmap("remove", "fine"), bitmap("remove", "late")],
        bitmap("remove", "coarse"),
      ],
      end: "quit",
    },
    { steps: [open()], end: "quit" },
  ],
  "a crash": [
    MADE,
    {
      steps: [open(), onDisk, { write: "write 2M 3k" }, add("lost"), bitmap("remove", "off")],
      end: "kill",
    },
    {
      steps: [
        ...[open(), raw("t"), onDisk, { write: "write 2M 3k" }, add("new"), add("usual")],
        ...[bitmap("clear", "usual"), bitmap("enable", "usual"), bitmap("disable", "usual")],
        ...[merge("new", "usual"), merge("usual", "new"), offer("y", "d", { bitmaps: ["fine"] })],
        offer("y", "d", { bitmaps: [{ node: "d", name: "fine" }] }),
        backup({ sync: "incremental", bitmap: "fine" }),
        [
          "blockdev-add",
          {
            ...{ driver: "copy-before-write", "node-name": "h", file: "d", target: "t" },
            bitmap: { node: "d", name: "fine" },
          },
        ],
        bitmap("remove", "usual"),
      ],
      end: "quit",
    },
    { steps: [open(), bitmap("remove", "fine"), bitmap("remove", "coarse")], end: "quit" },
    { steps: [open()], end: "kill" },
  ],
  "an image that is only read": [
    MADE,
    {
      steps: [
        open({ "read-only": true }),
        ...[add("new"), bitmap("add", "here"), merge("here", "fine"), merge("fine", "here")],
        ...[bitmap("clear", "fine"), bitmap("enable", "usual"), bitmap("disable", "fine")],
        ...[bitmap("remove", "fine"), offer("y", "d", { bitmaps: ["fine"] })],
      ],
      end: "quit",
    },
    { steps: [open()], end: "quit" },
  ],
  "reopened read-only, and back": [
    MADE,
    {
      steps: [
        ...[...openApart, onDisk, { write: "write 3M 1k" }, ["block-export-del", { id: "x" }]],
        ...[reopen(true), bitmap("clear", "fine"), bitmap("remove", "fine"), reopen(false)],
        ...[bitmap("clear", "fine"), onDisk, { write: "write 4M 1k" }],
      ] as Step[],
      end: "quit",
    },
    { steps: [open()], end: "quit" },
  ],
  "backups of what changed": [
    MADE,
    {
      steps: [
        ...[open(), raw("t"), onDisk, backup({ sync: "incremental", bitmap: "fine" })],
        ...[{ write: "write 3M 1k" }, ["query-jobs"]],
        backup({ sync: "bitmap", bitmap: "coarse", "bitmap-mode": "never" }),
        ...[["query-jobs"], { write: "write 4M 1k" }],
        backup({ sync: "full", bitmap: "usual", "bitmap-mode": "always" }),
      ] as Step[],
      end: "quit",
    },
    { steps: [open()], end: "quit" },
  ],
  "a hook that keeps what a bitmap has recorded": [
    MADE,
    {
      steps: [
        ...[open(), raw("t")],
        [
          "blockdev-add",
          {
            ...{ driver: "copy-before-write", "node-name": "h", file: "d", target: "t" },
            bitmap: { node: "d", name: "fine" },
          },
        ],
        ["blockdev-add", { driver: "snapshot-access", "node-name": "v", file: "h" }],
        ...[offer("x", "h", { writable: true }), offer("v", "v")],
        ...[{ write: "write -P 9 1M 64k" }, { read: "read -P 205 1M 4k", of: "v" }],
        ...[
          { read: "read 2M 4k", of: "v" },
          { read: "read -P 0 5M 64k", of: "v" },
        ],
      ] as Step[],
      end: "quit",
    },
    { steps: [open()], end: "quit" },
  ],
  "a disk that becomes longer and shorter": [
    MADE,
    {
      steps: [
        ...[open(), onDisk, resize(12 * MIB), { write: "write 11M 5k" }, resize(12 * MIB + 1536)],
        ...[{ write: "write 12M 1k" }, add("late", { granularity: 4096 }), resize(5 * MIB + 512)],
        ...[{ write: "write 4M 1k" }, bitmap("remove", "off"), resize(6 * MIB)],
        ...[offer("y", "d", { bitmaps: ["late"] }), resize(7 * MIB)],
        ...[offer("z", "d", { bitmaps: ["fine"] }), resize(8 * MIB)],
      ],
      end: "quit",
    },
    { steps: [open(), onDisk, resize(9 * MIB), { write: "write 8M 3k" }], end: "kill" },
    {
      steps: [
        ...[open(), resize(10 * MIB), bitmap("remove", "fine"), bitmap("remove", "usual")],
        ...[bitmap("remove", "coarse"), resize(10 * MIB), bitmap("remove", "late")],
        ...[resize(10 * MIB), add("new"), resize(3 * MIB)],
      ],
      end: "quit",
    },
    { steps: [open({ "read-only": true }), resize(8 * MIB)], end: "quit" },
    { steps: [open(), transaction(action(bitmap("disable", "new")))], end: "quit" },
    { steps: [open(), resize(8 * MIB)], end: "quit" },
  ],
  transactions: [
    MADE,
    {
      steps: [
        ...[open(), onDisk],
        transaction(
          action(bitmap("disable", "fine")),
          action(add("next", { granularity: 4096 })),
          action(bitmap("clear", "coarse")),
          action(bitmap("remove", "off")),
        ),
        { write: "write 4M 1k" },
        transaction(
          action(bitmap("clear", "next")),
          action(merge("fine", "next")),
          action(bitmap("disable", "coarse")),
          action(bitmap("clear", "none")),
        ),
        { write: "write 3M 1k" },
        ...[add("again"), { write: "write 2M 1k" }],
        transaction(action(bitmap("remove", "again")), action(add("again"))),
        transaction(
          ...[action(bitmap("clear", "again")), action(bitmap("remove", "again"))],
          action(bitmap("clear", "again")),
        ),
        transaction(action(bitmap("remove", "again")), action(bitmap("remove", "again"))),
        transaction(action(bitmap("remove", "again")), action(merge("fine", "again"))),
        { write: "write 1M 1k" },
      ],
      end: "quit",
    },
    { steps: [open()], end: "quit" },
  ],
};

/** What comes of a step, once a job that it began is over. */
async function take(talk: QmpTalk, folder: string, step: Step): Promise<unknown> {
  if ("write" in step || "read" in step) {
    const [name, command] = "write" in step ? ["x", step.write] : [step.of, step.read];
    const uri = `nbd+unix:///${name}?socket=${join(folder, "s")}`;
    const { status, stdout, stderr } = tryTool("qemu-io", "-f", "raw", "-c", command, uri);
    return { status, text: `${stdout}${stderr}`.replace(/ops;.*/, "ops").replaceAll(uri, "") };
  }
  const [command, given = {}] = step;
  const gone = talk.hear(({ event }) => event === "BLOCK_EXPORT_DELETED");
  const ended = talk.hear(({ data }) => data?.id === "j" && data.status === "null");
  const { id: _, ...answer } = await talk.say(command, given);
  if (command === "blockdev-backup" && answer.error === undefined) await ended;
  if (command === "block-export-del") await gone;
  return answer;
}

interface Told {
  readonly "node-name": string;
  readonly "dirty-bitmaps"?: readonly { readonly name?: string; readonly busy: boolean }[];
}

/** Without those that hooks of QEMU 7.2 keep for themselves, which have no names. */
async function bitmapsOf(talk: QmpTalk): Promise<unknown> {
  const answer = await talk.say("query-named-block-nodes", { flat: true });
  const nodes = Array.isArray(answer.return) ? (answer.return as Told[]) : [];
  const told = nodes.find((node) => node["node-name"] === "d")?.["dirty-bitmaps"];
  return told
    ?.filter(({ name = "" }) => name !== "")
    .sort((one, other) => String(one.name).localeCompare(String(other.name)));
}

const storedIn = (image: string) =>
  JSON.parse(runTool("qemu-img", "info", "-U", "--output=json", image))["format-specific"].data
    .bitmaps;

/** What each bitmap that can be used says, by the word of qemu-nbd. */
function contentIn(image: string): unknown {
  const all: { name: string; flags: string[] }[] = storedIn(image) ?? [];
  return all
    .filter(({ flags }) => !flags.includes("in-use"))
    .map(({ name }) => {
      const server = ["[", "qemu-nbd", "-r", "-f", "qcow2", "-B", name, image, "]"];
      return { name, map: runTool("nbdinfo", `--map=qemu:dirty-bitmap:${name}`, "--", ...server) };
    });
}

async function told(program: readonly string[], story: readonly Sitting[]): Promise<unknown[]> {
  const all: unknown[] = [];
  await inTemporaryFolder(async (folder) => {
    const image = join(folder, "d.qcow2");
    runTool("qemu-img", "create", "-q", "-f", "qcow2", image, `${8 * MIB}`);
    fs.writeFileSync(join(folder, "t.raw"), Buffer.alloc(8 * MIB));
    for (const [index, { steps, end }] of story.entries()) {
      await QmpTalk.using(program, folder, async (talk) => {
        const addr = { type: "unix", data: { path: "s" } };
        await talk.say("nbd-server-start", { addr });
        for (const step of steps) {
          const answer = await take(talk, folder, step);
          const stored = Array.isArray(step) ? storedIn(image) : null;
          all.push({ index, step, answer, bitmaps: await bitmapsOf(talk), stored });
        }
        if (end === "kill") talk.kill();
        else {
          if (end === "blockdev-del") {
            await take(talk, folder, ["block-export-del", { id: "x", mode: "hard" }]);
            all.push(await take(talk, folder, ["blockdev-del", { "node-name": "d" }]));
            all.push(storedIn(image));
          }
          await talk.say("quit");
        }
        await talk.ended();
      });
      all.push({ index, stored: storedIn(image), content: contentIn(image) });
      all.push(tryTool("qemu-img", "check", "--output=json", image).status);
    }
  });
  return all;
}

/** Images that differ in what they can keep, and in how fine their bitmaps are usually. */
const IMAGES = {
  small: ["cluster_size=512"],
  middle: ["cluster_size=16k"],
  large: ["cluster_size=2M"],
  old: ["compat=0.10"],
};

/** What is answered to new bitmaps, and how they are told of. */
async function usual(program: readonly string[]): Promise<unknown> {
  return await inTemporaryFolder(async (folder) => {
    for (const [name, options] of Object.entries(IMAGES)) {
      const path = join(folder, `${name}.qcow2`);
      runTool("qemu-img", "create", "-q", "-f", "qcow2", "-o", options.join(), path, "1M");
    }
    return await QmpTalk.using(program, folder, async (talk) => {
      const all: unknown[] = [];
      for (const name of Object.keys(IMAGES)) {
        const file = { driver: "file", filename: `${name}.qcow2` };
        await talk.say("blockdev-add", { driver: "qcow2", "node-name": name, file });
        await talk.say("blockdev-add", { driver: "raw", "node-name": `raw-${name}`, file: name });
        for (const node of [name, `raw-${name}`]) {
          for (const more of [{ name: "b" }, { name: "p", persistent: true }, { name: "" }]) {
            all.push([node, more, await talk.say("block-dirty-bitmap-add", { node, ...more })]);
          }
          for (const name of ["x".repeat(1023), "y".repeat(1024)]) {
            const more = { node, name, persistent: true };
            all.push([more, await talk.say("block-dirty-bitmap-add", more)]);
          }
        }
      }
      const answer = await talk.say("query-named-block-nodes", { flat: true });
      const nodes = Array.isArray(answer.return) ? (answer.return as Told[]) : [];
      for (const node of nodes) all.push([node["node-name"], node["dirty-bitmaps"]]);
      return all.filter((each) => !JSON.stringify(each).startsWith('["#block'));
    });
  });
}

for (const { version, programs } of pairs()) {
  describe(`beside qemu-storage-daemon ${version}`, () => {
    test("what an image can keep", async () => {
      expect(await usual(programs[1] ?? [])).toEqual(await usual(programs[0] ?? []));
    });
    for (const [title, story] of Object.entries(STORIES)) {
      test(title, async () => {
        const [theirs = [], ours = []] = [
          await told(programs[0] ?? [], story),
          await told(programs[1] ?? [], story),
        ];
        expect(ours).toEqual(theirs);
      });
    }
  });
}
