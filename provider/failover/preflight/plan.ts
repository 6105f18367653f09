import {
  type DeclaredConfiguration,
  type DeclaredHeartbeat,
  type EndMode,
  type Mode,
  type PairType,
  type Position,
  positions,
} from "../configuration.js";
import type { Finding } from "../judgement.js";
import { type MemberFacts, memberName, type ProbeFacts } from "../memberFacts.js";
import { type Answer, type Gate, satisfies, type Version } from "../version.js";

/** What a program declares of a pair: how users reach it, its mode and its heartbeats are always there. */
export type DeclaredPair = DeclaredConfiguration & { mode: Mode; heartbeats: readonly DeclaredHeartbeat[] };

/** What is planned, and all that is known of where it shall happen. */
export interface Plan {
  declared: DeclaredPair;
  type: PairType;
  endMode: EndMode;
  /** Undefined: that member did not answer, and no rule is judged that needs it. */
  members: Record<Position, MemberFacts | undefined>;
  /** What each member sees from its network; only asked for at create. */
  probes: Partial<Record<Position, ProbeFacts | undefined>>;
  /** Of main, or of backup when main is silent; undefined when nobody's text can be read. */
  version: Version | undefined;
  /** Milliseconds since the epoch, by our own clock. */
  now: number;
  /** False when main says that it is in a pair with this backup: then nothing needs to be prepared or free any more. */
  isNew: boolean;
}

/** One rule about the whole plan. */
export type Rule = (plan: Plan) => Finding[];

/** The input that carries the type of the pair. */
export const typeProperty = ({ type }: Plan): "virtualIps" | "hostname" => (type === "virtualIp" ? "virtualIps" : "hostname");

/** One member that answers. */
export interface AnsweringMember {
  position: Position;
  facts: MemberFacts;
  /** "main 10.10.10.1", for the middle of a sentence. */
  name: string;
  /** "Main 10.10.10.1", for its beginning. */
  title: string;
}

/** The members that answer, main first. */
export const answeringMembers = ({ members }: Plan): AnsweringMember[] =>
  positions.flatMap((position) => {
    const facts = members[position];
    if (facts === undefined) return [];
    const name = memberName(position, facts.agent.address);
    return [{ position, facts, name, title: name.charAt(0).toUpperCase() + name.slice(1) }];
  });

/** A rule that is judged for each member that answers. */
export const forEachMember =
  (rule: (member: AnsweringMember, plan: Plan) => Finding[]): Rule =>
  (plan) =>
    answeringMembers(plan).flatMap((member) => rule(member, plan));

/** A rule that compares both members; without one of them it finds nothing. */
export const forBothMembers =
  (rule: (main: AnsweringMember, backup: AnsweringMember, plan: Plan) => Finding[]): Rule =>
  (plan) => {
    const [first, second] = answeringMembers(plan);
    return first === undefined || second === undefined ? [] : rule(first, second, plan);
  };

/** A rule for a pair that does not exist yet. */
export const forNewPair =
  (rule: Rule): Rule =>
  (plan) =>
    plan.isNew ? rule(plan) : [];

/** Whether the Agents have what the gate stands for; `unknown` when nobody's version can be read. */
export const satisfiesPlan = ({ version }: Plan, wanted: Gate): Answer => (version === undefined ? "unknown" : satisfies(version, wanted));
