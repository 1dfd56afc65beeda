//! The server as its own process, on a free loopback port and a folder of its own.

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::{
    fs::File,
    io::Read,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long anything that must happen may take.
pub const DEADLINE: Duration = Duration::from_secs(20);

pub struct Server {
    child: Option<Child>,
    data: TempDir,
    port: u16,
    options: Vec<String>,
    pub http: Client,
}

/// A created room, with the host's token.
#[derive(Clone)]
pub struct Room {
    pub id: String,
    pub code: String,
    pub host_token: String,
    pub guest_token: String,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With more options than the tests' own.
    pub async fn start_with(options: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let options = options.iter().map(|&option| option.to_owned()).collect();
        let mut server = Self { child: None, data, port, options, http: Client::new() };
        server.run().await;
        server
    }

    /// Starts the process and waits until it is ready.
    pub async fn run(&mut self) {
        let log = File::options().create(true).append(true).open(self.log_path()).expect("a log");
        let child = Command::new(env!("CARGO_BIN_EXE_greenroom"))
            .args(["--listen", &format!("127.0.0.1:{}", self.port), "--data-dir"])
            .arg(self.data.path().join("data"))
            .args([
                "--media-port",
                "0",
                "--dev",
                "--log-format",
                "json",
                "--log",
                "debug,tract_core=info,tract_hir=info,tract_linalg=info,tract_onnx=info",
            ])
            .args(&self.options)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("the server starts");
        self.child = Some(child);
        let deadline = Instant::now() + DEADLINE;
        while !self.is_ready().await {
            assert!(Instant::now() < deadline, "the server gets ready; it said:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    async fn is_ready(&self) -> bool {
        matches!(self.http.get(self.url("/readyz")).send().await, Ok(answer) if answer.status().is_success())
    }

    /// As the power does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
    }

    /// Sends a signal by name, as an operator does.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let status = Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill runs");
        assert!(status.success());
    }

    /// Waits for the process to end by itself; its exit code.
    pub async fn ends(&mut self) -> Option<i32> {
        let mut child = self.child.take().expect("it runs");
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = child.try_wait().expect("it can be asked") {
                return status.code();
            }
            if Instant::now() > deadline {
                child.kill().expect("it can be killed");
                panic!("the server must end by itself");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// UDP sockets that the process has open.
    pub fn udp_sockets(&self) -> usize {
        let of = |path: String| std::fs::read_to_string(path).unwrap_or_default();
        let tables = ["udp", "udp6"].map(|table| of(format!("/proc/{}/net/{table}", self.pid())));
        // The tables are the whole machine's: the tenth column is the socket's number.
        let all: Vec<&str> =
            tables.iter().flat_map(|table| table.lines().skip(1)).filter_map(|line| line.split_whitespace().nth(9)).collect();
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("it runs");
        let links = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
        let sockets = links.filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()));
        sockets.filter(|number| all.contains(&number.as_str())).count()
    }

    pub fn data_dir(&self) -> PathBuf {
        self.data.path().join("data")
    }

    fn log_path(&self) -> PathBuf {
        self.data.path().join("log")
    }

    /// Everything it printed.
    pub fn log(&self) -> String {
        let mut text = String::new();
        drop(File::open(self.log_path()).and_then(|mut file| file.read_to_string(&mut text)));
        text
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    pub async fn get(&self, path: &str, token: &str) -> Response {
        self.request(Method::GET, path).bearer_auth(token).send().await.expect("an answer")
    }

    pub async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Response {
        let mut request = self.request(Method::POST, path).json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.expect("an answer")
    }

    /// As [`Server::post`], and it must succeed.
    pub async fn post_ok(&self, path: &str, token: Option<&str>, body: Value) -> Value {
        let answer = self.post(path, token, body).await;
        let status = answer.status();
        let body: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }

    /// A room of somebody without an account.
    pub async fn room(&self, settings: Value) -> Room {
        let made = self.post_ok("/api/v1/rooms", None, json!({ "hostName": "Alice", "settings": settings })).await;
        let text = |name: &str| made[name].as_str().unwrap_or_else(|| panic!("{name} in {made}")).to_owned();
        Room { id: text("roomId"), code: text("roomCode"), host_token: text("joinToken"), guest_token: text("guestToken") }
    }

    /// A room whose doors are open.
    pub async fn open_room(&self) -> Room {
        self.room(json!({ "waitingRoom": "off", "joinBeforeHost": true })).await
    }

    /// A guest's join token.
    pub async fn guest_token(&self, room: &Room, name: &str) -> String {
        let path = format!("/api/v1/rooms/{}/join", room.code);
        let joined = self.post_ok(&path, None, json!({ "displayName": name })).await;
        joined["token"].as_str().expect("a token").to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
