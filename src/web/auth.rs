//! Who sends a request. Nothing shown means anonymous; something shown that is no good is refused everywhere.

use super::{error::Problem, state::Shared};
use crate::{
    config::Config,
    identity::{Access, ApiKey, ApiKeyError, Guest, Join, Scope, api_keys::looks_like_api_key},
    store::{DEFAULT_TENANT, models::RoomRow},
};
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Data};
use actors::ids::{Identity, TenantId, UserId};
use futures_util::future::LocalBoxFuture;
use std::net::IpAddr;
use uuid::Uuid;

mod rights;

pub use rights::needs;

/// Whom the `Authorization` header speaks for.
pub enum Caller {
    /// A fresh guest id, for what they make in this request.
    Anonymous(Uuid),
    Account(Access),
    Guest(Guest),
    Key(ApiKey),
    /// Holds a join token: opens its own room's files, report and, for the host, settings.
    Joiner(Join),
}

/// An account, and nothing else.
pub struct Account {
    pub tenant: Uuid,
    pub user: Uuid,
    /// The login that the token came from.
    pub login: Uuid,
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let shown = bearer(request);
        let shared = request.app_data::<Data<Shared>>().cloned();
        Box::pin(async move {
            let shared = shared.ok_or_else(|| Problem::internal("the routes have no shared state"))?;
            match shown? {
                Some(token) => identify(&shared, &token).await,
                None => Ok(Caller::Anonymous(Uuid::new_v4())),
            }
        })
    }
}

impl FromRequest for Account {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        Box::pin(async move {
            match caller.await? {
                Caller::Account(access) => {
                    Ok(Self { tenant: access.tenant_id.0, user: access.user_id.0, login: access.login_id })
                }
                Caller::Anonymous(_) => Err(Problem::unauthorized()),
                _ => Err(Problem::forbidden("account_needed", "this is for people who signed in to an account")),
            }
        })
    }
}

fn bearer(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().map_err(|_| Problem::unauthorized())?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Ok(Some(token.trim().to_owned()))
        }
        _ => Err(Problem::unauthorized()),
    }
}

async fn identify(shared: &Shared, token: &str) -> Result<Caller, Problem> {
    if looks_like_api_key(token) {
        return match shared.api_keys.authenticate(token, shared.now_ms()).await {
            Ok(key) => Ok(Caller::Key(key)),
            Err(ApiKeyError::Invalid) => Err(Problem::unauthorized()),
            Err(ApiKeyError::Store(error)) => Err(error.into()),
        };
    }
    let now = shared.clock.now();
    if let Ok(access) = shared.tokens.verify_access(token, now) {
        return Ok(Caller::Account(access));
    }
    if let Ok(guest) = shared.tokens.verify_guest(token, now) {
        return Ok(Caller::Guest(guest));
    }
    shared.tokens.verify_join(token, now).map(Caller::Joiner).map_err(|_| Problem::unauthorized())
}

impl Caller {
    pub fn is_anonymous(&self) -> bool {
        matches!(self, Self::Anonymous(_))
    }

    pub fn tenant(&self) -> Uuid {
        match self {
            Self::Anonymous(_) => DEFAULT_TENANT.0,
            Self::Account(access) => access.tenant_id.0,
            Self::Guest(guest) => guest.tenant_id.0,
            Self::Key(key) => key.tenant_id,
            Self::Joiner(join) => join.tenant_id.0,
        }
    }

    pub fn tenant_id(&self) -> TenantId {
        TenantId(self.tenant())
    }

    /// Somebody without a token has no tenant of their own: a code leads them into any.
    pub fn is_of_other_tenant(&self, tenant: Uuid) -> bool {
        !self.is_anonymous() && self.tenant() != tenant
    }

    /// Who acts, for the audit log.
    pub fn actor(&self) -> Identity {
        match self {
            Self::Anonymous(id) => Identity::guest(*id),
            Self::Account(access) => Identity::user(access.user_id),
            Self::Guest(guest) => Identity::guest(guest.guest_id),
            Self::Key(key) => Identity::from_subject(format!("key:{}", key.id)),
            Self::Joiner(join) => join.identity.clone(),
        }
    }

    /// Whose idempotency keys these are.
    pub fn idempotency_actor(&self, address: IpAddr) -> String {
        if self.is_anonymous() { format!("address:{address}") } else { self.actor().as_str().to_owned() }
    }

    /// Who is the host of a room that this caller makes; `host_id` is an integrator's own id of them.
    pub fn host_identity(&self, host_id: Option<&str>) -> Identity {
        match (self, host_id) {
            (Self::Key(key), Some(person)) => Identity::from_subject(format!("key:{}:{person}", key.id)),
            (Self::Key(key), None) => match key.user_id {
                Some(user) => Identity::user(UserId(user)),
                None => Identity::from_subject(format!("key:{}:host", key.id)),
            },
            _ => self.actor(),
        }
    }

    /// The name that they are known by, if any.
    pub async fn display_name(&self, shared: &Shared) -> Result<Option<String>, Problem> {
        match self {
            Self::Account(access) => {
                // An account that was deleted since its token was made is no account any more.
                let user =
                    shared.store.user_by_id(access.tenant_id.0, access.user_id.0).await.map_err(|_| Problem::unauthorized())?;
                Ok(Some(user.display_name))
            }
            Self::Guest(guest) => Ok(guest.display_name.clone()),
            Self::Joiner(join) => Ok(join.display_name.clone()),
            Self::Anonymous(_) | Self::Key(_) => Ok(None),
        }
    }
}
