//! Commands that print what is built in or what a file holds; none needs the data folder.

use super::CliError;
use crate::web::docs;
use actors::room::replay;
use serde_json::json;
use std::{fs, path::Path};

pub fn openapi() -> Result<(), CliError> {
    println!("{}", docs::document().to_pretty_json().map_err(CliError::because)?);
    Ok(())
}

pub fn schema() -> Result<(), CliError> {
    println!("{}", serde_json::to_string_pretty(&actors::protocol::schema()).map_err(CliError::because)?);
    Ok(())
}

/// The state that a journal leads to, how far it came, and a digest to compare it by.
pub fn replay(file: &Path) -> Result<(), CliError> {
    let because = |error: &dyn std::fmt::Display| CliError::because(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| because(&error))?;
    let replayed = replay::replay_file(&text).map_err(|error| because(&error))?;
    let answer = json!({ "entries": replayed.entries, "seq": replayed.seq, "digest": replayed.digest, "state": replayed.state });
    println!("{}", serde_json::to_string_pretty(&answer).map_err(CliError::because)?);
    Ok(())
}
