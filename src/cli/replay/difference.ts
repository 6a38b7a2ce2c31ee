/**
 * That a replay comes out differently is a result; that it cannot begin is an error.
 */
import { BlockgraphError } from "../../error.ts";

/** @returns how the replay differs. @throws the error, if it is none of that kind */
export function differenceIn(error: unknown): string {
  const differs =
    error instanceof BlockgraphError &&
    (error.code === "log-mismatch" || error.code === "log-not-enabled");
  if (!differs) throw error;
  return error.message;
}
