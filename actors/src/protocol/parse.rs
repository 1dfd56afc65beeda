//! From a text frame to a command. Everything that a stranger may send goes through here.

use super::{
    client::ClientCommand,
    error::{CommandError, ErrorCode},
};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// A command with the client's own number for it.
pub struct ClientFrame {
    pub reference: Option<u64>,
    pub command: ClientCommand,
}

/// A frame that could not be read; `reference` as far as it could.
#[derive(Debug)]
pub struct BadFrame {
    pub reference: Option<u64>,
    pub error: CommandError,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(default, rename = "ref", deserialize_with = "any_ref")]
    reference: Ref,
}

#[derive(Default)]
enum Ref {
    #[default]
    Absent,
    Number(u64),
    Wrong,
}

fn any_ref<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Ref, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Number(number) => number.as_u64().map_or(Ref::Wrong, Ref::Number),
        serde_json::Value::Null => Ref::Absent,
        _ => Ref::Wrong,
    })
}

/// Reads one text frame. Unknown fields are ignored, duplicate ones and unknown types refused; nesting is limited by the parser.
pub fn parse(text: &str) -> Result<ClientFrame, BadFrame> {
    let envelope: Envelope =
        serde_json::from_str(text).map_err(|error| BadFrame { reference: None, error: json_error(&error) })?;
    let reference = match envelope.reference {
        Ref::Number(number) => Some(number),
        Ref::Absent => None,
        Ref::Wrong => {
            let error = CommandError::bad_field("ref", "ref must be a whole number");
            return Err(BadFrame { reference: None, error });
        }
    };
    let bad = |error| BadFrame { reference, error };
    let kind = envelope.kind.ok_or_else(|| bad(CommandError::bad_field("type", "type is missing")))?;
    let kind = if kind == "join_room" { Cow::Borrowed("hello") } else { kind };
    let command = ClientCommand::read(&kind, text)
        .ok_or_else(|| bad(CommandError::new(ErrorCode::UnknownType, "there is no command of that type")))?
        .map_err(|error| bad(field_error(&error)))?;
    if reference.is_none() && !matches!(command, ClientCommand::Ack(_)) {
        return Err(bad(CommandError::bad_field("ref", "ref is missing")));
    }
    Ok(ClientFrame { reference, command })
}

/// Syntax errors are `bad_json`; a wrong, missing or doubled field is `bad_field` with its name where the parser tells it.
fn json_error(error: &serde_json::Error) -> CommandError {
    use serde_json::error::Category;
    if error.classify() != Category::Data {
        return CommandError::new(ErrorCode::BadJson, "the frame is not valid JSON");
    }
    field_error(error)
}

/// The frame is valid JSON by now, or nested deeper than anything of ours.
fn field_error(error: &serde_json::Error) -> CommandError {
    let text = error.to_string();
    if text.starts_with("recursion limit") {
        return CommandError::new(ErrorCode::BadJson, "the frame is nested too deep");
    }
    let mut parts = text.split('`');
    let (before, name) = (parts.next().unwrap_or_default(), parts.next());
    match name {
        Some(name) if before.starts_with("missing field") => CommandError::bad_field(name, format!("{name} is missing")),
        Some(name) if before.starts_with("duplicate field") => CommandError::bad_field(name, format!("{name} is there twice")),
        _ => CommandError::new(ErrorCode::BadField, "a field has the wrong type or value"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> CommandError {
        parse(text).err().expect("must be refused").error
    }

    #[test]
    fn a_command_is_read_and_unknown_fields_are_ignored() {
        let Ok(frame) = parse(r#"{"type":"raise_hand","ref":4,"raised":true,"colour":"red"}"#) else { panic!("must be read") };
        assert_eq!(frame.reference, Some(4));
        assert_eq!(frame.command.name(), "raise_hand");
    }

    #[test]
    fn bad_frames_get_an_error_that_says_what_is_wrong() {
        assert_eq!(error_of("{").code, ErrorCode::BadJson);
        assert_eq!(error_of(r#"[1,2]"#).code, ErrorCode::BadField);
        assert_eq!(error_of(r#"{"ref":1}"#).field.as_deref(), Some("type"));
        assert_eq!(error_of(r#"{"type":"fly","ref":1}"#).code, ErrorCode::UnknownType);
        assert_eq!(error_of(r#"{"type":"lock","ref":1}"#).field.as_deref(), Some("locked"));
        assert_eq!(error_of(r#"{"type":"lock","ref":1,"locked":true,"locked":false}"#).field.as_deref(), Some("locked"));
        assert_eq!(error_of(r#"{"type":"lock","ref":"x","locked":true}"#).field.as_deref(), Some("ref"));
        assert_eq!(error_of(r#"{"type":"ping"}"#).field.as_deref(), Some("ref"));
        assert_eq!(error_of(r#"{"type":"spotlight","ref":1}"#).field.as_deref(), Some("participantId"));
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        let nowhere = uuid::Uuid::nil();
        let candidate = format!(r#"{{"type":"ice_candidate","ref":1,"to":"{nowhere}","epoch":1,"candidate":{deep}}}"#);
        assert_eq!(error_of(&candidate).code, ErrorCode::BadJson);
        assert!(parse(&format!(r#"{{"type":"ping","ref":1,"ignored":{deep}}}"#)).is_ok());
    }

    #[test]
    fn a_bad_field_keeps_the_ref_so_that_the_client_can_match_it() {
        let bad = parse(r#"{"type":"lock","ref":9}"#).err().expect("must be refused");
        assert_eq!(bad.reference, Some(9));
    }
}
