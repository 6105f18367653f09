import { describe, expect, test, vi } from "vitest";
import { connectionsOf } from "../../operations/pairTarget.js";
import { type Connection, tokenOf } from "../../provider/agent/connection.js";
import { unsetVariable, variableOf } from "../../provider/core/variable.js";
import { dmaAgent } from "../../provider/index.js";
import { Key, signerOf } from "../../provider/records/key.js";
import { runCommand } from "../support/commandLine.js";

/** As DataMiner, openssl and password managers make them, where no character gives them away. */
const values = [
  "f3a9c1d27b604e58a1c2d3e4f5061728",
  "d41d8cd98f00b204e9800998ecf8427e0123456789abcdef",
  "Kx8f2Lq9Zp3w",
  "correcthorsebatterystaple",
  "aB_cDeFgHiJkLmNoPqR_sTuVwXyZaBcDeFgH",
  "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw".replace(/^(\d)/, "A"),
];
const names = [
  "DMA_TOKEN",
  "T",
  "dmaToken2",
  "DATAMINER_FAILOVER_PRODUCTION_TOKEN_2026",
  "TF_VAR_dma_token",
  "OAUTH2_CLIENT1",
  "SITE12B_TOKEN",
];

describe("what is given as the name of a variable", () => {
  test.each(names)("may be %s, and is named when it is not set", (name) => {
    expect(variableOf("token").safeParse(name).success).toBe(true);
    expect(unsetVariable(name, "tokenEnv").seen).toBe(`environment variable ${name} is not set`);
  });

  test.each(values)("and is the value itself (%s) is refused, and shown nowhere", async (value) => {
    const shown: string[] = [];
    const connection = { host: "10.0.0.1", tokenEnv: value };
    const { failures } = await dmaAgent.check({}, connection);
    expect(failures).toEqual([{ property: "tokenEnv", reason: expect.stringContaining("this looks like the token itself") }]);
    shown.push(JSON.stringify(failures), JSON.stringify(Key.safeParse({ name: "k", secretEnv: value }).error?.issues));
    for (const fails of [
      () => tokenOf({ ...connection, protocol: "https", basePath: "" } as Connection),
      () => signerOf({ key: { name: "k", secretEnv: value } }),
      () => connectionsOf({ name: "north", main: connection, backup: connection }),
    ]) {
      expect(fails).toThrow(/never what it holds|looks like the token itself/);
      try {
        fails();
      } catch (error) {
        shown.push(String(error));
      }
    }
    for (const args of [
      ["status", "--main", "10.0.0.1", "--backup", "10.0.0.2", "--token-env", value],
      ["serve", "--main", "10.0.0.1", "--backup", "10.0.0.2", "--page-token-env", value],
    ]) {
      const { out, err, exitCode } = await runCommand(args);
      expect(exitCode).toBe(1);
      shown.push(out, err);
    }
    expect(shown.filter((text) => text.includes(value))).toEqual([]);
  });

  test("is a name, however odd, when a variable is called so", () => {
    vi.stubEnv(values[0] ?? "", "the-token-0123456789");
    expect(tokenOf({ host: "10.0.0.1", protocol: "https", basePath: "", tokenEnv: values[0] ?? "" })).toBe("the-token-0123456789");
    expect(variableOf("token").safeParse(values[0]).success).toBe(true);
    vi.unstubAllEnvs();
  });
});
