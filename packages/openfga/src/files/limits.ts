/**
 * Bounds of what is read from files. They keep a wrong path (a disk image, `/dev/zero`) from filling the memory; OpenFGA's own
 * limits of a model and a tuple are held by the evaluator.
 */

/** A model as text. OpenFGA takes 256 KiB of it as protobuf; the language and JSON are a few times longer. */
export const MODEL_FILE_BYTES_LIMIT = 4 * 1024 * 1024
/** YAML is kept as a tree while it is read, some fifty times its size. Larger sets of tuples come as CSV or JSON Lines. */
export const YAML_FILE_BYTES_LIMIT = 16 * 1024 * 1024
/** A file of tuples: a million of them, with UUIDs and a condition each. Below V8's longest string. */
export const TUPLE_FILE_BYTES_LIMIT = 384 * 1024 * 1024
/** Files that one `fga.mod`, or one store file for its tuples, may name: far more than any project has. */
export const NAMED_FILES_LIMIT = 1_000
/** Questions of one store file, with several users and objects multiplied out. */
export const STORE_ASSERTIONS_LIMIT = 100_000
/** How deep members nest. A rewrite at its own limit (64 levels, three members each) fits twice. */
export const MEMBER_DEPTH_LIMIT = 512
/**
 * How deep brackets nest in a text of OpenFGA's language. Its parser looks ahead over all of them at each, so that thousands take
 * minutes; no rewrite that the evaluator takes (64 levels) has more.
 */
export const BRACKET_DEPTH_LIMIT = 100
