//! A long recording is composed in windows: each is one call of ffmpeg over the files that have something in it, so that what is
//! open at once has a bound, a broken file spoils little, and work that was interrupted goes on where it was.

use super::{
    Contents,
    content::Content,
    layout::{HEIGHT, Place, WIDTH},
    plan::{Picture, Plan, Sound, Span, Tile},
    steps::{Steps, seconds},
    tools::{PictureEncoder, Tools},
};
use std::fmt::Write;

pub const FRAMES_PER_SECOND: u32 = 25;
/// A window is not longer,
const LONGEST_MS: u64 = 10 * 60 * 1000;
/// not shorter unless the recording is,
const SHORTEST_MS: u64 = 20 * 1000;
/// and has no more scenes or files if it can be.
const SCENES_MOST: usize = 24;
const FILES_MOST: usize = 64;
/// Windows begin on whole seconds: frames and samples fit into them without a rest.
const STEP_MS: u64 = 1000;
/// A decoder of sound that begins in the middle needs a moment until it sounds as it should.
const LEAD_MS: u64 = 500;

/// How much of a window is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effort {
    All,
    /// Cards in place of pictures.
    Sound,
    /// Cards and silence: the rest of the recording keeps its time.
    Cards,
}

/// Cuts the whole into windows, in order and without gaps.
pub fn windows(plan: &Plan) -> Vec<Span> {
    let end = plan.duration_ms.div_ceil(STEP_MS) * STEP_MS;
    let mut windows = Vec::new();
    let mut from_ms = 0;
    while from_ms < end {
        let mut length = LONGEST_MS;
        while length > SHORTEST_MS && is_crowded(plan, Span { from_ms, to_ms: from_ms + length }) {
            length = (length / 2).max(SHORTEST_MS) / STEP_MS * STEP_MS;
        }
        let to_ms = (from_ms + length).min(end);
        windows.push(Span { from_ms, to_ms });
        from_ms = to_ms;
    }
    windows
}

fn is_crowded(plan: &Plan, window: Span) -> bool {
    let scenes = plan.scenes.iter().filter(|scene| scene.from_ms < window.to_ms && window.from_ms < scene.to_ms).count();
    let pictures = plan.pictures.iter().filter(|one| one.at_ms < window.to_ms && window.from_ms < one.end_ms).count();
    let sounds = plan.sounds.iter().filter(|one| one.at_ms < window.to_ms && window.from_ms < one.end_ms).count();
    scenes > SCENES_MOST || pictures + sounds > FILES_MOST
}

/// What of the plan goes into a window.
pub struct Window<'a> {
    pub plan: &'a Plan,
    pub span: Span,
    pub effort: Effort,
    /// The name of the script of words beside it; none where they can't be drawn.
    pub words: Option<&'a str>,
    /// Files that are not in it can't be used.
    pub contents: &'a Contents,
    /// Before a file's name.
    pub folder: &'a str,
}

impl Window<'_> {
    /// The arguments that make it.
    pub fn arguments(&self, tools: &Tools, output: &str) -> Vec<String> {
        let mut call = Call { arguments: Vec::new(), inputs: 0, graph: String::new() };
        self.picture(&mut call, tools);
        self.sound(&mut call);
        let length = seconds(self.span.to_ms - self.span.from_ms);
        let mut arguments = call.arguments;
        let mut add = |more: &[&str]| arguments.extend(more.iter().map(|one| (*one).to_owned()));
        add(&["-filter_complex", &call.graph, "-map", "[picture]", "-map", "[sound]", "-t", &length]);
        add(encoding(tools.picture));
        // Lossless in between: it is encoded once, when its loudness is known.
        add(&["-c:a", "flac", "-ar", "48000", "-ac", "2", "-max_muxing_queue_size", "9999", "-f", "matroska", output]);
        arguments
    }

    fn picture(&self, call: &mut Call, tools: &Tools) {
        let length = seconds(self.span.to_ms - self.span.from_ms);
        let _ = write!(call.graph, "color=c=0x14171c:s={WIDTH}x{HEIGHT}:r={FRAMES_PER_SECOND}:d={length},format=yuv420p[base0]");
        let mut layers = 0;
        for one in self.plan.pictures.iter().filter(|_| self.effort == Effort::All) {
            let Some(moves) = Moves::of(self.plan, one, self.span) else { continue };
            let Some(content) = self.contents.of(&one.file) else { continue };
            let mut options = vec!["-noaccurate_seek", "-reinit_filter", "0", "-threads", "1"];
            if content == Content::Vp9 && tools.libvpx_vp9 {
                options.extend(["-c:v", "libvpx-vp9"]);
            }
            let (input, shift) = call.input(&options, &format!("{}{}", self.folder, one.file), one.at_ms, self.span.from_ms, 0);
            // What was shown when the window begins is older than it.
            let from_before = if one.at_ms < self.span.from_ms { ":start_time=0" } else { "" };
            let _ = write!(
                call.graph,
                ";[{input}:v]setpts=PTS+{shift}/TB,fps={FRAMES_PER_SECOND}{from_before},{scale},setsar=1[tile{layers}];\
                 [base{layers}][tile{layers}]overlay={place}:eof_action=pass[base{next}]",
                scale = moves.scale(),
                place = moves.place(),
                next = layers + 1
            );
            layers += 1;
        }
        let words = self.words.map_or_else(|| "null".to_owned(), |name| format!("ass={name}"));
        let _ = write!(call.graph, ";[base{layers}]{words}[picture]");
    }

    fn sound(&self, call: &mut Call) {
        let mut mixed = String::new();
        let mut voices = 0;
        for one in self.plan.sounds.iter().filter(|_| self.effort != Effort::Cards) {
            let overlaps = one.at_ms < self.span.to_ms && self.span.from_ms < one.end_ms;
            if !overlaps || self.contents.of(&one.file).is_none() {
                continue;
            }
            let (input, shift) = call.input(&[], &format!("{}{}", self.folder, one.file), one.at_ms, self.span.from_ms, LEAD_MS);
            let _ = write!(
                call.graph,
                ";[{input}:a]asetpts=PTS+({shift})/TB,aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo{only}[voice{voices}]",
                only = self.only(one)
            );
            let _ = write!(mixed, "[voice{voices}]");
            voices += 1;
        }
        let length = seconds(self.span.to_ms - self.span.from_ms);
        // Half as loud, so that several voices at once stay below the ceiling; the loudness is made right at the end.
        let mix = match voices {
            0 => "anullsrc=r=48000:cl=stereo".to_owned(),
            1 => format!("{mixed}volume=0.5"),
            _ => format!("{mixed}amix=inputs={voices}:normalize=0:dropout_transition=0,volume=0.5"),
        };
        let _ = write!(call.graph, ";{mix},apad,atrim=end={length},asetpts=N/SR/TB[sound]");
    }

    /// Makes a voice silent but for its times.
    fn only(&self, sound: &Sound) -> String {
        let Some(times) = &sound.only else { return String::new() };
        let mut loud = Steps::default();
        loud.from(0, 0);
        for span in times.iter().filter_map(|span| span.with(self.span)) {
            loud.from(span.from_ms - self.span.from_ms, 1);
            loud.from(span.to_ms - self.span.from_ms, 0);
        }
        format!(",volume='{}':eval=frame", loud.expression())
    }
}

fn encoding(encoder: PictureEncoder) -> &'static [&'static str] {
    match encoder {
        PictureEncoder::X264 => {
            &["-c:v", "libx264", "-preset", "veryfast", "-crf", "25", "-g", "100", "-profile:v", "main", "-pix_fmt", "yuv420p"]
        }
        PictureEncoder::OpenH264 => &["-c:v", "libopenh264", "-b:v", "1800k", "-g", "100", "-pix_fmt", "yuv420p"],
        PictureEncoder::Vp9 => &[
            "-c:v",
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-cpu-used",
            "7",
            "-b:v",
            "1500k",
            "-g",
            "100",
            "-pix_fmt",
            "yuv420p",
        ],
    }
}

struct Call {
    arguments: Vec<String>,
    inputs: usize,
    graph: String,
}

impl Call {
    /// Opens a file that begins at `at_ms` of the recording, `ahead_ms` before the window where it can be: its number, and by how many
    /// seconds its times are moved to be the window's.
    fn input(&mut self, options: &[&str], file: &str, at_ms: u64, from_ms: u64, ahead_ms: u64) -> (usize, String) {
        self.arguments.extend(options.iter().map(|one| (*one).to_owned()));
        let skipped = from_ms.saturating_sub(at_ms).saturating_sub(ahead_ms);
        if skipped > 0 {
            self.arguments.extend(["-ss".to_owned(), seconds(skipped)]);
        }
        self.arguments.extend(["-i".to_owned(), format!("file:{file}")]);
        self.inputs += 1;
        let starts = at_ms + skipped;
        let shift = if starts < from_ms { format!("-{}", seconds(from_ms - starts)) } else { seconds(starts - from_ms) };
        (self.inputs - 1, shift)
    }
}

/// Where one picture stands in a window as time goes on.
struct Moves {
    shown: Steps,
    x: Steps,
    y: Steps,
    width: Steps,
    height: Steps,
}

impl Moves {
    /// None when it is never seen in the window.
    fn of(plan: &Plan, picture: &Picture, window: Span) -> Option<Self> {
        let new = Steps::default;
        let mut moves = Self { shown: new(), x: new(), y: new(), width: new(), height: new() };
        moves.shown.from(0, 0);
        let mut seen = false;
        let of_picture = |tile: &&Tile| tile.person == picture.person && tile.screen == picture.screen;
        for scene in &plan.scenes {
            let Some(span) = window.with(Span { from_ms: scene.from_ms, to_ms: scene.to_ms }) else { continue };
            let Some(tile) = scene.tiles.iter().find(of_picture) else { continue };
            for visible in picture.seen.iter().filter_map(|seen| seen.with(span)) {
                moves
                    .stand(tile.place, Span { from_ms: visible.from_ms - window.from_ms, to_ms: visible.to_ms - window.from_ms });
                seen = true;
            }
        }
        seen.then_some(moves)
    }

    fn stand(&mut self, place: Place, span: Span) {
        self.shown.from(span.from_ms, 1);
        self.shown.from(span.to_ms, 0);
        self.x.from(span.from_ms, place.x);
        self.y.from(span.from_ms, place.y);
        self.width.from(span.from_ms, place.width);
        self.height.from(span.from_ms, place.height);
    }

    /// Whole, as large as fits.
    fn scale(&self) -> String {
        let fit = "force_original_aspect_ratio=decrease:force_divisible_by=2:flags=bilinear";
        match (self.width.constant(), self.height.constant()) {
            (Some(width), Some(height)) => format!("scale={width}:{height}:{fit}"),
            _ => format!("scale=w='{}':h='{}':eval=frame:{fit}", self.width.expression(), self.height.expression()),
        }
    }

    /// In the middle of its tile.
    fn place(&self) -> String {
        let middle =
            |start: &Steps, length: &Steps, own: &str| format!("{}+({}-{own})/2", start.expression(), length.expression());
        let (x, y) = (middle(&self.x, &self.width, "overlay_w"), middle(&self.y, &self.height, "overlay_h"));
        format!("x='{x}':y='{y}':enable='{}'", self.shown.expression())
    }
}
