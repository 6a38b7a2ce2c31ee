/**
 * The manual of `memory`.
 */
import { opened } from "../../graph/example.ts";
import type { Manual } from "../manual.ts";

export const manual: Manual = {
  about: [
    "A node whose bytes are kept in memory, also in a run on files, and are gone with the " +
      "process. It is the fast tier of a `fleecing-cache`.",
  ],
  limits: [
    "QEMU has nothing like it but `null-co`, which forgets.",
    "How long it is, a model says among its images.",
  ],
  example: [opened("memory", "ram", { image: "ram" })],
};
