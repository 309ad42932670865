import { type ObjectId, type ProjectUuid, projectObject, projectRoles } from "@gatehouse/contracts"
import type { Authorizer, RelationshipTuple } from "@gatehouse/openfga"

/** The wire takes 100 tuples in one transaction. */
const tuplesPerWrite = 100

const roles: ReadonlySet<string> = new Set(projectRoles)

/** The stored relationships that give someone a role of the project. */
export async function readRoleTuples(
  authorizer: Authorizer,
  project: ProjectUuid,
): Promise<RelationshipTuple[]> {
  const object: ObjectId = projectObject(project)
  const found: RelationshipTuple[] = []
  for await (const tuple of authorizer.read({ object, consistency: "higher_consistency" })) {
    if (roles.has(tuple.relation)) found.push(tuple)
  }
  return found
}

/** Removes relationships; those that are gone already are no error. */
export async function removeTuples(
  authorizer: Authorizer,
  tuples: readonly Omit<RelationshipTuple, "condition">[],
): Promise<void> {
  for (let from = 0; from < tuples.length; from += tuplesPerWrite) {
    const deletes = tuples
      .slice(from, from + tuplesPerWrite)
      .map(({ user, relation, object }) => ({ user, relation, object }))
    await authorizer.write({ deletes, onMissing: "ignore" })
  }
}
