//! The models' files: those in the binary, or an operator's own folder. Nothing is believed before it was checked.

use super::EmotionError;
use actors::emotion::{
    LABELS, Thresholds,
    centre::{PRIOR_CLIPS, REMEMBERED},
    features::WIDTH,
    speaker::Limits,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt::Write,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

pub const EMOTION: &str = "emotion.onnx";
pub const ANOMALY: &str = "anomaly.onnx";
const MANIFEST: &str = "emotion.json";
/// Longer files are no models of ours.
const LONGEST: u64 = 64 << 20;

/// `emotion.json`, as training writes it.
#[derive(Deserialize)]
struct Manifest {
    labels: Vec<String>,
    label_threshold: f32,
    arousal_threshold: f32,
    anomaly_threshold: f32,
    prior_clips: f32,
    remembered_clips: usize,
    features: usize,
    sha256: BTreeMap<String, String>,
}

/// The two models' bytes, which are those that the manifest names, and what belongs to them.
pub struct ModelFiles {
    pub emotion: Cow<'static, [u8]>,
    pub anomaly: Cow<'static, [u8]>,
    pub limits: Limits,
}

impl ModelFiles {
    /// From the folder, or those that are built in.
    ///
    /// # Errors
    /// A file that is missing, too long, not the one that the manifest names, or a manifest that doesn't fit this server.
    pub fn open(folder: Option<&Path>) -> Result<Self, EmotionError> {
        let [manifest, emotion, anomaly] = match folder {
            Some(folder) => [read(folder, MANIFEST)?, read(folder, EMOTION)?, read(folder, ANOMALY)?],
            None => [
                Cow::Borrowed(include_bytes!("../../models/emotion.json").as_slice()),
                Cow::Borrowed(include_bytes!("../../models/emotion.onnx").as_slice()),
                Cow::Borrowed(include_bytes!("../../models/anomaly.onnx").as_slice()),
            ],
        };
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|error| EmotionError::Manifest(format!("it can't be read: {error}")))?;
        for (name, bytes) in [(EMOTION, &emotion), (ANOMALY, &anomaly)] {
            if manifest.sha256.get(name) != Some(&digest(bytes)) {
                return Err(EmotionError::Hash(name));
            }
        }
        Ok(Self { emotion, anomaly, limits: limits(&manifest)? })
    }
}

/// What training says of its models must be what this server computes.
fn limits(manifest: &Manifest) -> Result<Limits, EmotionError> {
    let differs = |what: &str, theirs: String, ours: String| {
        Err(EmotionError::Manifest(format!("its {what} are {theirs}, this server has {ours}")))
    };
    let labels: Vec<&str> = LABELS.iter().map(|label| label.word()).collect();
    if manifest.labels != labels {
        return differs("labels", manifest.labels.join(", "), labels.join(", "));
    }
    if manifest.features != WIDTH {
        return differs("features", manifest.features.to_string(), WIDTH.to_string());
    }
    if manifest.prior_clips != PRIOR_CLIPS || manifest.remembered_clips != REMEMBERED {
        let theirs = format!("{} and {}", manifest.prior_clips, manifest.remembered_clips);
        return differs("clips of a centre", theirs, format!("{PRIOR_CLIPS} and {REMEMBERED}"));
    }
    let share = |value: f32| (0.0..=1.0).contains(&value);
    if !share(manifest.label_threshold) || !share(manifest.arousal_threshold) || !manifest.anomaly_threshold.is_finite() {
        return Err(EmotionError::Manifest("a threshold of it is none".to_owned()));
    }
    let thresholds = Thresholds { label: manifest.label_threshold, arousal: manifest.arousal_threshold };
    Ok(Limits { thresholds, unusual: manifest.anomaly_threshold })
}

fn read(folder: &Path, name: &str) -> Result<Cow<'static, [u8]>, EmotionError> {
    let path: PathBuf = folder.join(name);
    read_model(&path).map(Cow::Owned)
}

/// A file that an operator named, whole.
pub fn read_model(path: &Path) -> Result<Vec<u8>, EmotionError> {
    let failed = |error: io::Error| EmotionError::File { path: path.to_path_buf(), why: error.to_string() };
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(LONGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LONGEST {
        return Err(EmotionError::File { path: path.to_path_buf(), why: format!("it is longer than {LONGEST} bytes") });
    }
    Ok(bytes)
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
