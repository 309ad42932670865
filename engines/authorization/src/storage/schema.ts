/** Name of the PostgreSQL schema that holds the engine's state. */
export const schemaName = "openfga"

/** Channel on which a commit tells other processes which store changed: the store's id and its new position. */
export const changeChannel = "openfga_change"

/** The engine's tables. Ids compare byte by byte (collation "C"): upper and lower case, accents and spaces differ. */
export interface EngineDatabase {
  store: {
    id: string
    name: string
    created_at: Date
    updated_at: Date
    deleted_at: Date | null
    head: string
    changed_at: Date | null
    model_head: string
    latest_model: string | null
  }
  model: { store: string; id: string; sequence: string; body: string }
  tuple: {
    store: string
    object: string
    relation: string
    user: string
    condition_name: string | null
    condition_context: string | null
    position: string
    written_at: Date
  }
  change: {
    store: string
    position: string
    operation: "write" | "delete"
    object: string
    relation: string
    user: string
    condition_name: string | null
    condition_context: string | null
    changed_at: Date
  }
  assertion: { store: string; model: string; body: string }
}
