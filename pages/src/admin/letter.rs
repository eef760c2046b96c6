//! The e-mail to amoCRM's support that registers a Chats API channel: the 14 answers of the form in order, filled from
//! the configuration. Command line and admin show the same.

use base::config::{Channel, Config, Integration, Platform, ReactionSupport, Vendor, base};
use base::i18n::{Language, Words};
use url::{Host, Url};

/// The icon attached to it: round, 14×14 px, far below the allowed 100 KB.
pub const ICON: &str = include_str!("../../assets/admin/channel-icon.svg");
/// The name under which Parom's icon is attached.
pub const ICON_NAME: &str = "channel-icon.svg";
/// The placeholder for an integration's id.
const EXAMPLE_ID: &str = "00000000-0000-0000-0000-000000000000";
/// The largest file that any messenger's upload accepts, in bytes.
const LARGEST_FILE: u64 = 50 * 1024 * 1024;

/// A registration e-mail; ready to send if nothing is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationLetter {
    pub subject: String,
    /// Plain text, lines of any length.
    pub body: String,
    pub gaps: Vec<MissingFact>,
}

/// A fact missing from the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingFact {
    /// The setting that would provide it.
    pub key: String,
    /// What to enter there, as text.
    pub what: String,
}

/// The subject of the e-mail.
#[derive(Clone, Copy, Debug)]
pub struct LetterSubject<'config> {
    pub config: &'config Config,
    pub integration: &'config Integration,
    /// The channel described; `None`: the defaults.
    pub channel: Option<&'config Channel>,
    /// The channel is registered and its settings are to be corrected; otherwise a new one is requested.
    pub registered: bool,
}

/// The channel that a new one is modelled on: the only one, which may be configured before it is registered.
pub fn model(integration: &Integration) -> Option<&Channel> {
    match integration.channels.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

/// Composes the e-mail.
pub fn write(about: LetterSubject<'_>, language: Language) -> anyhow::Result<RegistrationLetter> {
    let unregistered: Channel = serde_json::from_value(serde_json::json!({"id": "", "code": "", "secret": ""}))?;
    let channel = about.channel.unwrap_or(&unregistered);
    let mut writer = LetterWriter { words: Words::new(language), gaps: Vec::new() };
    let points = writer.points(about, channel);
    let words = writer.words;
    let name = writer.known(!channel.title.is_empty(), &channel.title);
    let mut lines = vec![words.text("channel-letter-greeting").to_string(), String::new()];
    lines.push(match about.channel.filter(|_| about.registered) {
        Some(channel) => words.text("channel-letter-open-known").with("id", channel.id.as_str()).to_string(),
        None => words.text("channel-letter-open").to_string(),
    });
    lines.push(String::new());
    lines.extend(points.iter().enumerate().map(|(at, point)| format!("{}. {point}", at + 1)));
    lines.extend([String::new(), words.text("channel-letter-beside").to_string()]);
    lines.extend(extras(words, channel).into_iter().map(|extra| format!("- {extra}")));
    lines.extend([String::new(), words.text("channel-letter-end").to_string()]);
    let vendor = Vendor::of(about.config, Some(about.integration));
    lines.extend([&vendor.name, &vendor.legal_entity].into_iter().filter(|line| !line.is_empty()).cloned());
    let plain = |text: String| text.replace('\u{a0}', " ");
    Ok(RegistrationLetter {
        subject: plain(words.text("channel-letter-subject").with("name", name).to_string()),
        body: plain(lines.join("\n")),
        gaps: writer.gaps,
    })
}

struct LetterWriter {
    words: Words,
    gaps: Vec<MissingFact>,
}

impl LetterWriter {
    fn points(&mut self, about: LetterSubject<'_>, channel: &Channel) -> Vec<String> {
        let words = self.words;
        let (config, integration) = (about.config, about.integration);
        let own = |key: &str| format!("integration {:?}: {key}", integration.name);
        let title = self.fact(own("channel.title"), "channel-gap-name", latin(&channel.title), &channel.title);
        let public_url = &config.server.public_url;
        let webhook = format!("{}/location/:scope_id", base(public_url));
        let webhook = self.fact("server.public_url".to_owned(), "channel-gap-webhook", reachable(public_url), &webhook);
        let accounts = if channel.public && channel.allowed_accounts.is_empty() {
            words.text("channel-letter-accounts-none")
        } else {
            let ids = channel.allowed_accounts.join(", ");
            let ids = self.fact(own("channel.allowed_accounts"), "channel-gap-accounts", !ids.is_empty(), &ids);
            words.text("channel-letter-accounts").with("ids", ids)
        };
        let email = Vendor::of(config, Some(integration)).support_email;
        let email = self.fact("vendor.support_email".to_owned(), "channel-gap-email", email.contains('@'), &email);
        let client = &integration.client_id;
        let known = !client.is_empty() && client != EXAMPLE_ID;
        let client = self.fact(own("client_id"), "channel-gap-client", known, client);
        let code = integration.widget.as_ref().and_then(|widget| widget.code.clone()).unwrap_or_default();
        let code = self.fact(own("widget.code"), "channel-gap-widget", !code.is_empty(), &code);
        let audience =
            if channel.public { "channel-letter-audience-public" } else { "channel-letter-audience-private" };
        let mut files =
            words.text("channel-letter-files").with("answer", self.answer(channel.stores_files)).to_string();
        if integration.platform == Platform::Kommo {
            let size = base::i18n::bytes(LARGEST_FILE, words.language());
            files = format!("{files}\n    {}", words.text("channel-letter-largest").with("size", size));
        }
        let quotes = words.text("channel-letter-quotes").with("quotes", self.answer(channel.quotes));
        vec![
            words.text("channel-letter-name").with("name", title).to_string(),
            words.text("channel-letter-webhook").with("address", webhook).to_string(),
            accounts.to_string(),
            words.text("channel-letter-write-first").with("answer", self.answer(channel.write_first)).to_string(),
            self.window(integration.platform, channel),
            words.text("channel-letter-email").with("email", email).to_string(),
            icon(words, integration),
            words.text("channel-letter-client").with("id", client).to_string(),
            words.text("channel-letter-widget").with("code", code).to_string(),
            words.text(audience).with("unique", unique(words, integration)).to_string(),
            files,
            words.text("channel-letter-reactions").with("answer", self.reactions(&channel.reactions)).to_string(),
            quotes.with("forwards", self.answer(channel.forwards)).to_string(),
            words.text("channel-letter-voice").with("answer", self.answer(channel.voice)).to_string(),
        ]
    }

    /// 5.1 asks for seconds; 5.2 exists on Kommo's platform only.
    fn window(&self, platform: Platform, channel: &Channel) -> String {
        let Some(seconds) = channel.time_window_seconds else {
            return self.words.text("channel-letter-window").with("answer", self.answer(false)).to_string();
        };
        let answer = self.words.text("channel-letter-window-seconds").with("seconds", seconds);
        let first = self.words.text("channel-letter-window").with("answer", answer).to_string();
        if platform == Platform::Amocrm {
            return first;
        }
        let templates = self.answer(channel.block_after_window);
        format!("{first}\n    {}", self.words.text("channel-letter-window-templates").with("answer", templates))
    }

    fn reactions(&self, agreed: &ReactionSupport) -> String {
        match agreed {
            ReactionSupport::Off => self.answer(false),
            ReactionSupport::All => self.words.text("channel-all").to_string(),
            ReactionSupport::Only(list) => list.concat(),
        }
    }

    fn answer(&self, yes: bool) -> String {
        self.words.text(if yes { "channel-yes" } else { "channel-no" }).to_string()
    }

    /// The fact, or a recorded gap with its mark.
    fn fact(&mut self, key: String, what: &'static str, fits: bool, fact: &str) -> String {
        if !fits {
            let what = self.words.text(what).to_string().replace('\u{a0}', " ");
            self.gaps.push(MissingFact { key, what });
        }
        self.known(fits, fact)
    }

    fn known(&self, fits: bool, fact: &str) -> String {
        if fits { fact.to_owned() } else { self.words.text("channel-gap-mark").to_string() }
    }
}

/// The icon as the letter names it, and where it is.
fn icon(words: Words, integration: &Integration) -> String {
    match integration.brand.as_ref().and_then(|brand| brand.icon.as_ref()) {
        Some(icon) => {
            let file = format!("channel-icon.{}", icon.ending());
            let size = base::i18n::bytes(u64::try_from(icon.bytes.len()).unwrap_or(u64::MAX), words.language());
            words.text("channel-letter-icon-own").with("file", file).with("size", size).to_string()
        }
        None => words.text("channel-letter-icon").with("file", ICON_NAME).to_string(),
    }
}

/// What is unique about the service, in the brand's words if it has some.
fn unique(words: Words, integration: &Integration) -> String {
    let own = integration.brand.as_ref().and_then(|brand| brand.unique.clone());
    own.unwrap_or_else(|| words.text("channel-letter-unique").to_string())
}

fn extras(words: Words, channel: &Channel) -> Vec<String> {
    let mut extras = vec!["channel-letter-hooks", "channel-letter-sources"];
    if channel.typing_hooks {
        extras.push("channel-letter-typing");
    }
    if channel.bot.is_none() {
        extras.push("channel-letter-bot");
    }
    extras.into_iter().map(|key| words.text(key).to_string()).collect()
}

/// Latin letters and digits, not starting with a digit.
fn latin(name: &str) -> bool {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || " .-_".contains(sign);
    name.starts_with(|sign: char| sign.is_ascii_alphabetic()) && name.chars().all(plain)
}

/// Whether amoCRM could call it: https, and not an address of this machine or a private network.
fn reachable(address: &Url) -> bool {
    let public = match address.host() {
        Some(Host::Domain(name)) => name.contains('.') && !name.ends_with(".localhost") && !name.ends_with(".local"),
        Some(Host::Ipv4(ip)) => !ip.is_loopback() && !ip.is_private() && !ip.is_unspecified() && !ip.is_link_local(),
        Some(Host::Ipv6(ip)) => !ip.is_loopback() && !ip.is_unique_local() && !ip.is_unspecified(),
        None => false,
    };
    address.scheme() == "https" && public
}

#[cfg(test)]
mod tests;
