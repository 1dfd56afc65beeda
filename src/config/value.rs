//! The kinds of values that settings have, each readable from text and from TOML.

use super::Cidr;
use actors::protocol::PartialSettings;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, net::IpAddr, net::SocketAddr, path::PathBuf, str::FromStr};
use toml::Value;

/// A value that can be set.
pub trait Setting: Sized {
    /// Does its flag stand for `true` when it has no value?
    const IS_SWITCH: bool = false;
    fn from_text(text: &str) -> Result<Self, String>;
    fn from_toml(value: Value) -> Result<Self, String>;
    /// As TOML with secrets masked; none when unset.
    fn show(&self) -> Option<Value>;
}

/// Text that must not be seen: its `Debug` is a mask, and it has no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(Self(text.to_owned())) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    Text,
    Json,
}

impl FromStr for LogFormat {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("must be text or json".to_owned()),
        }
    }
}

/// One of the operator's room templates.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub settings: PartialSettings,
}

pub type Templates = BTreeMap<String, Template>;

/// Kinds whose text is a string in TOML.
macro_rules! as_string {
    ($($kind:ty => $show:expr;)+) => { $(
        impl Setting for $kind {
            fn from_text(text: &str) -> Result<Self, String> {
                text.parse::<$kind>().map_err(|e| e.to_string())
            }
            fn from_toml(value: Value) -> Result<Self, String> {
                Self::from_text(value.as_str().ok_or("must be a string")?)
            }
            fn show(&self) -> Option<Value> {
                let show: fn(&$kind) -> String = $show;
                Some(Value::String(show(self)))
            }
        }
    )+ };
}

as_string! {
    String => |it| it.clone();
    PathBuf => |it| it.display().to_string();
    SocketAddr => |it| it.to_string();
    IpAddr => |it| it.to_string();
    Cidr => |it| it.to_string();
    LogFormat => |it| if *it == LogFormat::Json { "json" } else { "text" }.to_owned();
    Secret => |_| "********".to_owned();
}

macro_rules! as_integer {
    ($($kind:ty)+) => { $(
        impl Setting for $kind {
            fn from_text(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| format!("must be a whole number up to {}", <$kind>::MAX))
            }
            fn from_toml(value: Value) -> Result<Self, String> {
                let number = value.as_integer().ok_or("must be a whole number")?;
                number.try_into().map_err(|_| format!("must be a whole number up to {}", <$kind>::MAX))
            }
            fn show(&self) -> Option<Value> {
                i64::try_from(*self).ok().map(Value::Integer)
            }
        }
    )+ };
}

as_integer!(u16 u32 u64 usize);

impl Setting for bool {
    const IS_SWITCH: bool = true;

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "must be true or false".to_owned())
    }

    fn from_toml(value: Value) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| "must be true or false".to_owned())
    }

    fn show(&self) -> Option<Value> {
        Some(Value::Boolean(*self))
    }
}

impl<T: Setting> Setting for Option<T> {
    fn from_text(text: &str) -> Result<Self, String> {
        T::from_text(text).map(Some)
    }

    fn from_toml(value: Value) -> Result<Self, String> {
        T::from_toml(value).map(Some)
    }

    fn show(&self) -> Option<Value> {
        self.as_ref().and_then(Setting::show)
    }
}

/// Text has commas between the items.
impl<T: Setting> Setting for Vec<T> {
    fn from_text(text: &str) -> Result<Self, String> {
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(T::from_text).collect()
    }

    fn from_toml(value: Value) -> Result<Self, String> {
        let Value::Array(items) = value else { return Err("must be a list".to_owned()) };
        items.into_iter().map(T::from_toml).collect()
    }

    fn show(&self) -> Option<Value> {
        Some(Value::Array(self.iter().filter_map(Setting::show).collect()))
    }
}

impl Setting for Templates {
    fn from_text(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|e| e.to_string())
    }

    fn from_toml(value: Value) -> Result<Self, String> {
        value.try_into().map_err(|e: toml::de::Error| e.message().to_owned())
    }

    fn show(&self) -> Option<Value> {
        if self.is_empty() { None } else { Value::try_from(self).ok() }
    }
}

/// Never the secret itself.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("********")
    }
}
