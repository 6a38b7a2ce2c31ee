/**
 * Which sets of options some charts are for, in as few words as tell them from all others.
 */

/** What the charts of a driver depend on: settings by their names. */
export type Parameters = Readonly<Record<string, unknown>>;

/** Values of one setting, as they are said. */
interface Condition {
  readonly name: string;
  readonly values: ReadonlySet<string>;
}

/**
 * `timeout: true, onError: break-snapshot`: settings that are so in all of some sets, and otherwise
 * in others; none that is not needed. Where that says not enough, sets are said one by one.
 * @param all sets that there are, `some` among them
 */
export function settingsText(some: readonly Parameters[], all: readonly Parameters[]): string {
  const names = Object.keys(all[0] ?? {});
  const possible = names.map((name) => conditionOf(name, all));
  const varying = possible.filter(({ values }) => values.size > 1);
  const met = varying.flatMap(({ name, values }) => {
    const own = conditionOf(name, some);
    return own.values.size < values.size ? [own] : [];
  });
  if (countOf(met, all) === some.length) {
    const needed = withoutNeedless(met, all);
    return needed.length === 0 ? "any options" : needed.map(conditionText).join(", ");
  }
  const sets = some.map((each) =>
    varying.map(({ name }) => conditionText(conditionOf(name, [each]))).join(", "),
  );
  if (sets.length <= SETS_MAX) return sets.join("; or ");
  return `${some.length} of ${all.length} sets of options, such as ${sets[0]}`;
}

/** Sets that are told one by one. */
const SETS_MAX = 3;

function conditionOf(name: string, sets: readonly Parameters[]): Condition {
  return { name, values: new Set(sets.map((each) => said(each[name]))) };
}

/** How many sets meet all conditions. */
function countOf(conditions: readonly Condition[], sets: readonly Parameters[]): number {
  return sets.filter((each) => conditions.every((c) => c.values.has(said(each[c.name])))).length;
}

/** Leaves out, from the last on, what the others imply. */
function withoutNeedless(
  conditions: readonly Condition[],
  all: readonly Parameters[],
): readonly Condition[] {
  const wanted = countOf(conditions, all);
  return conditions.toReversed().reduce<readonly Condition[]>((left, condition) => {
    const others = left.filter((each) => each !== condition);
    return countOf(others, all) === wanted ? others : left;
  }, conditions);
}

function conditionText({ name, values }: Condition): string {
  return `${name}: ${[...values].join(" or ")}`;
}

function said(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
