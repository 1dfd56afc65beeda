//! Which ffmpeg there is, and what it can do.

use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
};
use thiserror::Error;
use tokio::process::Command;

/// Why there can be no composite.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ToolsError {
    #[error("ffmpeg is not installed")]
    Missing,
    #[error("ffmpeg can't be run: {0}")]
    Unusable(String),
    #[error("ffmpeg can't write H264 or VP9")]
    NoEncoder,
}

/// How the composite's picture is encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PictureEncoder {
    X264,
    OpenH264,
    Vp9,
}

/// An ffmpeg and what it was built with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tools {
    pub ffmpeg: PathBuf,
    pub picture: PictureEncoder,
    /// Else Opus.
    pub aac: bool,
    /// Can it draw names, cards and frames?
    pub words: bool,
    /// Its own decoder shows every layer of a layered stream, libvpx the picture.
    pub libvpx_vp9: bool,
    pub loudnorm: bool,
}

impl Tools {
    /// Asks the program of that name or path.
    pub async fn find(ffmpeg: &Path) -> Result<Self, ToolsError> {
        let encoders = ask(ffmpeg, "-encoders").await?;
        let (decoders, filters) = (ask(ffmpeg, "-decoders").await?, ask(ffmpeg, "-filters").await?);
        let picture =
            [("libx264", PictureEncoder::X264), ("libopenh264", PictureEncoder::OpenH264), ("libvpx-vp9", PictureEncoder::Vp9)];
        let picture = picture.into_iter().find(|(name, _)| lists(&encoders, name)).ok_or(ToolsError::NoEncoder)?.1;
        Ok(Self {
            ffmpeg: ffmpeg.to_owned(),
            picture,
            aac: lists(&encoders, "aac"),
            words: lists(&filters, "ass"),
            libvpx_vp9: lists(&decoders, "libvpx-vp9"),
            loudnorm: lists(&filters, "loudnorm"),
        })
    }
}

async fn ask(ffmpeg: &Path, what: &str) -> Result<String, ToolsError> {
    let asked = Command::new(ffmpeg).args(["-hide_banner", what]).stdin(Stdio::null()).kill_on_drop(true).output().await;
    match asked {
        Ok(answer) if answer.status.success() => Ok(String::from_utf8_lossy(&answer.stdout).into_owned()),
        Ok(answer) => Err(ToolsError::Unusable(answer.status.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ToolsError::Missing),
        Err(error) => Err(ToolsError::Unusable(error.to_string())),
    }
}

/// A list has a line each: flags, a name, a description.
fn lists(list: &str, name: &str) -> bool {
    list.lines().any(|line| line.split_whitespace().nth(1) == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_is_not_there_is_missing() {
        assert_eq!(Tools::find(Path::new("/nowhere/ffmpeg")).await, Err(ToolsError::Missing));
        assert!(matches!(Tools::find(Path::new("false")).await, Err(ToolsError::Unusable(_))));
        assert_eq!(Tools::find(Path::new("true")).await, Err(ToolsError::NoEncoder));
    }

    #[test]
    fn a_name_is_a_whole_word_of_its_column() {
        let list = " V....D libx264              H.264 (codec h264)\n V....D libx264rgb x";
        assert!(lists(list, "libx264") && !lists(list, "libx26") && !lists(list, "H.264"));
    }
}
