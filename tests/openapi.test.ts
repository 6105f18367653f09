import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { describe, expect, test } from "vitest";
import { routes } from "../provider/agent/contract.js";
import { openApiDocument, openApiFile, openApiText } from "../tools/openapi.js";

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { content: { "application/json": { schema: { $ref: string } } } };
  responses: Record<string, { $ref?: string }>;
}

const publishedText = readFileSync(openApiFile, "utf8");
const published = JSON.parse(publishedText);

const operations = Object.entries<Record<string, Operation>>(published.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
);

function getOperation(route: string): Operation {
  const found = operations.find((candidate) => candidate.route === route);
  if (!found) throw new Error(`${openApiFile} has no ${route}; it has ${operations.map((known) => known.route).join(", ")}.`);
  return found.operation;
}

async function findProblems(document: unknown, preset: string): Promise<string[]> {
  const config = await createConfig({ extends: [preset] });
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: openApiFile, config });
  return problems.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

describe("docs/openapi.json", () => {
  test("is what the contract generates now", () => {
    expect(publishedText).toBe(openApiText());
  });

  test("is missed by the check with one line that says what to run", async () => {
    const folder = await mkdtemp(join(tmpdir(), "openapi-"));
    const check = promisify(execFile)(resolve("node_modules/.bin/tsx"), [resolve("tools/openapi.ts"), "--check"], { cwd: folder });
    await expect(check).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^.*npm run openapi.*\n$/) });
    await rm(folder, { recursive: true });
  });

  test.each(["spec", "recommended"])("is valid by the %s rules of an independent validator", async (preset) => {
    expect(await findProblems(published, preset)).toEqual([]);
  });

  test.each([
    ["a reference to nothing", { responses: { 200: { $ref: "#/components/responses/Nothing" } } }, "no-unresolved-refs"],
    ["an answer without description", { responses: { 200: {} } }, "struct"],
    [
      "a parameter named twice",
      { parameters: [0, 1].map(() => ({ name: "agent", in: "query", schema: {} })) },
      "operation-parameters-unique",
    ],
  ])("is invalid with %s", async (_, change, rule) => {
    const broken = openApiDocument();
    Object.assign(broken.paths?.["/agent"]?.get ?? {}, change);
    expect(await findProblems(broken, "spec")).toEqual([expect.stringContaining(rule)]);
  });

  test("holds every route of the contract, and no other", () => {
    const contract = Object.entries(routes).map(([name, { method, path }]) => `${name} ${method} /${path}`);
    expect(operations.map(({ route, operation }) => `${operation.operationId} ${route}`).sort()).toEqual(contract.sort());
  });

  test.each([
    ["GET /agent", [200], undefined],
    ["PUT /agent/settings", [200, 409], "PutSettings"],
    ["POST /probe", [200], "ProbeRequest"],
    ["PUT /pair", [200, 202, 409], "PutPair"],
    ["DELETE /pair", [202, 204, 409], undefined],
    ["POST /pair/switch", [200, 202, 409], "PostSwitch"],
    ["GET /operation", [200], undefined],
  ])("fixes %s: %j and what every route may answer", (route, own, body) => {
    const { responses, requestBody } = getOperation(route);
    expect(Object.keys(responses).map(Number)).toEqual([...own, 400, 401, 404, 421, 429, 500, 503].sort());
    expect(requestBody?.content["application/json"].schema.$ref).toBe(body && `#/components/schemas/${body}`);
  });

  test.each([
    ["GET /agent", "agent bypassProxy"],
    ["PUT /agent/settings", "agent dataMinerId bypassProxy"],
    ["POST /probe", "agent bypassProxy"],
    ["PUT /pair", "agent dataMinerId bypassProxy"],
    ["DELETE /pair", "agent dataMinerId requestId revision owner mode keep reset offlineUnavailable bypassProxy"],
    ["POST /pair/switch", "agent dataMinerId bypassProxy"],
    ["GET /operation", "agent id bypassProxy"],
  ])("fixes the query of %s: %s", (route, names) => {
    const { parameters } = getOperation(route);
    expect(parameters.map(({ name }) => name).join(" ")).toBe(names);
    expect(parameters.every((parameter) => parameter.in === "query" && parameter.required)).toBe(true);
  });

  test("answers every failure with Errors", () => {
    const failures = operations.flatMap(({ operation }) => Object.entries(operation.responses).filter(([status]) => Number(status) >= 400));
    for (const [, failure] of failures) {
      const name = failure.$ref?.replace("#/components/responses/", "") ?? "";
      expect(published.components.responses[name].content["application/json"].schema).toEqual({ $ref: "#/components/schemas/Errors" });
    }
  });

  test("asks for a bearer token, everywhere", () => {
    expect(published.security).toEqual([{ token: [] }]);
    expect(published.components.securitySchemes.token).toMatchObject({ type: "http", scheme: "bearer" });
    expect(JSON.stringify(published.paths)).not.toContain('"security"');
  });

  test("says where the API lives on an Agent", () => {
    expect(published.openapi).toBe("3.1.0");
    expect(published.servers).toMatchObject([
      {
        url: "{protocol}://{host}:{port}{basePath}",
        variables: { protocol: { default: "https" }, basePath: { default: "/api/custom/dma-failover/v1" } },
      },
    ]);
  });

  test("leaves room for fields that come later, and has one schema for a config sent and a config shown", () => {
    expect(JSON.stringify(published)).not.toContain('"additionalProperties":false');
    expect(published.components.schemas.PutPair.properties.config).toEqual(published.components.schemas.Pair.properties.config);
  });
});
