//! Holds frames of the server against `docs/protocol.schema.json`: the part of JSON Schema that this document uses.

use serde_json::Value;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../docs/protocol.schema.json")).expect("JSON"));

/// Fails the test when the page does not describe this frame.
pub fn check(frame: &Value) {
    let definition = if frame["type"] == "reply" { "reply" } else { "EventFrame" };
    let mut errors = errors(&SCHEMA["$defs"][definition], frame, "");
    if definition == "reply" && frame["ok"].as_bool() != Some(frame["error"].is_null()) {
        errors.push("/error: is there when it is not ok, and only then".to_owned());
    }
    assert!(errors.is_empty(), "not as the protocol says: {errors:?}\n{frame}");
}

/// Every command of the schema: its name, and one with the fields that it requires.
pub fn commands() -> Vec<(String, Value)> {
    let variants = SCHEMA["$defs"]["CommandFrame"]["oneOf"].as_array().expect("the commands");
    variants.iter().map(|variant| (kind_of(variant).to_owned(), sample(variant))).collect()
}

/// As [`commands`], with every field that can name a person naming `id`, whether it must be there or not.
pub fn commands_aimed_at(id: &str) -> Vec<(String, Value)> {
    let variants = SCHEMA["$defs"]["CommandFrame"]["oneOf"].as_array().expect("the commands");
    let aimed = variants.iter().zip(commands()).map(|(variant, (name, mut command))| {
        let parts = variant["allOf"].as_array().map_or(std::slice::from_ref(variant), Vec::as_slice);
        for part in parts {
            let fields = if part.get("$ref").is_some() { &target(part)["properties"] } else { &part["properties"] };
            for field in ["to", "participantId"].into_iter().filter(|field| fields.get(field).is_some()) {
                command[field] = id.into();
            }
        }
        (name, command)
    });
    aimed.collect()
}

fn kind_of(variant: &Value) -> &str {
    let parts = variant["allOf"].as_array().map_or(std::slice::from_ref(variant), Vec::as_slice);
    parts.iter().find_map(|part| part["properties"]["type"]["const"].as_str()).expect("a variant's name")
}

/// A value that fits a schema, as small as it allows.
fn sample(schema: &Value) -> Value {
    if schema.get("$ref").is_some() {
        return sample(target(schema));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let fields = parts.iter().map(sample).filter_map(|part| part.as_object().cloned());
        return Value::Object(fields.flatten().collect());
    }
    if is_nullable(schema) {
        return Value::Null;
    }
    if let Some(one) = schema["anyOf"].get(0).or_else(|| schema["oneOf"].get(0)) {
        return sample(one);
    }
    if let Some(fixed) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return fixed.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match (kind, schema["format"].as_str()) {
        (Some("string"), Some("uuid")) => "01890000-0000-7000-8000-000000000000".into(),
        (Some("string"), _) => "x".into(),
        (Some("integer" | "number"), _) => 1.into(),
        (Some("boolean"), _) => true.into(),
        (Some("array"), _) => Value::Array(Vec::new()),
        (Some("object"), _) => {
            Value::Object(required(schema).map(|name| (name.to_owned(), sample(&schema["properties"][name]))).collect())
        }
        _ => Value::Null,
    }
}

fn is_nullable(schema: &Value) -> bool {
    let is_null = |kind: &Value| kind == "null";
    let listed = |kinds: &Value, null: &dyn Fn(&Value) -> bool| kinds.as_array().is_some_and(|kinds| kinds.iter().any(null));
    listed(&schema["type"], &is_null) || listed(&schema["anyOf"], &|one| is_null(&one["type"]))
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn target(schema: &Value) -> &'static Value {
    let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")).expect("a definition of the document");
    SCHEMA["$defs"].get(name).expect("the definition")
}

/// What is wrong with `value`, each with its path.
fn errors(schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    if schema == &Value::Bool(false) {
        found.push(format!("{path}: has no place here"));
    }
    if schema.get("$ref").is_some() {
        found.extend(errors(target(schema), value, path));
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(errors(part, value, path));
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(variants) = schema[key].as_array() {
            found.extend(errors_of_best(variants, value, path));
        }
    }
    let fixed = schema.get("const").map(std::slice::from_ref).or_else(|| schema["enum"].as_array().map(Vec::as_slice));
    if fixed.is_some_and(|allowed| !allowed.contains(value)) {
        found.push(format!("{path}: {value} is none of the allowed"));
    }
    if !is_of_type(&schema["type"], value) || !has_format(schema["format"].as_str(), value) {
        found.push(format!("{path}: {value} is no {} {}", schema["type"], schema["format"]));
    }
    found.extend(errors_within(schema, value, path));
    found
}

/// The errors of the variant that this value comes closest to; the name in `type` decides where there is one.
fn errors_of_best(variants: &[Value], value: &Value, path: &str) -> Vec<String> {
    let all = variants.iter().map(|variant| errors(variant, value, path));
    let wrong_name = format!("{path}/type: ");
    all.min_by_key(|errors| (errors.iter().any(|error| error.starts_with(&wrong_name)), errors.len())).unwrap_or_default()
}

fn errors_within(schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(object) = value.as_object() {
        found
            .extend(required(schema).filter(|name| !object.contains_key(*name)).map(|name| format!("{path}/{name}: is missing")));
        for (name, field) in object {
            let of_field = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
            found.extend(of_field.map(|schema| errors(schema, field, &format!("{path}/{name}"))).unwrap_or_default());
        }
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(schema.get("items").map(|schema| errors(schema, item, &format!("{path}/{n}"))).unwrap_or_default());
    }
    if let (Some(least), Some(number)) = (schema["minimum"].as_f64(), value.as_f64())
        && number < least
    {
        found.push(format!("{path}: {number} is under {least}"));
    }
    found
}

fn is_of_type(wanted: &Value, value: &Value) -> bool {
    let is = |kind: &Value| match kind.as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some("null") => value.is_null(),
        _ => true,
    };
    wanted.as_array().map_or_else(|| is(wanted), |kinds| kinds.iter().any(is))
}

fn has_format(format: Option<&str>, value: &Value) -> bool {
    let Some(text) = value.as_str() else { return true };
    match format {
        Some("uuid") => is_uuid(text),
        Some("date-time") => is_time(text),
        _ => true,
    }
}

pub fn is_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// RFC 3339 in UTC.
pub fn is_time(text: &str) -> bool {
    text.ends_with('Z') && time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).is_ok()
}

#[test]
fn the_checker_sees_what_is_wrong() {
    let wrong = |frame: Value| errors(&SCHEMA["$defs"]["EventFrame"], &frame, "");
    let id = "01890000-0000-7000-8000-000000000000";
    let good = serde_json::json!({ "type": "typing_changed", "participantId": id, "typing": true });
    assert!(wrong(good.clone()).is_empty());
    for (field, value) in
        [("typing", serde_json::json!("yes")), ("participantId", serde_json::json!("7")), ("type", serde_json::json!("flew"))]
    {
        let mut bad = good.clone();
        bad[field] = value;
        assert_eq!(wrong(bad).len().min(1), 1, "{field}");
    }
    let mut bad = good;
    bad.as_object_mut().expect("an object").remove("typing");
    assert!(wrong(bad).iter().any(|error| error.contains("typing: is missing")));
}
