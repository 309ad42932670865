/** A user of list-users as the wire shows it: an object, everyone of a type, or a userset. */
export function showUser(user: string): object {
  const hash = user.lastIndexOf("#")
  const object = hash < 0 ? user : user.slice(0, hash)
  const colon = object.indexOf(":")
  const [type, id] = [object.slice(0, colon), object.slice(colon + 1)]
  if (hash >= 0) return { userset: { type, id, relation: user.slice(hash + 1) } }
  return id === "*" ? { wildcard: { type } } : { object: { type, id } }
}
