import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { z } from "zod";
import { createDocument, type oas31, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from "zod-openapi";
import { apiCodes, defaultBasePath, ErrorBody, routes } from "../provider/agent/contract.js";

/** The published form of the Failover API, for whoever serves it: the script on an Agent, or a gateway of one's own. */
export const openApiFile = "docs/openapi.json";

type Route = {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | null;
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
};

const successes: Record<string, string> = {
  200: "What is true now.",
  202: "Long work is under way, begun by this requestId now or in an earlier call. Poll it with GET operation.",
  204: "There is no pair, so there is nothing to end.",
};

const failures = {
  BadRequest: { status: 400, description: "The query or the body is not as described here." },
  Unauthorized: {
    status: 401,
    description: "The token is unknown, disabled or not allowed here. A member that was reset has lost its token.",
  },
  NotFound: { status: 404, description: "No such operation, or no such route: a member that was reset has lost the script of this API." },
  Conflict: {
    status: 409,
    description: "Refused before anything was changed; `code` says why (a stale revision, a foreign owner, a wrong member).",
  },
  WrongAgent: {
    status: 421,
    description: `${apiCodes.wrongAgent}: executed by an Agent that cannot relay to the one meant. Nothing was done.`,
  },
  TooManyRequests: { status: 429, description: "The rate limit of the token. Nothing was done." },
  Failed: { status: 500, description: "`code` names what the product refused, `errorCode` what the host of this API could not do." },
  NotReady: { status: 503, description: "The host of this API is starting. Nothing was done." },
};

function json(schema: z.ZodType) {
  return { content: { "application/json": { schema } } };
}

function describeFailures(): Record<string, ReturnType<typeof json> & { description: string }> {
  return Object.fromEntries(Object.entries(failures).map(([name, { description }]) => [name, { description, ...json(ErrorBody) }]));
}

function describeAnswers(route: Route): ZodOpenApiResponsesObject {
  const isWrite = "dataMinerId" in route.query.shape;
  const answers: [string, NonNullable<ZodOpenApiResponsesObject["default"]>][] = [];
  for (const [status, schema] of Object.entries(route.answers)) {
    answers.push([status, { description: successes[status] ?? route.summary, ...(schema ? json(schema) : {}) }]);
  }
  for (const [name, { status }] of Object.entries(failures)) {
    if (name === "Conflict" && !isWrite) continue;
    answers.push([`${status}`, { $ref: `#/components/responses/${name}` }]);
  }
  return Object.fromEntries(answers);
}

function describeRoutes(): Record<string, Record<string, ZodOpenApiOperationObject>> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [operationId, route] of Object.entries<Route>(routes)) {
    const operation: ZodOpenApiOperationObject = {
      operationId,
      summary: route.summary,
      requestParams: { query: route.query },
      ...(route.body ? { requestBody: { required: true, ...json(route.body) } } : {}),
      responses: describeAnswers(route),
    };
    paths[`/${route.path}`] = { ...paths[`/${route.path}`], [route.method.toLowerCase()]: operation };
  }
  return paths;
}

export function openApiDocument(): oas31.OpenAPIObject {
  return createDocument(
    {
      openapi: "3.1.0",
      info: {
        title: "DataMiner Failover API",
        version: "1",
        license: { name: "MIT", identifier: "MIT" },
        description:
          "What pulumi-dataminer-failover speaks to a DataMiner Agent. `agent` says which member is meant, every write also names its DataMiner ID, " +
          "and `bypassProxy=true` is sent last. A write is made safe to repeat by its `requestId`. Readers ignore fields that they do not know.",
      },
      servers: [
        {
          url: "{protocol}://{host}:{port}{basePath}",
          variables: {
            protocol: { default: "https", enum: ["https", "http"] },
            host: { default: "10.10.10.1", description: "Reaches one member; never the virtual IP address or the shared hostname." },
            port: { default: "443" },
            basePath: { default: defaultBasePath, description: "Another one when a gateway serves this API." },
          },
        },
      ],
      security: [{ token: [] }],
      paths: describeRoutes(),
      components: {
        securitySchemes: { token: { type: "http", scheme: "bearer", description: "The secret of a User-Defined API token." } },
        responses: describeFailures(),
      },
    },
    {
      override: ({ jsonSchema }) => {
        // zod closes the objects of an answer; this API may grow fields, and its readers ignore what they do not know.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        // What JavaScript can count to is no rule of this API.
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      },
    },
  );
}

export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(), null, 2)}\n`;
}

function main(): void {
  const text = openApiText();
  if (!process.argv.includes("--check")) {
    mkdirSync(dirname(openApiFile), { recursive: true });
    writeFileSync(openApiFile, text);
  } else if (!existsSync(openApiFile) || readFileSync(openApiFile, "utf8") !== text) {
    console.error(`${openApiFile} differs from provider/agent/contract.ts: run \`npm run openapi\` and commit the file.`);
    process.exitCode = 1;
  }
}

if (require.main === module) main();
