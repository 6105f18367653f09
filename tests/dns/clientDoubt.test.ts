import { describe, expect, test } from "vitest";
import { classes, types } from "../../provider/dns/constants.js";
import type { DnsError } from "../../provider/dns/errors.js";
import type { RRset } from "../../provider/dns/rrset.js";
import { encodeName } from "../../provider/dns/wireNames.js";
import type { WireRecord } from "../../provider/dns/wireRecord.js";
import { watchForSecrets } from "../support/secrecy.js";
import { type Act, clientOf, honest, type Scripted, says, scriptedServer, secretText, silence, soon, stranger } from "./scriptedServer.js";

const watch = watchForSecrets(secretText);
const zone = "skyline.local.";
const www = "www.skyline.local.";
const key = { name: www, type: "A" as const };
const one = { ttl: 60, data: ["10.0.0.1"] };
const create = [{ ...key, expected: null, desired: one }];
const adding = ([found]: (RRset | undefined)[]) => [{ ttl: 60, data: [...(found?.data ?? []), "10.0.0.1"] }];
const changes = ({ turns }: Scripted) => turns.filter(({ isChange }) => isChange);
/** Pauses that no test has to wait for. */
const quick = { readBackPauses: [1, 2, 4] };

const soa = (primary: string, name = zone): WireRecord => {
  const rdata = Buffer.concat([encodeName(primary), encodeName("admin.skyline.local."), Buffer.alloc(20)]);
  return { name, type: types.SOA, class: classes.IN, ttl: 60, rdata };
};
/** What a secondary says that has not heard of the change yet. */
const stillNothing: Act = (turn) => turn.reply({ authoritative: true, authorities: [soa("ns1.skyline.local.")] });
const primaryIs =
  (name: string): Act =>
  (turn) =>
    turn.reply({ authoritative: true, answers: [soa(name)] });
/** Carries out what is asked; then somebody else adds another address. */
const joined: Act = async (turn) => {
  await turn.reply();
  turn.zone.put(www, "A", 60, ["10.0.0.1", "10.0.0.66"]);
};

describe("a server that shows a change later than it confirms it", () => {
  test("is looked at again, and the change is done", async () => {
    const server = await scriptedServer([honest, stillNothing]);
    await clientOf(server).compareAndSet(zone, create);
    expect(server.turns.map(({ request }) => request.opcode)).toEqual([5, 0, 0]);
  });

  test("has an edit decide once, so that what it wrote is known to be its own", async () => {
    const server = await scriptedServer([honest, honest, stillNothing, stillNothing]);
    const shown: unknown[] = [];
    const result = await clientOf(server, quick).editRRsets(zone, [key], ([found]) => {
      shown.push(found);
      return [one];
    });
    expect(shown).toEqual([undefined]);
    expect(result).toEqual([{ ...key, ...one }]);
  });

  test("too late leaves the change open, and the error names the primary", async () => {
    const late = Array.from({ length: quick.readBackPauses.length + 1 }, () => stillNothing);
    const server = await scriptedServer([stillNothing, honest, ...late, primaryIs("ns1.skyline.local.")]);
    const error = await watch.failureOf<DnsError>(clientOf(server, quick).editRRsets(zone, [key], adding));
    expect(error).toMatchObject({ code: "DNS_NOT_APPLIED", nothingDone: false, facts: { found: "nothing", desired: "10.0.0.1 (TTL 60)" } });
    expect(error.message).toBe(
      `Updating A ${www} at ${server.host}:${server.port}: it answered NOERROR, but reading back A ${www} still shows nothing instead of 10.0.0.1 (TTL 60). ` +
        "It may be a secondary that forwards updates and shows them later: name the primary, which its SOA says is ns1.skyline.local. " +
        "Otherwise its policy drops the change, or somebody else undoes it: see its log.",
    );
    expect(changes(server)).toHaveLength(1);
  });

  test("waits no longer than the call may take", async () => {
    const server = await scriptedServer([honest, ...Array.from({ length: 20 }, () => stillNothing)]);
    const error = await watch.failureOf(
      clientOf(server, { readBackPauses: [60_000], timeoutMilliseconds: 300 }).compareAndSet(zone, create),
    );
    expect(error).toMatchObject({ code: "DNS_NOT_APPLIED", nothingDone: false });
  });

  test("is not waited for where somebody else's records stand", async () => {
    const server = await scriptedServer([joined]);
    const error = await watch.failureOf(clientOf(server, { readBackPauses: [60_000] }).compareAndSet(zone, create));
    expect(error).toMatchObject({ code: "DNS_NOT_APPLIED", nothingDone: false, facts: { found: "10.0.0.1, 10.0.0.66 (TTL 60)" } });
  });
});

describe("an edit that is tried again", () => {
  test("is told what an earlier try put there", async () => {
    const server = await scriptedServer([honest, joined]);
    const told: unknown[] = [];
    await clientOf(server, quick).editRRsets(zone, [key], ([found], written) => {
      told.push([found?.data, written]);
      return [{ ttl: 60, data: [...new Set([...(found?.data ?? []), "10.0.0.1"])] }];
    });
    expect(told).toEqual([
      [undefined, [[]]],
      [["10.0.0.1", "10.0.0.66"], [["10.0.0.1"]]],
    ]);
  });

  test.each<[string, Act, string]>([
    ["refused", says("REFUSED"), "DNS_REFUSED"],
    ["not answered", silence, "DNS_TIMED_OUT"],
  ])("and then %s leaves open what an earlier try did", async (_what, act, code) => {
    const server = await scriptedServer([honest, joined, honest, honest, act, act]);
    const client = clientOf(server, { ...quick, ...soon, tries: 2 });
    const error = await watch.failureOf<DnsError>(client.editRRsets(zone, [key], () => [one]));
    expect(error).toMatchObject({ code, nothingDone: false });
  });

  test("and then cannot be read leaves open what an earlier try did, and says so", async () => {
    const server = await scriptedServer([honest, joined, honest, says("REFUSED")]);
    const error = await watch.failureOf<DnsError>(clientOf(server, quick).editRRsets(zone, [key], adding));
    expect(error).toMatchObject({ code: "DNS_WRONG_SERVER", nothingDone: false });
    expect(error.message).toMatch(/ An earlier try of this change may stand all the same: read before you repeat it\.$/);
  });

  test("and then meets somebody else's record leaves open what an earlier try did", async () => {
    const server = await scriptedServer([honest, joined]);
    const answer = server.zone.answer.bind(server.zone);
    let others = 0;
    server.zone.answer = (request) => {
      if (others > 0 && request.authorities.length > 0) server.zone.put(www, "A", 60, [`10.0.1.${others++}`]);
      if (request.authorities.length > 0) others ||= 1;
      return answer(request);
    };
    const error = await watch.failureOf(clientOf(server, quick).editRRsets(zone, [key], () => [one], { attempts: 3 }));
    expect(error).toMatchObject({ code: "DNS_CONFLICT", nothingDone: false });
  });

  test("and was only ever refused has certainly done nothing", async () => {
    const overtaken: Act = (turn) => {
      turn.zone.put(www, "A", 60, ["10.0.0.7"]);
      return turn.reply();
    };
    const server = await scriptedServer([honest, overtaken, honest, honest, says("REFUSED")]);
    const error = await watch.failureOf(clientOf(server, quick).editRRsets(zone, [key], adding));
    expect(error.message).toContain("REFUSED");
    expect(error).toMatchObject({ nothingDone: true });
  });
});

describe("a name that the server answers from a zone below", () => {
  const below = "lab.skyline.local.";
  const name = `www.${below}`;
  const occluded: Act = (turn) => turn.reply({ authoritative: true, authorities: [soa("ns1.skyline.local.", below)] });

  test("is not edited in the zone above, where nobody would see it", async () => {
    const server = await scriptedServer([occluded]);
    const error = await watch.failureOf(clientOf(server).editRRsets(zone, [{ name, type: "A" }], () => [one]));
    expect(error).toMatchObject({ code: "DNS_NOTZONE", nothingDone: true, facts: { name, zone: below } });
    expect(error.message).toContain(
      `${name} lies in zone ${below} there, and a record of it in zone ${zone} would never be seen. Give zone ${below}`,
    );
    expect(changes(server)).toEqual([]);
  });

  test("and was written above is told so, and nobody says that nothing was done", async () => {
    const server = await scriptedServer([honest, occluded]);
    const error = await watch.failureOf(clientOf(server, quick).compareAndSet(zone, [{ name, type: "A", expected: null, desired: one }]));
    expect(error).toMatchObject({ code: "DNS_NOT_APPLIED", nothingDone: false });
    expect(error.message).toContain(`lies in zone ${below} there`);
  });
});

describe("an unsigned refusal of a signed change", () => {
  const lie: Act = async (turn) => {
    await turn.answer();
    await turn.reply({ rcode: 5 }, { by: undefined });
  };
  const unsigned = says("REFUSED", { by: undefined });

  test("decides nothing: what is there is done", async () => {
    const server = await scriptedServer([lie]);
    await clientOf(server).compareAndSet(zone, create);
    expect(server.zone.show(www, "A")).toBe("10.0.0.1 (60)");
    expect(changes(server)).toHaveLength(1);
  });

  test("wrongly signed decides nothing either", async () => {
    const server = await scriptedServer([
      async (turn) => {
        await turn.answer();
        await turn.reply({ rcode: 9 }, { by: stranger });
      },
    ]);
    await clientOf(server).compareAndSet(zone, create);
  });

  test("is one where the zone is as before", async () => {
    const server = await scriptedServer([unsigned]);
    const error = await watch.failureOf<DnsError>(clientOf(server).compareAndSet(zone, create));
    expect(error).toMatchObject({ code: "DNS_REFUSED", nothingDone: true });
    expect(error.message).toContain("an unauthenticated answer said REFUSED (it is not signed). Check that key");
  });

  test("is one where reading is refused as well, as PowerDNS does for a fault of the signature", async () => {
    const server = await scriptedServer([unsigned, says("NOTAUTH", { by: undefined })]);
    const error = await watch.failureOf<DnsError>(clientOf(server).compareAndSet(zone, create));
    expect(error).toMatchObject({ code: "DNS_REFUSED", nothingDone: true });
    expect(error.message).toContain("PowerDNS says REFUSED to any fault of a signature too");
  });

  test("leaves the change open where something else stands there, or nothing can be read", async () => {
    const others = await scriptedServer([
      async (turn) => {
        turn.zone.put(www, "A", 60, ["10.0.0.66"]);
        await turn.reply({ rcode: 5 }, { by: undefined });
      },
    ]);
    expect(await watch.failureOf(clientOf(others).compareAndSet(zone, create))).toMatchObject({ code: "DNS_REFUSED", nothingDone: false });
    const silent = await scriptedServer([unsigned, silence]);
    const error = await watch.failureOf(clientOf(silent, { ...soon, tries: 1 }).compareAndSet(zone, create));
    expect(error).toMatchObject({ code: "DNS_REFUSED", nothingDone: false });
    expect(error.message).toMatch(/It may have been carried out all the same: read before you repeat it\.$/);
  });
});

test("a server that fails after handing the change on is no reason to meet it as somebody else's at the next server", async () => {
  const [primary, secondary] = [
    await scriptedServer(),
    await scriptedServer([
      async (turn) => {
        primary.zone.answer(turn.request);
        await turn.reply({ rcode: 2 });
      },
    ]),
  ];
  await clientOf([secondary, primary]).compareAndSet(zone, create);
  expect(primary.zone.show(www, "A")).toBe("10.0.0.1 (60)");
});
