/** The server's own table, asked for one person. @param {import("../protocol.js").Room|null} room @param {import("../protocol.js").Participant|null} you */
export function permissionsOf(room, you) {
  /** @type {import("../call-state.js").CallState["can"]} */
  const can = {};
  if (!room || !you) return can;
  for (const permission of room.permissions[you.role] ?? []) can[permission] = true;
  return can;
}
