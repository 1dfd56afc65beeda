//! What the server says about itself: log lines and metrics.

use crate::config::{Config, LogFormat};
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, filter::ParseError};

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("log: {0}")]
    Filter(#[from] ParseError),
    #[error("metrics: {0}")]
    Metrics(#[from] BuildError),
    #[error("metrics: {0}")]
    Recorder(String),
}

/// Starts logging to standard error.
pub fn start_logging(config: &Config) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&config.log)?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _ = match config.log_format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    Ok(())
}

/// Seconds: from 100 microseconds, which a relay takes, to what a person calls broken.
const LATENCY_BUCKETS: &[f64] =
    &[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Starts collecting metrics for this process.
pub fn start_metrics() -> Result<PrometheusHandle, TelemetryError> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), LATENCY_BUCKETS)?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|e| TelemetryError::Recorder(e.to_string()))?;
    describe();
    Ok(handle)
}

fn describe() {
    describe_gauge!("greenroom_rooms", "Rooms with a running session");
    describe_gauge!("greenroom_participants", "People in rooms");
    describe_gauge!("greenroom_waiting", "People in waiting rooms");
    describe_gauge!("greenroom_connections", "Open signalling sockets");
    describe_gauge!("greenroom_ready", "1 while this server takes new work");
    describe_counter!("greenroom_connects_total", "Signalling sockets opened, by outcome");
    describe_counter!("greenroom_resumes_total", "Resumes, by outcome");
    describe_counter!("greenroom_joins_total", "Joins, by outcome");
    describe_histogram!("greenroom_signalling_seconds", Unit::Seconds, "From a command's arrival to its reply");
    describe_counter!("greenroom_commands_total", "Commands, by type and outcome");
    describe_counter!("greenroom_closes_total", "Sockets closed by the server, by code");
    describe_counter!("greenroom_mailbox_full_total", "Messages refused by a full mailbox, by actor");
    describe_counter!("greenroom_actor_panics_total", "Actors that panicked and were rebuilt, by kind");
    describe_counter!("greenroom_http_requests_total", "Requests, by method, route and status");
    describe_histogram!("greenroom_http_seconds", Unit::Seconds, "Time to answer a request");
    describe_counter!("greenroom_rate_limited_total", "Requests refused by a rate limit, by limit");
    describe_gauge!("process_resident_memory_bytes", Unit::Bytes, "Resident memory of this process");
    describe_gauge!("process_cpu_seconds_total", Unit::Seconds, "CPU time of this process");
    describe_gauge!("process_open_fds", "Open file descriptors of this process");
}
