/**
 * Who may talk to the explorer's server: the page that it served itself, in the browser of whoever
 * started it.
 *
 * The server listens on the loopback interface, where every page of the web can send requests to,
 * by address or by a name that suddenly means this machine (DNS rebinding). So a request must come
 * for exactly our address, from no other origin, and with the random token that only the printed
 * URL has.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Bytes of a token: nobody guesses that many. */
const TOKEN_BYTES = 24;

export const LOOPBACK = "127.0.0.1";

export function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** A request refused: status, and why in one line. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

export interface Door {
  readonly token: string;
  readonly port: number;
}

/**
 * What a request is for, below the token: `api/view`; or why it is refused.
 * @param url path and query, as it was sent
 */
export function admit(
  url: string,
  headers: IncomingHttpHeaders,
  { token, port }: Door,
): { readonly path: string; readonly query: URLSearchParams } | Refusal {
  const own = `${LOOPBACK}:${port}`;
  if (headers.host !== own) {
    return { status: 403, message: `this server is ${own} only; open the URL that was printed` };
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${own}`) {
    return { status: 403, message: "pages of another origin are not answered" };
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return { status: 403, message: "pages of another site are not answered" };
  }
  const [path = "", query = ""] = url.split("?", 2);
  const [, given = "", ...below] = path.split("/");
  if (!isSame(given, token)) {
    return { status: 403, message: "the token is missing or wrong; open the URL that was printed" };
  }
  return { path: below.join("/"), query: new URLSearchParams(query) };
}

/** Takes as long wherever the two differ. */
function isSame(given: string, token: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(token)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** What every answer says: nothing from elsewhere, nothing inline, nothing kept, no referrer. */
export const HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};
