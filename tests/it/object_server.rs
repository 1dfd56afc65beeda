//! A small store that speaks as much S3 as recordings need: objects, ranges, uploads in parts. It can be made to go away.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

pub const KEY: &str = "AKTEST";
pub const SECRET: &str = "a secret of the store";

#[derive(Default)]
struct State {
    objects: HashMap<String, Vec<u8>>,
    uploads: HashMap<String, BTreeMap<usize, Vec<u8>>>,
}

/// Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct ObjectServer {
    state: Arc<Mutex<State>>,
    away: Arc<AtomicBool>,
    /// Parts that it takes until it goes away.
    parts_left: Arc<AtomicUsize>,
    pub parts_taken: Arc<AtomicUsize>,
    pub refused: Arc<AtomicUsize>,
    port: u16,
}

struct Request {
    method: String,
    path: String,
    query: HashMap<String, String>,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

struct Reply(u16, Vec<(String, String)>, Vec<u8>);

impl ObjectServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Self {
            state: Arc::default(),
            away: Arc::default(),
            parts_left: Arc::new(AtomicUsize::new(usize::MAX)),
            parts_taken: Arc::default(),
            refused: Arc::default(),
            port: listener.local_addr().expect("an address").port(),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.talk(stream).await });
            }
        });
        server
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// It answers with 503 to everything, or is there again.
    pub fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    pub fn is_away(&self) -> bool {
        self.away.load(Ordering::SeqCst)
    }

    /// It takes so many parts more, and then goes away.
    pub fn leave_after_parts(&self, parts: usize) {
        self.parts_left.store(parts, Ordering::SeqCst);
    }

    pub fn come_back(&self) {
        self.leave_after_parts(usize::MAX);
        self.set_away(false);
    }

    /// `bucket/key`, and what is in it.
    pub fn object(&self, name: &str) -> Option<Vec<u8>> {
        self.state.lock().expect("no panic").objects.get(name).cloned()
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        self.state.lock().expect("no panic").objects.insert(name.to_owned(), bytes.to_vec());
    }

    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.state.lock().expect("no panic").objects.keys().cloned().collect();
        names.sort();
        names
    }

    async fn talk(&self, stream: TcpStream) {
        let (reader, mut writer) = stream.into_split();
        let mut reader = BufReader::new(reader);
        while let Some(request) = read(&mut reader).await {
            let head = request.method == "HEAD";
            let Reply(status, mut headers, body) = self.answer(request);
            headers.push(("content-length".to_owned(), body.len().to_string()));
            if head {
                // What a HEAD says of the length is the object's.
                headers.retain(|(name, _)| name != "content-length");
                headers.push(("content-length".to_owned(), body.len().to_string()));
            }
            let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let mut bytes = format!("HTTP/1.1 {status} X\r\n{lines}\r\n").into_bytes();
            if !head {
                bytes.extend(body);
            }
            if writer.write_all(&bytes).await.is_err() {
                return;
            }
        }
    }

    fn answer(&self, request: Request) -> Reply {
        let signed = request.headers.get("authorization").is_some_and(|shown| shown.contains(&format!("Credential={KEY}/")))
            || request.query.get("X-Amz-Credential").is_some_and(|shown| shown.starts_with(KEY));
        if self.away.load(Ordering::SeqCst) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return error(503, "SlowDown");
        }
        if !signed {
            return error(403, "AccessDenied");
        }
        let name = request.path.trim_start_matches('/').to_owned();
        let mut state = self.state.lock().expect("no panic");
        let upload = request.query.get("uploadId").cloned();
        match (request.method.as_str(), upload) {
            ("POST", None) if request.query.contains_key("uploads") => {
                let id = format!("upload-{}", state.uploads.len() + 1);
                state.uploads.insert(id.clone(), BTreeMap::new());
                xml(&format!(
                    "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
                ))
            }
            ("PUT", Some(id)) => {
                if self.parts_left.load(Ordering::SeqCst) == 0 {
                    self.set_away(true);
                    return error(503, "SlowDown");
                }
                let number: usize = request.query["partNumber"].parse().expect("a number");
                let Some(parts) = state.uploads.get_mut(&id) else { return error(404, "NoSuchUpload") };
                let tag = format!("\"{id}-{number}-{}\"", request.body.len());
                parts.insert(number, request.body);
                self.parts_left.fetch_sub(1, Ordering::SeqCst);
                self.parts_taken.fetch_add(1, Ordering::SeqCst);
                Reply(200, vec![("etag".to_owned(), tag)], Vec::new())
            }
            ("POST", Some(id)) => {
                let Some(parts) = state.uploads.remove(&id) else { return error(404, "NoSuchUpload") };
                assert!(parts.keys().copied().eq(1..=parts.len()), "no part is missing");
                state.objects.insert(name, parts.into_values().flatten().collect());
                xml(
                    "<CompleteMultipartUploadResult><Location>l</Location><Bucket>b</Bucket><Key>k</Key><ETag>\"e\"</ETag></CompleteMultipartUploadResult>",
                )
            }
            ("PUT", None) => {
                state.objects.insert(name, request.body);
                Reply(200, vec![("etag".to_owned(), "\"e\"".to_owned())], Vec::new())
            }
            ("DELETE", _) => {
                state.objects.remove(&name);
                Reply(204, Vec::new(), Vec::new())
            }
            (_, _) => match state.objects.get(&name) {
                None => error(404, "NoSuchKey"),
                Some(object) => part_of(object, request.headers.get("range")),
            },
        }
    }
}

fn part_of(object: &[u8], range: Option<&String>) -> Reply {
    let mut headers =
        vec![("etag".to_owned(), "\"e\"".to_owned()), ("last-modified".to_owned(), "Sun, 22 Nov 2026 00:00:00 GMT".to_owned())];
    let Some(range) = range else { return Reply(200, headers, object.to_vec()) };
    let (from, to) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')).expect("a range");
    let from: usize = from.parse().expect("a number");
    let to: usize = to.parse::<usize>().map_or(object.len(), |to| to + 1).min(object.len());
    headers.push(("content-range".to_owned(), format!("bytes {from}-{}/{}", to - 1, object.len())));
    Reply(206, headers, object[from..to].to_vec())
}

fn xml(body: &str) -> Reply {
    Reply(200, vec![("content-type".to_owned(), "application/xml".to_owned())], body.as_bytes().to_vec())
}

fn error(status: u16, code: &str) -> Reply {
    Reply(status, Vec::new(), format!("<Error><Code>{code}</Code><Message>no</Message></Error>").into_bytes())
}

async fn read(reader: &mut BufReader<tokio::net::tcp::OwnedReadHalf>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let query = query.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Some(Request { method, path: path.to_owned(), query, headers, body })
}
