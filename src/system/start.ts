/**
 * From a model to the first record of its log, and back to the rules of a session.
 */
import { BlockgraphError } from "../error.ts";
import { PROFILES, profile } from "../graph/profile.ts";
import { hasher } from "../log/chain.ts";
import type { ImageRecord, LogBody } from "../log/record.ts";
import { loggedImages } from "./logged-images.ts";
import type { Model, Mutant } from "./model.ts";
import type { SystemRules } from "./system.ts";

export type StartBody = Extract<LogBody, { kind: "start" }>;

/**
 * Digest of what a model says: 16 hexadecimal digits. Charts are code and not part of it; that they
 * changed shows when a replay derives something else.
 */
export function modelDigest(model: Model): string {
  return hasher.digest(Buffer.from(JSON.stringify(model)));
}

/** The first record of a log of the model. */
export function startRecord(
  model: Model,
  mutant: Mutant | null,
  images: readonly ImageRecord[],
): StartBody {
  return {
    kind: "start",
    model: model.name,
    digest: modelDigest(model),
    profile: model.profile,
    mutant: mutant?.name ?? null,
    "cluster-size": model.clusterSize,
    images: [...images],
  };
}

/**
 * The rules under which a log was made.
 * @param mutants of the model, to find the one that the log names
 * @throws BlockgraphError `log-version` if profile or mutant are unknown
 */
export function rulesOf(start: StartBody, mutants: readonly Mutant[]): SystemRules {
  const name = PROFILES.find((known) => known === start.profile);
  if (name === undefined) {
    throw new BlockgraphError(
      "log-version",
      `the log uses profile '${start.profile}'; known are ${PROFILES.join(", ")}`,
    );
  }
  const mutant = mutants.find((known) => known.name === start.mutant);
  if (start.mutant !== null && mutant === undefined) {
    throw new BlockgraphError(
      "log-version",
      `the log was made with mutant '${start.mutant}', which model '${start.model}' does not have`,
    );
  }
  return {
    profile: profile(name),
    clusterSize: start["cluster-size"],
    ...loggedImages(start.images),
    mutation: mutant?.mutation ?? null,
  };
}
