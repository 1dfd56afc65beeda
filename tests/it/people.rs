//! People with accounts, and keys of integrators.

use crate::server::Server;
use serde_json::{Value, json};
use std::process::{Command, Output};

pub const PASSWORD: &str = "correct horse battery";

/// Somebody who signed up.
pub struct Account {
    pub id: String,
    pub email: String,
    pub access: String,
    pub refresh: String,
}

impl Account {
    pub async fn new(server: &Server, name: &str) -> Self {
        let email = format!("{}@example.org", name.to_lowercase());
        let body = json!({ "email": email, "password": PASSWORD, "displayName": name });
        Self::of(&server.post_ok("/api/v1/users", None, body).await)
    }

    /// As a sign-up, a login or a refresh answers.
    pub fn of(answer: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("an account in {answer}")).to_owned();
        Self {
            id: text(&answer["user"]["userId"]),
            email: text(&answer["user"]["email"]),
            access: text(&answer["accessToken"]),
            refresh: text(&answer["refreshToken"]),
        }
    }
}

/// Runs the command line on the server's data folder.
pub fn greenroom(server: &Server, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenroom"));
    command.args(arguments).arg("--data-dir").arg(server.data_dir()).output().expect("it runs")
}

/// As [`greenroom`], and it must succeed; what it printed.
pub fn greenroom_ok(server: &Server, arguments: &[&str]) -> String {
    let output = greenroom(server, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// An operator's key that may do everything in its tenant.
pub fn api_key(server: &Server, tenant: Option<&str>) -> String {
    let mut arguments = vec!["api-keys", "create", "ci"];
    for scope in ["rooms:read", "rooms:write", "sessions:read", "users:write", "audit:read"] {
        arguments.extend(["--scope", scope]);
    }
    arguments.extend(tenant.into_iter().flat_map(|tenant| ["--tenant", tenant]));
    greenroom_ok(server, &arguments)
}
