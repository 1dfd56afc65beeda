// The relaying part of a room server as it is usually written with Socket.IO: rooms, who is in them, and offers, answers and
// candidates from one member to another, each acknowledged to its sender. `node server.js PORT` listens on loopback.

import { createServer } from "node:http";
import { Server } from "socket.io";

const port = Number(process.argv[2] ?? 8090);
const http = createServer((request, response) => {
  response.writeHead(request.url === "/readyz" ? 200 : 404).end();
});
const io = new Server(http, {
  transports: ["websocket"],
  serveClient: false,
  perMessageDeflate: false,
  maxHttpBufferSize: 64 * 1024,
});

/** @type {Record<string, string>} a command and the field it carries */
const RELAYS = { offer: "sdp", answer: "sdp", ice_candidate: "candidate" };

io.on("connection", (socket) => {
  socket.on("join", ({ room }, reply) => {
    const others = [...(io.sockets.adapter.rooms.get(room) ?? [])];
    socket.data.room = room;
    socket.join(room);
    socket.to(room).emit("participant_joined", { id: socket.id });
    reply({ ok: true, id: socket.id, participants: others });
  });

  for (const [command, field] of Object.entries(RELAYS)) {
    socket.on(command, (message, reply) => {
      const receiver = io.sockets.sockets.get(message.to);
      if (!socket.data.room || receiver?.data.room !== socket.data.room) {
        reply({ ok: false, error: { code: "no_such_participant" } });
        return;
      }
      receiver.emit(`${command}_received`, { from: socket.id, [field]: message[field], epoch: message.epoch });
      reply({ ok: true });
    });
  }

  socket.on("disconnect", () => {
    if (socket.data.room) socket.to(socket.data.room).emit("participant_left", { id: socket.id });
  });
});

http.listen(port, "127.0.0.1");
process.once("SIGTERM", () => process.exit(0));
