use std::fs;
use std::time::Duration;

use actors::clock::at;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
const NOW_SECONDS: u64 = 1_700_000_000;

struct Server {
    dir: tempfile::TempDir,
    keys: Keys,
    tokens: Tokens,
}

fn server() -> Server {
    let dir = tempfile::tempdir().expect("a folder");
    let keys = Keys::open(dir.path()).expect("keys");
    Server { tokens: Tokens::new(keys.clone(), "greenroom"), keys, dir }
}

fn tenant() -> TenantId {
    TenantId(Uuid::from_u128(1))
}

fn alice() -> Join {
    Join {
        room_id: RoomId(Uuid::from_u128(2)),
        tenant_id: tenant(),
        identity: Identity::user(UserId(Uuid::from_u128(3))),
        role: Role::Presenter,
        display_name: Some("Alice".to_owned()),
        guest: false,
        known: true,
        purposes: vec!["recording".to_owned()],
    }
}

fn later(seconds: u64) -> Timestamp {
    NOW + Duration::from_secs(seconds)
}

impl Server {
    fn kid(&self) -> String {
        self.keys.list()[0].kid.clone()
    }

    fn signing_key(&self) -> SigningKey {
        use ed25519_dalek::pkcs8::DecodePrivateKey;
        let pem = fs::read_to_string(self.dir.path().join("keys").join(format!("{}.pem", self.kid()))).expect("a key file");
        SigningKey::from_pkcs8_pem(&pem).expect("a key")
    }

    fn claims(&self) -> Value {
        let token = self.tokens.issue_join(&alice(), NOW);
        let claims = token.expose().split('.').nth(1).expect("three parts");
        serde_json::from_slice(&B64.decode(claims).expect("base64")).expect("JSON")
    }

    fn header(&self) -> Value {
        json!({ "typ": "JWT", "alg": "EdDSA", "kid": self.kid() })
    }

    /// A token that is right but for what the caller made of header and claims.
    fn signed(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let signature = self.signing_key().sign(message.as_bytes());
        format!("{message}.{}", B64.encode(signature.to_bytes()))
    }

    fn takes(&self, token: &str) -> bool {
        self.tokens.verify_join(token, NOW).is_ok()
    }

    #[track_caller]
    fn refuses(&self, token: &str, why: &str) {
        assert!(!self.takes(token), "{why}");
    }

    #[track_caller]
    fn refuses_claims(&self, edit: impl FnOnce(&mut Value), why: &str) {
        let mut claims = self.claims();
        edit(&mut claims);
        self.refuses(&self.signed(&self.header(), &claims), why);
    }

    #[track_caller]
    fn refuses_header(&self, header: Value, why: &str) {
        self.refuses(&self.signed(&header, &self.claims()), why);
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()))
}

#[test]
fn every_kind_comes_back_as_it_was() {
    let server = server();
    let tokens = &server.tokens;
    let (user_id, tenant_id, room_id) = (UserId(Uuid::from_u128(3)), tenant(), RoomId(Uuid::from_u128(2)));
    let access = Access { user_id, tenant_id, login_id: Uuid::from_u128(9) };
    assert!(tokens.verify_access(tokens.issue_access(&access, NOW).expose(), NOW) == Ok(access));
    let guest = Guest { guest_id: Uuid::from_u128(4), tenant_id, display_name: None };
    assert!(tokens.verify_guest(tokens.issue_guest(&guest, NOW).expose(), NOW) == Ok(guest));
    assert!(tokens.verify_join(tokens.issue_join(&alice(), NOW).expose(), NOW) == Ok(alice()));
    let link = FileLink { room_id, tenant_id, file_id: FileId(Uuid::from_u128(5)) };
    let token = tokens.issue_file_link(&link, Duration::from_secs(60), NOW);
    assert!(tokens.verify_file_link(token.expose(), later(59)) == Ok(link));
    assert!(tokens.verify_file_link(token.expose(), later(60)) == Err(TokenError::Invalid));
    let grant = ConsentGrant { user_id, tenant_id, purposes: vec!["recording".to_owned()] };
    assert!(tokens.verify_consent(tokens.issue_consent(&grant, NOW).expose(), NOW) == Ok(grant));
}

#[test]
fn each_lives_as_long_as_it_should() {
    let server = server();
    let tokens = &server.tokens;
    let join = tokens.issue_join(&alice(), NOW);
    assert!(tokens.verify_join(join.expose(), later(599)).is_ok());
    assert!(tokens.verify_join(join.expose(), later(600)).is_err());
    let access = Access { user_id: UserId(Uuid::nil()), tenant_id: tenant(), login_id: Uuid::nil() };
    let access = tokens.issue_access(&access, NOW);
    assert!(tokens.verify_access(access.expose(), later(899)).is_ok());
    assert!(tokens.verify_access(access.expose(), later(900)).is_err());
    let guest = tokens.issue_guest(&Guest { guest_id: Uuid::nil(), tenant_id: tenant(), display_name: None }, NOW);
    assert!(tokens.verify_guest(guest.expose(), later(30 * 86_400 - 1)).is_ok());
    assert!(tokens.verify_guest(guest.expose(), later(30 * 86_400)).is_err());
}

#[test]
fn one_kind_is_never_taken_for_another() {
    let server = server();
    let tokens = &server.tokens;
    let (user_id, tenant_id) = (UserId(Uuid::from_u128(3)), tenant());
    let link = FileLink { room_id: RoomId(Uuid::nil()), tenant_id, file_id: FileId(Uuid::nil()) };
    let all = [
        tokens.issue_access(&Access { user_id, tenant_id, login_id: Uuid::nil() }, NOW),
        tokens.issue_guest(&Guest { guest_id: Uuid::nil(), tenant_id, display_name: None }, NOW),
        tokens.issue_join(&alice(), NOW),
        tokens.issue_file_link(&link, Duration::from_secs(60), NOW),
        tokens.issue_consent(&ConsentGrant { user_id, tenant_id, purposes: Vec::new() }, NOW),
    ];
    for (mine, token) in all.iter().enumerate() {
        let token = token.expose();
        let taken = [
            tokens.verify_access(token, NOW).is_ok(),
            tokens.verify_guest(token, NOW).is_ok(),
            tokens.verify_join(token, NOW).is_ok(),
            tokens.verify_file_link(token, NOW).is_ok(),
            tokens.verify_consent(token, NOW).is_ok(),
        ];
        for (kind, taken) in taken.into_iter().enumerate() {
            assert_eq!(taken, kind == mine, "kind {mine} shown as kind {kind}");
        }
    }
}

#[test]
fn the_forger_of_these_tests_can_also_make_a_good_one() {
    let server = server();
    assert!(server.takes(&server.signed(&server.header(), &server.claims())));
}

#[test]
fn the_algorithm_is_ours_to_say() {
    let server = server();
    let claims = server.claims();
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({ "typ": "JWT", "alg": none, "kid": server.kid() });
        server.refuses(&format!("{}.", unsigned(&header, &claims)), "no signature at all");
        server.refuses_header(header, "alg none with a good signature");
    }
    let header = json!({ "typ": "JWT", "alg": "HS256", "kid": server.kid() });
    let public = server.signing_key().verifying_key();
    let jwk = server.keys.jwks()["keys"][0]["x"].as_str().expect("x").to_owned();
    for secret in [public.as_bytes().as_slice(), jwk.as_bytes()] {
        let message = unsigned(&header, &claims);
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length");
        mac.update(message.as_bytes());
        server.refuses(&format!("{message}.{}", B64.encode(mac.finalize().into_bytes())), "HMAC with the public key");
    }
    for alg in ["RS256", "ES256", "PS512", "eddsa", "Ed25519"] {
        server.refuses_header(json!({ "typ": "JWT", "alg": alg, "kid": server.kid() }), alg);
    }
}

#[test]
fn a_token_for_something_else_is_refused() {
    let server = server();
    for (claim, value) in [
        ("iss", json!("elsewhere")),
        ("iss", json!(["greenroom"])),
        ("iss", json!(null)),
        ("aud", json!("greenroom:api")),
        ("aud", json!(["greenroom:room"])),
        ("aud", json!(7)),
        ("typ", json!("access")),
        ("typ", json!("JWT")),
        ("typ", json!(null)),
        ("tenant", json!("not a uuid")),
        ("sub", json!(7)),
        ("role", json!("owner")),
        ("roomId", json!("../../etc")),
    ] {
        server.refuses_claims(|claims| claims[claim] = value.clone(), &format!("{claim} = {value}"));
    }
    for claim in ["iss", "aud", "typ", "sub", "tenant", "jti", "roomId", "role", "guest"] {
        server.refuses_claims(
            |claims| {
                claims.as_object_mut().expect("an object").remove(claim);
            },
            &format!("no {claim}"),
        );
    }
}

#[test]
fn times_must_be_there_and_be_numbers_and_fit() {
    let server = server();
    for claim in ["exp", "iat"] {
        server.refuses_claims(
            |claims| {
                claims.as_object_mut().expect("an object").remove(claim);
            },
            &format!("no {claim}"),
        );
        for value in [json!("1700000600"), json!(null), json!(1_700_000_300.5), json!(-1), json!(true), json!([1]), json!(1e300)]
        {
            server.refuses_claims(|claims| claims[claim] = value.clone(), &format!("{claim} = {value}"));
        }
    }
    server.refuses_claims(|claims| claims["nbf"] = json!("now"), "nbf as text");
    server.refuses_claims(|claims| claims["nbf"] = json!(NOW_SECONDS + 61), "not yet");
    server.refuses_claims(|claims| claims["exp"] = json!(NOW_SECONDS), "expired");
    server.refuses_claims(|claims| claims["exp"] = json!(NOW_SECONDS + 601), "lives longer than its kind");
    server.refuses_claims(|claims| claims["exp"] = json!(u64::MAX), "for ever");
    server.refuses_claims(
        |claims| {
            claims["iat"] = json!(NOW_SECONDS + 61);
            claims["exp"] = json!(NOW_SECONDS + 100);
        },
        "from the future",
    );
    server.refuses_claims(
        |claims| {
            claims["iat"] = json!(NOW_SECONDS + 50);
            claims["exp"] = json!(NOW_SECONDS + 40);
        },
        "ends before it began",
    );
    let mut ahead = server.claims();
    ahead["iat"] = json!(NOW_SECONDS + 60);
    assert!(server.takes(&server.signed(&server.header(), &ahead)), "a clock a minute ahead is fine");
}

#[test]
fn a_claim_that_comes_twice_is_refused() {
    let server = server();
    let claims = server.claims().to_string();
    let twice = format!("{},\"role\":\"host\"}}", &claims[..claims.len() - 1]);
    let message = format!("{}.{}", B64.encode(server.header().to_string()), B64.encode(twice));
    let signature = server.signing_key().sign(message.as_bytes());
    server.refuses(&format!("{message}.{}", B64.encode(signature.to_bytes())), "role twice");
}

#[test]
fn a_key_id_is_a_name_and_never_a_path() {
    let server = server();
    // A perfectly good key where a path would lead.
    let pem = fs::read(server.dir.path().join("keys").join(format!("{}.pem", server.kid()))).expect("a key file");
    fs::write(server.dir.path().join("evil.pem"), &pem).expect("written");
    fs::write(server.dir.path().join("keys/stray.pem"), &pem).expect("written");
    let absolute = server.dir.path().join("evil").display().to_string();
    for kid in ["k0000000000000000", "../evil", &absolute, "..\\evil", "stray", "", ".", "a/b", "k\0", "kid with spaces", "ключ"]
    {
        server.refuses_header(json!({ "typ": "JWT", "alg": "EdDSA", "kid": kid }), kid);
    }
    for kid in [json!(null), json!(7), json!(["k"]), json!({ "k": "v" })] {
        server.refuses_header(json!({ "typ": "JWT", "alg": "EdDSA", "kid": kid }), "kid of another type");
    }
    server.refuses_header(json!({ "typ": "JWT", "alg": "EdDSA" }), "no kid");
    server.refuses_header(json!({ "typ": "JWT", "alg": "EdDSA", "kid": "k".repeat(41) }), "41 characters");
    server.refuses_header(json!({ "typ": "JWT", "alg": "EdDSA", "kid": "k".repeat(100 * 1024) }), "100 KiB");
}

#[test]
fn a_token_can_not_bring_its_own_key() {
    let server = server();
    let stranger = SigningKey::from_bytes(&[7; 32]);
    let x = B64.encode(stranger.verifying_key().as_bytes());
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": server.kid() });
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("non-blocking");
    let url = format!("http://{}/jwks.json", listener.local_addr().expect("an address"));
    for extra in [json!({ "jwk": jwk }), json!({ "jku": url }), json!({ "x5u": url }), json!({ "jwk": jwk, "jku": url })] {
        let mut header = server.header();
        header.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        let message = unsigned(&header, &server.claims());
        let signature = stranger.sign(message.as_bytes());
        server.refuses(&format!("{message}.{}", B64.encode(signature.to_bytes())), "signed with a key of its own");
        assert!(server.takes(&server.signed(&header, &server.claims())), "such headers are ignored, not believed");
    }
    assert!(listener.accept().is_err(), "nothing was fetched");
    let mut critical = server.header();
    critical["crit"] = json!(["exp"]);
    server.refuses_header(critical, "demands that something be understood");
}

#[test]
fn what_is_no_token_is_refused() {
    let server = server();
    let good = server.tokens.issue_join(&alice(), NOW).into_text();
    assert!(server.takes(&good));
    let parts: Vec<&str> = good.split('.').collect();
    let changed = good.replacen(parts[1], &B64.encode(r#"{"role":"host"}"#), 1);
    for token in ["", ".", "..", "...", "a.b.c", &parts[..2].join("."), &format!("{good}."), &format!("{good}.x"), &changed] {
        server.refuses(token, token);
    }
    server.refuses(&format!(" {good}"), "leading space");
    server.refuses(&good[..good.len() - 4], "cut signature");
    server.refuses(&"A".repeat(100 * 1024), "100 KiB");
    let mut long = server.claims();
    long["name"] = json!("n".repeat(LONGEST_TOKEN));
    server.refuses(&server.signed(&server.header(), &long), "good but over the limit");
}

#[test]
fn old_and_new_keys_live_side_by_side_until_the_old_one_is_removed() {
    let server = server();
    let old = server.kid();
    let before = server.tokens.issue_join(&alice(), NOW);
    // Another process rotates; this one notices by itself.
    let operator = Keys::open(server.dir.path()).expect("keys");
    let new = operator.rotate().expect("rotated");
    let elsewhere = Tokens::new(operator.clone(), "greenroom");
    let after = elsewhere.issue_join(&alice(), NOW);
    assert!(server.takes(after.expose()), "an unknown key makes the server look");
    assert!(server.takes(before.expose()));
    assert_eq!(server.kid(), new);
    assert_eq!(server.keys.jwks()["keys"].as_array().map(Vec::len), Some(2));

    operator.remove(&old).expect("removed");
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    while server.takes(before.expose()) {
        assert!(std::time::Instant::now() < deadline, "the removal was not noticed");
        std::thread::yield_now();
    }
    assert!(server.takes(after.expose()));
}

#[test]
fn every_refusal_reads_the_same() {
    assert_eq!(TokenError::Invalid.to_string(), "the token is not valid");
    let server = server();
    let expired = server.tokens.issue_join(&alice(), at(0));
    let answers = [expired.expose(), "", "a.b.c"].map(|token| server.tokens.verify_join(token, NOW).err());
    assert!(answers.iter().all(|answer| *answer == Some(TokenError::Invalid)));
}
