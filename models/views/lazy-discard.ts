/**
 * "Lazy discards: in some setups, discards are not guaranteed to do something, so, we can at least
 * defer some discards to the end of backup".
 *
 *     guest     keeper
 *        \       /
 *         v     v
 *          lazy          reader
 *            |              |
 *            v              v
 *           hook <-------- view
 *            |  \
 *       file |   \ target
 *            v    v
 *          disk  cache
 *
 * The guest discards, and that is over at once, with no copy. At any moment the keeper has what was
 * put off handed on, while the guest goes on writing, in the same clusters as well. What the guest
 * has written after a discard must survive that; what it has discarded must be gone in the end; and
 * the view must not notice any of it.
 */
import type { QmpCommand } from "../../src/graph/commands.ts";
import { type Model, qmp } from "../../src/system/model.ts";
import { guestOnDisk, startFleecing, stopFleecing } from "../graph.ts";
import {
  applicationIsForgotten,
  writeDropsLate,
  writeKeepsDiscard,
  writeOvertakesDiscard,
} from "./lazy-mutations.ts";

const CLUSTER = 65536;
const LENGTH = 2 * CLUSTER;
const ALL = { offset: 0, length: LENGTH };
const choice = { alignment: CLUSTER, longest: CLUSTER };

const putOff: readonly QmpCommand[] = [
  qmp("blockdev-add", {
    driver: "lazy-discards",
    "node-name": "lazy",
    discard: "unmap",
    file: "hook",
  }),
  qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "lazy" }),
  qmp("block-export-add", { type: "nbd", id: "keeper", name: "keeper", "node-name": "lazy" }),
];

const noLonger: readonly QmpCommand[] = [
  qmp("block-export-del", { id: "keeper" }),
  qmp("qom-set", { path: "/machine/peripheral/guest", property: "drive", value: "hook" }),
  qmp("blockdev-del", { "node-name": "lazy" }),
];

export const lazyDiscard: Model = {
  name: "lazy-discard",
  title: "A guest's discards are put off, and handed on while it goes on writing",
  idea:
    "A filter above the hook acknowledges discards and hands them on later, when it is asked to, " +
    "each of them once. A write drops the discard of its cluster before it is handed on itself, " +
    "and waits if that is on its way. The disk may refuse a discard once.",
  profile: "proposed",
  bounds: { requests: 3, ...choice, values: 1 },
  clusterSize: CLUSTER,
  // Data everywhere, so that only a discard makes zeros.
  images: [
    { filename: "disk.raw", length: LENGTH, content: [{ ...ALL, fill: { seed: 1 } }] },
    { filename: "cache.raw", length: LENGTH, content: [] },
  ],
  phases: [
    { kind: "commands", commands: [...guestOnDisk, ...startFleecing(["reader"]), ...putOff] },
    {
      kind: "concurrent",
      actors: [
        {
          ...{ name: "guest", through: "guest" },
          requests: {
            operations: ["write", "discard", "read", "block-status"],
            count: 20,
            ...choice,
          },
        },
        {
          ...{ name: "keeper", through: "keeper" },
          requests: { operations: ["apply-discards"], count: 20, ...choice },
        },
        {
          ...{ name: "reader", through: "reader" },
          requests: { operations: ["read"], count: 1, ...choice },
        },
      ],
      faults: [{ image: "disk.raw", operations: ["discard"], errno: "EIO", times: 1 }],
    },
    { kind: "commands", commands: [...noLonger, ...stopFleecing(["reader"])] },
  ],
  properties: [
    ...["guest-reads-last-write", "guest-status-is-sound"],
    ...["view-equals-point-in-time", "disk-keeps-guest-writes"],
  ],
  reachable: ["view-is-read", "guest-status-answers"],
  expected: { verdict: "holds" },
  mutants: [
    {
      name: "write-keeps-discard",
      statement: "a write leaves the discard of its cluster, which is handed on after it",
      mutation: writeKeepsDiscard,
      caughtBy: "guest-reads-last-write",
    },
    {
      name: "write-drops-late",
      statement: "a write is handed on before the discard of its cluster is dropped",
      mutation: writeDropsLate,
      caughtBy: "guest-reads-last-write",
    },
    {
      name: "write-overtakes-discard",
      statement: "a write does not wait for a discard of its cluster that is on its way",
      mutation: writeOvertakesDiscard,
      caughtBy: "guest-reads-last-write",
    },
    {
      name: "application-is-forgotten",
      statement: "discards that were put off are forgotten instead of handed on",
      mutation: applicationIsForgotten,
      caughtBy: "guest-status-answers",
    },
  ],
};
