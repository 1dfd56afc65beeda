//! The border of the pure part: what decides touches no clock, no actor, no randomness and nothing outside. The list may only grow.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Files and folders that are pure, below `actors/src`.
const PURE: &[&str] = &[
    "room",
    "topology",
    "emotion",
    "recording",
    "sfu",
    "protocol",
    "ids.rs",
    "participant/outbox.rs",
    "participant/limits.rs",
    "participant/resume_token.rs",
];
/// Folders below those that are shells.
const SHELLS: &[&str] = &["room/actor", "recording/actor.rs", "recording/book.rs"];
/// What pure code can't name. `HashMap` because its order differs from run to run, and a journal must replay to the same bits.
const FORBIDDEN: &[&str] = &[
    "actix",
    "tokio",
    "Instant",
    "SystemTime",
    "OffsetDateTime",
    "new_v4",
    "now_v7",
    "rand::",
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "HashMap",
    "HashSet",
    "async fn",
    "webrtc",
    "str0m",
];

#[test]
fn what_decides_is_pure() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    PURE.iter().for_each(|path| collect(&root.join(path), &mut files));
    assert!(files.len() > 30, "the pure part is where the list says");
    for file in files {
        let name = file.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
        if SHELLS.iter().any(|shell| name.starts_with(shell)) || name.contains("/tests") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("readable");
        let code =
            text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).filter(|line| !line.trim_start().starts_with("//"));
        for (number, line) in code.enumerate() {
            let found = FORBIDDEN.iter().find(|word| line.contains(**word));
            assert!(found.is_none(), "{name}, code line {}: {}", number + 1, found.unwrap_or(&""));
        }
    }
}

/// The inside names no crate that reaches the outside.
#[test]
fn the_inside_depends_on_nothing_outside() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).expect("readable");
    let dependencies = manifest.split("[dependencies]").nth(1).and_then(|rest| rest.split("\n[").next()).expect("dependencies");
    for outside in ["diesel", "reqwest", "actix-web", "redis", "hyper", "ort", "str0m", "rust-embed", "object_store"] {
        assert!(!dependencies.lines().any(|line| line.starts_with(outside)), "{outside}");
    }
}

fn collect(path: &Path, into: &mut Vec<PathBuf>) {
    if path.is_file() {
        // Fixtures lie beside the tests that read them.
        return into.extend(path.extension().is_some_and(|extension| extension == "rs").then(|| path.to_owned()));
    }
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    entries.sort();
    entries.iter().for_each(|entry| collect(entry, into));
}
