//! A session's pipeline log, `pipeline.jsonl`: a line for each thing that happened to a track of it. Several tracks write to it at once, each line in one
//! call, so that lines never mix.

use super::SessionFolder;
use actors::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
};

pub const LOG: &str = "pipeline.jsonl";

pub struct SessionLog {
    file: File,
    /// On every line.
    about: Map<String, Value>,
}

impl SessionLog {
    /// `about` must be an object.
    pub fn open(folder: &SessionFolder, about: Value) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(folder.path().join(LOG))?;
        let Value::Object(about) = about else { return Err(io::ErrorKind::InvalidInput.into()) };
        Ok(Self { file, about })
    }

    /// What can't be logged is lost: the sound goes first.
    pub fn line(&mut self, at: Timestamp, event: &str, more: &impl Serialize) {
        let mut line = Map::new();
        line.insert("at".to_owned(), Value::String(at.to_string()));
        line.insert("event".to_owned(), Value::String(event.to_owned()));
        line.extend(self.about.clone());
        if let Ok(Value::Object(more)) = serde_json::to_value(more) {
            line.extend(more);
        }
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            tracing::warn!(%error, "a line of a session's log could not be written");
        }
    }

    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}
