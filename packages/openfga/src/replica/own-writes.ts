import type { RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import type { TupleChange } from "../authorizer.ts"
import type { StoreFollower } from "./follow-store.ts"
import { settleTuples } from "./settle-tuples.ts"
import { keyOf, storedForm } from "./tuple-identity.ts"
import type { TupleMemory } from "./tuple-memory.ts"

/** One tuple of a write, and what it is to be afterwards. */
interface Effect {
  readonly key: TupleKey
  readonly stored: RelationshipTuple | undefined
}

/** A write that the server has not answered yet. Keys at which another was under way too: their order is not known. */
interface WriteUnderWay {
  readonly contended: Set<string>
}

/** Puts into memory what this process wrote itself, as soon as the server has acknowledged it. */
export class OwnWrites {
  readonly #follower: StoreFollower
  readonly #underWay = new Map<string, Set<WriteUnderWay>>()

  constructor(follower: StoreFollower) {
    this.#follower = follower
  }

  /** Sends a change by `send`. When this returns, memory knows it, or is not used until it does. Throws what `send` throws. */
  async write(change: TupleChange, send: () => Promise<void>): Promise<void> {
    const effects = effectsOf(change)
    const memory = this.#follower.memory
    const since = memory?.hold()
    const write = this.#begin(effects)
    try {
      await send()
      const current = this.#follower.memory
      // A memory that was begun meanwhile has perhaps read what came after this write.
      const doubtful = effects.filter(
        ({ key, stored }) =>
          since === undefined ||
          current !== memory ||
          write.contended.has(keyOf(key)) ||
          memory?.put(key, stored, since) !== true,
      )
      if (current !== undefined) await this.#settle(current, doubtful)
    } finally {
      this.#end(effects, write)
      if (since !== undefined) memory?.release(since)
    }
  }

  async #settle(memory: TupleMemory, doubtful: readonly Effect[]): Promise<void> {
    const keys = doubtful.map(({ key }) => key)
    if (keys.length === 0) return
    const settled = await settleTuples(this.#follower.reader, memory, keys).catch(() => false)
    if (!settled) for (const key of keys) this.#follower.force(key)
  }

  #begin(effects: readonly Effect[]): WriteUnderWay {
    const write: WriteUnderWay = { contended: new Set() }
    for (const { key } of effects) {
      const name = keyOf(key)
      const others = this.#underWay.get(name) ?? new Set()
      for (const other of others) other.contended.add(name)
      if (others.size > 0) write.contended.add(name)
      this.#underWay.set(name, others.add(write))
    }
    return write
  }

  #end(effects: readonly Effect[], write: WriteUnderWay): void {
    for (const { key } of effects) {
      const others = this.#underWay.get(keyOf(key))
      others?.delete(write)
      if (others?.size === 0) this.#underWay.delete(keyOf(key))
    }
  }
}

function effectsOf({ writes = [], deletes = [] }: TupleChange): Effect[] {
  return [
    ...deletes.map(({ user, relation, object }) => ({ key: { user, relation, object }, stored: undefined })),
    ...writes.map((tuple) => ({ key: tuple, stored: storedForm(tuple) })),
  ]
}
