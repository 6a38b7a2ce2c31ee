/**
 * What graph commands may not break, by name.
 */
import type { GraphProperty } from "../../src/system/surgery.ts";
import { everythingCanBeClosed } from "./everything-can-be-closed.ts";
import { graphIsAcyclic } from "./graph-is-acyclic.ts";
import { handlesKeepTheirView } from "./handles-keep-their-view.ts";
import { masksFollowRules } from "./masks-follow-rules.ts";
import { refusalChangesNothing } from "./refusal-changes-nothing.ts";
import { writesArePermitted } from "./writes-are-permitted.ts";

export const GRAPH_PROPERTIES: ReadonlyMap<string, GraphProperty> = new Map(
  [
    graphIsAcyclic,
    masksFollowRules,
    refusalChangesNothing,
    writesArePermitted,
    handlesKeepTheirView,
    everythingCanBeClosed,
  ].map((property) => [property.name, property]),
);
