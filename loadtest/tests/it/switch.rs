//! A small run of switches against the server of this workspace: real connections on both paths.

use std::path::PathBuf;

use serde_json::Value;
use tokio::process::Command;

/// The server that is built beside the tester.
fn server() -> PathBuf {
    let server = PathBuf::from(env!("CARGO_BIN_EXE_loadtest")).with_file_name("greenroom");
    assert!(server.exists(), "{} is missing: cargo build -p greenroom", server.display());
    server
}

#[tokio::test]
async fn a_room_goes_over_and_back_and_nobody_is_left_without_media() {
    let json = std::env::temp_dir().join(format!("loadtest-switch-{}.json", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args(["switch", "--rooms", "1", "--rounds", "1", "--from", "2", "--to", "3", "--video", "1-layer"])
        .args(["--limit", "stuck=0", "--limit", "silent_edges=0", "--limit", "min_switches=6", "--limit", "after_retirement=0"])
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
    assert_eq!(output.status.code(), Some(0), "{text}");
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    for label in ["to_sfu", "to_mesh", "calm"] {
        for kind in ["video", "audio"] {
            assert!(report["gaps"][label][kind]["count"].as_u64().unwrap_or(0) > 0, "{kind} {label}: {text}");
        }
    }
    assert!(std::fs::read_to_string(json.with_extension("html")).unwrap().contains("<polyline"));
}

#[tokio::test]
async fn wrong_usage_is_exit_code_2() {
    for arguments in [&["--from", "4", "--to", "4"][..], &["--limit", "join_p99_ms=1"], &["--video", "8-layer"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_loadtest")).arg("switch").args(arguments).output().await.unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}
