import { resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const program = `
import type { Output } from "@pulumi/pulumi";
import {
  DmaAgent, FailoverPair, SharedHostnameRecord, VirtualIp, type ConnectionArgs, type DmaAgentArgs, type FailoverPairArgs, type HeartbeatTargets,
  type SharedHostnameRecordArgs, type VirtualIpAddressArgs, type VirtualIpArgs,
} from "pulumi-dataminer-failover";
export declare const agentArgs: Required<DmaAgentArgs>;
export declare const pairArgs: Required<FailoverPairArgs>;
export declare const connectionArgs: Required<ConnectionArgs>;
export declare const targets: Required<HeartbeatTargets>;
type Plain<Given> = Exclude<Given, Promise<unknown> | Output<unknown> | undefined>;
type Item<List> = List extends readonly (infer Value)[] ? Plain<Value> : never;
export declare const virtualAddress: Required<VirtualIpAddressArgs>;
export declare const recordArgs: Required<SharedHostnameRecordArgs>;
export declare const recordDns: Required<SharedHostnameRecordArgs["dns"]>;
export declare const virtualIpArgs: Required<VirtualIpArgs>;
export declare const virtualIpDns: Required<Plain<VirtualIpArgs["dns"]>>;
export declare const member: Item<Plain<Plain<VirtualIpArgs["dns"]>["members"]>>;
export declare const key: Plain<SharedHostnameRecordArgs["dns"]["key"]>;
export declare const heartbeat: Item<Plain<FailoverPairArgs["heartbeats"]>>;
export declare const settings: Plain<DmaAgentArgs["settings"]>;
export declare const agent: DmaAgent;
export declare const pair: FailoverPair;
export declare const record: SharedHostnameRecord;
export declare const virtualIp: VirtualIp;
`;

/** The properties a user's editor offers for each exported constant, with the description that it shows. */
function describedProperties(): Map<string, string> {
  const file = resolve(__dirname, "consumer.ts");
  const options: ts.CompilerOptions = {
    strict: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const readSource = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) => (name === file ? ts.createSourceFile(name, program, version) : readSource(name, version));
  const checked = ts.createProgram([file], options, host);
  const checker = checked.getTypeChecker();
  const source = checked.getSourceFile(file);
  const exported = source && checker.getSymbolAtLocation(source);
  expect(source && checked.getSemanticDiagnostics(source).map(({ messageText }) => messageText)).toEqual([]);
  const found = new Map<string, string>();
  for (const constant of exported ? checker.getExportsOfModule(exported) : []) {
    for (const property of checker.getPropertiesOfType(checker.getTypeOfSymbol(constant))) {
      const own = property.declarations?.every((at) => !at.getSourceFile().fileName.includes("@pulumi/pulumi"));
      if (!own || property.name.startsWith("__")) continue;
      found.set(`${constant.name}.${property.name}`, ts.displayPartsToString(property.getDocumentationComment(checker)));
    }
  }
  return found;
}

test("an editor shows a description for every argument and output", () => {
  const properties = describedProperties();
  for (const name of [
    "agentArgs.host",
    "settings.maxStartupSeconds",
    "virtualAddress.network",
    "key.secretEnv",
    "member.address",
    "virtualIp.heldBy",
    "heartbeat.maxFailures",
    "pair.led",
    "pair.mode",
    "virtualIp.address",
    "record.hostname",
    "agent.port",
  ]) {
    expect([...properties.keys()]).toContain(name);
  }
  const undescribed = [...properties].filter(([, description]) => description.length < 15).map(([name]) => name);
  expect(undescribed).toEqual([]);
});
