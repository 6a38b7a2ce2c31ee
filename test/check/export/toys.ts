/**
 * Small programs that between them use everything a program can say: waiting, running another
 * instance, nodes that are passed through, loops that are left, tables, choices, properties of
 * steps and of states, ends and deadlocks, and numbers of all widths and both signs.
 */
import {
  all,
  binary,
  block,
  cover,
  field,
  goto,
  judge,
  leave,
  local,
  loop,
  not,
  run,
  set,
  stands,
  table,
  term,
  when,
} from "../../../src/check/program/build.ts";
import type {
  Alternative,
  Field,
  Node,
  Program,
  Statement,
} from "../../../src/check/program/program.ts";

type Choices = Alternative["choices"];

function way(name: string, body: readonly Statement[], choices: Choices = []): Alternative {
  return { name, text: `{self} does "${name}" /* 100 % */`, choices, fair: true, body };
}

function rest(name: string, ...alternatives: readonly Alternative[]): Node {
  return { kind: "rest", name, alternatives };
}

function pass(name: string, ...body: readonly Statement[]): Node {
  return { kind: "pass", name, body };
}

function numbers(name: string, size: number, initial: readonly number[]): Field {
  return { name, size, count: initial.length, initial, values: null };
}

const EMPTY = {
  tables: {},
  properties: [],
  everyState: [],
  liveness: [],
  symmetries: [],
  coverage: [],
  final: term(0),
} as const;

/**
 * Everybody wants one lock. What holds of steps and of states is that nobody holds it twice.
 * @param waits whether they look before they take it; false: the mutant
 */
export function mutualExclusion(instances: number, waits = true): Program {
  const taken = when(waits ? binary(field("lock"), "!=", 0) : 0, [block]);
  const inside = [
    local("inside", 0),
    loop("who", 0, instances, [
      when(stands("a worker", "who", "in it"), [local("inside", binary("inside", "+", 1))]),
    ]),
    judge("one-at-most", binary("inside", ">", 0), binary("inside", ">", 1)),
  ];
  return {
    ...EMPTY,
    name: "mutual exclusion",
    fields: [{ ...numbers("lock", 2, [0]), values: ["free", "held */"] }],
    processes: [
      {
        name: "a worker",
        instances,
        nodes: [
          rest("outside", way("want", [goto("wanting")])),
          rest("wanting", way("take", [taken, set("lock", 0, 1), goto("in it")])),
          rest(
            "in it",
            way("leave", [
              judge("lock-is-held", 1, not(field("lock"))),
              set("lock", 0, 0),
              goto("outside"),
            ]),
          ),
        ],
      },
    ],
    properties: [
      { name: "one-at-most", promise: "always" },
      { name: "lock-is-held", promise: "always" },
    ],
    everyState: inside,
  };
}

/**
 * A parent forks children, which count down on their own; the last one runs the parent, which joins
 * and stops for good.
 * @param end where the parent may stop; elsewhere, stopping is a deadlock
 */
export function forkAndJoin(
  children: number,
  rounds: number,
  end: "start" | "done" | "nowhere" = "done",
): Program {
  return {
    ...EMPTY,
    name: "fork and join",
    fields: [
      numbers("left", children + 1, [0]),
      numbers(
        "count",
        rounds + 1,
        Array.from({ length: children }, () => 0),
      ),
    ],
    processes: [
      {
        name: "parent",
        instances: 1,
        nodes: [
          rest(
            "start",
            way("fork", [
              set("left", 0, children),
              loop("child", 0, children, [run("child", "child", "begin")]),
              goto("waiting"),
            ]),
          ),
          rest("waiting"),
          rest("done"),
          pass("join", judge("all-are-back", 1, field("left")), goto("done")),
        ],
      },
      {
        name: "child",
        instances: children,
        nodes: [
          rest("idle"),
          pass("begin", set("count", "self", rounds), goto("working")),
          rest(
            "working",
            way("work", [
              set("count", "self", binary(field("count", "self"), "-", 1)),
              goto("worked"),
            ]),
          ),
          pass("worked", when(field("count", "self"), [goto("working")], [goto("back")])),
          pass(
            "back",
            set("left", 0, binary(field("left"), "-", 1)),
            when(not(field("left")), [run("parent", 0, "join")]),
            goto("idle"),
          ),
        ],
      },
    ],
    properties: [{ name: "all-are-back", promise: "sometimes" }],
    final: end === "nowhere" ? term(0) : stands("parent", 0, end),
  };
}

/**
 * Numbers of every width and sign, tables, and loops that are left early, nested, and in several
 * nodes of one step with the same locals. Names are as awkward as they may be.
 */
export function arithmetic(): Program {
  const operators = ["+", "-", "*", "/", "%", "&", "|", "<<", ">>", "==", "<", "<=", ">="] as const;
  const mixed = operators.map((operator, index) =>
    when(binary("which", "==", index), [
      local("sum", binary(table("int", "a"), operator, table("int", "b"))),
    ]),
  );
  const search = [
    local("found", 0),
    loop("i", 0, 3, [
      loop("j", binary(0, "-", 1), "i", [when(binary("j", "==", 1), [leave]), local("last", "j")]),
      when(binary(field("wide", "i"), ">", 40_000), [local("found", "i"), leave]),
    ]),
  ];
  const large = Array.from({ length: 5000 }, (_, index) => (index * index) % 4001);
  return {
    ...EMPTY,
    name: "arithmetic */",
    fields: [
      numbers("wide", 100_000, [7, 50_000, 3]),
      numbers("short", 1000, [999]),
      numbers("end", 256, [255, 0]),
    ],
    tables: { int: [-7, -2, 0, 3, 2_147_483_647, -2_147_483_648], large },
    processes: [
      {
        name: "init",
        instances: 1,
        nodes: [
          rest(
            "do",
            way(
              "sum",
              [local("sum", 0), ...mixed, goto("od")],
              [
                { local: "a", count: 6 },
                { local: "b", count: 6 },
                { local: "which", count: operators.length },
              ],
            ),
            way("forget", [
              when(binary(field("wide"), "==", 7), [block]),
              set("wide", 0, 7),
              goto("do"),
            ]),
          ),
          pass("od", ...search, goto("d_step")),
          pass(
            "d_step",
            cover("found"),
            judge("big", binary("sum", ">", 100), binary("last", "!=", "found")),
            local("sum", binary(table("large", binary("sum", "%", 5000)), "-", "last")),
            local("sum", binary("sum", "%", 8)),
            set("wide", "self", binary("sum", "*", 9000)),
            set("short", 0, binary("sum", "%", 5)),
            set("end", binary("sum", "&", 1), binary("sum", "%", 7)),
            goto("do"),
          ),
        ],
      },
    ],
    properties: [{ name: "big", promise: "always" }],
    everyState: [judge("big", all(field("end"), field("short")), binary(field("end"), "==", 255))],
  };
}

/** Leaves its bounds after a few steps, in a field or by saying so. */
export function overflow(says: boolean): Program {
  const more = set("count", 0, binary(field("count"), "+", 1));
  const stop = when(binary(field("count"), "==", 2), [{ kind: "fail", message: 'no {more} "' }]);
  return {
    ...EMPTY,
    name: "overflow",
    fields: [numbers("count", 3, [0])],
    processes: [
      {
        name: "counter",
        instances: 1,
        nodes: [rest("counting", way("count", [...(says ? [stop] : []), more, goto("counting")]))],
      },
    ],
  };
}
