/**
 * What a service says about its change. Organization, project, actor and decision come from the grant, the request id
 * from the request; none of them can be chosen here.
 */
export interface AuditRecordInput {
  /** What was done, as noun and verb: `project.create`. */
  readonly action: string
  readonly resource: { readonly type: string; readonly id: string }
  /** `done` where left out. A change to an outside engine is an `intent` before, and `done` or `failed` after. */
  readonly outcome?: "intent" | "done" | "failed"
  /** The record that announced this outcome. */
  readonly intentId?: string
  /** Facts about the change: names and counts, never a secret or a document's content. At most 16 KiB as JSON. */
  readonly details?: Readonly<Record<string, unknown>>
}
