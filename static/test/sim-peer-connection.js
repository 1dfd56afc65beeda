/**
 * As much of an RTCPeerConnection as negotiation needs: signalling states with rollback, transceivers in the order of their
 * lines, ICE user fragments, `negotiationneeded`. It connects when both sides hold each other's current fragments and a candidate; with `inside`
 * the candidates are in the descriptions, as a server's are. `stats(pc)` gives the reports of a connection.
 */
export function simulation(clock, { inside = false, stats = () => [] } = {}) {
  let serial = 0;
  const all = new Set();
  const next = (name) => `${name}${(serial += 1)}`;

  class Sender {
    track = null;
    packets = 0;
    constructor(encodings = [{}]) {
      this.parameters = { encodings };
    }
    async replaceTrack(track) {
      this.track = track;
    }
    getParameters() {
      return structuredClone(this.parameters);
    }
    async setParameters(parameters) {
      this.parameters = parameters;
    }
  }

  const transceiver = (kind, direction, encodings) => ({ kind, mid: null, direction, currentDirection: null, sender: new Sender(encodings), receiver: { track: { kind, id: next("track") } } });

  return {
    all,
    RTCPeerConnection: class {
      signalingState = "stable";
      connectionState = "new";
      iceConnectionState = "new";
      localDescription = null;
      remoteDescription = null;
      #stable = { local: null, remote: null };
      #transceivers = [];
      #ufrag = next("u");
      #restart = false;
      #needed = false;
      #closed = false;
      #candidatesFor = new Set();
      name = next("pc");

      constructor(configuration) {
        this.configuration = configuration;
        all.add(this);
      }
      getStats = async () => new Map(stats(this).map((one, at) => [one.id ?? `s${at}`, one]));
      getReceivers = () => this.#transceivers.map((one) => one.receiver);
      getTransceivers = () => [...this.#transceivers];
      getConfiguration = () => this.configuration;
      setConfiguration = (configuration) => void (this.configuration = configuration);

      addTransceiver(kind, { direction, sendEncodings }) {
        const one = transceiver(kind, direction, sendEncodings);
        this.#transceivers.push(one);
        this.#need();
        return one;
      }
      restartIce() {
        this.#restart = true;
        this.#need();
      }
      #need() {
        this.#needed = true;
        queueMicrotask(() => {
          if (!this.#needed || this.#closed || this.signalingState !== "stable") return;
          this.#needed = false;
          this.onnegotiationneeded?.({});
        });
      }
      #sdp(type, kinds) {
        return [`v=0`, `o=- ${this.name} 2 IN IP4 127.0.0.1`, `s=${this.name}`, ...kinds.flatMap((kind, i) => [`m=${kind} 9 x 0`, `a=mid:${i}`]), `a=ice-ufrag:${this.#ufrag}`, `a=type:${type}`, ""].join("\r\n");
      }
      async setLocalDescription() {
        await clock.pause();
        this.#alive();
        if (this.signalingState === "have-remote-offer") {
          const kinds = lines(this.remoteDescription.sdp);
          this.localDescription = { type: "answer", sdp: this.#sdp("answer", kinds) };
          this.#settle();
        } else {
          if (this.#restart) this.#ufrag = next("u");
          this.#transceivers.forEach((one, i) => (one.mid ??= String(i)));
          this.localDescription = { type: "offer", sdp: this.#sdp("offer", this.#transceivers.map((one) => one.kind)) };
          this.signalingState = "have-local-offer";
        }
        const ufrag = this.#ufrag;
        queueMicrotask(() => this.onicecandidate?.({ candidate: { toJSON: () => ({ candidate: "c", sdpMid: "0", usernameFragment: ufrag }) } }));
      }
      async setRemoteDescription({ type, sdp }) {
        await clock.pause();
        this.#alive();
        if (inside) this.#candidatesFor.add(fragment(sdp));
        if (type === "answer" && this.signalingState !== "have-local-offer") throw new Error(`InvalidStateError: answer in ${this.signalingState}`);
        if (type === "offer") {
          if (this.signalingState === "have-local-offer") this.localDescription = this.#stable.local;
          const kinds = lines(sdp);
          const old = this.#stable.remote?.sdp;
          if (old && lines(old).length > kinds.length) throw new Error("InvalidAccessError: lines went away");
          if (old && line(old, "s=") !== line(sdp, "s=")) throw new Error("InvalidAccessError: another peer's fingerprint");
          kinds.forEach((kind, i) => {
            const known = this.#transceivers.find((one) => one.mid === String(i));
            if (!known) this.#transceivers.push(Object.assign(transceiver(kind, "recvonly"), { mid: String(i) }));
          });
          if (old && fragment(old) !== fragment(sdp)) this.#ufrag = next("u");
          this.remoteDescription = { type, sdp };
          this.signalingState = "have-remote-offer";
        } else {
          this.remoteDescription = { type, sdp };
          this.#settle();
        }
      }
      #settle() {
        this.signalingState = "stable";
        this.#stable = { local: this.localDescription, remote: this.remoteDescription };
        this.#restart = this.localDescription.type === "offer" ? false : this.#restart;
        for (const one of this.#transceivers) if (one.mid !== null) one.currentDirection = one.direction;
        this.#check();
        if (this.#restart || this.#transceivers.some((one) => one.mid === null)) this.#need();
      }
      async addIceCandidate(candidate) {
        await clock.pause();
        this.#alive();
        if (!this.remoteDescription) throw new Error("InvalidStateError: no remote description");
        if (candidate) this.#candidatesFor.add(candidate.usernameFragment);
        this.#check();
      }
      #check() {
        if (this.signalingState !== "stable" || !this.remoteDescription) return;
        if (this.#candidatesFor.has(fragment(this.remoteDescription.sdp))) this.become("connected");
      }
      become(state) {
        if (this.#closed || this.connectionState === state) return;
        this.connectionState = this.iceConnectionState = state;
        queueMicrotask(() => this.onconnectionstatechange?.({}));
      }
      #alive() {
        if (this.#closed) throw new Error("InvalidStateError: closed");
      }
      close() {
        this.#closed = true;
        this.signalingState = "closed";
        this.connectionState = "closed";
        all.delete(this);
      }
    },
  };
}

const lines = (sdp) => [...sdp.matchAll(/^m=(\w+)/gm)].map((one) => one[1]);
const line = (sdp, start) => sdp.split("\r\n").find((one) => one.startsWith(start));
export const fragment = (sdp) => line(sdp, "a=ice-ufrag:")?.slice(12);
