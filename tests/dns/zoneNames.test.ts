import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DnsNameError } from "../../provider/dns/errors.js";
import { canonicalName, zoneName } from "../../provider/dns/names.js";
import { decodeName, encodeName } from "../../provider/dns/wireNames.js";
import { clientOf, scriptedServer } from "./scriptedServer.js";

describe("a name that a zone may hold", () => {
  test.each([
    ["1.0/25.2.0.192.in-addr.arpa", "1.0/25.2.0.192.in-addr.arpa."],
    ["WWW.Skyline.local", "www.skyline.local."],
    ["*.skyline.local.", "*.skyline.local."],
    ["host\\.name.skyline.local", "host\\.name.skyline.local."],
    ["host\\046name.skyline.local.", "host\\.name.skyline.local."],
    ["ends-with\\.", "ends-with\\.."],
    ["two\\032words.local.", "two\\032words.local."],
    ["\\200\\000\\255.local", "\\200\\000\\255.local."],
    ["\\065bc.local", "abc.local."],
    ["_dns.x", "_dns.x."],
    [".", "."],
  ])("%s is spelled %s", (text, spelled) => {
    expect(zoneName(text)).toBe(spelled);
    expect(zoneName(spelled)).toBe(spelled);
  });

  test.each([
    ["", "it is empty"],
    ["a..b", "one of its labels is empty"],
    ["a/..b", "one of its labels is empty"],
    [`${"/".repeat(64)}.local`, "longer than 63"],
    [`${"/".repeat(60)}.`.repeat(5), "longer than 255 bytes"],
    ["two words.local", 'it has the character " "'],
    ["b\u00fccher.local", "xn--bcher-kva.local"],
    ["\\300.local", "a backslash"],
    ["\\25", "a backslash"],
    ["local\\", "a backslash"],
    ["a\n.local", 'it has the character "'],
  ])("is never %j", (text, problem) => {
    expect(() => zoneName(text)).toThrow(DnsNameError);
    expect(() => zoneName(text)).toThrow(problem);
  });

  test("comes from the wire and goes back as it was, whatever its bytes", () => {
    const label = fc.uint8Array({ minLength: 1, maxLength: 63 }).map((bytes) => Buffer.from([bytes.length, ...bytes]));
    fc.assert(
      fc.property(fc.array(label, { maxLength: 3 }), (labels) => {
        const { name } = decodeName(Buffer.concat([...labels, Buffer.alloc(1)]), 0);
        expect(zoneName(name)).toBe(name);
        expect(decodeName(encodeName(zoneName(name)), 0).name).toBe(name);
      }),
    );
  });

  test("is typed by nobody: what people write stays letters, digits, hyphens and underscores", () => {
    expect(() => canonicalName("1.0/25.2.0.192.in-addr.arpa")).toThrow('it has the character "/"');
  });
});

test("names that servers have are read, kept and changed", async () => {
  const server = await scriptedServer();
  const zone = "0/25.skyline.local.";
  const name = `1.${zone}`;
  const odd = "two\\032words\\.here.skyline.local.";
  server.zone.put(name, "PTR", 60, [odd]);
  const client = clientOf(server);
  expect((await client.readRRset(name, "PTR"))?.data).toEqual([odd]);
  await client.editRRsets("skyline.local", [{ name, type: "PTR" }], ([found]) => [
    { ttl: 60, data: [...(found?.data ?? []), "dma.skyline.local."] },
  ]);
  expect(server.zone.show(name, "PTR")).toBe(`dma.skyline.local., ${odd} (60)`);
  expect(await client.findZone(name)).toBe("skyline.local.");
});
