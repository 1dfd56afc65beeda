//! A report as a table for spreadsheets (RFC 4180): a line a participant.

use serde_json::Value;

const COLUMNS: [&str; 6] = ["id", "displayName", "role", "joinedAt", "leftAt", "seconds"];

pub fn participants(report: &Value) -> String {
    let mut table = COLUMNS.join(",") + "\r\n";
    for participant in report["participants"].as_array().into_iter().flatten() {
        let cells: Vec<String> = COLUMNS.iter().map(|column| cell(&participant[*column])).collect();
        table += &cells.join(",");
        table += "\r\n";
    }
    table
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// Quoted, and with what a spreadsheet would run as a formula made plain text.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_can_not_break_the_table_or_become_formulas() {
        let report = json!({ "participants": [{ "id": "1", "displayName": "=cmd|' /C calc'!A0, \"x\"", "role": "host", "joinedAt": "t", "leftAt": null, "seconds": 7 }] });
        let table = participants(&report);
        assert_eq!(table.lines().nth(1), Some("\"1\",\"'=cmd|' /C calc'!A0, \"\"x\"\"\",\"host\",\"t\",,7"));
        assert_eq!(participants(&json!({})).lines().count(), 1);
    }
}
