/**
 * Performing an `ask` as code of the program (src/system/ask.ts): atomic, every chart of the range
 * takes the event or none does; or the first of all clusters that handles it.
 */
import type { Automaton } from "../../../chart/automaton.ts";
import type { Ask, ClusterRange } from "../../../chart/effects.ts";
import {
  binary,
  cover,
  field,
  leave,
  local,
  loop,
  set,
  type Term,
  term,
  when,
} from "../../program/build.ts";
import type { Expression, Statement } from "../../program/program.ts";
import { add } from "./carrier.ts";
import { BEYOND, type ChartTables, UNHANDLED } from "./charts.ts";
import { type LoweredFrame, spanOf } from "./frame.ts";

/** Name of the field that holds the states of a node's cluster charts. */
export const clusterField = (node: string) => `${node} cluster`;
/** Name of the field that holds the state of a node's node chart. */
export const nodeField = (node: string) => `${node} node`;

/** How long a node is, in cells. */
export interface NodeSize {
  /** cells of a cluster */
  readonly cells: number;
  /** cells of the node */
  readonly total: number;
}

/** Sets locals `first` and `last` (exclusive): the clusters that an effect is for. */
export function clusterRange(
  frame: LoweredFrame,
  over: ClusterRange,
  { cells, total }: NodeSize,
): Statement[] {
  const { lo, hi } = frame;
  const { from, to } = spanOf(frame);
  const up = (cell: Expression) => binary(add(cell, cells - 1), "/", cells);
  const down = (cell: Expression) => binary(cell, "/", cells);
  switch (over) {
    case "hull":
      return [local("first", down(lo)), local("last", up(hi))];
    case "rest":
      return [local("first", down(from.read())), local("last", up(hi))];
    case "span":
      return [local("first", down(from.read())), local("last", up(to.read()))];
    case "interior":
      return [
        local("first", up(lo)),
        local("last", down(hi)),
        when(binary("last", "<", "first"), [local("last", "first")]),
      ];
    case "whole":
      return [
        local("first", up(lo)),
        local("last", down(hi)),
        when(binary(hi, "==", total), [local("last", up(hi))]),
        when(binary("last", "<", "first"), [local("last", "first")]),
      ];
    case "all":
      return [local("first", 0), local("last", Math.ceil(total / cells))];
  }
}

/** The cells of the clusters that a request has wholly, or leaves nothing out of. */
export function coveredCells(
  { lo, hi }: LoweredFrame,
  over: "interior" | "whole",
  { cells, total }: NodeSize,
): { readonly lo: Expression; readonly hi: Expression } {
  const down = (cell: Expression) => binary(binary(cell, "/", cells), "*", cells);
  const inside = { lo: down(add(lo, cells - 1)), hi: down(hi) };
  if (over === "interior" || total % cells === 0) return inside;
  const reachesEnd = binary(hi, "/", total);
  return { ...inside, hi: add(inside.hi, binary(reachesEnd, "*", binary(hi, "%", cells))) };
}

/** What an ask needs to know besides the frame. */
export interface AskContext extends NodeSize {
  readonly charts: ChartTables;
  /** what to do when the asked chart does not handle the event now */
  readonly wait: readonly Statement[];
  /** how the request goes on after a reply, `NONE` for an empty range */
  answered(reply: string): Statement[];
}

/** Ranges in which there may be no cluster. */
const MAY_BE_EMPTY: ReadonlySet<ClusterRange> = new Set(["interior", "whole"]);

export function askCode(frame: LoweredFrame, effect: Ask, context: AskContext): Statement[] {
  const { description } = frame.node;
  const automaton = effect.chart === "node" ? description.node : description.cluster;
  const event = automaton?.event(effect.event) ?? -1;
  if (automaton === null || event < 0) {
    const problem = `${frame.automaton.name} asks ${effect.event}, which no chart answers`;
    return [{ kind: "fail", message: problem }];
  }
  context.charts.add(automaton);
  if (effect.chart === "node") return askNode(frame, automaton, event, context);
  const { over, run } = effect;
  if (over === "any") return askAny(frame, automaton, event, context);
  const range = clusterRange(frame, over, context);
  return run
    ? [...range, ...askRun(frame, automaton, event, context)]
    : [...range, ...askAll(frame, automaton, event, context, MAY_BE_EMPTY.has(over))];
}

function askNode(
  frame: LoweredFrame,
  automaton: Automaton,
  event: number,
  context: AskContext,
): Statement[] {
  const name = nodeField(frame.node.description.name);
  const state = field(name);
  const { charts } = context;
  return [
    ...waitUnless(binary(charts.next(automaton, state, event), "!=", UNHANDLED), automaton, event, {
      ...context,
    }),
    local("reply", charts.reply(automaton, state, event)),
    ...take(name, 0, automaton, event, charts),
    ...replies(automaton, event, context, false),
  ];
}

function askAll(
  frame: LoweredFrame,
  automaton: Automaton,
  event: number,
  context: AskContext,
  mayBeEmpty: boolean,
): Statement[] {
  const name = clusterField(frame.node.description.name);
  const state = field(name, "cluster");
  const { charts } = context;
  const answer = charts.reply(automaton, state, event);
  const handled = binary(charts.next(automaton, state, event), "!=", UNHANDLED);
  const { waits } = charts.mayRefuse(automaton, event);
  return [
    ...(waits
      ? [
          local("ready", 1),
          loop("cluster", "first", "last", [when(handled, [], [local("ready", 0)])]),
          when("ready", [], context.wait),
        ]
      : []),
    local("reply", automaton.replies.length),
    loop("cluster", "first", "last", [
      local("answer", answer),
      when(binary("answer", "<", "reply"), [local("reply", "answer")]),
      ...take(name, term("cluster"), automaton, event, charts),
    ]),
    ...replies(automaton, event, context, mayBeEmpty),
  ];
}

/** Only the longest run of equal replies is asked, and becomes the span. */
function askRun(
  frame: LoweredFrame,
  automaton: Automaton,
  event: number,
  context: AskContext,
): Statement[] {
  const name = clusterField(frame.node.description.name);
  const { charts, cells } = context;
  const state = field(name, "cluster");
  const { waits } = charts.mayRefuse(automaton, event);
  const handled = binary(charts.next(automaton, state, event), "!=", UNHANDLED);
  return [
    ...(waits
      ? [
          local("ready", 1),
          loop("cluster", "first", binary("first", "+", 1), [
            when(handled, [], [local("ready", 0)]),
          ]),
          when("ready", [], context.wait),
        ]
      : []),
    local("reply", automaton.replies.length),
    local("stop", "first"),
    loop("cluster", "first", "last", [
      ...(waits ? [when(handled, [], [leave])] : []),
      local("answer", charts.reply(automaton, state, event)),
      when(binary(binary("cluster", ">", "first"), "and", binary("answer", "!=", "reply")), [
        leave,
      ]),
      local("reply", "answer"),
      ...take(name, term("cluster"), automaton, event, charts),
      local("stop", binary("cluster", "+", 1)),
    ]),
    local("reached", binary("stop", "*", cells)),
    when(binary("reached", ">", frame.hi), [local("reached", frame.hi)]),
    spanOf(frame).to.write("reached"),
    ...replies(automaton, event, context, false),
  ];
}

/** The first cluster that handles the event takes it; nobody waits. */
function askAny(
  frame: LoweredFrame,
  automaton: Automaton,
  event: number,
  context: AskContext,
): Statement[] {
  const name = clusterField(frame.node.description.name);
  const { charts, cells, total } = context;
  const state = field(name, "cluster");
  const handled = binary(charts.next(automaton, state, event), "!=", UNHANDLED);
  return [
    local("reply", automaton.replies.length),
    loop("cluster", 0, Math.ceil(total / cells), [
      when(handled, [
        local("reply", charts.reply(automaton, state, event)),
        ...take(name, term("cluster"), automaton, event, charts),
        leave,
      ]),
    ]),
    ...replies(automaton, event, context, true),
  ];
}

/** One chart takes the event. */
export function take(
  name: string,
  at: Term,
  automaton: Automaton,
  event: number,
  charts: ChartTables,
): Statement[] {
  const state = field(name, at);
  const { beyond } = charts.mayRefuse(automaton, event);
  const changes = automaton.states.some((_, index) => {
    const next = automaton.outOfBounds(index, event) === null ? automaton.next(index, event) : -1;
    return next >= 0 && next !== index;
  });
  const limit = automaton.states.findIndex((_, index) => automaton.outOfBounds(index, event));
  const message = automaton.outOfBounds(Math.max(0, limit), event)?.message ?? "";
  const next = charts.next(automaton, state, event);
  return [
    ...(beyond ? [when(binary(next, "==", BEYOND), [{ kind: "fail", message } as const])] : []),
    cover(charts.cover(automaton, state, event)),
    ...(changes ? [set(name, at, next)] : []),
  ];
}

function waitUnless(
  handled: Expression,
  automaton: Automaton,
  event: number,
  { charts, wait }: AskContext,
): Statement[] {
  return charts.mayRefuse(automaton, event).waits ? [when(handled, [], wait)] : [];
}

/**
 * Goes on by the reply; only those that the event can have are looked at. An event that no state
 * handles has none: whoever asks it waits for ever.
 */
function replies(
  automaton: Automaton,
  event: number,
  context: AskContext,
  mayBeEmpty: boolean,
): Statement[] {
  const given = new Set<number>();
  automaton.states.forEach((_, state) => {
    if (automaton.outOfBounds(state, event) !== null || automaton.next(state, event) < 0) return;
    given.add(automaton.reply(state, event));
  });
  if (mayBeEmpty) given.add(automaton.replies.length);
  if (given.size === 0) return [...context.wait];
  const names = [...given]
    .sort((a, b) => a - b)
    .map((reply) => ({ reply, name: automaton.replies[reply] ?? "NONE" }));
  return names.reduceRight<Statement[]>((otherwise, { reply, name }, index) => {
    const taken = context.answered(name);
    if (index === names.length - 1) return taken;
    return [when(binary("reply", "==", reply), taken, otherwise)];
  }, []);
}
