/**
 * What is sent to the server: JSON up to a limit, or a file that goes to disk as it comes.
 */
import { createWriteStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { z } from "zod";
import { parseJson } from "../../log/parse-json.ts";
import { HttpError } from "./http-error.ts";

/** Bytes of a JSON body, at the most. */
const JSON_BYTES_MAX = 256 * 1024;
/** Bytes of a log, at the most. */
const LOG_BYTES_MAX = 200 * 1024 * 1024;

/** @throws HttpError 413, 415, 400 */
export async function readJson<Body>(
  request: IncomingMessage,
  schema: z.ZodType<Body>,
): Promise<Body> {
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new HttpError(415, "send JSON, as application/json");
  }
  requireLength(request, JSON_BYTES_MAX);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > JSON_BYTES_MAX) throw tooLong(JSON_BYTES_MAX);
    chunks.push(chunk);
  }
  const value = parseJson(Buffer.concat(chunks).toString("utf8"));
  if (value === undefined) throw new HttpError(400, "the body is no JSON");
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") || "body";
  throw new HttpError(400, `${where}: ${(issue?.message ?? "malformed").replace(/\s+/g, " ")}`);
}

/** Writes a body to a file. @throws HttpError 413; the file is then not whole */
export async function receiveFile(request: IncomingMessage, path: string): Promise<void> {
  requireLength(request, LOG_BYTES_MAX);
  let length = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      length += chunk.length;
      if (length > LOG_BYTES_MAX) done(tooLong(LOG_BYTES_MAX));
      else done(null, chunk);
    },
  });
  await pipeline(request, limit, createWriteStream(path));
}

/** Refuses before anything is read, if the sender says how much it is. */
function requireLength(request: IncomingMessage, most: number): void {
  if (Number(request.headers["content-length"] ?? 0) > most) throw tooLong(most);
}

function tooLong(most: number): HttpError {
  return new HttpError(413, `the body is longer than ${most} bytes`);
}
