import { describe, expect, test } from "vitest";
import type { RRset } from "../../provider/dns/rrset.js";
import { watchForSecrets } from "../support/secrecy.js";
import { type Act, clientOf, type Scripted, scriptedServer, secretText } from "./scriptedServer.js";

const watch = watchForSecrets(secretText);
const zone = "skyline.local";
const www = "www.skyline.local.";
const key = { name: www, type: "A" as const };
const adding =
  (address: string) =>
  ([found]: (RRset | undefined)[]) => [{ ttl: 60, data: [...(found?.data ?? []), address] }];
const changes = ({ turns }: Scripted) => turns.filter(({ isChange }) => isChange);

/** Somebody else adds another address just before the change arrives. */
const overtaking = (address: string): Act => {
  return (turn) => {
    const before = turn.zone.show(www, "A").replace(/ \(.*/, "").replace("nothing", "");
    turn.zone.put(www, "A", 60, [...before.split(", ").filter(Boolean), address]);
    return turn.reply();
  };
};
const asIs: Act = (turn) => turn.reply();

describe("editing", () => {
  test("reads, lets decide, writes the difference and gives what stands there then", async () => {
    const server = await scriptedServer();
    server.zone.put(www, "A", 60, ["10.0.0.1"]);
    const result = await clientOf(server).editRRsets(zone, [key, { ...key, type: "AAAA" }], ([a, aaaa]) => {
      expect([a?.data, aaaa]).toEqual([["10.0.0.1"], undefined]);
      return [{ ttl: 60, data: ["10.0.0.2", "10.0.0.1"] }, "keep"];
    });
    expect(result).toEqual([{ ...key, ttl: 60, data: ["10.0.0.1", "10.0.0.2"] }, undefined]);
    expect(changes(server)).toHaveLength(1);
    expect(changes(server)[0]?.request.authorities).toHaveLength(1);
  });

  test("reads and decides again when somebody else was faster", async () => {
    const server = await scriptedServer([asIs, overtaking("10.0.0.7")]);
    await clientOf(server).editRRsets(zone, [key], adding("10.0.0.1"));
    expect(server.zone.show(www, "A")).toBe("10.0.0.1, 10.0.0.7 (60)");
  });

  test("reads and decides again when somebody else changed it before it could be read back", async () => {
    const server = await scriptedServer([
      asIs,
      async (turn) => {
        await turn.reply();
        turn.zone.put(www, "A", 60, ["10.0.0.8"]);
      },
    ]);
    await clientOf(server).editRRsets(zone, [key], adding("10.0.0.1"));
    expect(server.zone.show(www, "A")).toBe("10.0.0.1, 10.0.0.8 (60)");
  });

  test("gives up after as many attempts as it may, with the last conflict", async () => {
    const server = await scriptedServer();
    server.zone.put(www, "A", 60, ["10.0.0.7"]);
    const answer = server.zone.answer.bind(server.zone);
    let others = 0;
    server.zone.answer = (request) => {
      if (request.opcode === 5 && request.authorities.length > 0) server.zone.put(www, "A", 60, [`10.0.1.${++others}`]);
      return answer(request);
    };
    const error = await watch.failureOf(clientOf(server).editRRsets(zone, [key], adding("10.0.0.1"), { attempts: 3 }));
    expect(error).toMatchObject({ code: "DNS_CONFLICT", facts: { found: "10.0.1.3 (TTL 60)" } });
    expect(changes(server)).toHaveLength(3);
  });

  test("tries five times unless told otherwise", async () => {
    const server = await scriptedServer();
    const answer = server.zone.answer.bind(server.zone);
    let others = 0;
    server.zone.answer = (request) => {
      if (request.authorities.length > 0 && others < 4) server.zone.put(www, "A", 60, [`10.0.1.${++others}`]);
      return answer(request);
    };
    await clientOf(server).editRRsets(zone, [key], adding("10.0.0.1"));
    expect(changes(server)).toHaveLength(5);
    expect(server.zone.show(www, "A")).toBe("10.0.0.1, 10.0.1.4 (60)");
  });

  test("does not try again what is refused", async () => {
    const server = await scriptedServer([asIs, (turn) => turn.reply({ rcode: 5 })]);
    expect(await watch.failureOf(clientOf(server).editRRsets(zone, [key], adding("10.0.0.1")))).toMatchObject({ code: "DNS_REFUSED" });
    expect(changes(server)).toHaveLength(1);
  });

  test("that changes nothing only checks that what was read is there", async () => {
    const server = await scriptedServer();
    server.zone.put(www, "A", 60, ["10.0.0.1"]);
    const result = await clientOf(server).editRRsets(zone, [key], () => ["keep"]);
    expect(result).toEqual([{ ...key, ttl: 60, data: ["10.0.0.1"] }]);
    expect(changes(server)).toEqual([]);
    expect(server.turns.map(({ request }) => request.opcode)).toEqual([0, 5]);
  });

  test("of what is not there and shall not be sends no update", async () => {
    const server = await scriptedServer();
    expect(await clientOf(server).editRRsets(zone, [key], () => [null])).toEqual([undefined]);
    expect(server.turns.map(({ request }) => request.opcode)).toEqual([0]);
  });

  test("ends with the error of whoever decides, and nothing is sent", async () => {
    const server = await scriptedServer();
    const error = await watch.failureOf(
      clientOf(server).editRRsets(zone, [key], () => {
        throw new Error("Not like that.");
      }),
    );
    expect(error.message).toBe("Not like that.");
    expect(changes(server)).toEqual([]);
  });

  test("of a name that is an alias is refused with its target", async () => {
    const server = await scriptedServer();
    server.zone.put(www, "CNAME", 60, ["real.skyline.local"]);
    const error = await watch.failureOf(clientOf(server).editRRsets(zone, [key], adding("10.0.0.1")));
    expect(error).toMatchObject({ code: "DNS_CNAME", facts: { target: "real.skyline.local." } });
    expect(changes(server)).toEqual([]);
  });
});
