//! The JSON Schema of the wire, from the Rust types: `docs/protocol.schema.json`.

use super::{ClientCommand, Reply, ServerEvent};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};
use std::{borrow::Cow, marker::PhantomData};

/// The schema of a field that must be there though it may be `null`.
pub(super) struct Nullable<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for Nullable<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

/// Everything that travels, under one roof so that one schema holds it.
#[derive(JsonSchema)]
#[schemars(title = "Wire")]
#[allow(dead_code, reason = "only its schema is used")]
struct Wire {
    command: CommandFrame,
    reply: Reply,
    event: EventFrame,
}

/// From client to server.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct CommandFrame {
    /// The client's own number, which the reply carries; `ack` needs none.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    reference: Option<u64>,
    #[serde(flatten)]
    command: ClientCommand,
}

/// From server to client.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct EventFrame {
    /// From 1, without gaps; absent where only the newest value counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(flatten)]
    event: ServerEvent,
}

pub fn schema() -> Value {
    let generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let mut schema = generator.into_root_schema_for::<Wire>().to_value();
    split_references(&mut schema);
    schema
}

/// A `$ref` beside `properties` becomes an `allOf` of both: many generators of types read only one of the two.
fn split_references(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(split_references),
        Value::Object(fields) => {
            fields.values_mut().for_each(split_references);
            if fields.contains_key("$ref") && fields.contains_key("properties") {
                let reference = fields.remove("$ref").unwrap_or_default();
                let rest = Value::Object(std::mem::take(fields));
                fields.insert("allOf".to_owned(), json!([{ "$ref": reference }, rest]));
            }
        }
        _ => {}
    }
}
