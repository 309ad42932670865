const direct = (...types: object[]) => ({ directly_related_user_types: types })
const computed = (relation: string) => ({ computedUserset: { relation } })
const from = (tupleset: string, relation: string) => ({
  tupleToUserset: { tupleset: { relation: tupleset }, computedUserset: { relation } },
})

/** A model with every kind of rewrite and restriction: folders, documents, groups, exclusion, a condition, everyone. */
export const contractModel = {
  schema_version: "1.1",
  type_definitions: [
    { type: "user" },
    {
      type: "group",
      relations: { member: { this: {} } },
      metadata: { relations: { member: direct({ type: "user" }, { type: "group", relation: "member" }) } },
    },
    {
      type: "folder",
      relations: { owner: { this: {} }, viewer: { union: { child: [{ this: {} }, computed("owner")] } } },
      metadata: {
        relations: {
          owner: direct({ type: "user" }),
          viewer: direct({ type: "user" }, { type: "group", relation: "member" }),
        },
      },
    },
    {
      type: "document",
      relations: {
        parent: { this: {} },
        owner: { this: {} },
        blocked: { this: {} },
        editor: { union: { child: [{ this: {} }, computed("owner")] } },
        viewer: {
          difference: {
            base: { union: { child: [{ this: {} }, computed("editor"), from("parent", "viewer")] } },
            subtract: computed("blocked"),
          },
        },
        can_print: { intersection: { child: [computed("viewer"), computed("editor")] } },
      },
      metadata: {
        relations: {
          parent: direct({ type: "folder" }),
          owner: direct({ type: "user" }),
          blocked: direct({ type: "user" }),
          editor: direct({ type: "user" }, { type: "user", condition: "from_office" }),
          viewer: direct(
            { type: "user" },
            { type: "user", wildcard: {} },
            { type: "group", relation: "member" },
          ),
        },
      },
    },
  ],
  conditions: {
    from_office: {
      name: "from_office",
      expression: 'network == "office" && level <= 3',
      parameters: { network: { type_name: "TYPE_NAME_STRING" }, level: { type_name: "TYPE_NAME_INT" } },
    },
  },
} as const
