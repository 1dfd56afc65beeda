//! Stopping: not ready at once, clients told, what runs finished, then gone. A second signal does not wait.

use crate::web::health::Health;
use actix_web::dev::ServerHandle;
use std::{process, sync::Arc, time::Duration};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for SIGTERM or SIGINT and stops the server; on another one leaves at once.
pub async fn on_signal(server: ServerHandle, health: Arc<Health>, patience: Duration) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        tracing::error!("signals can't be watched; stop this process with SIGKILL");
        return;
    };
    either(&mut terminate, &mut interrupt).await;
    tracing::info!("draining; a second signal stops at once");
    health.start_draining();
    actix::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        // Everything answered is in the journal already.
        process::exit(0);
    });
    if tokio::time::timeout(patience, server.stop(true)).await.is_err() {
        tracing::warn!("some requests did not end in time");
        server.stop(false).await;
    }
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    futures_util::future::select(Box::pin(terminate.recv()), Box::pin(interrupt.recv())).await;
}
