//! Hello or resume: from a socket of nobody to one of a participant.

use super::{SignalSocket, Stage};
use crate::web::ws::entering::{self, Beginning, Entered};
use ::actors::{
    participant::{
        messages::{Socket, SocketClosed},
        resume_token::ResumeToken,
    },
    protocol::{
        ClientCommand, ClientFrame, CloseCode, CommandError, ErrorCode,
        client::{Hello, Resume},
    },
    topology::devices::FEW_LINKS,
};
use actix::{ActorFutureExt, AsyncContext, Context, fut::wrap_future};
use std::collections::VecDeque;

impl SignalSocket {
    /// The first command must say who this is.
    pub(super) fn first(&mut self, frame: ClientFrame, ctx: &mut Context<Self>) {
        let reference = frame.reference;
        match frame.command {
            ClientCommand::Hello(hello) => self.hello(hello, reference, ctx),
            ClientCommand::Resume(resume) => self.resume(resume, reference, ctx),
            _ => {
                let error = CommandError::new(ErrorCode::NotAuthenticated, "say hello or resume first");
                self.reply(reference, Err(error), ctx);
            }
        }
    }

    fn hello(&mut self, hello: Hello, reference: Option<u64>, ctx: &mut Context<Self>) {
        let Some((room, mut claims)) = self.shared.tokens.read(&hello.token) else {
            let error = CommandError::new(ErrorCode::TokenInvalid, "the token is not valid for this server, or its time is over");
            Beginning::Hello.refused(&error);
            self.reply(reference, Err(error), ctx);
            return self.close(CloseCode::NotAuthenticated, ctx);
        };
        if let Some(name) = hello.display_name {
            claims.display_name = name;
        }
        claims.few_links = hello.capabilities.iter().any(|one| one == FEW_LINKS);
        let entering = entering::hello(self.shared.clone(), room, claims, self.socket(ctx), reference);
        self.enter(Beginning::Hello, entering, reference, ctx);
    }

    fn resume(&mut self, resume: Resume, reference: Option<u64>, ctx: &mut Context<Self>) {
        let Some(token) = ResumeToken::decode(&resume.resume_token) else {
            let error = CommandError::new(ErrorCode::ResumeInvalid, "this resume token is not valid");
            Beginning::Resume.refused(&error);
            return self.reply(reference, Err(error), ctx);
        };
        let entering = entering::resume(self.shared.clone(), token, resume, self.socket(ctx), reference);
        self.enter(Beginning::Resume, entering, reference, ctx);
    }

    fn socket(&self, ctx: &Context<Self>) -> Socket {
        Socket { number: self.number, to: ctx.address().recipient() }
    }

    fn enter(
        &mut self,
        beginning: Beginning,
        entering: impl Future<Output = Entered> + 'static,
        reference: Option<u64>,
        ctx: &mut Context<Self>,
    ) {
        self.stage = Stage::Entering { early: VecDeque::new() };
        ctx.spawn(
            wrap_future::<_, Self>(entering).map(move |entered, socket, ctx| socket.entered(beginning, entered, reference, ctx)),
        );
    }

    fn entered(&mut self, beginning: Beginning, entered: Entered, reference: Option<u64>, ctx: &mut Context<Self>) {
        let Stage::Entering { early } = std::mem::replace(&mut self.stage, Stage::New) else {
            // Closed meanwhile: the participant must learn that nobody is there.
            if let Ok(participant) = entered {
                let socket = self.number;
                actix::spawn(async move {
                    let _ = participant.send(SocketClosed { socket }).await;
                });
            }
            self.stage = Stage::Closed;
            return;
        };
        match entered {
            Ok(participant) => {
                metrics::histogram!("greenroom_join_seconds").record(self.opened.elapsed().as_secs_f64());
                self.stage = Stage::In(participant);
            }
            Err(refused) => {
                beginning.refused(&refused.error);
                self.reply(reference, Err(refused.error), ctx);
                // After a failed resume the client may say hello on the same socket.
                if refused.close != CloseCode::NotAuthenticated {
                    return self.close(refused.close, ctx);
                }
                self.expect_hello(ctx);
            }
        }
        for text in early {
            self.text(&text, ctx);
        }
    }

    pub(super) fn expect_hello(&mut self, ctx: &mut Context<Self>) {
        ctx.run_later(self.shared.hello_timeout, |socket, ctx| {
            if matches!(socket.stage, Stage::New) {
                socket.close(CloseCode::NotAuthenticated, ctx);
            }
        });
    }
}
