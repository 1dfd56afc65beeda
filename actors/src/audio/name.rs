//! Names of files out of what others call things (R6): only letters, digits, `-` and `_` of ours, so that no name is ever a path, a hidden file or an
//! option, on any system.

/// Longest piece of a name.
pub const PIECE_MAX: usize = 48;

/// Every other character becomes `-`; nothing at all becomes `x`.
pub fn piece(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let piece: String = text.trim().chars().map(safe).take(PIECE_MAX).collect();
    if piece.chars().any(|c| c.is_ascii_alphanumeric()) { piece } else { "x".to_owned() }
}

/// `<timestamp>_<room>_<participant>_<track>`, without an ending. `stamp` is ours.
pub fn stem(stamp: &str, room: &str, participant: &str, track: &str) -> String {
    [stamp, &piece(room), &piece(participant), &piece(track)].join("_")
}

/// Could we have given this name, with one of these endings?
pub fn is_ours(name: &str, endings: &[&str]) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    let safe = stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    safe && stem.starts_with(|c: char| c.is_ascii_digit()) && endings.contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r6_no_name_becomes_a_path() {
        let hostile = [
            "../../etc/passwd",
            "..",
            ".",
            "",
            " ",
            "a/b\\c",
            "C:\\x",
            "-rf",
            "nul\0",
            "é\u{202e}x",
            "~",
            "a\nb",
            "日本",
            ".hidden",
        ];
        for text in hostile {
            let made = piece(text);
            assert!(made.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text:?}: {made}");
            assert!(!made.is_empty() && made.len() <= PIECE_MAX);
            let name = format!("{}.wav", stem("20260101T000000000Z", text, text, text));
            assert!(is_ours(&name, &["wav"]), "{name}");
        }
        assert_eq!(piece(&"a".repeat(10_000)).len(), PIECE_MAX);
        assert_eq!(piece("TR_AMxyz-9"), "TR_AMxyz-9");
    }

    #[test]
    fn a_name_that_others_gave_is_not_ours() {
        for name in ["x.wav", "../1.wav", "1.exe", "1", ".wav", "1 .wav", "1/2.wav"] {
            assert!(!is_ours(name, &["wav"]), "{name}");
        }
    }
}
