import type { Storage } from "../storage/storage.ts"
import type { Models } from "../view/models.ts"
import type { StoreViews } from "../view/store-views.ts"
import type { TuplePages } from "../view/tuple-pages.ts"

/** What the commands work on. */
export interface Engine {
  readonly storage: Storage
  readonly views: StoreViews
  readonly models: Models
  readonly pages: TuplePages
}
