//! What only the `ffmpeg` program understands. It gets a file of ours by name, no shell, no network, no format that refers to other files,
//! and a time limit.

use super::{
    AudioError,
    open::{BLOCK, Source},
};
use std::{
    io::{self, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

const RATE: u32 = 16_000;
/// Containers that hold what they play. A playlist could name any file of this machine.
const FORMATS: &str = "aac,ac3,aiff,bmp_pipe,jpeg_pipe,png_pipe,webp_pipe,mjpeg,amr,asf,au,avi,caf,dts,eac3,flac,flv,h264,hevc,ivf,latm,matroska,webm,mov,mp4,m4a,3gp,mp3,mpeg,mpegts,\
ogg,rm,tta,voc,w64,wav,wv";

/// The program, and how long it may take for one file.
#[derive(Clone, Debug)]
pub struct Ffmpeg {
    pub program: PathBuf,
    pub limit: Duration,
}

impl Ffmpeg {
    /// The program, if it is there and runs.
    pub fn find(program: &Path, limit: Duration) -> Option<Self> {
        let quiet =
            Command::new(program).arg("-version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        quiet.is_ok_and(|status| status.success()).then(|| Self { program: program.to_path_buf(), limit })
    }

    /// Before anything else: what is read, and how.
    fn command(&self, path: &Path) -> Command {
        let mut input = std::ffi::OsString::from("file:");
        input.push(path);
        let mut command = Command::new(&self.program);
        command.args(["-nostdin", "-hide_banner", "-v", "error", "-threads", "1"]);
        command.args(["-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS, "-i"]).arg(input);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    pub(super) fn decode(&self, path: &Path) -> Result<FfmpegSound, AudioError> {
        let mut command = self.command(path);
        command.args(["-map", "0:a:0", "-vn", "-sn", "-dn", "-ac", "1", "-ar", "16000", "-f", "f32le", "pipe:1"]);
        let (running, output) = Running::start(command, self.limit)?;
        Ok(FfmpegSound { running, output, rest: Vec::new() })
    }

    /// Pictures of a file, one in `each` of a film, `most` of them: the middle square, `side` points on each side, three bytes of RGB a point.
    ///
    /// # Errors
    /// A file without a picture, or one that takes too long.
    pub fn pictures(&self, path: &Path, each: Duration, side: usize, most: usize) -> Result<Vec<Vec<u8>>, AudioError> {
        let mut command = self.command(path);
        let apart = each.as_millis().max(1);
        // The first picture, and then one in so long: a single picture has no time at all.
        let filter = format!(
            "select='isnan(prev_selected_t)+gte(t-prev_selected_t,{apart}/1000)',\
             scale={side}:{side}:force_original_aspect_ratio=increase,crop={side}:{side}"
        );
        command.args(["-map", "0:v:0", "-an", "-sn", "-dn", "-vf", &filter, "-fps_mode", "passthrough"]);
        command.args(["-frames:v", &most.to_string(), "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]);
        let (running, output) = Running::start(command, self.limit)?;
        let (mut bytes, whole) = (Vec::new(), side * side * 3);
        output.take((most * whole) as u64).read_to_end(&mut bytes)?;
        running.finish()?;
        let pictures: Vec<Vec<u8>> = bytes.chunks_exact(whole).map(<[u8]>::to_vec).collect();
        if pictures.is_empty() { Err(AudioError::Broken("it has no picture".to_owned())) } else { Ok(pictures) }
    }
}

/// A child that is ended when its time is over, or when nobody wants it any more.
struct Running {
    child: Arc<Mutex<Child>>,
    late: Arc<AtomicBool>,
    over: SyncSender<()>,
}

impl Running {
    fn start(mut command: Command, limit: Duration) -> io::Result<(Self, ChildStdout)> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("no pipe"))?;
        let (over, is_over) = sync_channel(1);
        let running = Self { child: Arc::new(Mutex::new(child)), late: Arc::default(), over };
        let (child, late) = (running.child.clone(), running.late.clone());
        thread::Builder::new().name("ffmpeg-limit".to_owned()).spawn(move || {
            if let Err(RecvTimeoutError::Timeout) = is_over.recv_timeout(limit) {
                late.store(true, Ordering::Release);
                end(&child);
            }
        })?;
        Ok((running, output))
    }

    /// Its output is read: did it do what it should?
    fn finish(&self) -> Result<bool, AudioError> {
        let status = self.child.lock().unwrap_or_else(PoisonError::into_inner).wait()?;
        if self.late.load(Ordering::Acquire) { Err(AudioError::TooSlow) } else { Ok(status.success()) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.over.try_send(());
        end(&self.child);
    }
}

/// Kills it and takes its leave, so that nothing is left of it.
fn end(child: &Mutex<Child>) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    drop(child.kill());
    drop(child.wait());
}

pub struct FfmpegSound {
    running: Running,
    output: ChildStdout,
    /// Bytes of a sample that has not come whole yet.
    rest: Vec<u8>,
}

impl Source for FfmpegSound {
    fn rate(&self) -> u32 {
        RATE
    }

    fn next(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
        let mut bytes = [0; BLOCK * 4];
        let count = self.output.read(&mut bytes)?;
        if count == 0 {
            // A file that is broken at its end has given what it had.
            return self.running.finish().map(|_| false);
        }
        self.rest.extend_from_slice(&bytes[..count]);
        let whole = self.rest.len() / 4 * 4;
        let sample = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
        let clean = |value: f32| if value.is_finite() { value.clamp(-1.0, 1.0) } else { 0.0 };
        out.extend(self.rest[..whole].chunks_exact(4).map(sample).map(clean));
        self.rest.drain(..whole);
        Ok(true)
    }
}
