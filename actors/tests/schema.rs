//! The checked-in schema is the wire's: `greenroom schema > docs/protocol.schema.json` makes it again.

use std::path::Path;

#[test]
fn the_checked_in_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.schema.json");
    let kept = std::fs::read_to_string(&path).expect("docs/protocol.schema.json is there");
    let kept: serde_json::Value = serde_json::from_str(&kept).expect("it is JSON");
    assert!(kept == actors::protocol::schema(), "run `greenroom schema > docs/protocol.schema.json`");
}

#[test]
fn the_schema_knows_every_command() {
    let schema = actors::protocol::schema().to_string();
    for name in actors::protocol::ClientCommand::NAMES {
        assert!(schema.contains(&format!("\"const\":\"{name}\"")), "{name}");
    }
}
