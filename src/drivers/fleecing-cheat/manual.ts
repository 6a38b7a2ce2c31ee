/**
 * The manual of `fleecing-cheat`.
 */
import { nodes, opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "The node that hacks permissions, from the thread of 2018: between a cache and the " +
      "disk behind it, it reads the disk and lets everybody else do with it what they like.",
  ],
  limits: [
    "It protects nobody: that what is read through it is still the old data, its user has " +
      "to see to.",
  ],
  example: [...nodes("disk"), opened("fleecing-cheat", "cheat", { backing: "disk" })],
};
