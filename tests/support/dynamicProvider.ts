import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { endingWithThisProcess } from "./nameServers/programs.js";
import { eventually } from "./patience.js";

type Values = Record<string, unknown>;

/** What create and update leave behind when they fail after something exists. */
export interface InitFailure {
  id: string;
  properties: Values;
  reasons: string[];
}

/** An error as the engine gets it. */
export class ProviderError extends Error {
  constructor(
    message: string,
    readonly initFailure: InitFailure | undefined,
  ) {
    super(message);
  }
}

type Call<Request, Answer> = (request: Request, callback: (error: ServiceError | null, answer: Answer) => void) => unknown;

const repository = resolve(__dirname, "../..");

/** The very process that the engine starts for dynamic resources, spoken to as the engine does: over gRPC. */
export class DynamicProvider {
  private stderr = "";
  private stdout = "";

  private constructor(
    private readonly process: ChildProcess,
    private readonly client: ResourceProviderClient,
    private readonly text: string,
  ) {
    process.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    process.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
  }

  /** `handler` is the name in provider/index.ts; `environment` is added to this process's own; `folder` is the project's. */
  static async start(handler: string, environment: Record<string, string> = {}, folder = repository): Promise<DynamicProvider> {
    const [command = process.execPath, ...args] = [...(await endingWithThisProcess()), process.execPath];
    const child = spawn(command, [...args, require.resolve("@pulumi/pulumi/cmd/dynamic-provider"), "127.0.0.1:1"], {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const started = new DynamicProvider(child, client, `exports.handler=()=>require("pulumi-dataminer-failover/provider").${handler}`);
    const request = new provider.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript({}));
    await started.call(client.configure.bind(client) as Call<provider.ConfigureRequest, unknown>, request);
    return started;
  }

  async check(olds: Values, news: Values): Promise<{ inputs: Values; failures: { property: string; reason: string }[] }> {
    const request = new provider.CheckRequest();
    request.setOlds(structOf(olds));
    request.setNews(this.struct(news));
    const answer = await this.call<provider.CheckRequest, provider.CheckResponse>(this.client.check.bind(this.client), request);
    const failures = answer.getFailuresList().map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
    return { inputs: valuesOf(answer.getInputs()), failures };
  }

  async diff(id: string, olds: Values, news: Values): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }> {
    const request = new provider.DiffRequest();
    request.setId(id);
    request.setOlds(this.struct(olds));
    request.setNews(this.struct(news));
    const answer = await this.call<provider.DiffRequest, provider.DiffResponse>(this.client.diff.bind(this.client), request);
    return {
      changes: answer.getChanges() === provider.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
    };
  }

  async create(news: Values): Promise<{ id: string; outs: Values }> {
    const request = new provider.CreateRequest();
    request.setProperties(this.struct(news));
    const answer = await this.call<provider.CreateRequest, provider.CreateResponse>(this.client.create.bind(this.client), request);
    return { id: answer.getId(), outs: valuesOf(answer.getProperties()) };
  }

  /** `id` is empty when the thing is gone. */
  async read(id: string, props: Values): Promise<{ id: string; props: Values; inputs: Values }> {
    const request = new provider.ReadRequest();
    request.setId(id);
    request.setProperties(this.struct(props));
    const answer = await this.call<provider.ReadRequest, provider.ReadResponse>(this.client.read.bind(this.client), request);
    return { id: answer.getId(), props: valuesOf(answer.getProperties()), inputs: valuesOf(answer.getInputs()) };
  }

  async update(id: string, olds: Values, news: Values): Promise<{ outs: Values }> {
    const request = new provider.UpdateRequest();
    request.setId(id);
    request.setOlds(this.struct(olds));
    request.setNews(this.struct(news));
    const answer = await this.call<provider.UpdateRequest, provider.UpdateResponse>(this.client.update.bind(this.client), request);
    return { outs: valuesOf(answer.getProperties()) };
  }

  async delete(id: string, props: Values): Promise<void> {
    const request = new provider.DeleteRequest();
    request.setId(id);
    request.setProperties(this.struct(props));
    await this.call(this.client.delete.bind(this.client) as Call<provider.DeleteRequest, unknown>, request);
  }

  /** What the process wrote to stderr so far. */
  get lines(): string[] {
    return this.stderr.split("\n").filter((line) => line !== "");
  }

  /** Everything that the process wrote, to stdout and stderr. */
  get printed(): string {
    return this.stdout + this.stderr;
  }

  /** The first line that fits, as soon as it is there: stderr takes a way of its own, beside the answers. */
  line(pattern: RegExp): Promise<string> {
    return eventually(() => {
      const found = this.lines.find((line) => pattern.test(line));
      if (found === undefined) throw new Error(`no line of stderr fits ${pattern}; there are:\n${this.stderr}`);
      return found;
    });
  }

  stop(): void {
    this.client.close();
    this.process.kill("SIGKILL");
  }

  private struct(values: Values): Struct {
    return structOf({ ...values, __provider: this.text });
  }

  private call<Request, Answer>(method: Call<Request, Answer>, request: Request): Promise<Answer> {
    return new Promise((done, failed) => {
      method(request, (error, answer) => (error ? failed(new ProviderError(error.details, initFailureOf(error.metadata))) : done(answer)));
    });
  }
}

/** As the engine does, leaves out what is undefined. */
const structOf = (values: Values): Struct => Struct.fromJavaScript(JSON.parse(JSON.stringify(values)));

const valuesOf = (struct: Struct | undefined): Values => (struct?.toJavaScript() ?? {}) as Values;

function initFailureOf(metadata: Metadata | undefined): InitFailure | undefined {
  const [packed] = metadata?.get("grpc-status-details-bin") ?? [];
  if (!(packed instanceof Buffer)) return undefined;
  const [detail] = Status.deserializeBinary(packed).getDetailsList();
  if (!detail) return undefined;
  const failure = provider.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  return { id: failure.getId(), properties: valuesOf(failure.getProperties()), reasons: failure.getReasonsList() };
}
