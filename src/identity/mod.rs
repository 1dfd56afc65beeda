//! Who is this? Keys, tokens, passwords, API keys, credentials for TURN, and what somebody may be when they join.

pub mod api_keys;
pub mod join_policy;
pub mod keys;
pub mod passwords;
pub mod refresh;
pub mod secret;
pub mod tokens;
pub mod turn;

pub use api_keys::{ApiKey, ApiKeyError, ApiKeys, Scope};
pub use join_policy::{Admission, Asker, PasswordCheck, Refusal, admit};
pub use keys::{KeyError, KeyInfo, KeyState, Keys};
pub use passwords::{PasswordError, Passwords};
pub use refresh::{RefreshError, RefreshTokens, Shown};
pub use secret::Secret;
pub use tokens::{Access, ConsentGrant, FileLink, Guest, Join, TokenError, Tokens};
pub use turn::{Turn, TurnConfig};
