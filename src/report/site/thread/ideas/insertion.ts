/**
 * The thread on putting a filter under a running guest, and on taking it away: problems 2 to 4.
 */
import type { Idea } from "../idea.ts";

export const INSERTION_IDEAS: readonly Idea[] = [
  {
    anchor: "insertion",
    title: "Problem 2: how is a filter inserted, and removed?",
    from: "proposal",
    told:
      "The patch brought commands of its own to put the hook under a running guest and to " +
      "take it away. The proposal asks for a general way; the answer points to a reopen " +
      "command that was being posted.",
    later: [
      { version: "4.0", text: "`x-blockdev-reopen`, experimental." },
      {
        version: "6.1",
        text:
          "`blockdev-reopen` is stable and can change `file`; `qom-set` moves the disk of " +
          "a running guest.",
      },
      {
        version: null,
        text:
          "`blockdev-replace`, which puts one user of a node on another node: posted since " +
          "2021, not merged.",
      },
    ],
    here:
      "All ways are modelled, with the guest standing still and with the guest writing. " +
      "Right orders hold, wrong ones are refused; removal by reopen aborts QEMU 7.2 where " +
      "the cache has the disk behind it (M1). One transaction that opens the hook and " +
      "moves exactly the guest has no state in between.",
    defects: ["M1", "R04"],
    models: [
      "insert-by-reopen",
      "remove-by-reopen",
      "insert-by-qom-set",
      "inserted-meanwhile",
      "shown-before-inserted",
      "reopened-meanwhile",
      "removed-meanwhile",
      "removed-before-reader",
      "inserted-by-transaction",
    ],
  },
  {
    anchor: "damaged-link",
    title: "Problem 3: insertion damages the link from cache to disk",
    from: "proposal",
    told:
      "If the cache has the disk behind it before the hook goes in, the insertion moves " +
      "that link too, and the graph becomes a loop. So nodes cannot be prepared in advance.",
    later: [
      {
        version: "4.0",
        commit: "2f30b7c377",
        text:
          "Links from below the new node stay; the commit names the fleecing hook as its " +
          "reason.",
      },
      {
        version: null,
        text:
          "A way to say which users move: views are still taken along by whatever goes in " +
          "above a hook.",
      },
    ],
    here:
      "The rule of 2018 gives the loop, that of 4.0 does not. The same kind of damage is " +
      "left for views: a second backup silently changes a reader's point in time (R02), a " +
      "snapshot takes it away (R03). The repair is a rule: who asks for nothing and shares " +
      "everything stays.",
    defects: ["R02", "R03"],
    models: [
      "rfc-insertion-damages-link",
      "insertion-keeps-link",
      "two-backups-move-the-view",
      "two-backups-keep-the-view",
      "snapshot-moves-the-view",
      "snapshot-keeps-the-view",
    ],
  },
  {
    anchor: "one-big-json",
    title: "Create all nodes and links by one nested command",
    from: "proposal",
    told:
      "One way around the damage is to define everything inside one another, with all " +
      "links in place. The answer thinks that a reopen would do as well.",
    later: [
      {
        version: null,
        text:
          "Nested `blockdev-add` works; insertion is a step of its own. Transactions of " +
          "both were posted in 2022 and not merged.",
      },
    ],
    here:
      "The nested command is accepted and the view holds, but the guest has to begin on " +
      "the hook: nothing was inserted.",
    models: ["one-big-json"],
  },
  {
    anchor: "automatic-nodes",
    title: "Or have the command create nodes and links by itself",
    from: "proposal",
    told:
      "The patch did that, and its author did not like it: nobody can see from the command " +
      "what the graph will be.",
    later: [
      { version: null, text: "Not done for filters that users add; jobs still create theirs." },
    ],
    here:
      "The opposite is modelled: a transaction that lists every user that moves, and " +
      "nobody else does.",
    models: ["explicit-insertion"],
  },
  {
    anchor: "link-names",
    title: "Problem 4: are backing and file the right names of the links?",
    from: "proposal",
    told:
      "The hook had the disk as its `backing` and the cache as its `file`. The answer " +
      "objects: that pretends a copy-on-write relation that does not exist.",
    later: [
      {
        version: "6.2",
        commit: "3c1e63277e",
        text: "The source is `file`, the target a plain data child, `target`.",
      },
    ],
    here:
      "Roles of links decide permissions, and so the pictures: the hook of 2018 is kept as " +
      "`fleecing-hook`, with its names, beside the one of today.",
    models: ["rfc-first-picture", "first-picture-today"],
  },
];
