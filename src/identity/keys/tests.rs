use std::fs;

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn the_first_start_makes_a_key_and_the_next_one_finds_it() {
    let dir = folder();
    let first = Keys::open(dir.path()).expect("made").list();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].state, KeyState::Active);
    assert_eq!(Keys::open(dir.path()).expect("found").list(), first);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let dir = folder();
    let keys = Keys::open(dir.path()).expect("made");
    keys.rotate().expect("rotated");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&dir.path().join("keys")), 0o700);
    let files: Vec<_> =
        fs::read_dir(dir.path().join("keys")).expect("readable").map(|entry| entry.expect("there").path()).collect();
    assert_eq!(files.len(), 4, "two keys, the index and the lock");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn public_keys_are_published_and_nothing_else() {
    let dir = folder();
    let keys = Keys::open(dir.path()).expect("made");
    let old = keys.list()[0].kid.clone();
    let new = keys.rotate().expect("rotated");
    let jwks = keys.jwks();
    let published = jwks["keys"].as_array().expect("a list");
    let kids: Vec<_> = published.iter().map(|key| key["kid"].as_str().expect("a name")).collect();
    assert_eq!(kids, [new.as_str(), old.as_str()]);
    for key in published {
        let mut fields: Vec<_> = key.as_object().expect("an object").keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["alg", "crv", "kid", "kty", "use", "x"]);
        assert_eq!(key["x"].as_str().map(str::len), Some(43));
    }
}

#[test]
fn only_previous_keys_can_be_removed() {
    let dir = folder();
    let keys = Keys::open(dir.path()).expect("made");
    let old = keys.list()[0].kid.clone();
    assert!(matches!(keys.remove(&old), Err(KeyError::Active(_))));
    assert!(matches!(keys.remove("nobody"), Err(KeyError::Unknown(_))));
    assert!(matches!(keys.remove("../nobody"), Err(KeyError::BadKid)));
    let new = keys.rotate().expect("rotated");
    keys.remove(&old).expect("removed");
    assert_eq!(keys.list(), [KeyInfo { kid: new, state: KeyState::Active }]);
    assert!(!dir.path().join("keys").join(format!("{old}.pem")).exists());
}

#[test]
fn two_first_starts_at_once_agree() {
    let dir = folder();
    let lists: Vec<_> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..4).map(|_| scope.spawn(|| Keys::open(dir.path()).expect("opens").list())).collect();
        opening.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(lists.iter().all(|list| *list == lists[0]));
}

#[test]
fn damaged_files_are_an_error_that_names_the_file() {
    let dir = folder();
    let kid = Keys::open(dir.path()).expect("made").list()[0].kid.clone();
    fs::write(dir.path().join("keys").join(format!("{kid}.pem")), "no key").expect("written");
    let error = Keys::open(dir.path()).err().expect("refused").to_string();
    assert!(error.contains(&kid) && error.contains("damaged"), "{error}");
    fs::write(dir.path().join("keys/keys.json"), r#"{"active":"../../x","previous":[]}"#).expect("written");
    assert!(matches!(Keys::open(dir.path()), Err(KeyError::BadKid)));
}

#[test]
fn a_running_server_keeps_its_keys_when_the_files_break() {
    let dir = folder();
    let keys = Keys::open(dir.path()).expect("made");
    let kid = keys.list()[0].kid.clone();
    fs::write(dir.path().join("keys/keys.json"), "{").expect("written");
    assert!(keys.verifying("unknown").is_none());
    assert!(keys.verifying(&kid).is_some());
}
