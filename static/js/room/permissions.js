/** The server's own table, asked for one person. @param {import("../signalling/protocol.js").Room|null} room @param {import("../signalling/protocol.js").Participant|null} you */
export function permissionsOf(room, you) {
  /** @type {import("../call/call-state.js").CallState["can"]} */
  const can = {};
  if (!room || !you) return can;
  for (const permission of room.permissions[you.role] ?? []) can[permission] = true;
  return can;
}
