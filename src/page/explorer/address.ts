/**
 * What is looked at, as the fragment of the page's address: a link to it shows the same state, and
 * the browser's own buttons go back and forward.
 *
 *     #model=fleece&clusters=3&trail=0a1b2c3d-4e5f6071
 *
 * A model is named with everything that was chosen; a log by the number under which it is open, so
 * a link to it works as long as the command does. The trail is the codes of the steps from the
 * beginning on. Fragments are never sent to a server, and the token is not in them.
 */
import type { Opened } from "../../explorer/server/documents.ts";

/** A model as it is asked for; the server says whether there is such a one. */
export interface WantedModel {
  readonly model: string;
  readonly mutant: string | null;
  readonly profile: string | null;
  readonly parameters: Readonly<Record<string, number>>;
  readonly workload: readonly unknown[];
  readonly faults: readonly number[];
}

export interface Address {
  /** the number is that of something that is open; null: nothing */
  readonly shown: WantedModel | number | null;
  /** codes of steps */
  readonly trail: readonly string[];
}

/** No parameter is called so: they stand for something else. */
const NAMES = ["model", "mutant", "profile", "workload", "faults", "open", "trail"];

export function addressText(
  { kind, chosen, exploration }: Pick<Opened, "kind" | "chosen" | "exploration">,
  trail: readonly string[],
): string {
  const isModel = kind === "model" && chosen !== null;
  const query = isModel ? queryOf(chosen) : new URLSearchParams({ open: String(exploration) });
  if (trail.length > 0) query.set("trail", trail.join("-"));
  return `#${query}`;
}

/** Whether something that is open is what an address shows. */
export function isShown(
  { chosen, exploration }: Pick<Opened, "chosen" | "exploration">,
  shown: WantedModel | number,
): boolean {
  if (typeof shown === "number") return exploration === shown;
  return chosen !== null && queryOf(chosen).toString() === queryOf(shown).toString();
}

/** What can be read of a fragment; a workload that is no JSON is left out. */
export function readAddress(fragment: string): Address {
  const query = new URLSearchParams(fragment.replace(/^#/, ""));
  const trail = (query.get("trail") ?? "").split("-").filter((code) => code !== "");
  const [model, open] = [query.get("model"), query.get("open") ?? ""];
  if (model === null) return { shown: /^\d{1,9}$/.test(open) ? Number(open) : null, trail };
  const parameters = [...query]
    .filter(([name]) => !NAMES.includes(name))
    .map(([name, value]) => [name, Number(value)]);
  const shown = {
    model,
    mutant: query.get("mutant"),
    profile: query.get("profile"),
    parameters: Object.fromEntries(parameters),
    workload: workloadOf(query.get("workload") ?? "[]"),
    faults: (query.get("faults") ?? "")
      .split("-")
      .filter((times) => times !== "")
      .map(Number),
  };
  return { shown, trail };
}

function queryOf(wanted: WantedModel): URLSearchParams {
  const { model, mutant, profile, parameters, workload, faults } = wanted;
  const query = new URLSearchParams({ model });
  if (mutant !== null) query.set("mutant", mutant);
  if (profile !== null) query.set("profile", profile);
  for (const name of Object.keys(parameters).sort()) query.set(name, String(parameters[name]));
  if (workload.length > 0) query.set("workload", JSON.stringify(workload));
  if (faults.length > 0) query.set("faults", faults.join("-"));
  return query;
}

function workloadOf(text: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
