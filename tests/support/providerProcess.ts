import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { credentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { endingWithThisProcess } from "./nameServers/programs.js";
import { type InitFailure, ProviderError, type ProviderPeer, type Values } from "./providerPeer.js";

type Call<Request, Answer> = (request: Request, callback: (error: ServiceError | null, answer: Answer) => void) => unknown;

/** The very process that the engine starts for dynamic resources, spoken to as the engine does: over gRPC. */
export class ProviderProcess implements ProviderPeer {
  stderr = "";
  stdout = "";

  private constructor(
    private readonly process: ChildProcess,
    private readonly client: ResourceProviderClient,
  ) {
    process.stderr?.on("data", (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    process.stdout?.on("data", (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
  }

  static async start(environment: Record<string, string>, folder: string): Promise<ProviderProcess> {
    const [command = process.execPath, ...args] = [...(await endingWithThisProcess()), process.execPath];
    const child = spawn(command, [...args, require.resolve("@pulumi/pulumi/cmd/dynamic-provider"), "127.0.0.1:1"], {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const started = new ProviderProcess(child, client);
    const request = new provider.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript({}));
    await started.call(client.configure.bind(client) as Call<provider.ConfigureRequest, unknown>, request);
    return started;
  }

  async check(olds: Values, news: Values): Promise<{ inputs: Values; failures: { property: string; reason: string }[] }> {
    const request = new provider.CheckRequest();
    request.setOlds(structOf(olds));
    request.setNews(structOf(news));
    const answer = await this.call<provider.CheckRequest, provider.CheckResponse>(this.client.check.bind(this.client), request);
    const failures = answer.getFailuresList().map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
    return { inputs: valuesOf(answer.getInputs()), failures };
  }

  async diff(id: string, olds: Values, news: Values): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }> {
    const request = new provider.DiffRequest();
    request.setId(id);
    request.setOlds(structOf(olds));
    request.setNews(structOf(news));
    const answer = await this.call<provider.DiffRequest, provider.DiffResponse>(this.client.diff.bind(this.client), request);
    return {
      changes: answer.getChanges() === provider.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
    };
  }

  async create(news: Values): Promise<{ id: string; outs: Values }> {
    const request = new provider.CreateRequest();
    request.setProperties(structOf(news));
    const answer = await this.call<provider.CreateRequest, provider.CreateResponse>(this.client.create.bind(this.client), request);
    return { id: answer.getId(), outs: valuesOf(answer.getProperties()) };
  }

  async read(id: string, props: Values): Promise<{ id: string; props: Values; inputs: Values }> {
    const request = new provider.ReadRequest();
    request.setId(id);
    request.setProperties(structOf(props));
    const answer = await this.call<provider.ReadRequest, provider.ReadResponse>(this.client.read.bind(this.client), request);
    return { id: answer.getId(), props: valuesOf(answer.getProperties()), inputs: valuesOf(answer.getInputs()) };
  }

  async update(id: string, olds: Values, news: Values): Promise<{ outs: Values }> {
    const request = new provider.UpdateRequest();
    request.setId(id);
    request.setOlds(structOf(olds));
    request.setNews(structOf(news));
    const answer = await this.call<provider.UpdateRequest, provider.UpdateResponse>(this.client.update.bind(this.client), request);
    return { outs: valuesOf(answer.getProperties()) };
  }

  async delete(id: string, props: Values): Promise<void> {
    const request = new provider.DeleteRequest();
    request.setId(id);
    request.setProperties(structOf(props));
    await this.call(this.client.delete.bind(this.client) as Call<provider.DeleteRequest, unknown>, request);
  }

  stop(): void {
    this.client.close();
    this.process.kill("SIGKILL");
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
