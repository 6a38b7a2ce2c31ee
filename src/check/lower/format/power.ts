/**
 * The power is cut: in every state, and what is found of one guest cluster is judged.
 *
 * What is wrong with an image is wrong with one entry: with the refcount of the host cluster that
 * it names, with another entry that names the same one, or with what that holds. Every element of
 * the file may have any of its values whatever the others have; so it is enough to choose an entry
 * and a content, and to ask of the rest whether it may be such that this is wrong.
 */
import { binary, block, field, goto, local, loop, when } from "../../program/build.ts";
import type { Process, Statement } from "../../program/program.ts";
import { both, FIELD, type FormatPlan, has, mayBe } from "./plan.ts";
import { isExplained } from "./watch.ts";

export function powerProcess(plan: FormatPlan): Process {
  return {
    name: "power",
    instances: 1,
    nodes: [
      {
        kind: "rest",
        name: "on",
        alternatives: [
          {
            name: "CUT",
            text:
              "the power is cut: in the file guest cluster {address} is at {place}, where " +
              "{found} may be",
            words: { place: plan.entryWords, found: plan.contentWords },
            choices: [
              { local: "address", count: plan.design.guests.count },
              { local: "place", count: plan.nowhere + 1 },
              { local: "found", count: plan.contents },
            ],
            fair: false,
            body: [...judgements(plan), goto("on")],
          },
        ],
      },
    ],
  };
}

function judgements(plan: FormatPlan): Statement[] {
  const { guests } = plan.design;
  const unless = (condition: ReturnType<typeof binary>) => when(condition, [], [block]);
  const other = both(
    binary("other", "!=", "address"),
    has(field(mayBe(FIELD.fileEntry), "other"), "place"),
  );
  const unexplained = { kind: "not", of: { kind: "local", name: "explained" } } as const;
  const explained = plan.judges("unexplained")
    ? [local("explained", isExplained(plan, "found"))]
    : [local("explained", 1)];
  return [
    unless(has(field(mayBe(FIELD.fileEntry), "address"), "place")),
    when(
      binary("place", "==", plan.nowhere),
      [when("found", [block]), ...explained, ...plan.judge({ unexplained })],
      [
        unless(has(field(mayBe(FIELD.content), "place"), "found")),
        local("shared", 0),
        loop("other", 0, guests.count, [when(other, [local("shared", 1)])]),
        ...explained,
        ...plan.judge({
          uncounted: has(field(mayBe(FIELD.fileRefcount), "place"), 0),
          shared: "shared",
          unexplained,
        }),
      ],
    ),
  ];
}
