/** Name of the PostgreSQL schema that holds the engine's state. */
export const schemaName = "openfga"

/** Channel on which a commit tells other processes which store changed: the store's id and its new position. */
export const changeChannel = "openfga_change"

/**
 * The engine's tables, as far as they are queried by name. Ids compare byte by byte (collation "C"): upper and lower case, accents
 * and spaces differ.
 */
export interface EngineDatabase {
  store: {
    id: string
    number: number
    name: string
    created_at: Date
    updated_at: Date
    deleted_at: Date | null
    head: string
    changed_microseconds: string
    model_head: string
    latest_model: string | null
  }
}
