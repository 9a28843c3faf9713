import assert from "node:assert/strict";
import { mock, test, type TestContext } from "node:test";
import { Dialer, type DialerState } from "../src/network/dialer.ts";
import { FakeServer, settle } from "./fake-world.ts";

interface Page {
  readonly dialer: Dialer;
  readonly states: DialerState[];
  readonly downs: boolean[];
}

/** A page whose handshake is done as soon as its socket is open, unless `silent`. */
function openPage(context: TestContext, server: FakeServer, silent = false): Page {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  context.after(() => mock.timers.reset());
  const states: DialerState[] = [];
  const downs: boolean[] = [];
  const dialer: Dialer = new Dialer(
    "ws://server/sync",
    {
      ask: server.ask,
      onOpen: () => silent || dialer.established(),
      onFrame: () => undefined,
      onDown: (wasUp) => downs.push(wasUp),
      onState: () => states.push(dialer.state),
    },
    server,
  );
  dialer.start();
  return { dialer, states, downs };
}

/** Virtual seconds, in steps short enough that everything in between happens in order. */
async function pass(seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 20; step += 1) {
    mock.timers.tick(50);
    await settle();
  }
}

test("a page opened while the server is down for 5 s is connected soon after, and opened few sockets in vain", async (context) => {
  const server = new FakeServer();
  server.up = false;
  const { dialer } = openPage(context, server);
  await pass(5);
  assert.equal(dialer.verdict, "unreachable");
  assert.ok(server.sockets.length <= 2, `${server.sockets.length} sockets were opened while it was down`);
  server.up = true;
  await pass(8);
  assert.equal(dialer.state, "connected");
  assert.equal(dialer.verdict, null);
});

test("after a refused upgrade the server is asked once, and the reason is kept until it changes", async (context) => {
  const server = new FakeServer();
  server.verdict = "signed-out";
  const { dialer } = openPage(context, server);
  await settle();
  assert.deepEqual([dialer.state, dialer.verdict, server.asked], ["waiting", "signed-out", 1]);
  await pass(60);
  assert.equal(dialer.verdict, "signed-out");
  assert.ok(server.asked < 20, `it was asked ${server.asked} times in a minute`);
  server.verdict = "fine";
  await pass(10.1);
  assert.equal(dialer.state, "connected");
});

test("a cut connection comes back in a quarter of a second, and the backoff starts afresh each time", async (context) => {
  const server = new FakeServer();
  const { dialer, downs } = openPage(context, server);
  await settle();
  for (const cut of [1, 2, 3]) {
    server.last.drop(1006);
    assert.equal(dialer.state, "waiting");
    await pass(0.3);
    assert.equal(dialer.state, "connected", `after cut ${cut}`);
  }
  assert.deepEqual(downs, [true, true, true]);
});

test("close codes of our server carry their reason, no question is needed", async (context) => {
  const server = new FakeServer();
  const { dialer } = openPage(context, server);
  await settle();
  for (const [code, verdict] of [[4401, "signed-out"], [4403, "not-allowed"], [4409, "incompatible"]] as const) {
    server.last.drop(code, "because");
    assert.deepEqual([dialer.verdict, dialer.lastClose?.code, dialer.detail], [verdict, code, "because"]);
    await pass(10.1);
    assert.equal(dialer.state, "connected");
  }
});

test("a server that accepts and never answers is given up after the handshake's time", async (context) => {
  const server = new FakeServer();
  const { dialer } = openPage(context, server, true);
  await pass(29);
  assert.equal(dialer.state, "dialing");
  await pass(1.2);
  assert.equal(dialer.lastClose?.reason, "no answer to the handshake");
});

test("a poke does not wait for the backoff", async (context) => {
  const server = new FakeServer();
  server.up = false;
  const { dialer } = openPage(context, server);
  await pass(30);
  server.up = true;
  dialer.poke();
  await settle();
  assert.equal(dialer.state, "connected");
});

test("a closed dialer stays closed", async (context) => {
  const server = new FakeServer();
  const { dialer, downs } = openPage(context, server);
  await settle();
  dialer.close();
  await pass(30);
  assert.deepEqual([dialer.state, server.sockets.length, downs], ["closed", 1, [true]]);
});
