//! Text that people typed: cleaned of what could deceive, kept otherwise as it is.

use crate::protocol::CommandError;

pub const NAME_CHARS: usize = 80;
pub const CHAT_CHARS: usize = 4_000;
pub const MESSAGE_CHARS: usize = 500;
pub const CLIENT_ID_CHARS: usize = 128;
pub const EMOJI_BYTES: usize = 32;

/// Overrides, embeddings and isolates reorder what stands around them (Unicode UAX #9). Plain marks (U+200E, U+200F) stay: languages need them.
fn reorders(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn without_controls(text: &str, keep: impl Fn(char) -> bool) -> String {
    text.chars().filter(|&c| keep(c) || !(c.is_control() || reorders(c) || c == '\u{FEFF}')).collect()
}

/// A name on one line: runs of white space become one space. 1 to 80 characters.
pub fn name(text: &str, field: &str) -> Result<String, CommandError> {
    let clean = without_controls(text, char::is_whitespace);
    let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    bounded(line, NAME_CHARS, field)
}

/// Text of several lines, 1 to `max` characters.
pub fn lines(text: &str, max: usize, field: &str) -> Result<String, CommandError> {
    bounded(clean_lines(text), max, field)
}

/// As [`lines`], but nothing at all is allowed too, and is `None`.
pub fn optional_lines(text: &str, max: usize, field: &str) -> Result<Option<String>, CommandError> {
    let clean = clean_lines(text);
    if clean.is_empty() { Ok(None) } else { bounded(clean, max, field).map(Some) }
}

/// A sign of at most 32 bytes; joiners and variation selectors stay.
pub fn emoji(text: &str) -> Result<String, CommandError> {
    let clean = without_controls(text, |_| false).trim().to_owned();
    if clean.len() > EMOJI_BYTES {
        return Err(CommandError::too_long("emoji", EMOJI_BYTES));
    }
    if clean.is_empty() {
        return Err(CommandError::bad_field("emoji", "emoji must not be empty"));
    }
    Ok(clean)
}

/// A client's own id for something: 1 to 128 visible characters.
pub fn client_id(text: &str) -> Result<(), CommandError> {
    let count = text.chars().count();
    if count > CLIENT_ID_CHARS {
        return Err(CommandError::too_long("clientId", CLIENT_ID_CHARS));
    }
    if count == 0 || text.chars().any(|c| c.is_control() || reorders(c)) {
        return Err(CommandError::bad_field("clientId", "clientId must be visible text"));
    }
    Ok(())
}

fn clean_lines(text: &str) -> String {
    without_controls(text, |c| matches!(c, '\n' | '\t')).trim().to_owned()
}

fn bounded(text: String, max: usize, field: &str) -> Result<String, CommandError> {
    match text.chars().count() {
        0 => Err(CommandError::bad_field(field, format!("{field} must not be empty"))),
        count if count > max => Err(CommandError::too_long(field, max)),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ErrorCode;

    #[test]
    fn what_deceives_goes_and_what_people_write_stays() {
        for (sent, kept) in [
            ("  Alice \t Ågren\n", "Alice Ågren"),
            ("a\u{202E}nimda\u{202C}", "animda"),
            ("\u{2066}x\u{2069}\u{0}\u{7}", "x"),
            ("<b>Bob</b>", "<b>Bob</b>"),
            ("שלום\u{200F}!", "שלום\u{200F}!"),
            ("👩\u{200D}💻", "👩\u{200D}💻"),
        ] {
            assert_eq!(name(sent, "displayName"), Ok(kept.to_owned()));
        }
        assert_eq!(lines("one\r\n\ttwo\u{202D}\n", 99, "text"), Ok("one\n\ttwo".to_owned()));
    }

    #[test]
    fn lengths_are_in_characters_and_told_with_their_field() {
        assert_eq!(name(&"😀".repeat(80), "displayName").map(|n| n.chars().count()), Ok(80));
        let long = name(&"a".repeat(81), "displayName").unwrap_err();
        assert_eq!((long.code, long.field.as_deref()), (ErrorCode::TooLong, Some("displayName")));
        assert_eq!(name("\u{202E}\u{1}  ", "displayName").unwrap_err().code, ErrorCode::BadField);
        assert_eq!(optional_lines(" \u{7}", 5, "message"), Ok(None));
        assert_eq!(emoji(&"😀".repeat(9)).unwrap_err().code, ErrorCode::TooLong);
        assert_eq!(emoji("🏳️‍🌈"), Ok("🏳️‍🌈".to_owned()));
        assert_eq!(client_id("").unwrap_err().code, ErrorCode::BadField);
    }
}
