//! Text that people give: kept as sent, without what could fake or break a page, and bounded (S10).

use super::error::FieldError;

/// Characters that reorder or hide the text around them, and control characters. Ordinary right-to-left text needs none of them.
fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}')
}

/// Without harmful characters and without space around it.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| !is_harmful(*c)).collect::<String>().trim().to_owned()
}

/// One line of `min` to `max` characters, cleaned.
pub fn line(field: &str, text: &str, min: usize, max: usize) -> Result<String, FieldError> {
    let cleaned = clean(text);
    // What was sent counts too, so that a megabyte of nothing is refused.
    let (length, sent) = (cleaned.chars().count(), text.chars().count());
    if length < min || length > max || sent > max * 2 + 16 {
        return Err(FieldError { field: field.to_owned(), message: format!("must have {min} to {max} characters") });
    }
    Ok(cleaned)
}

/// Longest name of a person or a room.
pub const NAME: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_and_controls_go_the_rest_stays() {
        assert_eq!(clean(" a\u{202E}b\u{0}c\u{2066} \n"), "abc");
        assert_eq!(clean("<b>שלום</b> 👩‍👩‍👧"), "<b>שלום</b> 👩‍👩‍👧");
    }

    #[test]
    fn lengths_are_in_characters() {
        assert_eq!(line("name", &"é".repeat(80), 1, NAME).unwrap(), "é".repeat(80));
        assert!(line("name", &"😀".repeat(10_000), 1, NAME).is_err());
        assert!(line("name", "\u{202E}\u{0}", 1, NAME).is_err());
        assert_eq!(line("name", "", 0, NAME).unwrap(), "");
    }
}
