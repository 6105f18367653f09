import { describe, expect, test } from "vitest";
import { redact } from "../../provider/core/redaction.js";
import { DnsError } from "../../provider/dns/errors.js";
import { parseKeyFile } from "../../provider/dns/keyFile.js";
import { hmacSigner, secretBytes } from "../../provider/dns/signer.js";

const secret = Buffer.from("a secret of thirty-two bytes....").toString("base64");
const file = "/etc/dma/dns.key";
const key = { name: "dma-key.", algorithm: "hmac-sha256", secret };

function errorOf(text: string, path = file): DnsError {
  try {
    parseKeyFile(text, path);
  } catch (error) {
    return error as DnsError;
  }
  throw new Error("The file was taken.");
}

describe("a key file", () => {
  test("is read as tsig-keygen writes it", () => {
    expect(parseKeyFile(`key "dma-key" {\n\talgorithm hmac-sha256;\n\tsecret "${secret}";\n};\n`, file)).toEqual(key);
  });

  test.each([
    ["without quotes", `key dma-key { algorithm hmac-sha256; secret ${secret}; };`],
    ["on one line and in any order", `key "DMA-Key."{secret "${secret}";algorithm "HMAC-SHA256";};`],
    [
      "with comments in three styles",
      `// one\n# two\n/* three\n } */ key /**/ dma-key { # "\nalgorithm hmac-sha256; // ;\nsecret "${secret}";\n}; // end`,
    ],
    [
      "with a secret that a line break divides",
      `key dma-key { algorithm hmac-sha256; secret "${secret.slice(0, 9)}\n\t${secret.slice(9)}"; };`,
    ],
    ["with escapes in quotes", `key "dma\\-key" { algorithm hmac-sha256; secret "${secret}"; };`],
    ["with keywords in capitals", `KEY dma-key { Algorithm hmac-sha256; Secret "${secret}"; };`],
    ["with line ends of Windows", `key "dma-key" {\r\n  algorithm hmac-sha256;\r\n  secret "${secret}";\r\n};\r\n`],
  ])("is read %s", (_how, text) => {
    expect(parseKeyFile(text, file)).toEqual(key);
  });

  test.each([
    ["157", "hmac-md5.sig-alg.reg.int"],
    ["161", "hmac-sha1"],
    ["162", "hmac-sha224"],
    ["163", "hmac-sha256"],
    ["164", "hmac-sha384"],
    ["165", "hmac-sha512"],
  ])("of dnssec-keygen with algorithm %s is read, its name from its own name", (number, algorithm) => {
    const text = `Private-key-format: v1.3\nAlgorithm: ${number} (SOMETHING)\nKey: ${secret}\nBits: AAA=\nCreated: 20240101000000\n`;
    expect(parseKeyFile(text, `/etc/dma/KDMA-Key.+${number}+01234.private`)).toEqual({ ...key, algorithm });
    for (const record of [
      `DMA-Key. IN KEY 512 3 ${number} ${secret}\n`,
      `; This is a key\nDMA-Key.\t3600 IN KEY 512 3 ${number} (\n\t${secret.slice(0, 9)}\n\t${secret.slice(9)} ) ; a comment\n`,
      `dma-key KEY 512 3 ${number} ${secret}`,
    ]) {
      expect(parseKeyFile(record, `/etc/dma/KDMA-Key.+${number}+01234.key`)).toEqual({ ...key, algorithm });
    }
  });

  describe("that includes another", () => {
    const files: Record<string, string> = {
      "/etc/dma/keys/own.key": `key "dma-key" { algorithm hmac-sha256; secret "${secret}"; };`,
      "/etc/dma/keys/next.conf": 'include "own.key";',
      "/etc/dma/keys/wrong.key": "\nkey {",
      "/etc/dma/round.conf": 'include "round.conf";',
    };
    const read = (path: string) => files[path] ?? "";

    test.each(['include "keys/own.key";', "// mine\ninclude /etc/dma/keys/own.key;", 'include "keys/next.conf";'])(
      "is read: %s",
      (text) => {
        expect(parseKeyFile(text, file, read)).toEqual(key);
      },
    );

    test("is refused by the file that is wrong, when it goes round, and where nobody reads files", () => {
      const said = (text: string, reading?: typeof read) => {
        try {
          return parseKeyFile(text, file, reading);
        } catch (error) {
          return (error as DnsError).message;
        }
      };
      expect(said('include "keys/wrong.key";', read)).toContain("Reading key file /etc/dma/keys/wrong.key: line 2 is not as it should be");
      expect(said('include "round.conf";', read)).toContain("its includes go round in a circle");
      expect(said('include "keys/own.key";')).toContain("line 1 includes another file");
    });
  });

  test("makes a signer", () => {
    const read = parseKeyFile(`key dma-key { algorithm hmac-sha384; secret "${secret}"; };`, file);
    const signer = hmacSigner({ ...read, secret: secretBytes(read.secret, file) });
    expect(signer).toMatchObject({ keyName: "dma-key.", algorithm: "hmac-sha384." });
  });

  const body = `algorithm hmac-sha256; secret "${secret}";`;
  test.each([
    ["empty", "", "it is empty"],
    ["only comments", "# nothing\n", "it is empty"],
    ["no key statement", 'options { directory "/var"; };', "line 1 is not as it should be"],
    ["a key without a name", `key { ${body} };`, "line 1 is not as it should be"],
    ["no brace", `key dma-key ${body}`, "line 1 is not as it should be"],
    ["no end", `key dma-key { ${body}\n`, "line 1 is not as it should be"],
    ["no last semicolon", `key dma-key { ${body} }`, "line 1 is not as it should be"],
    ["a field without its semicolon", `key dma-key {\nalgorithm hmac-sha256\nsecret "${secret}"; };`, "line 3 is not as it should be"],
    ["an unknown field", `key dma-key {\n${body}\nport 53; };`, "line 3 is not as it should be"],
    ["two secrets", `key dma-key {\n${body}\nsecret "${secret}"; };`, "line 3 is not as it should be"],
    ["a keyword in the place of a mark", `key dma-key "{" ${body} };`, "line 1 is not as it should be"],
    ["no algorithm", `key dma-key { secret "${secret}"; };`, "its key has no algorithm"],
    ["no secret", "key dma-key { algorithm hmac-sha256; };", "its key has no secret"],
    ["two keys", `key a { ${body} };\nkey b { ${body} };`, "line 2 begins something after its key. Keep one key in a file."],
    [
      "a text without end",
      `key dma-key { algorithm hmac-sha256;\nsecret "${secret}; };`,
      "line 2 begins a text or comment that has no end",
    ],
    ["a comment without end", `key dma-key { ${body} };\n\n/* end`, "line 3 begins a text or comment that has no end"],
    ["GSS", `key dma-key { algorithm gss-tsig; secret "${secret}"; };`, "its algorithm is none that this package signs with"],
    ["a shortened MAC", `key dma-key { algorithm hmac-sha256-128; secret "${secret}"; };`, "its algorithm is none"],
    ["an empty secret", 'key dma-key { algorithm hmac-sha256; secret ""; };', "its secret is empty"],
    ["a secret cut off", `key dma-key { algorithm hmac-sha256; secret "${secret.slice(0, -1)}"; };`, "its secret is no base64 text"],
    ["a name that is none", `key "dma key" { ${body} };`, "its key has a name that is no domain name"],
  ])("with %s is refused by its path, and nothing in it is shown", (_what, text, problem) => {
    const error = errorOf(text);
    expect(error).toBeInstanceOf(DnsError);
    expect(error.code).toBe("DNS_KEY_FILE");
    expect(error.message).toContain(`Reading key file ${file}: ${problem}`);
    expect(JSON.stringify([error.message, error.stack, error.facts])).not.toContain(secret.slice(0, 8));
  });

  test("of dnssec-keygen is refused under another name, or with a key of DNSSEC", () => {
    const text = (number: number) => `Private-key-format: v1.3\nAlgorithm: ${number}\nKey: ${secret}\n`;
    expect(errorOf(text(163)).message).toContain("its own name does not tell the key's. Give it back its name");
    expect(errorOf(text(13), "Kdma-key.+013+00001.private").message).toContain("its algorithm is none of TSIG");
    expect(errorOf(`dma-key. IN KEY 512 3 13 ${secret}`, "Kdma-key.+013+00001.key").message).toContain("its algorithm is none of TSIG");
    expect(errorOf("Private-key-format: v1.3\nAlgorithm: 163\n", "Kdma-key.+163+00001.private").message).toContain("its secret is empty");
  });

  test("does not make reading slow, whatever is in it", () => {
    for (const text of ["/".repeat(100_000), '"'.repeat(99_999), "/*".repeat(50_000), `"${"\\".repeat(100_001)}`, "{".repeat(100_000)]) {
      expect(errorOf(text).code).toBe("DNS_KEY_FILE");
    }
  });
});

describe("a secret", () => {
  test("is base64, to the last bit", () => {
    expect(secretBytes("AAECAw==", "x")).toEqual(Buffer.from([0, 1, 2, 3]));
    expect(secretBytes("+/+/", "x")).toEqual(Buffer.from([0xfb, 0xff, 0xbf]));
    for (const text of ["AAECAw", "AAECAw=", "AAEC Aw==", "AAECAw==\n", "-_-_", "AAECAx==", "no base64!", "="]) {
      expect(() => secretBytes(text, "environment variable DNS_KEY"), text).toThrow(
        "Reading environment variable DNS_KEY: its secret is no base64 text. Copy it whole",
      );
    }
  });

  test("is not empty", () => {
    expect(() => secretBytes("", "key dma-key.")).toThrow("Reading key dma-key.: its secret is empty.");
    expect(() => hmacSigner({ name: "dma-key", secret: Buffer.alloc(0) })).toThrow("its secret is empty");
  });

  test("is never shown again, neither as it was read nor as a signer got it", () => {
    const [read, signed, broken] = ["read", "signed", "broken"].map((text) => Buffer.from(`${text} but never told`).toString("base64"));
    secretBytes(read!, "x");
    hmacSigner({ name: "dma-key", secret: Buffer.from(signed!, "base64") });
    expect(() => secretBytes(`${broken}!`, "x")).toThrow(DnsError);
    expect(redact(`${read} ${signed} ${broken}!`)).toBe("[secret] [secret] [secret]");
  });
});
