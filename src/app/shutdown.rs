//! Stopping: not ready at once, clients told, what runs finished, then gone. A second signal does not wait.

use crate::web::{state::Shared, ws::Signalling};
use actix_web::{dev::ServerHandle, web::Data};
use std::{process, sync::atomic::Ordering, time::Duration};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::{Instant, sleep, sleep_until, timeout_at},
};

/// When clients may try again: about as long as a restart takes.
const RETRY_IN_MS: u64 = 2_000;
/// The listener stays at least this long, so that who probes `/readyz` reads why instead of finding nobody.
const NOTICE: Duration = Duration::from_secs(1);
/// How long sockets may take to close: a little more than their own deadline.
const SOCKETS: Duration = Duration::from_secs(4);
const GLANCE: Duration = Duration::from_millis(20);

/// Waits for SIGTERM or SIGINT and stops the server within `patience`; on another one leaves at once.
pub async fn on_signal(server: ServerHandle, shared: Data<Shared>, signalling: Data<Signalling>, patience: Duration) {
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
    let began = Instant::now();
    let deadline = began + patience;
    // Sockets first: the clients learn where to go while new requests are already refused.
    if timeout_at(deadline, shared.rooms.drain(None, RETRY_IN_MS)).await.is_err() {
        tracing::warn!("some rooms did not drain in time");
    }
    if timeout_at(deadline.min(began + SOCKETS), no_sockets(&signalling)).await.is_err() {
        tracing::warn!("some sockets did not close in time");
    }
    if let Some(recorder) = &shared.recorder {
        recorder.pause(deadline.saturating_duration_since(Instant::now())).await;
    }
    sleep_until(deadline.min(began + NOTICE)).await;
    if timeout_at(deadline, server.stop(true)).await.is_err() {
        tracing::warn!("some requests did not end in time");
        server.stop(false).await;
    }
}

/// Until the last close frame has left.
async fn no_sockets(signalling: &Signalling) {
    while signalling.open.load(Ordering::Relaxed) > 0 {
        sleep(GLANCE).await;
    }
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    futures_util::future::select(Box::pin(terminate.recv()), Box::pin(interrupt.recv())).await;
}
