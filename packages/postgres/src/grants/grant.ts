import type { DatabaseVerb, OrganizationId, Permission, Principal, ProjectUuid } from "@gatehouse/contracts"

/** Holds a protected member, so that no literal, spread or look-alike has this type. It does not exist at run time. */
declare class Issued<P extends Permission> {
  protected readonly issued: P
}

/** What a grant names: the object that the permission was asked on. */
export interface GrantObject {
  readonly type: string
  readonly id: string
}

/** What a grant is minted from. */
export interface GrantFacts<P extends Permission = Permission> {
  readonly permission: P
  readonly organization: OrganizationId
  readonly project: ProjectUuid | undefined
  readonly object: GrantObject
  readonly principal: Principal
  readonly decisionId: string
}

/**
 * The proof that a principal holds a permission on an object. Made by `requirePermission` alone; it opens a transaction
 * in the organization's database with the verbs that the permission allows.
 * Tenant scope: one organization, and one project where the object is a project or belongs to one.
 */
export interface Grant<out P extends Permission> extends Issued<P>, GrantFacts<P> {}

/** The verbs that hold another verb. */
export type Writing = Extract<DatabaseVerb, "insert_update" | "delete">
