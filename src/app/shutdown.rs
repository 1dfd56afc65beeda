//! Stopping: not ready at once, clients told, what runs finished, then gone. A second signal does not wait.

use crate::web::state::Shared;
use actix_web::{dev::ServerHandle, web::Data};
use std::{process, time::Duration};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// When clients may try again: about as long as a restart takes.
const RETRY_IN_MS: u64 = 2_000;

/// Waits for SIGTERM or SIGINT and stops the server; on another one leaves at once.
pub async fn on_signal(server: ServerHandle, shared: Data<Shared>, patience: Duration) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        tracing::error!("signals can't be watched; stop this process with SIGKILL");
        return;
    };
    either(&mut terminate, &mut interrupt).await;
    tracing::info!("draining; a second signal stops at once");
    shared.health.start_draining();
    actix::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        // Everything answered is in the journal already.
        process::exit(0);
    });
    // Sockets first: the clients learn where to go while new requests are already refused.
    if tokio::time::timeout(patience, shared.rooms.drain(None, RETRY_IN_MS)).await.is_err() {
        tracing::warn!("some rooms did not drain in time");
    }
    if tokio::time::timeout(patience, server.stop(true)).await.is_err() {
        tracing::warn!("some requests did not end in time");
        server.stop(false).await;
    }
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    futures_util::future::select(Box::pin(terminate.recv()), Box::pin(interrupt.recv())).await;
}
