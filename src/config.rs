//! What an operator can set. One table: a name here is `--name-with-dashes`, `GREENROOM_NAME` and `name` in `greenroom.toml`, in that
//! order of precedence. The unit is in the name; an unknown name is an error.

mod cidr;
mod load;
mod print;
mod value;

pub use cidr::Cidr;
pub use load::{ConfigError, arguments, load};
pub use value::{LogFormat, Secret, Setting, Template, Templates};

use std::{net::IpAddr, net::SocketAddr, path::PathBuf};

/// One row of the table, for the command line, the documentation and the tests.
pub struct Key {
    pub name: &'static str,
    pub about: &'static [&'static str],
    /// A flag that needs no value.
    pub is_switch: bool,
}

macro_rules! settings {
    ($( $(#[doc = $about:literal])+ $name:ident : $kind:ty = $default:expr; )+) => {
        /// Everything that can be set, with its default.
        #[derive(Clone)]
        pub struct Config { $( $(#[doc = $about])+ pub $name: $kind, )+ }

        impl Default for Config {
            fn default() -> Self {
                Self { $( $name: $default, )+ }
            }
        }

        /// The table's names and meanings, in its order.
        pub const KEYS: &[Key] = &[ $( Key {
            name: stringify!($name),
            about: &[$($about),+],
            is_switch: <$kind as Setting>::IS_SWITCH,
        }, )+ ];

        impl Config {
            /// Sets one from text, as a flag or the environment gives it.
            pub(crate) fn set_text(&mut self, name: &str, text: &str) -> Result<(), String> {
                match name {
                    $( stringify!($name) => { self.$name = Setting::from_text(text)?; } )+
                    _ => return Err("there is no such setting".to_owned()),
                }
                Ok(())
            }

            /// Sets one from a TOML value.
            pub(crate) fn set_toml(&mut self, name: &str, value: toml::Value) -> Result<(), String> {
                match name {
                    $( stringify!($name) => { self.$name = Setting::from_toml(value)?; } )+
                    _ => return Err("there is no such setting".to_owned()),
                }
                Ok(())
            }

            /// One as TOML, secrets masked; none when it is unset.
            pub(crate) fn show(&self, name: &str) -> Option<toml::Value> {
                match name {
                    $( stringify!($name) => Setting::show(&self.$name), )+
                    _ => None,
                }
            }
        }
    };
}

settings! {
    /// Address and port to listen on. On 127.0.0.1 only this machine reaches it.
    listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));
    /// Folder of the database, the keys and shared files. Everything worth a backup is in it.
    data_dir: PathBuf = PathBuf::from("./data");
    /// Where people reach this server, such as `https://meet.example.org`. Links in answers begin with it.
    /// Unset, they begin with the Host that the request itself names.
    public_url: Option<String> = None;
    /// Does this server forward media? Without, rooms stay peer to peer and no media port is opened.
    sfu: bool = true;
    /// May meetings be recorded here? It needs media on this server.
    recording: bool = true;
    /// Bytes that stay free on the disk: recordings take it for full before that.
    recording_keep_free_bytes: u64 = 256 * 1024 * 1024;
    /// A recorded file of more bytes ends, and the next begins.
    recording_segment_bytes: u64 = 3 * 1024 * 1024 * 1024;
    /// Is everybody's sound written as WAV too, for programs that read it? It is decoded for that, and takes 350 MB an hour and person.
    recording_wav: bool = false;
    /// First UDP and TCP port of the media workers, which count up from it and pass over those that are taken; 0 means any that are free.
    media_port: u16 = 40000;
    /// Media worker threads, each with its port; 0 means one a core.
    media_workers: usize = 0;
    /// How long nothing may be heard of a media connection until it counts as lost.
    media_idle_ms: u64 = 3_000;
    /// People whose media one worker takes.
    max_media_people_per_worker: usize = 2_000;
    /// Address that media candidates advertise. Unset: the listen address.
    public_ip: Option<IpAddr> = None;
    /// Postgres to use in place of the SQLite file in data_dir. This build has SQLite only and refuses to start with one.
    database_url: Option<Secret> = None;
    /// Redis that makes several servers one. This build runs alone and refuses to start with one.
    redis_url: Option<Secret> = None;
    /// Log lines for people (`text`) or for machines (`json`). They go to standard error.
    log_format: LogFormat = LogFormat::Text;
    /// What to log: a level, or a filter such as `info,greenroom=debug`.
    log: String = "info,actix_server=warn".to_owned();
    /// For client authors: allows fault simulation and serves the UI uncached. Never on a server that people use.
    dev: bool = false;
    /// HTTP worker threads; 0 means one a core.
    workers: usize = 0;

    /// Proxies (addresses or networks such as `10.0.0.0/8`) whose X-Forwarded-For and -Proto are believed.
    trusted_proxies: Vec<Cidr> = Vec::new();
    /// Origins besides the server's own whose pages may call it with cookies or open sockets, such as `https://app.example.org`.
    allowed_origins: Vec<String> = Vec::new();
    /// May somebody without an account create a room?
    anonymous_rooms: bool = true;
    /// May people make accounts for themselves?
    sign_up: bool = true;
    /// Name that the pages show.
    brand_name: String = "Greenroom".to_owned();
    /// The operator's own room templates, by id: `[templates.standup]` with `name`, `description` and `settings`. As text: the same as JSON.
    templates: Templates = Templates::default();

    /// STUN servers for the browsers, such as `stun:stun.example.org:3478`. None: people meet on one network only.
    stun_urls: Vec<String> = Vec::new();
    /// TURN servers for the browsers, such as `turn:turn.example.org:3478?transport=udp`.
    turn_urls: Vec<String> = Vec::new();
    /// The secret shared with the TURN servers (`static-auth-secret` of coturn).
    turn_secret: Option<Secret> = None;
    /// Lifetime of TURN credentials, at most 600.
    turn_lifetime_seconds: u64 = 600;

    /// Open connections at most; more wait in the backlog.
    max_connections: usize = 20_000;
    /// Longest JSON body of a request.
    max_body_bytes: usize = 256 * 1024;
    /// Longest signalling frame.
    max_frame_bytes: usize = 64 * 1024;
    /// Longest file that may be shared in a room.
    max_file_bytes: u64 = 25 * 1024 * 1024;
    /// Files kept for a room at once.
    max_files_per_room: u32 = 200;
    /// Rooms that a tenant may have.
    max_rooms_per_tenant: u64 = 100_000;
    /// Participants that any room may have, whatever its own setting says.
    max_participants_per_room: u32 = 1_000;

    /// Wrong or right sign-ins that one account may try in a minute.
    sign_ins_per_minute_per_account: u32 = 10;
    /// Sign-ins that one address may try in a minute.
    sign_ins_per_minute_per_address: u32 = 30;
    /// Accounts that one address may make in a minute.
    sign_ups_per_minute_per_address: u32 = 30;
    /// Rooms that one address may create in a minute.
    rooms_per_minute_per_address: u32 = 120;
    /// Joins that one address may ask for in a minute. An office is one address.
    joins_per_minute_per_address: u32 = 600;
    /// Wrong room passwords that one address may try in a minute, at all rooms together.
    room_passwords_per_minute_per_address: u32 = 20;
    /// Wrong passwords that one address may try at one room in a minute.
    room_passwords_per_minute_per_address_and_room: u32 = 10;
    /// Wrong passwords that may be tried at one room in a minute, from all addresses together. Past it, only addresses that knew it before may try.
    room_passwords_per_minute_per_room: u32 = 60;
    /// Other changes that one address may ask for in a minute.
    writes_per_minute_per_address: u32 = 600;

    /// Is a film made of each finished recording? It needs ffmpeg, and about half a minute of a core for each minute.
    recording_composite: bool = true;
    /// The ffmpeg that makes it: a name to be found, or a path. 4.4 or later.
    recording_ffmpeg: PathBuf = PathBuf::from("ffmpeg");
    /// Where the files of finished recordings go: `s3://bucket/prefix`, or a folder such as `/mnt/recordings`. Unset, they stay in data_dir.
    recording_store_url: Option<String> = None;
    /// Where files go after recording_move_after_days: another bucket or folder, reached in the same way.
    recording_archive_url: Option<String> = None;
    /// Days after which recordings go to the archive.
    recording_move_after_days: u64 = 30;
    /// Address of an S3-compatible store that is not Amazon's, such as `https://s3.example.org`.
    recording_store_endpoint: Option<String> = None;
    /// The store's region.
    recording_store_region: String = "us-east-1".to_owned();
    /// The store's access key id. Unset: `AWS_ACCESS_KEY_ID` of the environment, or the machine's own role.
    recording_store_key: Option<Secret> = None;
    /// The secret to it.
    recording_store_secret: Option<Secret> = None;
    /// Days that recordings are kept at most, whatever their room says; 0 means as long as it says.
    recording_retention_days: u64 = 0;

    /// May rooms ask for the emotion of voices? It needs media on this server; each room and each person decides besides.
    emotion: bool = true;
    /// An ONNX Runtime library, 1.24 or later, such as `/usr/lib/libonnxruntime.so`, to run models with. Unset: what is built in.
    onnxruntime_library: Option<PathBuf> = None;
    /// Folder with `emotion.onnx`, `anomaly.onnx` and `emotion.json` in place of the models that are built in.
    emotion_model_dir: Option<PathBuf> = None;
    /// A model of yours for pictures of faces; see docs/emotion.md. Unset, clips of pictures are refused.
    emotion_frame_model: Option<PathBuf> = None;
    /// Longest file that may be sent to be judged.
    max_emotion_file_bytes: u64 = 100 * 1024 * 1024;
    /// Of a longer file only so much of its beginning is judged.
    max_emotion_file_seconds: u64 = 600;
    /// A provider that judges voices in place of the models here: `wss://…`; see docs/emotion.md. Voices leave this server then.
    emotion_provider_url: Option<String> = None;
    /// The key that the provider knows this server by.
    emotion_provider_key: Option<Secret> = None;
    /// May the provider have a private address, such as one in this server's own network?
    emotion_provider_private: bool = false;

    /// Tracks whose sound is written to files at once, our own and those of other servers.
    audio_tracks_max: usize = 512;
    /// Bytes that stay free on the disk: files of sessions take it for full before that.
    session_keep_free_bytes: u64 = 64 * 1024 * 1024;
    /// Streams of other servers at once (`/egress-audio`, `/egress-video`).
    egress_max_streams: usize = 256;
    /// Longest message of such a stream.
    egress_frame_bytes: usize = 4 * 1024 * 1024;
    /// How long such a stream may send nothing, unless it is muted.
    egress_idle_seconds: u64 = 120;
    /// The API key of a LiveKit server, whose webhook may then be sent to `/livekit/webhook`.
    livekit_api_key: Option<String> = None;
    /// The secret that belongs to it.
    livekit_api_secret: Option<Secret> = None;
    /// Longest backup that a browser may send of a track of its own.
    backup_max_bytes: u64 = 512 * 1024 * 1024;
    /// Backups that one person may begin in a recording.
    backups_per_person: u32 = 50;

    /// How long a request may take to send its headers.
    header_timeout_seconds: u64 = 5;
    /// How long an idle HTTP connection is kept.
    keep_alive_seconds: u64 = 30;
    /// How long a socket may take to say hello.
    hello_timeout_seconds: u64 = 5;
    /// How long somebody whose socket is gone is still in the room.
    resume_grace_seconds: u64 = 30;
    /// How long a client may make no progress before it is closed as slow.
    slow_consumer_seconds: u64 = 10;
    /// How long an empty room keeps its session.
    empty_room_seconds: u64 = 60;
    /// How long a room waits for its host to come back before it is handed on.
    host_grace_seconds: u64 = 60;
    /// How long a knock whose socket is gone is kept.
    knock_grace_seconds: u64 = 120;
    /// How long an admission may be redeemed.
    admission_seconds: u64 = 60;
    /// Days that the audit log is kept.
    audit_retention_days: u64 = 365;
    /// Days after which a room that was deleted or expired is removed for good, with its files and sessions.
    removed_room_days: u64 = 7;
    /// Days after which a revoked API key, and the nameless mark that a deleted account leaves, are removed for good.
    removed_account_days: u64 = 90;
    /// How long shutting down may take.
    drain_seconds: u64 = 10;
}

impl Config {
    /// Mistakes that only show when settings are seen together.
    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |name, why: &str| Err(ConfigError::Value { name, place: "all settings together", why: why.to_owned() });
        if let Some(url) = &self.public_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            return wrong("public_url", "must begin with http:// or https://");
        }
        if !(1..=600).contains(&self.turn_lifetime_seconds) {
            return wrong("turn_lifetime_seconds", "must be 1 to 600");
        }
        if !self.turn_urls.is_empty() && self.turn_secret.is_none() {
            return wrong("turn_secret", "is needed by turn_urls");
        }
        if self.recording_store_key.is_some() != self.recording_store_secret.is_some() {
            return wrong("recording_store_secret", "is needed together with recording_store_key");
        }
        if self.recording_archive_url.is_some() && self.recording_store_url == self.recording_archive_url {
            return wrong("recording_archive_url", "must be another place than recording_store_url");
        }
        if let Some(url) = &self.emotion_provider_url
            && !(url.starts_with("wss://") || url.starts_with("ws://"))
        {
            return wrong("emotion_provider_url", "must begin with wss:// or ws://");
        }
        if self.livekit_api_key.is_some() != self.livekit_api_secret.is_some() {
            return wrong("livekit_api_secret", "is needed together with livekit_api_key");
        }
        if self.media_idle_ms < 500 {
            return wrong("media_idle_ms", "must be at least 500");
        }
        if self.max_frame_bytes < 4096 {
            return wrong("max_frame_bytes", "must be at least 4096");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
