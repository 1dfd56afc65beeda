//! The JSON Schema of the wire, from the Rust types: `docs/protocol.schema.json`.

use super::{ClientCommand, Reply, ServerEvent};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::Value;

/// Everything that travels, under one roof so that one schema holds it.
#[derive(JsonSchema)]
#[schemars(title = "greenroom.v1")]
#[allow(dead_code, reason = "only its schema is used")]
struct Wire {
    /// From client to server; with `ref`.
    command: ClientCommand,
    /// From server to client, to one command.
    reply: Reply,
    /// From server to client; with `seq` unless only its newest value counts.
    event: ServerEvent,
}

pub fn schema() -> Value {
    let generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    generator.into_root_schema_for::<Wire>().to_value()
}
