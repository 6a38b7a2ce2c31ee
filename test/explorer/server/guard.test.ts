/**
 * Who is answered: only the page that the server served, and only what it can read. Everybody else
 * gets a status and one line.
 */
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { admit, makeToken } from "../../../src/explorer/server/guard.ts";
import { Served } from "./served.ts";

let served: Served;
beforeAll(async () => {
  served = await Served.start();
});
afterAll(() => served.stop());

const JSON_TYPE = { "Content-Type": "application/json" };

function refusal(text: string): string {
  const { error } = JSON.parse(text);
  expect(error.message).not.toMatch(/\n/);
  expect(error.message).not.toBe("");
  return error.message;
}

describe("a request is refused", () => {
  it.each([
    ["without a token", "/api/start", {}, 403, /token is missing/],
    ["with another token", `/${makeToken()}/api/start`, {}, 403, /token is missing/],
    ["at the root", "/", {}, 403, /token is missing/],
    ["by another name", "api/start", { Host: "example.org" }, 403, /this server is 127\.0\.0\.1/],
    ["by the name localhost", "api/start", { Host: "localhost" }, 403, /this server is/],
    ["from another origin", "api/start", { Origin: "http://example.org" }, 403, /another origin/],
    ["from a page without origin", "api/start", { Origin: "null" }, 403, /another origin/],
    ["from another site", "api/start", { "Sec-Fetch-Site": "cross-site" }, 403, /another site/],
    ["for what is not there", "api/nothing", {}, 404, /nothing of that name/],
    ["for a file elsewhere", "..%2f..%2fpackage.json", {}, 404, /nothing of that name/],
    ["with a wrong method", "api/view", {}, 405, /GET is not answered here/],
    ["for a path without numbers", "api/path?exploration=x", {}, 400, /exploration: give a number/],
  ])("%s", async (_, path, headers, status, message) => {
    const answer = await served.ask(path, { headers });
    expect(answer.status).toBe(status);
    expect(refusal(answer.text)).toMatch(message);
  });

  it.each([
    ["no JSON", "{", JSON_TYPE, 400, /the body is no JSON/],
    ["JSON of another kind", "[]", JSON_TYPE, 400, /^body: /],
    ["a number that is none", '{"exploration":"0","state":0}', JSON_TYPE, 400, /^exploration: /],
    ["what nobody asked for", '{"exploration":0,"state":0,"x":1}', JSON_TYPE, 400, /x/],
    ["text", "{}", { "Content-Type": "text/plain" }, 415, /send JSON/],
    ["no type at all", "{}", {}, 415, /send JSON/],
    ["a huge body", Buffer.alloc(2 ** 20, " "), JSON_TYPE, 413, /longer than 262144 bytes/],
    ["an exploration that is not open", '{"exploration":9,"state":0}', JSON_TYPE, 422, /not open/],
  ])("with %s", async (_, body, headers, status, message) => {
    const answer = await served.ask("api/view", { method: "POST", headers, body });
    expect(answer.status).toBe(status);
    expect(refusal(answer.text)).toMatch(message);
  });

  it("with a huge body whose length is not said", async () => {
    const headers = { ...JSON_TYPE, "Transfer-Encoding": "chunked" };
    const body = Buffer.alloc(2 ** 20, " ");
    const answer = await served.ask("api/view", { method: "POST", headers, body });
    expect(answer.status).toBe(413);
  });

  it("with a log that says that it is too long", async () => {
    const headers = { "Content-Length": String(2 ** 31), Expect: "100-continue" };
    const { hostname, port, pathname } = new URL(served.server.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        const head = [`PUT ${pathname}api/log HTTP/1.1`, `Host: ${hostname}:${port}`];
        const rest = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
        socket.write(`${[...head, ...rest.slice(0, 1)].join("\r\n")}\r\n\r\n`);
      });
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk.toString("utf8");
      });
      socket.on("close", () => resolve(text));
      socket.on("error", () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

it("no other headers, methods or paths open the door than the right ones", () => {
  const door = { token: makeToken(), port: 4711 };
  const host = fc.oneof(fc.string(), fc.constant("127.0.0.1:4711"), fc.constant("localhost:4711"));
  const origin = fc.oneof(
    fc.constant(undefined),
    fc.string(),
    fc.constant("http://127.0.0.1:4711"),
  );
  const token = fc.oneof(fc.string(), fc.constant(door.token), fc.constant(`${door.token}x`));
  fc.assert(
    fc.property(host, origin, token, fc.string(), (itsHost, itsOrigin, itsToken, rest) => {
      const headers = { host: itsHost, ...(itsOrigin === undefined ? {} : { origin: itsOrigin }) };
      const admitted = admit(`/${itsToken}/${rest}`, headers, door);
      const right =
        itsHost === "127.0.0.1:4711" &&
        (itsOrigin === undefined || itsOrigin === "http://127.0.0.1:4711") &&
        itsToken === door.token;
      expect("path" in admitted).toBe(right);
    }),
    { numRuns: 500 },
  );
});

it("every answer forbids what does not come from here", async () => {
  for (const path of ["", "api/start", "api/nothing", "/"]) {
    const { headers } = await served.ask(path);
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(headers["content-security-policy"]).not.toMatch(/unsafe|\*|http/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  }
});
