//! What the client sends: frames to commands, for the participant behind the socket once there is one.

use super::{BAD_FRAMES_MAX, EARLY_MAX, SignalSocket, Stage, UNKNOWN_FRAMES_MAX};
use crate::web::ws::reassembly::Piece;
use ::actors::{
    participant::messages::{Incoming, IncomingClip, SocketAlive},
    protocol::{BadFrame, ClientFrame, CloseCode, CommandError, parse},
};
use actix::{Context, StreamHandler, prelude::SendError};
use actix_http::ws::{self, Frame, Message, ProtocolError};
use bytes::Bytes;
use std::time::Instant;

impl StreamHandler<Result<Frame, ProtocolError>> for SignalSocket {
    fn handle(&mut self, frame: Result<Frame, ProtocolError>, ctx: &mut Self::Context) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        self.last_heard = Instant::now();
        match frame {
            Ok(Frame::Text(text)) => self.utf8(&text, ctx),
            Ok(Frame::Ping(payload)) => self.send(Message::Pong(payload), ctx),
            Ok(Frame::Pong(_)) => {
                if let Stage::In(participant) = &self.stage {
                    drop(participant.try_send(SocketAlive));
                }
            }
            Ok(Frame::Continuation(item)) => self.piece(item, ctx),
            Ok(Frame::Close(reason)) => {
                let reason = reason.map(|reason| ws::CloseReason { code: reason.code, description: None });
                self.close_with(reason, ctx);
            }
            Err(ProtocolError::Overflow) => self.close(CloseCode::TooBig, ctx),
            Ok(Frame::Binary(file)) => self.clip(file, ctx),
            Err(_) => self.close(CloseCode::Policy, ctx),
        }
    }

    /// The peer is gone, or said something after which nothing can be read; then a close frame is on its way.
    fn finished(&mut self, ctx: &mut Self::Context) {
        if !matches!(self.stage, Stage::Closed) {
            self.cut(ctx);
        }
    }
}

impl SignalSocket {
    pub(super) fn text(&mut self, text: &str, ctx: &mut Context<Self>) {
        self.frames = self.frames.saturating_add(1);
        match &mut self.stage {
            Stage::Closed => {}
            Stage::Entering { early } if early.len() < EARLY_MAX => early.push_back(text.to_owned()),
            Stage::Entering { .. } => self.close(CloseCode::Policy, ctx),
            Stage::New if self.frames > UNKNOWN_FRAMES_MAX => self.close(CloseCode::Policy, ctx),
            Stage::New | Stage::In(_) => match parse(text) {
                Ok(frame) => self.command(frame, ctx),
                Err(bad) => self.bad_frame(bad, ctx),
            },
        }
    }

    fn bad_frame(&mut self, bad: BadFrame, ctx: &mut Context<Self>) {
        metrics::counter!("greenroom_bad_frames_total").increment(1);
        self.bad_frames += 1;
        self.reply(bad.reference, Err(bad.error), ctx);
        if self.bad_frames > BAD_FRAMES_MAX {
            self.close(CloseCode::Policy, ctx);
        }
    }

    fn command(&mut self, frame: ClientFrame, ctx: &mut Context<Self>) {
        metrics::counter!("greenroom_commands_total", "type" => frame.command.name()).increment(1);
        let Stage::In(participant) = &self.stage else { return self.first(frame, ctx) };
        let reference = frame.reference;
        let sent = participant.try_send(Incoming {
            socket: self.number,
            received: tokio::time::Instant::now(),
            reference,
            command: frame.command,
        });
        self.answer(sent, reference, ctx);
    }

    /// Binary frames are clips of one's own voice, of those who are in.
    fn clip(&mut self, file: Bytes, ctx: &mut Context<Self>) {
        let Stage::In(participant) = &self.stage else { return self.close(CloseCode::Policy, ctx) };
        metrics::counter!("greenroom_commands_total", "type" => "emotion_clip").increment(1);
        let sent = participant.try_send(IncomingClip { socket: self.number, received: tokio::time::Instant::now(), file });
        self.answer(sent, None, ctx);
    }

    /// A full queue is said to who filled it; what they sent is gone.
    fn answer<M>(&mut self, sent: Result<(), SendError<M>>, reference: Option<u64>, ctx: &mut Context<Self>) {
        match sent {
            Ok(()) => {}
            Err(SendError::Full(_)) => {
                metrics::counter!("greenroom_queue_drops_total", "queue" => "participant").increment(1);
                self.reply(reference, Err(CommandError::busy()), ctx);
            }
            Err(SendError::Closed(_)) => self.close(CloseCode::Internal, ctx),
        }
    }

    fn piece(&mut self, item: ws::Item, ctx: &mut Context<Self>) {
        match self.pieces.take(item, self.shared.max_frame_bytes) {
            Piece::Incomplete => {}
            Piece::TooBig => self.close(CloseCode::TooBig, ctx),
            Piece::Unwanted => self.close(CloseCode::Policy, ctx),
            Piece::Whole(bytes) => self.utf8(&bytes, ctx),
        }
    }

    fn utf8(&mut self, bytes: &[u8], ctx: &mut Context<Self>) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text, ctx),
            Err(_) => self.close(CloseCode::NotUtf8, ctx),
        }
    }
}
