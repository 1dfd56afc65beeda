use super::*;
use std::path::Path;

fn load_from(args: &[&str], environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let flags = clap::Command::new("greenroom").args(arguments()).get_matches_from([&["greenroom"], args].concat());
    load(&flags, environment.iter().map(|(k, v)| (k.to_string(), v.to_string()))).map(|(config, _)| config)
}

fn file(folder: &Path, text: &str) -> String {
    let path = folder.join("greenroom.toml");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "brand_name = 'file'\nmedia_port = 1\nworkers = 3\n");
    let config = load_from(
        &["--config", &path, "--brand-name", "flag"],
        &[("GREENROOM_BRAND_NAME", "environment"), ("GREENROOM_MEDIA_PORT", "2"), ("HOME", "/")],
    )
    .unwrap();
    assert_eq!((config.brand_name.as_str(), config.media_port, config.workers), ("flag", 2, 3));
}

#[test]
fn an_unknown_name_is_an_error_that_helps() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "brandname = 'x'\n");
    let error = load_from(&["--config", &path], &[]).err().unwrap().to_string();
    assert!(error.contains("did you mean brand_name"), "{error}");
    let error = load_from(&[], &[("GREENROOM_BRUND", "x")]).err().unwrap().to_string();
    assert!(error.contains("GREENROOM_BRUND"), "{error}");
}

#[test]
fn a_wrong_value_names_the_setting() {
    for environment in [("GREENROOM_MEDIA_PORT", "70000"), ("GREENROOM_DEV", "maybe"), ("GREENROOM_TURN_LIFETIME_SECONDS", "0")] {
        let error = load_from(&[], &[environment]).err().unwrap().to_string();
        assert!(error.contains(&environment.0["GREENROOM_".len()..].to_lowercase()), "{error}");
    }
}

#[test]
fn a_switch_can_be_turned_off() {
    assert!(load_from(&[], &[]).unwrap().sfu);
    assert!(!load_from(&["--no-sfu"], &[]).unwrap().sfu);
    assert!(!load_from(&["--sfu=false"], &[]).unwrap().sfu);
    assert!(load_from(&["--sfu"], &[("GREENROOM_SFU", "false")]).unwrap().sfu);
    assert!(!load_from(&["--no-sfu"], &[("GREENROOM_SFU", "true")]).unwrap().sfu);
}

#[test]
fn lists_and_templates_can_be_text() {
    let config = load_from(
        &["--dev", "--stun-urls", "stun:a, stun:b"],
        &[("GREENROOM_TEMPLATES", r#"{"standup":{"name":"Stand-up","settings":{"muteOnEntry":true}}}"#)],
    )
    .unwrap();
    assert!(config.dev);
    assert_eq!(config.stun_urls, ["stun:a", "stun:b"]);
    assert_eq!(config.templates["standup"].settings.mute_on_entry, Some(true));
}

#[test]
fn printing_masks_secrets_and_is_toml() {
    let flags = clap::Command::new("greenroom").args(arguments()).get_matches_from(["greenroom", "--turn-secret", "hunter2"]);
    let (config, sources) = load(&flags, std::iter::empty()).unwrap();
    let text = config.print(&sources);
    assert!(!text.contains("hunter2"));
    let table: toml::Table = text.parse().unwrap();
    assert_eq!(table["turn_secret"].as_str(), Some("********"));
    assert_eq!(table["listen"].as_str(), Some("127.0.0.1:8080"));
}

#[test]
fn the_example_file_is_current() {
    assert_eq!(
        include_str!("../../greenroom.example.toml"),
        Config::example(),
        "write it anew: greenroom config example > greenroom.example.toml"
    );
}
