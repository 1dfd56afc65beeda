//! Lays file, environment and flags over the defaults.

use super::{Config, KEYS};
use clap::{Arg, ArgAction, ArgMatches, parser::ValueSource};
use std::{collections::BTreeMap, path::Path};

const PREFIX: &str = "GREENROOM_";
const DEFAULT_FILE: &str = "greenroom.toml";

/// A configuration that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{file}: {why}")]
    File { file: String, why: String },
    #[error("there is no setting {name:?} ({place}){hint}")]
    Unknown { name: String, place: String, hint: String },
    #[error("{name} ({place}): {why}")]
    Value { name: &'static str, place: &'static str, why: String },
}

/// A flag for every setting, and `--config`.
pub fn arguments() -> Vec<Arg> {
    let file = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .global(true)
        .help("Configuration file [default: greenroom.toml when it is there]");
    let flags = KEYS.iter().map(|key| {
        let flag = Arg::new(key.name).long(dashed(key.name)).global(true).help(key.about[0].trim());
        if key.is_switch {
            flag.num_args(0..=1).require_equals(true).default_missing_value("true").value_name("BOOL")
        } else {
            flag.value_name("VALUE")
        }
    });
    let without = KEYS.iter().filter(|key| key.is_switch).map(|key| {
        let name = without(key.name);
        Arg::new(name.clone()).long(dashed(&name)).action(ArgAction::SetTrue).global(true).conflicts_with(key.name).hide(true)
    });
    std::iter::once(file).chain(flags).chain(without).collect()
}

/// `--no-sfu` is `--sfu=false`.
fn without(name: &str) -> String {
    format!("no_{name}")
}

fn dashed(name: &str) -> String {
    name.replace('_', "-")
}

/// Where each setting came from, for `config print`.
pub type Sources = BTreeMap<&'static str, &'static str>;

/// The configuration that these flags and this environment make.
pub fn load(flags: &ArgMatches, environment: impl Iterator<Item = (String, String)>) -> Result<(Config, Sources), ConfigError> {
    let environment: BTreeMap<String, String> = environment.filter(|(name, _)| name.starts_with(PREFIX)).collect();
    let mut config = Config::default();
    let mut sources = Sources::new();
    let named = flags.get_one::<String>("config").or_else(|| environment.get("GREENROOM_CONFIG"));
    read_file(named.map(String::as_str), &mut config, &mut sources)?;
    read_environment(&environment, &mut config, &mut sources)?;
    read_flags(flags, &mut config, &mut sources)?;
    config.check()?;
    Ok((config, sources))
}

fn read_file(named: Option<&str>, config: &mut Config, sources: &mut Sources) -> Result<(), ConfigError> {
    let file = named.unwrap_or(DEFAULT_FILE);
    if named.is_none() && !Path::new(file).exists() {
        return Ok(());
    }
    let wrong = |why: String| ConfigError::File { file: file.to_owned(), why };
    let text = std::fs::read_to_string(file).map_err(|e| wrong(e.to_string()))?;
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| wrong(e.message().to_owned()))?;
    for (name, value) in table {
        let known = known(&name, file.to_owned())?;
        config.set_toml(known, value).map_err(|why| ConfigError::Value { name: known, place: "file", why })?;
        sources.insert(known, "file");
    }
    Ok(())
}

fn read_environment(
    environment: &BTreeMap<String, String>,
    config: &mut Config,
    sources: &mut Sources,
) -> Result<(), ConfigError> {
    for (variable, text) in environment.iter().filter(|(name, _)| *name != "GREENROOM_CONFIG") {
        let name = variable[PREFIX.len()..].to_lowercase();
        let known = known(&name, variable.clone())?;
        config.set_text(known, text).map_err(|why| ConfigError::Value { name: known, place: "environment", why })?;
        sources.insert(known, "environment");
    }
    Ok(())
}

fn read_flags(flags: &ArgMatches, config: &mut Config, sources: &mut Sources) -> Result<(), ConfigError> {
    let given = |id: &str| flags.value_source(id) == Some(ValueSource::CommandLine);
    for key in KEYS {
        let text = match key.is_switch && given(&without(key.name)) {
            true => Some("false"),
            false if given(key.name) => flags.get_one::<String>(key.name).map(String::as_str),
            false => None,
        };
        let Some(text) = text else { continue };
        config.set_text(key.name, text).map_err(|why| ConfigError::Value { name: key.name, place: "flag", why })?;
        sources.insert(key.name, "flag");
    }
    Ok(())
}

fn known(name: &str, place: String) -> Result<&'static str, ConfigError> {
    if let Some(key) = KEYS.iter().find(|key| key.name == name) {
        return Ok(key.name);
    }
    let hint = match KEYS.iter().map(|key| (distance(key.name, name), key.name)).min() {
        Some((steps, near)) if steps <= 2 => format!("; did you mean {near}?"),
        _ => String::new(),
    };
    Err(ConfigError::Unknown { name: name.to_owned(), place, hint })
}

/// How many letters must change to make one word the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
