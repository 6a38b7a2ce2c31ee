/**
 * What a refused action says.
 */
import { expect } from "vitest";
import { BlockgraphError, type ErrorCode } from "../../src/error.ts";

/** The message of the error that `action` throws, which must be a BlockgraphError of that code. */
export function refusal(code: ErrorCode, action: () => unknown): string {
  const error = thrownBy(action);
  expect(error).toBeInstanceOf(BlockgraphError);
  if (!(error instanceof BlockgraphError)) return "";
  expect(error).toHaveProperty("code", code);
  return error.message;
}

/** What `action` throws; undefined if it returns. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
