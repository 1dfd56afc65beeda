//! The short code of a room, for people: four letters and four digits, none of which looks like another.

use rand::{Rng, RngExt};

const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTVWXYZ";
const DIGITS: &[u8] = b"23456789";

/// A new code, one of almost a thousand million.
pub fn draw(rng: &mut impl Rng) -> String {
    let mut pick = |from: &[u8]| char::from(from[rng.random_range(0..from.len())]);
    let letters: String = (0..4).map(|_| pick(LETTERS)).collect();
    let digits: String = (0..4).map(|_| pick(DIGITS)).collect();
    format!("{letters}-{digits}")
}

/// The code that somebody typed, in any case, with or without its hyphen.
pub fn read(typed: &str) -> Option<String> {
    let bare: String = typed.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_ascii_uppercase()).collect();
    let fits = bare.len() == 8 && bare.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| format!("{}-{}", &bare[..4], &bare[4..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_write_it() {
        for typed in ["abcd-2345", "ABCD2345", "abcd 2345", "ABCD-2345"] {
            assert_eq!(read(typed).as_deref(), Some("ABCD-2345"), "{typed}");
        }
        for typed in ["", "ABCD-234", "ABCD-23456", "../etc/pa", "ÄBCD-234"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_drawn_code_has_no_look_alikes() {
        let mut rng = rand::rng();
        for _ in 0..1000 {
            let code = draw(&mut rng);
            assert_eq!(read(&code), Some(code.clone()));
            assert!(!code.contains(['I', 'L', 'O', 'U', '0', '1']), "{code}");
        }
    }
}
