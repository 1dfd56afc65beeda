//! The server's life: open what it keeps, start what decides, serve, and on a signal stop in reverse.

mod adapters;
mod data_lock;
mod housekeeping;
mod left_over;
mod listen;
mod shutdown;

use crate::{
    config::Config,
    identity::{KeyError, PasswordError},
    media::{self, MediaError},
    recording::storage::StorageError,
    store::StoreError,
    telemetry::{self, TelemetryError},
};
use actors::RoomsHandle;
use data_lock::DataLock;
use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, SystemTime},
};

/// Why the server could not run.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("{0} is set, but this build runs on its own with SQLite: leave it out")]
    NotInThisBuild(&'static str),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    #[error("{}: {error}", path.display())]
    DataDir { path: PathBuf, error: StoreError },
    #[error("{}: another server runs on this data folder", .0.display())]
    DataDirInUse(PathBuf),
    #[error("{}: can't be locked: {error}", path.display())]
    DataLock { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("recordings can't be kept: {0}")]
    Recordings(StorageError),
    #[error("passwords can't be hashed here: {0}")]
    Passwords(PasswordError),
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    #[error(transparent)]
    Media(#[from] MediaError),
    #[error("serving failed: {0}")]
    Serve(io::Error),
}

/// Runs the server until it is told to stop.
pub fn serve(config: Config) -> Result<(), AppError> {
    serve_with(config, |_| ())
}

/// As [`serve`]; `started` gets the rooms once they can be opened: a program around the server needs their media by it.
pub fn serve_with(config: Config, started: impl FnOnce(RoomsHandle)) -> Result<(), AppError> {
    for (name, value) in [("database_url", &config.database_url), ("redis_url", &config.redis_url)] {
        if value.is_some() {
            return Err(AppError::NotInThisBuild(name));
        }
    }
    telemetry::start_logging(&config)?;
    actix::System::new().block_on(run(config, started))
}

async fn run(config: Config, started: impl FnOnce(RoomsHandle)) -> Result<(), AppError> {
    let _alone = DataLock::take(&config.data_dir)?;
    let metrics = telemetry::start_metrics()?;
    let media = config.sfu.then(|| media::start(&config)).transpose()?;
    let parts = adapters::build(&config, metrics, media.as_ref())?;
    let (shared, signalling) = (parts.shared.clone(), parts.signalling.clone());
    left_over::tidy(shared.clone(), SystemTime::now()).await;
    let server = listen::start(&config, parts)?;
    started(shared.rooms.clone());
    let upkeep = actix::spawn(telemetry::upkeep(shared.metrics.clone()));
    let housekeeping = actix::spawn(housekeeping::keep(shared.clone()));
    let library = actix::spawn(shared.library.clone().work());
    let drain = Duration::from_secs(config.drain_seconds);
    actix::spawn(shutdown::on_signal(server.handle(), shared, signalling, drain));
    let served = server.await;
    housekeeping.abort();
    library.abort();
    upkeep.abort();
    // The rooms have ended, or will not: whoever still sends is told that nobody listens.
    if let Some(media) = media {
        media.shutdown();
    }
    served.map_err(AppError::Serve)?;
    tracing::info!("stopped");
    Ok(())
}
