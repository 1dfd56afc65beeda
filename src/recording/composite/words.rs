//! Names, cards in place of pictures that aren't there, and a frame around who speaks: an Advanced SubStation Alpha script, which
//! the renderer draws over the picture. It finds a font for each script by itself, and shapes Arabic and Thai as they should be.

use super::{
    layout::{HEIGHT, Place, WIDTH},
    plan::{Plan, Span, Tile, bridged, minus},
};
use std::fmt::Write;

/// Colours are written blue, green, red.
const CARD: &str = "362c26";
const LETTERS: &str = "f0e6dc";
const FRAME: &str = "6ee07a";
const FRAME_WIDTH: u32 = 4;
/// Characters of a name that are shown at most.
const NAME_MOST: u32 = 40;

/// What is drawn between `window.from_ms` and `window.to_ms`; times in it begin at 0.
pub fn script(plan: &Plan, window: Span, pictures: bool) -> String {
    let mut script = head();
    for scene in &plan.scenes {
        let Some(span) = window.with(Span { from_ms: scene.from_ms, to_ms: scene.to_ms }) else { continue };
        for tile in &scene.tiles {
            let mut draw = |layer: u8, style: &str, span: Span, text: &str| {
                let (from, to) = (time(span.from_ms - window.from_ms), time(span.to_ms - window.from_ms));
                let _ = writeln!(script, "Dialogue: {layer},{from},{to},{style},,0,0,0,,{text}");
            };
            let name = &plan.people[tile.person].name;
            for without in minus(&[span], &if pictures { seen(plan, tile) } else { Vec::new() }) {
                draw(0, "Card", without, &card(tile.place));
                draw(1, "Initials", without, &initials(tile.place, name));
            }
            if !tile.screen {
                for turn in plan.speaking.iter().filter(|turn| turn.person == tile.person) {
                    if let Some(speaks) = span.with(Span { from_ms: turn.from_ms, to_ms: turn.to_ms }) {
                        draw(2, "Frame", speaks, &frame(tile.place));
                    }
                }
            }
            draw(3, "Name", span, &label(tile.place, name));
        }
    }
    script
}

/// When the tile has a picture.
fn seen(plan: &Plan, tile: &Tile) -> Vec<Span> {
    let theirs = plan.pictures.iter().filter(|one| one.person == tile.person && one.screen == tile.screen);
    bridged(theirs.flat_map(|one| one.seen.iter().copied()).collect(), 0)
}

fn head() -> String {
    let style = |name: &str, size: u32, colour: &str, (border, outline): (u8, u8), align: u8| {
        format!(
            "Style: {name},Sans,{size},&H00{colour},&H00{colour},&H90000000,&H90000000,0,0,0,0,100,100,0,0,{border},{outline},0,{align},0,0,0,1\n"
        )
    };
    let mut head = format!(
        "[Script Info]\nScriptType: v4.00+\nPlayResX: {WIDTH}\nPlayResY: {HEIGHT}\nWrapStyle: 2\nScaledBorderAndShadow: yes\n\n[V4+ Styles]\nFormat: Name,Fontname,Fontsize,PrimaryColour,SecondaryColour,OutlineColour,BackColour,Bold,Italic,Underline,StrikeOut,ScaleX,ScaleY,Spacing,Angle,BorderStyle,Outline,Shadow,Alignment,MarginL,MarginR,MarginV,Encoding\n"
    );
    // A border of the third kind is a box behind the text.
    head += &style("Name", 24, "ffffff", (3, 6), 1);
    head += &style("Initials", 96, LETTERS, (1, 0), 5);
    head += &style("Card", 20, CARD, (1, 0), 7);
    head += &style("Frame", 20, FRAME, (1, 0), 7);
    head + "\n[Events]\nFormat: Layer,Start,End,Style,Name,MarginL,MarginR,MarginV,Effect,Text\n"
}

/// Hours, minutes, seconds, hundredths.
fn time(ms: u64) -> String {
    let hundredths = ms / 10;
    format!("{}:{:02}:{:02}.{:02}", hundredths / 360_000, hundredths / 6_000 % 60, hundredths / 100 % 60, hundredths % 100)
}

fn card(place: Place) -> String {
    let Place { x, y, width, height } = place;
    format!("{{\\pos({x},{y})\\p1}}m 0 0 l {width} 0 {width} {height} 0 {height}{{\\p0}}")
}

/// The outer edge one way round, the inner one the other: what is between is filled.
fn frame(place: Place) -> String {
    let Place { x, y, width, height } = place;
    let (b, r, d) = (FRAME_WIDTH, width - FRAME_WIDTH, height - FRAME_WIDTH);
    format!("{{\\pos({x},{y})\\p1}}m 0 0 l {width} 0 {width} {height} 0 {height} m {b} {b} l {b} {d} {r} {d} {r} {b}{{\\p0}}")
}

fn initials(place: Place, name: &str) -> String {
    let letters: String = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric())).take(2).collect();
    let (x, y, size) = (place.x + place.width / 2, place.y + place.height / 2, place.height / 4);
    format!("{{\\pos({x},{y})\\fs{size}}}{}", letters.to_uppercase())
}

fn label(place: Place, name: &str) -> String {
    let (x, y) = (place.x + 14, place.y + place.height - 12);
    let size = if place.height < 240 { 18 } else { 24 };
    // A letter is about half as wide as it is high, some are wider.
    let most = ((place.width - 40) * 5 / (size * 3)).min(NAME_MOST) as usize;
    format!("{{\\pos({x},{y})\\fs{size}}}{}", plain(name, most))
}

/// Text in which nothing is a command: braces and backslashes are. What does not fit ends in dots.
fn plain(text: &str, most: usize) -> String {
    let safe = text.chars().filter(|c| !c.is_control()).map(|c| match c {
        '{' => '(',
        '}' => ')',
        '\\' => '⧵',
        c => c,
    });
    let safe: Vec<char> = safe.collect();
    if safe.len() <= most {
        return safe.into_iter().collect();
    }
    safe[..most.saturating_sub(1)].iter().chain(&['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_and_never_a_command() {
        assert_eq!(plain("{\\p1}m 0 0\nDialogue: x", 40), "(⧵p1)m 0 0Dialogue: x");
        assert_eq!(plain(&"ä".repeat(100), 10).chars().count(), 10);
    }

    #[test]
    fn times_are_of_the_format() {
        assert_eq!((time(0).as_str(), time(3_723_456).as_str()), ("0:00:00.00", "1:02:03.45"));
    }
}
