//! The listener: HTTP requests go to the application, upgrades to the signalling sockets.

use super::AppError;
use crate::{
    config::Config,
    web::{
        self, Parts, headers, trace,
        ws::{Upgrade, UpgradeParts},
    },
};
use actix_http::HttpService;
use actix_server::{Server, ServerBuilder};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, map_config};
use actix_web::{App, dev::AppConfig, middleware::from_fn};
use std::{io, net::TcpListener, thread, time::Duration};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 2_048;

/// Binds and serves with one worker a core, unless the settings say otherwise.
pub fn start(config: &Config, parts: Parts) -> Result<Server, AppError> {
    let failed = |error| AppError::Listen(config.listen, error);
    let listener = bind(config).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let workers = if config.workers == 0 { thread::available_parallelism().map_or(2, usize::from) } else { config.workers };
    let builder = ServerBuilder::default()
        .workers(workers)
        .max_concurrent_connections(config.max_connections.div_ceil(workers))
        .shutdown_timeout(config.drain_seconds)
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let keep_alive = Duration::from_secs(config.keep_alive_seconds);
    let header_timeout = Duration::from_secs(config.header_timeout_seconds);
    let server = builder.listen("greenroom", listener, move || {
        let (parts, stopping) = (parts.clone(), stopping.clone());
        let upgrade = Upgrade(UpgradeParts { shared: parts.shared.clone(), signalling: parts.signalling.clone() });
        let app =
            App::new().wrap(from_fn(headers::headers)).wrap(from_fn(trace::trace)).configure(|app| web::routes(app, &parts));
        HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(keep_alive)
            .client_request_timeout(header_timeout)
            .local_addr(address)
            // Frames are small and often two in a row: Nagle would hold the second back for a delayed ACK, 40 ms.
            .tcp_nodelay(true)
            .upgrade(upgrade)
            .finish(map_config(app.into_factory().map_err(|error: actix_web::Error| error.error_response()), |()| {
                AppConfig::default()
            }))
            .tcp()
    });
    let server = server.map_err(failed)?;
    tracing::info!(%address, "listening");
    eprintln!("Greenroom is at {}", config.public_url.clone().unwrap_or_else(|| format!("http://{address}")));
    Ok(server.run())
}

/// As the server library binds, with a longer queue than the standard library gives.
fn bind(config: &Config) -> io::Result<TcpListener> {
    use socket2::{Domain, Protocol, Socket, Type};
    let socket = Socket::new(Domain::for_address(config.listen), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&config.listen.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}
