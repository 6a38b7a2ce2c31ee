/**
 * How many things a condition is about, in words: `at least 2 clusters copied`.
 */
import type { Amount } from "./condition.ts";
import type { Word } from "./tokens.ts";

/** In text `at least` and `at most`; `at` is one of the little words that are passed over. */
const SPELLINGS: Readonly<Record<string, Amount["comparison"]>> = {
  least: ">=",
  most: "<=",
  exactly: "=",
  "more than": ">",
  "fewer than": "<",
  "less than": "<",
};

/**
 * The amount that the last of these words say.
 * @returns with how many words say it; null: none does
 */
export function amountBefore(
  words: readonly Word[],
): { readonly amount: Amount; readonly words: number } | null {
  const plain = words.map(({ word, exact }) => (exact ? "" : word));
  const number = plain.at(-1) ?? "";
  if (!/^\d{1,9}$/.test(number)) return null;
  for (const length of [1, 2]) {
    const said = plain.slice(-1 - length, -1);
    const comparison = SPELLINGS[said.join(" ")];
    if (comparison === undefined || said.length < length) continue;
    return { amount: { comparison, number: Number(number) }, words: length + 1 };
  }
  return null;
}

/** `at least 2`. */
export function amountText({ comparison, number }: Amount): string {
  const [said = ""] = Object.entries(SPELLINGS).find(([, meant]) => meant === comparison) ?? [];
  const spelled = said === "least" || said === "most" ? `at ${said}` : said;
  return `${spelled} ${number}`;
}
