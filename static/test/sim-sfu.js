/** The server's side of the two connections of one person, as far as they negotiate: it answers what is published and offers what is to be received. */
export class SimSfu {
  sent = [];
  offers = [];
  answers = [];
  /** Commands that get lost. @type {Set<string>} */
  loses = new Set();
  silent = false;
  #sim;
  #deliver;
  #publish = null;
  #receive = null;
  #name = "";
  epoch = 2;

  constructor({ sim, deliver }) {
    this.#sim = sim;
    this.#deliver = deliver;
  }

  request = async (type, fields) => {
    this.sent.push({ type, ...fields });
    if (this.loses.has(type)) throw new Error("offline");
    if (type === "offer" && fields.to === "sfu") void this.#answer(fields);
    if (type === "answer" && fields.to === "sfu") {
      this.answers.push(fields.sdp);
      await this.#receive.setRemoteDescription({ type: "answer", sdp: fields.sdp });
    }
    if (type === "restart_receive") {
      this.#receive?.restartIce();
      if (this.#receive) void this.#offer();
    }
    return {};
  };

  of(type) {
    return this.sent.filter((one) => one.type === type);
  }

  /** Lines for so many others. @param {number} audio @param {number} video */
  async grow(audio, video) {
    this.#receive ??= new this.#sim.RTCPeerConnection({});
    for (let i = 0; i < audio; i += 1) this.#receive.addTransceiver("audio", { direction: "sendonly" });
    for (let i = 0; i < video; i += 1) this.#receive.addTransceiver("video", { direction: "sendonly" });
    await this.#offer();
  }

  /** Its end of the receiving connection failed: it begins one anew, with as many lines. */
  async begin() {
    const kinds = this.#receive.getTransceivers().map((one) => one.kind);
    this.#receive.close();
    this.#receive = new this.#sim.RTCPeerConnection({});
    for (const kind of kinds) this.#receive.addTransceiver(kind, { direction: "sendonly" });
    await this.#offer();
  }

  async #offer() {
    await this.#receive.setLocalDescription();
    const { sdp } = this.#receive.localDescription;
    this.offers.push(sdp);
    this.#deliver({ type: "offer_received", from: "sfu", sdp, epoch: this.epoch });
  }

  async #answer({ sdp, tracks }) {
    this.tracks = tracks;
    if (this.silent) return;
    // Another connection's offer ends what was there.
    const name = /^s=(.*)$/m.exec(sdp)[1];
    if (this.#name !== name) this.#publish?.close();
    if (this.#name !== name) this.#publish = new this.#sim.RTCPeerConnection({});
    this.#name = name;
    await this.#publish.setRemoteDescription({ type: "offer", sdp });
    await this.#publish.setLocalDescription();
    this.#deliver({ type: "answer_received", from: "sfu", sdp: this.#publish.localDescription.sdp, epoch: this.epoch });
  }
}
