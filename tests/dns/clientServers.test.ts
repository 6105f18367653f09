import { networkInterfaces } from "node:os";
import { describe, expect, test, vi } from "vitest";
import type { DnsServer } from "../../provider/dns/endpoint.js";
import { eventually } from "../support/patience.js";
import { watchForSecrets } from "../support/secrecy.js";
import { clientOf, cutAfterwards, nobody, says, scriptedServer, secretText, silence, soon } from "./scriptedServer.js";

const watch = watchForSecrets(secretText);
const zone = "skyline.local";
const www = "www.skyline.local.";
const create = [{ name: www, type: "A" as const, expected: null, desired: { ttl: 60, data: ["10.0.0.1"] } }];
const done = "10.0.0.1 (60)";

const names = vi.hoisted(() => new Map<string, { address: string; family: number }[]>());
vi.mock("node:dns/promises", async (original) => ({
  ...(await original<object>()),
  lookup: async (host: string) => {
    const found = names.get(host);
    if (found) return found;
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" });
  },
}));

describe("of several servers", () => {
  test.each([
    ["fails", says("SERVFAIL")],
    ["takes no updates", says("NOTIMP")],
    ["is silent", silence],
    ["cuts the connection", cutAfterwards],
  ])("the next one is asked when the first one %s, and from then on", async (_what, act) => {
    const [first, second] = [await scriptedServer([act]), await scriptedServer()];
    const client = clientOf([first, second], soon);
    await client.compareAndSet(zone, create);
    expect(second.zone.show(www, "A")).toBe(done);
    expect(await client.readRRset(www, "A")).toMatchObject({ data: ["10.0.0.1"] });
    expect(first.turns).toHaveLength(1);
  });

  test("the next one is asked when nothing listens at the first one", async () => {
    const second = await scriptedServer();
    await clientOf([nobody, second]).compareAndSet(zone, create);
    expect(second.zone.show(www, "A")).toBe(done);
  });

  test("a change is read back where it was made", async () => {
    const [first, second] = [await scriptedServer([says("SERVFAIL")]), await scriptedServer()];
    await clientOf([first, second]).compareAndSet(zone, create);
    expect(second.turns.map(({ isChange }) => isChange)).toEqual([true, false]);
    expect(first.turns).toHaveLength(1);
  });

  test.each(["REFUSED", "NOTAUTH", "FORMERR", "NOTZONE"] as const)("none other is asked after %s", async (rcode) => {
    const [first, second] = [await scriptedServer([says(rcode)]), await scriptedServer()];
    expect(await watch.failureOf(clientOf([first, second]).compareAndSet(zone, create))).toMatchObject({ code: `DNS_${rcode}` });
    expect(second.turns).toEqual([]);
  });

  test("each is named with what it said when none does it", async () => {
    const [first, second] = [await scriptedServer([says("SERVFAIL")]), await scriptedServer([says("NOTIMP")])];
    const error = await watch.failureOf(clientOf([first, second, nobody], { tries: 1 }).compareAndSet(zone, create));
    expect(error).toMatchObject({ code: "DNS_SERVFAIL", nothingDone: true });
    expect(error.message).toContain(
      `Updating A ${www}: no server did it; ${first.host}:${first.port}: SERVFAIL, it failed and changed nothing; ` +
        `${second.host}:${second.port}: NOTIMP, it does no such thing; ${nobody.host}:${nobody.port}: the connection is refused. `,
    );
  });

  test("one that has answered is not asked again, one that is silent is", async () => {
    const [first, second] = [await scriptedServer([says("SERVFAIL")]), await scriptedServer([silence, silence])];
    await clientOf([first, second], soon).compareAndSet(zone, create);
    expect(first.turns).toHaveLength(1);
    expect(second.zone.show(www, "A")).toBe(done);
  });

  test("one that is silent with the change is told of as possibly done", async () => {
    const [first, second] = [await scriptedServer([silence]), await scriptedServer([says("SERVFAIL")])];
    const error = await watch.failureOf(clientOf([first, second], { ...soon, tries: 1 }).compareAndSet(zone, create));
    expect(error).toMatchObject({ code: "DNS_TIMED_OUT", nothingDone: false });
  });
});

describe("a server with a name", () => {
  const byName = (host: string, port: number): DnsServer[] => [{ host, port }];

  test("is tried at all of its addresses", async () => {
    const server = await scriptedServer();
    names.set("ns.test", [
      { address: "127.53.1.249", family: 4 },
      { address: server.host, family: 4 },
    ]);
    await clientOf(server, { servers: byName("ns.test", server.port) }).compareAndSet(zone, create);
    expect(server.zone.show(www, "A")).toBe(done);
  });

  test("is told of with the address that was asked", async () => {
    const server = await scriptedServer([says("REFUSED")]);
    names.set("ns.test", [{ address: server.host, family: 4 }]);
    const error = await watch.failureOf(clientOf(server, { servers: byName("ns.test", server.port) }).compareAndSet(zone, create));
    expect(error.message).toContain(`at ns.test:${server.port} (${server.host}): REFUSED.`);
  });

  test("that does not resolve is unreachable, and the next one is asked", async () => {
    const server = await scriptedServer();
    const unknown = { host: "gone.test", port: 53 };
    await clientOf(server, { servers: [unknown, server] }).compareAndSet(zone, create);
    expect(server.zone.show(www, "A")).toBe(done);
    const error = await watch.failureOf(clientOf(server, { servers: [unknown], tries: 1 }).readRRset(www, "A"));
    expect(error).toMatchObject({ code: "DNS_UNREACHABLE" });
    expect(error.message).toContain("at gone.test: its name does not resolve.");
  });
});

describe("an IPv6 server", () => {
  const hasIpv6 = Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === "::1"));
  // Without IPv6 on the machine, the IPv4 address in IPv6 form goes the same way (RFC 4291 2.5.5.2).
  const host = hasIpv6 ? "::1" : "::ffff:127.0.0.1";

  test.each(["tcp", "udp"] as const)("is asked over %s", async (queryOver) => {
    const server = await scriptedServer([], { host });
    const client = clientOf(server, { queryOver });
    await client.compareAndSet(zone, create);
    expect(await client.readRRset(www, "A")).toMatchObject({ data: ["10.0.0.1"] });
  });

  test("stands in brackets before its port", async () => {
    const server = await scriptedServer([says("REFUSED")], { host });
    const error = await watch.failureOf(clientOf(server).compareAndSet(zone, create));
    expect(error.message).toContain(`at [${host}]:${server.port}: REFUSED.`);
  });
});

describe("a call ends", () => {
  const patient = { tryMilliseconds: 60_000 };

  test("when its time is up, and says what it saw until then", async () => {
    const server = await scriptedServer([silence, silence, silence, silence, silence]);
    const client = clientOf(server, { tryMilliseconds: 200, tries: 1_000, timeoutMilliseconds: 700 });
    const error = await watch.failureOf(client.compareAndSet(zone, create));
    expect(error).toMatchObject({ code: "DNS_TIMED_OUT", nothingDone: false });
    expect(error.message).toContain(`Updating A ${www}: not done within 1s; ${server.host}:${server.port}: no answer within 200 ms.`);
  });

  test("when its time is up in the very first try", async () => {
    const server = await scriptedServer([silence]);
    const error = await watch.failureOf(clientOf(server, { ...patient, timeoutMilliseconds: 1_000 }).readRRset(www, "A"));
    expect(error).toMatchObject({ code: "DNS_TIMED_OUT", nothingDone: true });
    expect(error.message).toContain(`Reading A ${www}: not done within 1s. `);
  });

  test.each(["tcp", "udp"] as const)(
    "over %s with the signal's reason when the signal ends it, and so does every later one",
    async (queryOver) => {
      const controller = new AbortController();
      const reason = new Error("Enough.");
      const server = await scriptedServer([() => controller.abort(reason)]);
      const client = clientOf(server, { ...patient, queryOver, signal: controller.signal });
      expect(await watch.failureOf(client.readRRset(www, "A"))).toBe(reason);
      expect(await watch.failureOf(client.readRRset(www, "A"))).toBe(reason);
      expect(await watch.failureOf(clientOf(server, { signal: controller.signal }).findZone(www))).toBe(reason);
      expect(server.turns).toHaveLength(1);
    },
  );

  test("when the signal ends it between two tries", async () => {
    const controller = new AbortController();
    const server = await scriptedServer([
      (turn) => {
        turn.close();
        setTimeout(() => controller.abort(new Error("Enough.")), 50);
      },
    ]);
    expect((await watch.failureOf(clientOf(server, { signal: controller.signal }).readRRset(www, "A"))).message).toBe("Enough.");
  });

  test("when the client is closed, with all others", async () => {
    const server = await scriptedServer([silence, silence]);
    const client = clientOf(server, patient);
    const calls = [client.readRRset(www, "A"), client.findZone(www)].map((call) => watch.failureOf(call));
    await eventually(() => expect(server.turns).toHaveLength(2));
    client.close();
    expect((await Promise.all(calls)).map(({ name }) => name)).toEqual(["AbortError", "AbortError"]);
    expect((await watch.failureOf(client.readRRset(www, "A"))).message).toBe("The DNS client was closed.");
  });

  test("and leaves the other calls on the same connection alone", async () => {
    const server = await scriptedServer([silence, (turn) => void setTimeout(() => turn.reply(), 700)]);
    server.zone.put(www, "A", 60, ["10.0.0.1"]);
    const [client, other] = [clientOf(server, { tryMilliseconds: 400, tries: 1 }), clientOf(server)];
    const silent = watch.failureOf(client.findZone(www));
    expect(await other.readRRset(www, "A").then((set) => set?.data, String)).toEqual(["10.0.0.1"]);
    expect(await silent).toMatchObject({ code: "DNS_TIMED_OUT" });
  });

  test("without a warning of leaks when many share one signal", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    const server = await scriptedServer();
    const client = clientOf(server, { signal: new AbortController().signal });
    await Promise.all(Array.from({ length: 30 }, () => client.readRRset(www, "A")));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });
});
