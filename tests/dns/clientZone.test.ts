import { describe, expect, test } from "vitest";
import { classes, rcodes, types } from "../../provider/dns/constants.js";
import type { Message } from "../../provider/dns/message.js";
import { encodeName } from "../../provider/dns/wireNames.js";
import type { WireRecord } from "../../provider/dns/wireRecord.js";
import { watchForSecrets } from "../support/secrecy.js";
import { type Act, clientOf, scriptedServer, secretText } from "./scriptedServer.js";

const watch = watchForSecrets(secretText);

const soa = (name: string): WireRecord => ({ name, type: types.SOA, class: classes.IN, ttl: 0, rdata: Buffer.alloc(22) });
const alias = (name: string, target: string): WireRecord => ({
  name,
  type: types.CNAME,
  class: classes.IN,
  ttl: 0,
  rdata: encodeName(target),
});
const answer =
  (parts: Partial<Message>): Act =>
  (turn) =>
    turn.reply({ authoritative: true, ...parts });

async function finding(name: string, ...answers: Partial<Message>[]) {
  const server = await scriptedServer(answers.map(answer));
  const zone = await clientOf(server).findZone(name);
  return { zone, asked: server.turns.map(({ request }) => request.questions[0]?.name) };
}

describe("the zone of a name", () => {
  test("is the one whose SOA stands beside the empty answer", async () => {
    const found = await finding("www.Sub.skyline.local", { authorities: [soa("sub.skyline.local.")] });
    expect(found).toEqual({ zone: "sub.skyline.local.", asked: ["www.sub.skyline.local."] });
  });

  test("is the same for a name that does not exist", async () => {
    const found = await finding("new.skyline.local", { rcode: rcodes.NXDOMAIN, authorities: [soa("skyline.local.")] });
    expect(found.zone).toBe("skyline.local.");
  });

  test("is the name itself where a zone begins", async () => {
    expect(await finding("skyline.local", { answers: [soa("skyline.local.")] })).toMatchObject({ zone: "skyline.local." });
  });

  test("is found label by label where the server says nothing of it", async () => {
    const found = await finding("a.b.skyline.local", {}, {}, { answers: [soa("skyline.local.")] });
    expect(found).toEqual({ zone: "skyline.local.", asked: ["a.b.skyline.local.", "b.skyline.local.", "skyline.local."] });
  });

  test("of an alias is its own, not that of its target", async () => {
    const found = await finding(
      "www.sub.skyline.local",
      { answers: [alias("www.sub.skyline.local.", "real.skyline.local.")], authorities: [soa("skyline.local.")] },
      { answers: [soa("sub.skyline.local.")] },
    );
    expect(found).toEqual({ zone: "sub.skyline.local.", asked: ["www.sub.skyline.local.", "sub.skyline.local."] });
  });

  test("is never one that the name does not lie in", async () => {
    const found = await finding("www.skyline.local", { authorities: [soa("yline.local.")] }, { answers: [soa("skyline.local.")] });
    expect(found.zone).toBe("skyline.local.");
  });

  test("that no answer names up to the root is an error", async () => {
    const server = await scriptedServer([answer({}), answer({}), answer({})]);
    const error = await watch.failureOf(clientOf(server).findZone("skyline.local"));
    expect(error).toMatchObject({ code: "DNS_NO_ZONE", facts: { name: "skyline.local." } });
    expect(error.message).toBe(
      "Finding the zone of skyline.local.: the server names no zone that it is in. Give the zone, or check which server holds it.",
    );
    expect(server.turns).toHaveLength(3);
  });
});
