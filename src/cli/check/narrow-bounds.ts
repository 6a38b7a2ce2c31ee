/**
 * Bounds of a model as a user may narrow them, and as the line of the verdict says them.
 *
 * A bound that would change nothing is refused: else the verdict would speak of requests that were
 * never made. What a script says cannot be narrowed; the line tells how many there are.
 */
import { boundsOf } from "../../check/lower/model/plan.ts";
import { BlockgraphError } from "../../error.ts";
import { bytesText } from "../../report/bytes-text.ts";
import type { CheckBounds, Model, RequestChoice } from "../../system/model.ts";

/** @throws BlockgraphError `bad-argument` for a bound that there is not, or that has no effect */
export function narrowBounds(model: Model, given: ReadonlyMap<string, number>): CheckBounds {
  const own = boundsOf(model);
  const { choices } = requestsOf(model);
  const known = Object.keys(own);
  for (const [name, value] of given) {
    if (!known.includes(name)) {
      throw refused(model, `has no parameter '${name}'; it has: ${known.join(", ")}`);
    }
    if (choices.length === 0) {
      throw refused(model, `takes all its requests from a script; leave --set ${name} out`);
    }
    const objection = value < 1 ? "give 1 or more" : objectionTo(name, value, model, choices);
    if (objection !== null)
      throw refused(model, `is not checked with ${name}=${value}: ${objection}`);
  }
  if (choices.length === 0) return own;
  const asked = { ...own, ...Object.fromEntries(given) };
  const effective = {
    requests: Math.min(
      asked.requests,
      most(choices, ({ count }) => count),
    ),
    alignment: Math.max(
      asked.alignment,
      least(choices, ({ alignment }) => alignment),
    ),
    longest: Math.min(
      asked.longest,
      most(choices, ({ longest }) => longest),
    ),
    values: asked.values,
  };
  if (given.has("longest") && effective.longest < effective.alignment) {
    const alignment = bytesText(effective.alignment);
    throw refused(model, `aligns requests to ${alignment}; give longest at least that`);
  }
  return { ...effective, longest: Math.max(effective.longest, effective.alignment) };
}

/** `1 request each of up to 64 KiB, aligned to 64 KiB, 1 value` */
export function boundsText(model: Model, bounds: CheckBounds): string {
  const { requests, alignment, longest, values } = bounds;
  const { choices, scripted } = requestsOf(model);
  const script = `${scripted} scripted ${scripted === 1 ? "request" : "requests"}`;
  if (choices.length === 0) return script;
  const each = `${requests} ${requests === 1 ? "request" : "requests"} each`;
  const size = `of up to ${bytesText(longest)}, aligned to ${bytesText(alignment)}`;
  const text = `${each} ${size}, ${values} ${values === 1 ? "value" : "values"}`;
  return scripted === 0 ? text : `${text}, and ${script}`;
}

function objectionTo(
  name: string,
  value: number,
  model: Model,
  choices: readonly RequestChoice[],
): string | null {
  if (name === "requests") {
    const count = most(choices, (choice) => choice.count);
    return value > count ? `it makes ${count} at the most` : null;
  }
  if (name === "longest") {
    const longest = most(choices, (choice) => choice.longest);
    return value > longest ? `its requests are no longer than ${bytesText(longest)}` : null;
  }
  if (name !== "alignment") return null;
  const unit = least(choices, ({ alignment }) => alignment);
  if (value % unit !== 0) return `give a multiple of ${unit}, to which it aligns requests itself`;
  const disk = Math.max(...model.images.map(({ length }) => length));
  return value > disk ? `its images have ${disk} bytes` : null;
}

function requestsOf({ phases }: Model) {
  const all = phases.flatMap((phase) =>
    phase.kind === "concurrent" ? phase.actors.map(({ requests }) => requests) : [],
  );
  const choices = all.filter((requests): requests is RequestChoice => "count" in requests);
  const scripted = all.reduce((sum, each) => sum + ("count" in each ? 0 : each.length), 0);
  return { choices, scripted };
}

function most(choices: readonly RequestChoice[], of: (choice: RequestChoice) => number): number {
  return Math.max(...choices.map(of));
}

function least(choices: readonly RequestChoice[], of: (choice: RequestChoice) => number): number {
  return Math.min(...choices.map(of));
}

function refused({ name }: Model, what: string): BlockgraphError {
  return new BlockgraphError("bad-argument", `model '${name}' ${what}`);
}
