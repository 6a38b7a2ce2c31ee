/**
 * What a reader opened is what it goes on reading (R02, R03).
 */
import type { GraphProperty } from "../../src/system/surgery.ts";
import { viewedHook } from "../../src/system/viewed-hook.ts";

export const handlesKeepTheirView: GraphProperty = {
  name: "handles-keep-their-view",
  statement:
    "A view that somebody opened stays that of the same hook, as long as the hook is there.",
  broken({ after: { graph, denoted } }) {
    for (const [user, { hook }] of denoted) {
      const now = viewedHook(graph, user)?.hook ?? null;
      if (now === hook) continue;
      const other = now === null ? "no view any more" : `the view of '${now}'`;
      return `'${user}' was the view of '${hook}' and is ${other}`;
    }
    return null;
  },
};
