import type { Clock } from "@gatehouse/kernel"
import type { Change, Storage } from "../storage/storage.ts"
import { type Freshness, loadStoreView, type StoreView } from "./store-view.ts"

/** Stores kept in memory at once; the one unused for longest makes room. A plane has one store, tests have many. */
const maximumOpenStores = 64

/** The stores that are in memory, each loaded at its first use. */
export interface StoreViews {
  /** The store's view, as fresh as asked; undefined for an unknown or deleted store. */
  open(store: string, freshness: Freshness): Promise<StoreView | undefined>
  /** This process has committed these changes. */
  committed(store: string, changes: readonly Change[]): void
  /** Some process has committed up to this position; without one, something else of the store has changed. */
  noticed(store: string, position: number | undefined): void
  /** Notices may have been missed: every view looks before it answers. */
  doubtAll(): void
}

/** Views of stores, loaded when first asked for; those unused for longest are given up. */
export function createStoreViews(storage: Storage, clock: Clock): StoreViews {
  /** In the order of use. Loading ones are promises, so that questions that come together load once. */
  const open = new Map<string, Promise<StoreView | undefined>>()
  const loaded = new Map<string, StoreView>()

  const forget = (store: string, loading: Promise<StoreView | undefined>) => {
    if (open.get(store) !== loading) return
    open.delete(store)
    loaded.delete(store)
  }

  const start = (store: string): Promise<StoreView | undefined> => {
    const loading = loadStoreView(storage, store, clock)
    open.set(store, loading)
    loading.then(
      (view) => {
        if (view === undefined) forget(store, loading)
        else if (open.get(store) === loading) loaded.set(store, view)
      },
      () => forget(store, loading),
    )
    for (const [oldest, view] of open) {
      if (open.size <= maximumOpenStores) break
      forget(oldest, view)
    }
    return loading
  }

  return {
    open: async (store, freshness) => {
      const known = open.get(store)
      if (known === undefined) {
        const view = await start(store)
        // Loaded from a snapshot taken after this call; only what was committed meanwhile may be asked for besides.
        return view && (await view.freshen("bounded")) ? view : undefined
      }
      open.delete(store)
      open.set(store, known)
      const view = await known
      if (view === undefined) return undefined
      if (await view.freshen(freshness)) return view
      forget(store, known)
      return undefined
    },
    committed: (store, changes) => {
      const view = loaded.get(store)
      if (view) view.apply(changes)
      else deferUntilLoaded(open.get(store), (late) => late.apply(changes))
    },
    noticed: (store, position) => {
      const act = (view: StoreView) => (position === undefined ? view.doubt() : view.require(position))
      const view = loaded.get(store)
      if (view) act(view)
      else deferUntilLoaded(open.get(store), act)
    },
    doubtAll: () => {
      for (const view of loaded.values()) view.doubt()
    },
  }
}

function deferUntilLoaded(
  loading: Promise<StoreView | undefined> | undefined,
  act: (view: StoreView) => void,
): void {
  loading?.then((view) => view && act(view)).catch(() => undefined)
}
