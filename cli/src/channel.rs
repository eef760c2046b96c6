//! `parom channel`: what the vendor needs to get a Chats API channel from amoCRM's support.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use base::config::{Channel, Config, Integration};
use base::i18n::{Language, Words};
use clap::{Subcommand, ValueEnum};
use parom::admin::letter::{self, ICON, LetterSubject};

#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// Prints the registration letter to support with its 14 answers filled in from the configuration
    Request {
        /// Integration that the channel belongs to [default: the only integration]
        #[arg(long, value_name = "NAME")]
        integration: Option<String>,
        /// A registered channel whose settings should be corrected [default: request a new channel]
        #[arg(long, value_name = "ID")]
        channel: Option<String>,
        /// Language of the letter [default: en for Kommo, ru for amoCRM]
        #[arg(long, value_enum)]
        lang: Option<Lang>,
        /// Exits 1 if facts are missing; the letter is printed all the same
        #[arg(long)]
        strict: bool,
        /// Accepted for scripts from before `--strict`, when it was what is now the default
        #[arg(long, hide = true, conflicts_with = "strict")]
        dev: bool,
    },
    /// Prints the icon to attach to the letter: the brand's, or Parom's (SVG, 14×14 px)
    Icon {
        /// Integration whose brand's icon is wanted [default: the only integration]
        #[arg(long, value_name = "NAME")]
        integration: Option<String>,
    },
}

/// A language of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    Ru,
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Ru => Self::Ru,
            Lang::En => Self::En,
        }
    }
}

/// Runs one command. `errors` receives the missing facts, one per line.
pub fn run(
    command: &ChannelCommand,
    config: &Config,
    out: &mut impl Write,
    errors: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let closed = "standard output cannot be written";
    let (integration, channel, lang, strict) = match command {
        ChannelCommand::Request { integration, channel, lang, strict, dev: _ } => (integration, channel, lang, strict),
        ChannelCommand::Icon { integration } => {
            out.write_all(&icon(config, integration.as_deref())?).and_then(|()| out.flush()).context(closed)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    let integration = chosen(config, integration.as_deref(), channel.as_deref())?;
    let known = channel.as_deref().map(|id| registered(integration, id)).transpose()?;
    let usual = if integration.platform == base::config::Platform::Kommo { Lang::En } else { Lang::Ru };
    let language = lang.unwrap_or(usual).into();
    let (channel, registered) = (known.or(letter::model(integration)), known.is_some());
    let letter = letter::write(LetterSubject { config, integration, channel, registered }, language)?;
    writeln!(out, "{}\n\n{}", letter.subject, letter.body).and_then(|()| out.flush()).context(closed)?;
    let words = Words::new(language);
    for gap in &letter.gaps {
        let line = words.text("channel-gap").with("key", gap.key.as_str()).with("what", gap.what.as_str());
        // A failed write changes nothing; the letter shows the same gaps.
        let _ = writeln!(errors, "{}", line.to_string().replace('\u{a0}', " "));
    }
    Ok(if letter.gaps.is_empty() || !strict { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The icon of an integration's channels. Without a name, and if it is not clear whose: Parom's.
fn icon(config: &Config, name: Option<&str>) -> anyhow::Result<Vec<u8>> {
    let one = match (name, config.integrations.as_slice()) {
        (Some(_), _) => Some(chosen(config, name, None)?),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let own = one.and_then(|integration| integration.brand.as_ref()?.icon.as_ref());
    Ok(own.map_or_else(|| ICON.as_bytes().to_vec(), |icon| icon.bytes.to_vec()))
}

fn chosen<'config>(
    config: &'config Config,
    name: Option<&str>,
    channel: Option<&str>,
) -> anyhow::Result<&'config Integration> {
    let names = || config.integrations.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    ensure!(!config.integrations.is_empty(), "no [[integration]] is configured; the letter needs its name and id");
    if let Some(name) = name {
        return config
            .integration(name)
            .with_context(|| format!("there is no integration {name:?}, only: {}", names()));
    }
    if let Some(id) = channel {
        let found = config.channel(id).map(|(integration, _)| integration);
        return found.with_context(|| format!("no integration has the channel {id}; known are: {}", channels(config)));
    }
    match config.integrations.as_slice() {
        [only] => Ok(only),
        _ => bail!("which integration? --integration takes one of: {}", names()),
    }
}

/// The ids of all configured channels.
fn channels(config: &Config) -> String {
    let all = config.integrations.iter().flat_map(|integration| &integration.channels);
    let ids: Vec<&str> = all.map(|channel| channel.id.as_str()).collect();
    if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
}

fn registered<'config>(integration: &'config Integration, id: &str) -> anyhow::Result<&'config Channel> {
    let found = integration.channels.iter().find(|channel| channel.id == id);
    found.with_context(|| format!("integration {:?} has no channel {id}", integration.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::parsed;

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
        let command = parsed::<ChannelCommand>(arguments)?;
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
        let kommo =
            own.replace("\"main\"", "\"kommo\"").replace("344a5002", "344a5003").replace("5f1d2a4e", "5f1d2a4f");
        let two =
            format!("[server]\npublic_url = \"https://parom.example\"\n[[integration]]{kommo}[[integration]]{own}");
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
}
