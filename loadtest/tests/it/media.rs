//! A small media run against the server of this workspace: real connections, real packets, both ways.

use std::path::PathBuf;

use serde_json::Value;
use tokio::process::Command;

/// The server that is built beside the tester.
fn server() -> PathBuf {
    let server = PathBuf::from(env!("CARGO_BIN_EXE_loadtest")).with_file_name("greenroom");
    assert!(server.exists(), "{} is missing: cargo build -p greenroom", server.display());
    server
}

async fn run(name: &str, more: &[&str]) -> (i32, String, Value) {
    let json = std::env::temp_dir().join(format!("loadtest-media-{}-{name}.json", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args(["media", "--warmup", "0.5", "--duration", "2"])
        .args(more)
        .arg("--spawn")
        .arg(server())
        .arg("--json")
        .arg(&json)
        .arg("--html")
        .arg(json.with_extension("html"))
        .output()
        .await
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let report = std::fs::read_to_string(&json).unwrap_or_else(|_| panic!("no report: {text}"));
    (output.status.code().unwrap(), text, serde_json::from_str(&report).unwrap())
}

#[tokio::test]
async fn everybody_receives_everybody() {
    let more = ["--publishers", "2", "--subscribers", "1", "--video", "3-layer", "--limit", "not_received=0"];
    let (code, text, report) = run("everybody", &more).await;
    assert_eq!(code, 0, "{text}");
    let figure = |name: &str| report["figures"][name].as_f64().unwrap_or_else(|| panic!("{name}: {text}"));
    assert!(figure("packets_per_s") > 200.0, "{text}");
    assert!(figure("latency_p50_ms") > 0.0 && figure("first_picture_p50_ms") > 0.0);
    assert!(figure("cpu_us_per_packet") > 0.0, "the process is known");
    assert!(report["clear"]["frames"].as_u64().unwrap() > 60, "{text}");
}

#[tokio::test]
async fn a_lossy_receiver_is_repaired_and_told_apart() {
    // Not while joining: one lost packet can hold up the tester's own handshake for good.
    let more = ["--subscribers", "2", "--impair", "receiver=1,loss=5,from=0"];
    let (_, text, report) = run("lossy", &more).await;
    let receivers = report["receivers"].as_array().unwrap();
    assert_eq!(receivers.len(), 1, "{text}");
    assert!(receivers[0]["totals"]["repaired"].as_u64().unwrap() > 0, "{text}");
    assert_eq!(report["clear"]["repaired"].as_u64().unwrap(), 0, "the other receiver does not notice: {text}");
}

#[tokio::test]
async fn a_broken_limit_is_exit_code_1() {
    let (code, text, _) = run("limit", &["--video", "none", "--limit", "latency_p99_ms=0.0001"]).await;
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("BROKEN latency_p99_ms"), "{text}");
}
