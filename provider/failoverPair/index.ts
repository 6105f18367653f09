import { agentAddress } from "../agent/connection.js";
import type { Difference } from "../core/difference.js";
import type { Failure } from "../core/inputs.js";
import { defineResource } from "../core/lifecycle.js";
import { positions } from "../failover/configuration.js";
import { convergePair, refuseGivenUp } from "./converge.js";
import { endPairOf } from "./end.js";
import { FailoverPairInputs } from "./inputs.js";
import { FailoverPairOutputs, type ObservedPair, observePair } from "./observe.js";
import { sharedAddresses, sharedVirtualIps } from "./onePair.js";
import { refuseStranger } from "./ownership.js";
import { previewMembers } from "./preflight.js";

export type { FailoverPairDeclared, FailoverPairInputs, HeartbeatDeclared } from "./inputs.js";
export type { FailoverPairOutputs } from "./observe.js";

const hour = 3_600_000;

/** What the engine calls for this type of resource. */
export const failoverPair = defineResource<typeof FailoverPairInputs, ObservedPair, "pair", "pairs">({
  type: "FailoverPair",
  drift: { kind: "pair" },
  members: { arePair: true, of: ({ main, backup }) => ({ main, backup }) },
  inventory: { list: "pairs", conflicts: sharedAddresses },
  inputs: FailoverPairInputs,
  outputs: FailoverPairOutputs,
  recorded: ["main", "backup", "endMode", "adopt", "allowUnreachableOffline", "allowDataLoss", "allowResetOfMain", "timeouts"],
  leaves: () => ["virtualIps", "mode", "heartbeats", "syncInterface", "restartWhenGoingOffline"],
  fixed: changedIdentity,
  conflicts: sharedVirtualIps,
  timeouts: { create: 4 * hour, update: hour / 2, delete: hour },
  id: ({ main, backup }) => `${agentAddress(main)}+${agentAddress(backup)}`,
  preview: previewMembers,
  observe: observePair,
  claim: (inputs, observed) => {
    refuseGivenUp(observed);
    refuseStranger(inputs, observed);
  },
  converge: convergePair,
  differences: differencesOf,
  remove: endPairOf,
});

function differencesOf(
  declared: Partial<FailoverPairInputs>,
  { state, type, members, reachable, stuck }: Partial<FailoverPairOutputs>,
): Difference[] {
  const declaredType = declared.hostname ? "sharedHostname" : "virtualIp";
  return [
    ...(state === "inactive" ? [{ property: "state", declared: "active", live: state }] : []),
    ...(type !== undefined && type !== declaredType ? [{ property: "type", declared: declaredType, live: type }] : []),
    ...positions.flatMap((position) => {
      const [ours, theirs] = [declared[position]?.address, members?.[position]];
      return ours === undefined || theirs === undefined || ours === theirs
        ? []
        : [{ property: `${position}.address`, declared: ours, live: theirs }];
    }),
    // What a silent member holds is not known, so the pair is not known to be as declared. Older states do not tell.
    ...positions.flatMap((position): Difference[] =>
      reachable?.[position] === false
        ? [{ property: `reachable.${position}`, declared: true, live: false, unanswered: declared[position]?.address ?? "", mayLast: true }]
        : [],
    ),
    // What is under way too long may never end.
    ...(stuck === true ? [{ property: "stuck", declared: false, live: true, mayLast: true as const }] : []),
  ];
}

type Identity = Partial<Pick<FailoverPairInputs, "main" | "backup" | "hostname" | "virtualIps">>;

/** What makes a pair this pair. A spelling of a connection is none of it. */
function changedIdentity(before: Identity, after: Identity): Failure[] {
  const [typeBefore, typeAfter] = [typeOf(before), typeOf(after)];
  if (typeBefore && typeAfter && typeBefore !== typeAfter) {
    return [{ property: typeAfter, reason: cannotChange("the type of a pair") }];
  }
  const failures: Failure[] = [];
  if (before.hostname && after.hostname && before.hostname !== after.hostname) {
    failures.push({ property: "hostname", reason: cannotChange(`the shared hostname ${before.hostname}`) });
  }
  for (const position of ["main", "backup"] as const) {
    const [was, is] = [before[position]?.address, after[position]?.address];
    if (was !== undefined && is !== undefined && was !== is) {
      failures.push({ property: position, reason: cannotChange(`the ${position} Agent ${was}`) });
    }
  }
  return failures;
}

const typeOf = ({ virtualIps, hostname }: Identity) => (hostname ? "hostname" : virtualIps ? "virtualIps" : undefined);

const cannotChange = (what: string) =>
  `${what} cannot be changed in place. End this pair (\`pulumi destroy --target\` its URN), prepare the backup again, then run \`pulumi up\`.`;
