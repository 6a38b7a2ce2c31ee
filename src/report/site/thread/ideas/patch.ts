/**
 * The thread at its end: wishes in the comments of the patch, and how it was tested.
 */
import type { Idea } from "../idea.ts";

export const PATCH_IDEAS: readonly Idea[] = [
  {
    anchor: "break-fleecing",
    title: "Break the view instead of the guest's write",
    from: "patch",
    told:
      "When old data cannot be saved, the guest's write need not fail: fleecing could end " +
      "instead.",
    later: [
      { version: "7.1", text: "`on-cbw-error=break-snapshot`, and a time-out for copies." },
      { version: "10.1", text: "The same as an option of backup jobs." },
    ],
    here:
      "QEMU's rule has a race (R01): once a copy has failed, guest writes overtake reads " +
      "of the view that are in flight, and these return new data with success. The " +
      "repaired rule waits for them.",
    defects: ["R01"],
    models: ["break-snapshot", "break-snapshot-race"],
  },
  {
    anchor: "parallel-copies",
    title: "Copy in parallel, find zeros, ask for block status",
    from: "patch",
    told:
      "Three wishes for speed: several clusters at once, zeros written as zeros, and no " +
      "copy of what is not there.",
    later: [
      {
        version: "6.0",
        text:
          "All of it in block-copy: asynchronous, up to 64 workers, sizes that adapt, " +
          "zeros by status; `detect-zeroes` is an option of nodes.",
      },
    ],
    here:
      "Copies of different clusters interleave in every model; requests that share a " +
      "cluster need it copied once.",
    models: ["overlap", "fleecing-cache-zeroes"],
  },
  {
    anchor: "testing",
    title: "Tested by one script: iotest 222",
    from: "proposal",
    told: "The existing fleecing test, slightly changed, shows that the patch works.",
    later: [
      {
        version: "6.2",
        text:
          "The test is called image-fleecing now, and has five variants. Guest and readers " +
          "take turns in it: R01 to R03 and H03 went past it.",
      },
    ],
    here:
      "The same disk and the same writes, with guest and readers at the same time. All " +
      "five variants also go through `blockgraph daemon`, and through QEMU beside it.",
    models: ["image-fleecing"],
  },
];
