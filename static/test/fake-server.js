/** A signalling server in memory: keeps each participant's numbered events, and cuts sockets when told to. */
export class FakeServer {
  sockets = [];
  frames = [];
  log = [];
  /** Replies by command type; a function of the frame, or an error. */
  replies = {};
  refuseConnections = false;
  silent = false;

  constructor() {
    const server = this;
    this.WebSocket = class {
      readyState = 0;
      constructor(url, protocol) {
        Object.assign(this, { url, protocol });
        server.sockets.push(this);
        queueMicrotask(() => {
          if (this.readyState !== 0) return;
          if (server.refuseConnections) return server.drop(this);
          this.readyState = 1;
          this.onopen?.({});
        });
      }
      send(text) {
        if (!server.silent) server.receive(this, JSON.parse(text));
      }
      close() {
        this.readyState = 3;
      }
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }

  of(type) {
    return this.frames.filter((frame) => frame.type === type);
  }

  receive(socket, frame) {
    this.frames.push(frame);
    const answer = this.replies[frame.type];
    if (answer === null) return;
    if (frame.type === "resume" && !answer) {
      this.send({ type: "reply", ref: frame.ref, ok: true, state: "joined", participantId: "p1", replayed: true }, socket);
      for (const event of this.log.filter((one) => one.seq > frame.lastSeq)) this.send(event, socket);
      return;
    }
    if (frame.ref === undefined) return;
    const body = typeof answer === "function" ? answer(frame) : answer ?? { ok: true };
    this.send({ type: "reply", ref: frame.ref, state: "joined", participantId: "p1", ...body }, socket);
  }

  /** A numbered event; kept for resume, and sent where somebody listens. */
  event(event) {
    const numbered = { ...event, seq: this.log.length + 1 };
    this.log.push(numbered);
    this.send(numbered, this.socket);
  }

  send(message, socket = this.socket) {
    if (socket?.readyState === 1) socket.onmessage?.({ data: JSON.stringify(message) });
  }

  drop(socket = this.socket, code = 1006) {
    socket.readyState = 3;
    socket.onclose?.({ code, reason: "" });
  }
}
