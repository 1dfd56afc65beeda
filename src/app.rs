//! The server's life: open what it keeps, start what decides, serve, and on a signal stop in reverse.

mod adapters;
mod housekeeping;
mod shutdown;

use crate::{
    config::Config,
    identity::{KeyError, PasswordError},
    store::StoreError,
    telemetry::{self, TelemetryError},
    web::{self, Parts, headers, trace},
};
use actix_web::{App, HttpServer, middleware::from_fn};
use std::{io, net::SocketAddr, path::PathBuf, thread, time::Duration};

/// Why the server could not run.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("{0} is set, but this build runs on its own with SQLite: leave it out")]
    NotInThisBuild(&'static str),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    #[error("{}: {error}", path.display())]
    DataDir { path: PathBuf, error: StoreError },
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("passwords can't be hashed here: {0}")]
    Passwords(PasswordError),
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    #[error("serving failed: {0}")]
    Serve(io::Error),
}

/// Runs the server until it is told to stop.
pub fn serve(config: Config) -> Result<(), AppError> {
    for (name, value) in [("database_url", &config.database_url), ("redis_url", &config.redis_url)] {
        if value.is_some() {
            return Err(AppError::NotInThisBuild(name));
        }
    }
    telemetry::start_logging(&config)?;
    actix::System::new().block_on(run(config))
}

async fn run(config: Config) -> Result<(), AppError> {
    let metrics = telemetry::start_metrics()?;
    let parts = adapters::build(&config, metrics)?;
    let shared = parts.shared.clone();
    let server = listen(&config, parts)?;
    let upkeep = actix::spawn(telemetry::upkeep(shared.metrics.clone()));
    let housekeeping = actix::spawn(housekeeping::keep(shared.clone()));
    let drain = Duration::from_secs(config.drain_seconds);
    actix::spawn(shutdown::on_signal(server.handle(), shared, drain));
    let served = server.await;
    housekeeping.abort();
    upkeep.abort();
    served.map_err(AppError::Serve)?;
    tracing::info!("stopped");
    Ok(())
}

fn listen(config: &Config, parts: Parts) -> Result<actix_web::dev::Server, AppError> {
    let workers = if config.workers == 0 { thread::available_parallelism().map_or(2, usize::from) } else { config.workers };
    let factory =
        move || App::new().wrap(from_fn(headers::headers)).wrap(from_fn(trace::trace)).configure(|app| web::routes(app, &parts));
    let server = HttpServer::new(factory)
        .workers(workers)
        .keep_alive(Duration::from_secs(config.keep_alive_seconds))
        .client_request_timeout(Duration::from_secs(config.header_timeout_seconds))
        .max_connections(config.max_connections.div_ceil(workers))
        .backlog(2048)
        // Frames are small and often two in a row: Nagle would hold the second back for a delayed ACK, 40 ms.
        .tcp_nodelay(true)
        .disable_signals()
        .shutdown_timeout(config.drain_seconds)
        .bind(config.listen)
        .map_err(|error| AppError::Listen(config.listen, error))?;
    for address in server.addrs() {
        tracing::info!(%address, "listening");
        eprintln!("Greenroom is at {}", config.public_url.clone().unwrap_or_else(|| format!("http://{address}")));
    }
    Ok(server.run())
}
