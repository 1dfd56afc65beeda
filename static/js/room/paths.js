/** Which way media takes, and what of it does not come. */

/** @typedef {import("../call/call-state.js").CallState} CallState */
/** @typedef {import("../signalling/protocol.js").Topology} Topology */

/** @type {Record<string, (state: CallState, event: any, now: number) => CallState>} */
export const handlers = {
  topology_updated: (state, { topology }) => ({ ...state, topology }),

  topology_switching(state, { epoch, to, reason }) {
    return state.topology ? { ...state, topology: { ...state.topology, switching: { epoch, to, reason } } } : state;
  },

  topology_switched(state, { epoch, mode }) {
    if (!state.topology) return state;
    const { switching, ...rest } = state.topology;
    const reason = switching && switching.epoch === epoch ? switching.reason : rest.reason;
    const limited = mode === "mesh" ? {} : state.limited;
    return { ...state, limited, topology: { ...rest, epoch, mode, reason } };
  },

  topology_rolled_back(state, { epoch }) {
    if (!state.topology || state.topology.switching?.epoch !== epoch) return state;
    const { switching: _given_up, ...topology } = state.topology;
    return { ...state, topology, limited: topology.mode === "mesh" ? {} : state.limited };
  },

  /** The whole list each time. */
  taps_updated: (state, { epoch, taps }) => ({ ...state, taps: { epoch: epoch ?? null, list: taps } }),

  /** The whole list each time. */
  media_limited(state, { tracks }) {
    /** @type {CallState["limited"]} */
    const limited = {};
    for (const { participantId, source, reason } of tracks) limited[participantId] = { ...limited[participantId], [source]: reason };
    return { ...state, limited };
  },
};
