//! What the routes share.

use super::{client_ip::client_ip, error::Problem, health::Health, rate_limit::Limits};
use crate::{config::Config, store::Store};
use actix_web::HttpRequest;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{net::IpAddr, sync::Arc};

/// One for the whole server, behind an `Arc` in every worker.
pub struct Shared {
    pub config: Config,
    pub store: Store,
    pub health: Arc<Health>,
    pub limits: Limits,
    pub metrics: PrometheusHandle,
}

impl Shared {
    /// The address that a request counts for.
    pub fn client_ip(&self, request: &HttpRequest) -> IpAddr {
        client_ip(request, &self.config.trusted_proxies)
    }

    /// New work is refused while shutting down.
    pub fn accepting(&self) -> Result<(), Problem> {
        if self.health.is_draining() { Err(Problem::unavailable("draining", "the server is shutting down; try again")) } else { Ok(()) }
    }
}
