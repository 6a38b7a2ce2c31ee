/**
 * The manual of `fleecing-cache`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "The dedicated cache of the thread: the target of a hook, which shows the point in " +
      "time by itself. What the hook has saved is kept in `memory`, up to a number of " +
      "clusters, and the rest shines through from `backing`. Of zeros it remembers only " +
      "that, which takes no memory.",
    "What must leave memory goes to `disk`, if there is such a tier. When all is full, " +
      "`when-full` says what gives: the guest's write, the image, or the guest's time.",
    "With `copy-on-read` it keeps what is read as well, while there is room. With " +
      "`read-once` a reader's flush releases what it has read. With `bitmap` it keeps only " +
      "what that has recorded.",
  ],
  limits: [
    "QEMU does not have it: profile `proposed`.",
    "What a hook saves is whole clusters. A cluster that was released is still saved by " +
      "the hook, and is not kept.",
    "It does not hear of a hook above that gives its view up (`on-cbw-error=break-snapshot`), " +
      "and shows the guest's new data from then on (model `hook-gives-up`); let it give the " +
      "image up itself, with `when-full=break-snapshot`.",
    "With `copy-on-read` or `read-once`, memory cannot be waited for (`when-full=wait`).",
    "With `copy-on-read` nobody may read the cache before the hook is in. With `read-once` " +
      "each of several readers speaks for all.",
  ],
  example: [
    ...nodes("disk"),
    opened("memory", "ram", { image: "ram" }),
    opened("fleecing-cache", "cache", { memory: "ram", backing: "disk", "memory-clusters": 16 }),
    opened("copy-before-write", "hook", { file: "disk", target: "cache" }),
  ],
};
