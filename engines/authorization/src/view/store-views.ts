import { type Clock, GatehouseError } from "@gatehouse/kernel"
import type { LogRun, Storage } from "../storage/storage.ts"
import { type Freshness, loadStoreView, type StoreView } from "./store-view.ts"

/** Stores kept in memory at once; the one unused for longest makes room. A plane has one store, tests have many. */
const maximumOpenStores = 64

/**
 * How long a question waits for its store to be loaded, which are some hundred thousand tuples: as long as the real server
 * lets a list take. A larger store refuses meanwhile.
 */
const maximumLoadWaitMilliseconds = 3_000

/** The stores that are in memory, each loaded at its first use or before. */
export interface StoreViews {
  /** The store's view, as fresh as asked; undefined for an unknown or deleted store; `loading` where that takes long. */
  open(store: string, freshness: Freshness): Promise<StoreView | "loading" | undefined>
  /** Loads stores before anyone asks for them, one after the other. One that fails is loaded at its first use. */
  preload(stores: readonly string[]): Promise<void>
  /** How many stores `preload` has yet to load. */
  readonly stillToPreload: number
  /** Ends what is being loaded. */
  close(): void
  /** This process has committed these changes. */
  committed(store: string, run: LogRun): void
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

  let closed = false
  const closable: Storage = {
    ...storage,
    loadTuples: (store, onBatch) =>
      storage.loadTuples(store, (batch) => {
        if (closed) throw new GatehouseError("authz.unavailable")
        onBatch(batch)
      }),
  }

  const forget = (store: string, loading: Promise<StoreView | undefined>) => {
    if (open.get(store) !== loading) return
    open.delete(store)
    loaded.delete(store)
  }

  /** Only a store that is there takes another's place: questions about unknown ones push nothing out. */
  const makeRoom = () => {
    for (const [oldest, view] of open) {
      if (loaded.size <= maximumOpenStores) return
      if (loaded.has(oldest)) forget(oldest, view)
    }
  }

  const start = (store: string): Promise<StoreView | undefined> => {
    const loading = loadStoreView(closable, store, clock)
    open.set(store, loading)
    loading.then(
      (view) => {
        if (view === undefined) return forget(store, loading)
        if (open.get(store) !== loading) return
        loaded.set(store, view)
        makeRoom()
      },
      () => forget(store, loading),
    )
    return loading
  }

  let stillToPreload = 0

  return {
    get stillToPreload() {
      return stillToPreload
    },
    open: async (store, asked) => {
      const known = open.get(store)
      // Loaded from a snapshot taken after this call; only what was committed meanwhile may be asked for besides.
      const freshness = known === undefined ? "bounded" : asked
      const loading = known ?? start(store)
      open.delete(store)
      open.set(store, loading)
      const view = loaded.get(store) ?? (await waitForLoad(loading))
      if (view === undefined || view === "loading") return view
      if (await view.freshen(freshness)) return view
      forget(store, loading)
      return undefined
    },
    preload: async (stores) => {
      stillToPreload = stores.length
      for (const store of stores) {
        if (closed) return
        await (open.get(store) ?? start(store)).catch(() => undefined)
        stillToPreload--
      }
    },
    close: () => {
      closed = true
    },
    committed: (store, run) => {
      const view = loaded.get(store)
      if (view) view.apply(run)
      // Whoever writes to a store will ask about it: loaded while it is small, it grows with its writes.
      else deferUntilLoaded(open.get(store) ?? start(store), (late) => late.apply(run))
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

async function waitForLoad(
  loading: Promise<StoreView | undefined>,
): Promise<StoreView | "loading" | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<"loading">((resolve) => {
    timer = setTimeout(resolve, maximumLoadWaitMilliseconds, "loading")
  })
  try {
    return await Promise.race([loading, late])
  } finally {
    clearTimeout(timer)
  }
}
