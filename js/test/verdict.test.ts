import assert from "node:assert/strict";
import { test } from "node:test";
import { askServer, type Verdict } from "../src/network/verdict.ts";
import { placeAt } from "../src/place.ts";

const place = placeAt(new URL("http://lab.example/user/alice/"));

/** A server that answers the two questions like this; null means that nothing answers at all. */
function server(info: Response | null, me = 200): (url: string) => Promise<Response> {
  return async (url) => {
    if (info === null) throw new TypeError("connection refused");
    return url === "http://lab.example/user/alice/api/me" ? new Response("{}", { status: me }) : info;
  };
}

const cases: ReadonlyArray<[string, Response | null, number, Verdict]> = [
  ["nothing answers", null, 200, "unreachable"],
  ["401", new Response("{}", { status: 401 }), 200, "signed-out"],
  ["403, and api/me does not know us either", new Response("{}", { status: 403 }), 403, "signed-out"],
  ["403, but api/me knows us", new Response("{}", { status: 403 }), 200, "not-allowed"],
  ["404: a Jupyter server without the extension", new Response("{}", { status: 404 }), 200, "absent"],
  ["503 of a proxy", new Response("down", { status: 503 }), 200, "unreachable"],
  ["another protocol", Response.json({ protocol: "2" }), 200, "incompatible"],
  ["a web page in place of the answer", new Response("<html>", { status: 200 }), 200, "unreachable"],
  ["the right protocol", Response.json({ protocol: "1" }), 200, "fine"],
];

for (const [story, info, me, verdict] of cases)
  test(`${story}: ${verdict}`, async () => {
    assert.equal((await askServer(place, server(info, me))).verdict, verdict);
  });
