/** A request that cannot be answered: its status, and why in one line. */
import { BlockgraphError } from "../../error.ts";

export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What is answered to a request that failed with an error. */
export function answerTo(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof HttpError) {
    return { status: error.status, code: "http", message: error.message };
  }
  if (error instanceof BlockgraphError) {
    return { status: 422, code: error.code, message: oneLine(error.message) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, code: "internal", message: `a defect of blockgraph: ${oneLine(message)}` };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}
