import * as pulumi from "@pulumi/pulumi";

const rootType = "pulumi:pulumi:Stack";

/**
 * Who makes a resource, as the Agents and the name server store it: project and stack, for a resource inside of components the types of
 * those, and its name. A Pulumi organization stands before the project; a self-managed backend has none.
 */
export function ownerOf(name: string, parent: pulumi.Resource | undefined): pulumi.Input<string> {
  const organization = findOrganization();
  const place = organization === undefined ? pulumi.getProject() : `${organization}@${pulumi.getProject()}`;
  const stack = `${place}/${pulumi.getStack()}`;
  if (parent === undefined) return `${stack}/${name}`;
  return urnOf(parent).then((urn) => {
    const types = typesIn(urn);
    return types === rootType ? `${stack}/${name}` : `${stack}/${types}::${name}`;
  });
}

/** Self-managed backends call theirs "organization"; in a unit test with mocks there is none, which Pulumi answers by throwing. */
function findOrganization(): string | undefined {
  try {
    const organization = pulumi.getOrganization();
    return organization === "organization" ? undefined : organization;
  } catch {
    return undefined;
  }
}

/** A promise and not the output itself: a resource that depends on its component would wait for itself. */
const urnOf = ({ urn }: pulumi.Resource): Promise<string> => new Promise((done) => void urn.apply(done));

/** `urn:pulumi:<stack>::<project>::<types>::<name>`; the types are those of the resource and of what it stands in. */
const typesIn = (urn: string): string => urn.split("::")[2] ?? rootType;
