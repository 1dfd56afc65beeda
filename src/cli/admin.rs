//! Commands that work on the data folder, beside a running server or without one.

use super::CliError;
use crate::{
    config::Config,
    identity::{self, KeyState, Scope},
    store::{DEFAULT_TENANT, Id, Store, models::millis, tenants::TenantRow},
};
use actors::Timestamp;
use clap::Subcommand;
use std::{future::Future, time::SystemTime};
use uuid::Uuid;

#[derive(Subcommand)]
pub enum Keys {
    /// List the keys, the one that signs first.
    List,
    /// Make a new key that signs from now on; what the old ones signed stays valid.
    Rotate,
    /// Remove a key that signs no more: what it signed is refused from now on.
    Remove {
        /// Its id, as `list` shows it.
        kid: String,
    },
}

impl Keys {
    pub fn run(self, config: &Config) -> Result<(), CliError> {
        let keys = identity::Keys::open(&config.data_dir).map_err(CliError::because)?;
        match self {
            Self::List => {
                for key in keys.list() {
                    println!("{}  {}", key.kid, if key.state == KeyState::Active { "active" } else { "previous" });
                }
            }
            Self::Rotate => println!("{}", keys.rotate().map_err(CliError::because)?),
            Self::Remove { kid } => keys.remove(&kid).map_err(CliError::because)?,
        }
        Ok(())
    }
}

#[derive(Subcommand)]
pub enum Tenants {
    /// Make a tenant and print its id.
    Create { name: String },
    /// List the tenants.
    List,
}

impl Tenants {
    pub fn run(self, config: &Config) -> Result<(), CliError> {
        with_store(config, async move |store| {
            match self {
                Self::Create { name } => {
                    let tenant = TenantRow { id: Id::new(), name, created_at: now() };
                    let id = tenant.id;
                    store.create_tenant(tenant).await.map_err(CliError::because)?;
                    println!("{id}");
                }
                Self::List => {
                    for tenant in store.tenants().await.map_err(CliError::because)? {
                        println!("{}  {}", tenant.id, tenant.name);
                    }
                }
            }
            Ok(())
        })
    }
}

#[derive(Subcommand)]
pub enum ApiKeys {
    /// Make a key that reaches everything of its tenant, and print it: it is shown once.
    Create {
        name: String,
        /// rooms:read, rooms:write, sessions:read, users:write, audit:read or egress:write; may be given more than once.
        #[arg(long = "scope", required = true)]
        scopes: Vec<Scope>,
        /// The tenant's id; the one that is there from the start if not given.
        #[arg(long)]
        tenant: Option<Uuid>,
    },
}

impl ApiKeys {
    pub fn run(self, config: &Config) -> Result<(), CliError> {
        let Self::Create { name, scopes, tenant } = self;
        with_store(config, async move |store| {
            let keys = identity::ApiKeys::new(store);
            let made = keys.create(tenant.unwrap_or(DEFAULT_TENANT.0), None, &name, &scopes, now()).await;
            let (_, key) = made.map_err(CliError::because)?;
            println!("{}", key.expose());
            Ok(())
        })
    }
}

fn with_store<F: Future<Output = Result<(), CliError>>>(config: &Config, work: impl FnOnce(Store) -> F) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CliError::because)?;
    let store = Store::open(&config.data_dir).map_err(CliError::because)?;
    runtime.block_on(work(store))
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    millis(Timestamp(since.as_millis() as u64))
}
