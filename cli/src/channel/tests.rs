//! The letter on the command line: which channel, what is missing, which exit code.

use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct ChannelCli {
    #[command(subcommand)]
    command: ChannelCommand,
}

const CONFIG: &str = r#"
[server]
public_url = "https://parom.example"
[vendor]
support_email = "support@vendor.example"
[[integration]]
name = "main"
platform = "amocrm"
client_id = "5f1d2a4e-93a5-4c0e-8a4f-0c1f4be3a111"
client_secret = "integration-secret-canary"
[[integration.channel]]
id = "344a5002-f8ca-454d-af3d-396180102ac7"
code = "amo.ext.30490163"
secret = "channel-secret-canary"
allowed_accounts = ["12345678"]
[integration.widget]
code = "parom_widget"
"#;

/// Exit code, stdout and stderr.
fn run_with(config: &str, arguments: &[&str]) -> anyhow::Result<(bool, String, String)> {
    let command = ChannelCli::try_parse_from([&["parom"], arguments].concat())?.command;
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let code = run(&command, &Config::from_toml(config)?, &mut out, &mut errors)?;
    let well = format!("{code:?}") == format!("{:?}", ExitCode::SUCCESS);
    Ok((well, String::from_utf8(out)?, String::from_utf8(errors)?))
}

#[test]
fn a_whole_letter_goes_to_stdout_alone() {
    let (well, letter, gaps) = run_with(CONFIG, &["request"]).unwrap();
    assert!(well && gaps.is_empty(), "{gaps}");
    assert!(letter.starts_with("Регистрация канала чатов: Parom\n\nДобрый день."), "{letter}");
    assert!(!letter.contains("canary"), "no secret leaves");
    let (_, english, _) = run_with(CONFIG, &["request", "--lang", "en"]).unwrap();
    assert!(english.contains("2. Webhook address: https://parom.example/location/:scope_id\n"), "{english}");
}

#[test]
fn missing_facts_are_listed_and_fail_the_command_only_on_request() {
    let config = CONFIG.replace("support@vendor.example", "").replace("[\"12345678\"]", "[]");
    let (well, letter, gaps) = run_with(&config, &["request", "--lang", "en"]).unwrap();
    assert!(well);
    let lines: Vec<&str> = gaps.lines().collect();
    assert_eq!(lines.len(), 2, "{gaps}");
    assert!(lines[0].starts_with("integration \"main\": channel.allowed_accounts: name the accounts"), "{gaps}");
    assert!(lines[1].starts_with("vendor.support_email: "), "{gaps}");
    assert_eq!(letter.matches("[missing]").count(), 2, "{letter}");
    let (well, same, given) = run_with(&config, &["request", "--lang", "en", "--strict"]).unwrap();
    assert_eq!((well, same, given), (false, letter, gaps));
    assert!(run_with(CONFIG, &["request", "--strict"]).unwrap().0);
}

#[test]
fn an_ambiguous_integration_or_channel_must_be_named() {
    let own = CONFIG.split_once("[[integration]]").unwrap().1;
    let kommo = own.replace("\"main\"", "\"kommo\"").replace("344a5002", "344a5003").replace("5f1d2a4e", "5f1d2a4f");
    let two = format!("[server]\npublic_url = \"https://parom.example\"\n[[integration]]{kommo}[[integration]]{own}");
    let refused = |arguments: &[&str]| run_with(&two, arguments).unwrap_err().to_string();
    assert_eq!(refused(&["request"]), "which integration? --integration takes one of: kommo, main");
    let unknown = refused(&["request", "--integration", "other"]);
    assert_eq!(unknown, "there is no integration \"other\", only: kommo, main");
    let id = "344a5002-f8ca-454d-af3d-396180102ac7";
    assert!(run_with(&two, &["request", "--channel", id]).unwrap().1.contains(id));
    let foreign = refused(&["request", "--integration", "kommo", "--channel", id]);
    assert_eq!(foreign, format!("integration \"kommo\" has no channel {id}"));
    assert!(run_with("", &["request"]).unwrap_err().to_string().starts_with("no [[integration]] is configured"));
    let (well, icon, _) = run_with("", &["icon"]).unwrap();
    assert!(well && icon.starts_with("<svg") && icon.len() < 1024);
}
