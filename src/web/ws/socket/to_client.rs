//! What the participant behind a socket wants sent, and how it ends.

use super::{CLOSE_DEADLINE, SignalSocket, Stage};
use ::actors::{
    participant::messages::ToSocket,
    protocol::{CloseCode, CommandError, Reply, ReplyBody},
};
use actix::{ActorContext, ActorFutureExt, AsyncContext, Context, Handler, fut::wrap_future};
use actix_http::ws::{self, Message};

impl Handler<ToSocket> for SignalSocket {
    type Result = ();

    fn handle(&mut self, message: ToSocket, ctx: &mut Self::Context) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        match message {
            ToSocket::Text(text) => self.send(Message::Text(text.into()), ctx),
            ToSocket::Close(code) => {
                // It is the participant that lets go: nothing to tell it.
                self.stage = Stage::New;
                self.close(code, ctx);
            }
            ToSocket::Cut => {
                self.stage = Stage::Closed;
                ctx.stop();
            }
        }
    }
}

impl SignalSocket {
    /// Puts a frame out. Those of one turn of the actor leave together.
    pub(super) fn send(&mut self, message: Message, ctx: &mut Context<Self>) {
        self.out.send(message);
        if !self.flushing {
            self.flushing = true;
            ctx.spawn(wrap_future::<_, Self>(std::future::ready(())).map(|(), socket, ctx| socket.flush(ctx)));
        }
    }

    fn flush(&mut self, ctx: &mut Context<Self>) {
        match self.out.flush() {
            Ok(true) => {
                self.flushing = false;
                if matches!(self.stage, Stage::Closed) {
                    let gone = wrap_future::<_, Self>(self.out.farewell());
                    ctx.spawn(gone.map(|(), _, ctx| ctx.stop()));
                }
            }
            Ok(false) => {
                let writable = wrap_future::<_, Self>(self.out.writable());
                ctx.spawn(writable.map(|_, socket, ctx| socket.flush(ctx)));
            }
            Err(_) => self.cut(ctx),
        }
    }

    pub(super) fn reply(&mut self, reference: Option<u64>, result: Result<ReplyBody, CommandError>, ctx: &mut Context<Self>) {
        if let Ok(text) = serde_json::to_string(&Reply::new(reference, result)) {
            self.send(Message::Text(text.into()), ctx);
        }
    }

    pub(super) fn close(&mut self, code: CloseCode, ctx: &mut Context<Self>) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        metrics::counter!("greenroom_socket_closes_total", "code" => code.number().to_string()).increment(1);
        let code = ws::CloseReason { code: ws::CloseCode::Other(code.number()), description: Some(code.sentence().to_owned()) };
        self.close_with(Some(code), ctx);
    }

    pub(super) fn close_with(&mut self, reason: Option<ws::CloseReason>, ctx: &mut Context<Self>) {
        self.leave();
        self.send(Message::Close(reason), ctx);
        ctx.run_later(CLOSE_DEADLINE, |_, ctx| ctx.stop());
    }
}
