//! An integration as the text of a configuration file.

use std::fmt::Write;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::integration::{every_connector, owned, parom, plain_host};
use super::{BrandConfig, Channel, Integration, Platform, ReactionSupport, WidgetConfig, base, parse};

impl Integration {
    /// One of this platform without name, id, secret and channels; the rest as in a file that sets nothing else.
    pub fn blank(platform: Platform) -> Self {
        Self {
            name: String::new(),
            platform,
            client_id: String::new(),
            client_secret: SecretString::default(),
            previous_client_secret: None,
            paused: false,
            account_hosts: owned(platform.account_hosts()),
            consent_url: parse::constant(platform.consent_url()),
            account_url: plain_host(),
            own_redirect: false,
            amojo_url: parse::constant(platform.amojo_url()),
            channels: Vec::new(),
            widget: None,
            brand: None,
        }
    }

    /// The text that [`Integration::from_toml`] reads as this integration, with its secrets. What the platform sets by
    /// default is left out.
    pub fn to_toml(&self) -> SecretString {
        let usual = Self::blank(self.platform);
        let mut text = Text::default();
        text.table("[[integration]]");
        text.put("name", &self.name);
        text.put("platform", &self.platform.brand().to_lowercase());
        text.put("client_id", &self.client_id);
        text.secret("client_secret", Some(&self.client_secret));
        text.secret("previous_client_secret", self.previous_client_secret.as_ref());
        text.flag("paused", self.paused);
        text.flag("own_redirect", self.own_redirect);
        if self.account_hosts != usual.account_hosts {
            text.list("account_hosts", &self.account_hosts);
        }
        if self.account_url != usual.account_url {
            text.put("account_url", &self.account_url);
        }
        for (key, url, usual) in
            [("consent_url", &self.consent_url, &usual.consent_url), ("amojo_url", &self.amojo_url, &usual.amojo_url)]
        {
            if url != usual {
                text.put(key, base(url));
            }
        }
        if let Some(widget) = &self.widget {
            text.widget(widget);
        }
        if let Some(brand) = &self.brand {
            text.brand(brand);
        }
        let default_title = self.brand.as_ref().and_then(|brand| brand.name.clone()).unwrap_or_else(parom);
        for channel in &self.channels {
            text.channel(channel, &default_title);
        }
        SecretString::from(text.0)
    }
}

impl Channel {
    /// One without id, code and secret; the rest as in a file that sets nothing else.
    pub fn blank() -> Self {
        Self {
            id: String::new(),
            code: String::new(),
            secret: SecretString::default(),
            previous_secret: None,
            title: parom(),
            connectors: every_connector(),
            bot: None,
            public: false,
            allowed_accounts: Vec::new(),
            allowed_plans: Vec::new(),
            write_first: true,
            time_window_seconds: None,
            block_after_window: false,
            reactions: ReactionSupport::All,
            quotes: true,
            forwards: true,
            voice: true,
            typing_hooks: true,
            stores_files: false,
        }
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn table(&mut self, name: &str) {
        self.0.push_str(name);
        self.0.push('\n');
    }

    fn line(&mut self, key: &str, value: impl std::fmt::Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn put(&mut self, key: &str, value: &str) {
        self.line(key, quoted(value));
    }

    fn secret(&mut self, key: &str, value: Option<&SecretString>) {
        if let Some(value) = value {
            self.put(key, value.expose_secret());
        }
    }

    fn flag(&mut self, key: &str, value: bool) {
        self.line(key, value);
    }

    fn list(&mut self, key: &str, values: &[String]) {
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        self.line(key, format_args!("[{}]", values.join(", ")));
    }

    fn widget(&mut self, widget: &WidgetConfig) {
        self.table("[integration.widget]");
        self.put("name", &widget.name);
        if let Some(code) = &widget.code {
            self.put("code", code);
        }
        self.put("version", &widget.version);
        self.list("languages", &widget.languages);
        if let Some(folder) = &widget.logo_dir {
            self.put("logo_dir", &folder.to_string_lossy());
        }
    }

    fn brand(&mut self, brand: &BrandConfig) {
        self.table("[integration.brand]");
        for (key, text) in brand.texts() {
            if let Some(text) = text {
                self.put(key, text);
            }
        }
        for (key, picture) in [("logo", &brand.logo), ("icon", &brand.icon)] {
            if let Some(picture) = picture {
                self.put(key, &picture.data());
            }
        }
    }

    /// A channel; a title that it has by default is left out, so that it follows the brand's name.
    fn channel(&mut self, channel: &Channel, default_title: &str) {
        self.table("[[integration.channel]]");
        self.put("id", &channel.id);
        self.put("code", &channel.code);
        self.secret("secret", Some(&channel.secret));
        self.secret("previous_secret", channel.previous_secret.as_ref());
        if channel.title != default_title {
            self.put("title", &channel.title);
        }
        self.list("connectors", &channel.connectors);
        if let Some(bot) = &channel.bot {
            let (id, client_id, name) = (quoted(&bot.id), quoted(&bot.client_id), quoted(&bot.name));
            self.line("bot", format_args!("{{ id = {id}, client_id = {client_id}, name = {name} }}"));
        }
        self.list("allowed_accounts", &channel.allowed_accounts);
        self.list("allowed_plans", &channel.allowed_plans);
        if let Some(seconds) = channel.time_window_seconds {
            self.line("time_window_seconds", seconds);
        }
        match &channel.reactions {
            ReactionSupport::Off => self.put("reactions", "off"),
            ReactionSupport::All => self.put("reactions", "all"),
            ReactionSupport::Only(list) => self.list("reactions", list),
        }
        for (key, value) in [
            ("public", channel.public),
            ("write_first", channel.write_first),
            ("block_after_window", channel.block_after_window),
            ("quotes", channel.quotes),
            ("forwards", channel.forwards),
            ("voice", channel.voice),
            ("typing_hooks", channel.typing_hooks),
            ("stores_files", channel.stores_files),
        ] {
            self.flag(key, value);
        }
    }
}

/// A basic string: JSON's escapes are TOML's, except that TOML escapes DEL as well.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Bot, Picture};

    fn same(one: &Integration) {
        let text = one.to_toml();
        let again = Integration::from_toml(text.expose_secret(), None).unwrap();
        assert_eq!(again.to_toml().expose_secret(), text.expose_secret());
        // Debug shows all but the secrets, which the text has.
        assert_eq!(format!("{again:?}"), format!("{one:?}"));
    }

    #[test]
    fn a_written_integration_is_read_as_the_same() {
        for platform in [Platform::Amocrm, Platform::Kommo] {
            let mut one = Integration::blank(platform);
            one.name = "white".to_owned();
            one.client_id = "a \"quoted\" \\ id\u{7f}\t".to_owned();
            one.client_secret = "${secret} 'x' # ї\n".into();
            same(&one);
            one.previous_client_secret = Some("before".into());
            one.paused = true;
            one.own_redirect = true;
            one.account_hosts = vec!["example.org".to_owned()];
            one.account_url = "http://127.0.0.1:9100/accounts/{host}".to_owned();
            one.amojo_url = "http://127.0.0.1:9100/".parse().unwrap();
            one.consent_url = "http://127.0.0.1:9100/oauth".parse().unwrap();
            one.widget = Some(WidgetConfig { code: Some("code".to_owned()), ..WidgetConfig::default() });
            let picture = |text: &str| Picture::try_from(text.to_owned()).ok();
            one.brand = Some(BrandConfig {
                name: Some("Acme \"Chat\"".to_owned()),
                color: Some("#0b7a4b".to_owned()),
                logo: picture("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
                icon: picture("data:image/png;base64,iVBORw0KGgo="),
                ..BrandConfig::default()
            });
            assert!(one.brand.as_ref().is_some_and(|brand| brand.logo.is_some() && brand.icon.is_some()));
            let mut channel = Channel::blank();
            channel.id = "344a5002-f8ca-454d-af3d-396180102ac7".to_owned();
            channel.code = "amo.ext.1".to_owned();
            channel.secret = "s".into();
            // As one that sets none.
            channel.title = "Acme \"Chat\"".to_owned();
            one.channels.push(channel.clone());
            channel.title = "Support".to_owned();
            channel.id = "344a5002-f8ca-454d-af3d-396180102ac8".to_owned();
            channel.previous_secret = Some("old".into());
            channel.bot = Some(Bot { id: "b".to_owned(), client_id: "c".to_owned(), name: "Anna".to_owned() });
            channel.allowed_accounts = vec!["7".to_owned()];
            channel.allowed_plans = vec!["gold".to_owned()];
            channel.time_window_seconds = Some(86_400);
            channel.reactions = ReactionSupport::Only(vec!["👍".to_owned()]);
            channel.connectors = vec!["telegram".to_owned()];
            (channel.public, channel.quotes, channel.stores_files) = (true, false, true);
            one.channels.push(channel);
            same(&one);
        }
    }

    #[test]
    fn a_blank_one_has_the_values_of_a_file_that_sets_nothing() {
        let text = "[[integration]]\nname = \"a\"\nplatform = \"kommo\"\nclient_id = \"i\"\nclient_secret = \"s\"\n\
                    [[integration.channel]]\nid = \"344a5002-f8ca-454d-af3d-396180102ac7\"\ncode = \"c\"\nsecret = \"s\"\n";
        let read = Integration::from_toml(text, None).unwrap();
        let mut channel = Channel::blank();
        channel.id.clone_from(&read.channels[0].id);
        channel.code = "c".to_owned();
        assert_eq!(format!("{channel:?}"), format!("{:?}", read.channels[0]));
        let mut blank = Integration::blank(Platform::Kommo);
        (blank.name, blank.client_id, blank.channels) = ("a".to_owned(), "i".to_owned(), vec![channel]);
        assert_eq!(format!("{blank:?}"), format!("{read:?}"));
    }
}
