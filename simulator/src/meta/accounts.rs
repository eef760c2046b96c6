//! New apps, accounts, people and posts; what they are subscribed to; and what goes wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::json;

use super::options::{Account, App, Options, Platform, Subscription};
use super::tokens::LIFE;
use crate::graph::{AppView, handshake};
use crate::kit::{Author, Customer, Dialog, DialogKind, Id, Line, Message, MessageView, NewPerson, Sample, Simulator};

#[derive(Clone, Debug)]
pub struct NewApp {
    pub name: String,
    /// Its secret; none: a new one.
    pub secret: Option<String>,
    /// Its own token reads what any page says of itself.
    pub reads_public_pages: bool,
    /// The addresses to which its dialogs may return; empty: all.
    pub redirect_uris: Vec<String>,
}

impl Default for NewApp {
    fn default() -> Self {
        Self { name: "Acme Inbox".to_owned(), secret: None, reads_public_pages: false, redirect_uris: Vec::new() }
    }
}

#[derive(Clone, Debug)]
pub struct NewAccount {
    pub platform: Platform,
    pub name: String,
    /// Without `@`.
    pub username: String,
}

impl NewAccount {
    pub fn instagram() -> Self {
        Self { platform: Platform::Instagram, name: "Acme Flowers".to_owned(), username: "acme_flowers".to_owned() }
    }

    pub fn facebook() -> Self {
        Self { platform: Platform::Facebook, name: "Acme Flowers".to_owned(), username: "acmeflowers".to_owned() }
    }
}

/// An account, and the token of the app for which it was created.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The id used in webhooks.
    pub id: String,
    /// The other id by which an Instagram account's token sees it.
    pub app_scoped: String,
    /// A page's token never expires; an Instagram token expires after 60 days.
    pub token: String,
    pub platform: Platform,
}

impl Simulator<Options> {
    pub fn add_app(&self, app: NewApp) -> AppView {
        self.core.change(|state| {
            let serial = state.next_serial();
            let NewApp { name, secret, reads_public_pages, redirect_uris } = app;
            let secret = secret.unwrap_or_else(|| format!("{:032x}", 0xa5ec_0de0 + serial));
            let view = AppView { id: format!("15177764818{serial:05}"), secret };
            let AppView { id, secret } = view.clone();
            let subscriptions = BTreeMap::new();
            let made = App { id: id.clone(), secret, name, reads_public_pages, subscriptions, redirect_uris };
            state.own.apps.insert(id, made);
            view
        })
    }

    /// Creates an account that gives its token to an app.
    pub fn add_account(&self, app: &AppView, account: NewAccount) -> AccountView {
        self.core.change(|state| {
            let number = state.next_serial();
            let NewAccount { platform, name, username } = account;
            let (id, app_scoped) = match platform {
                Platform::Instagram => (format!("1784140000{number:07}"), format!("2600000{number:09}")),
                Platform::Facebook => (format!("10400000{number:07}"), format!("10400000{number:07}")),
            };
            let line = Id::from(&id);
            let made = Account { number, app_scoped: app_scoped.clone(), platform, ..Account::default() };
            state.own.accounts.insert(line.clone(), made);
            let token = state.new_token(&app.id, &line, (platform == Platform::Instagram).then_some(LIFE));
            let made = Line { id: line.clone(), name, username, token: token.clone(), ..Line::default() };
            state.lines.insert(line, made);
            AccountView { id, app_scoped, token, platform }
        })
    }

    /// Another token of an account, for any app. `life` in milliseconds; none means that it never expires.
    pub fn add_token(&self, app: &AppView, account: &str, life: Option<i64>) -> String {
        self.core.change(|state| state.new_token(&app.id, &account.into(), life))
    }

    /// Creates a person; returns the number that identifies them in [`Simulator::customer`].
    pub fn add_person(&self, person: NewPerson) -> i64 {
        self.add_person_with(person, |serial| serial)
    }

    /// Publishes a post with a picture; returns its id. `product`: `FEED`, `REELS`, `AD` or `LIVE`.
    pub fn add_post(&self, account: &str, caption: &str, product: &str) -> String {
        self.core.change(|state| {
            let (line, serial) = (Id::from(account), state.next_serial());
            let (id, permalink) = if state.is_instagram(&line) {
                (format!("1790{serial:013}"), format!("https://www.instagram.com/p/C{serial:010}/"))
            } else {
                let id = format!("{account}_{serial:012}");
                (id.clone(), format!("https://www.facebook.com/{id}"))
            };
            let Sample { mime, bytes, .. } = Sample::PICTURE;
            let picture = state.keep("image", "post.jpg".to_owned(), mime.to_owned(), bytes.into());
            let mut post = Message { id: Id::from(&id), author: Author::Anonymous, ..Message::default() };
            (post.text, post.files) = (caption.to_owned(), vec![picture]);
            post.more.insert("permalink".to_owned(), json!(permalink));
            post.more.insert("product".to_owned(), json!(product));
            let (dialog, kind) = (post.id.clone(), DialogKind::Channel);
            state.dialogs.insert(dialog.clone(), Dialog { id: dialog.clone(), kind, line, ..Dialog::default() });
            state.add(&dialog, post);
            id
        })
    }

    /// Sets an app's callback as its dashboard does, but without a handshake; `Meta::verify` does the handshake.
    pub fn set_callback(&self, app: &AppView, platform: Platform, callback_url: &str, fields: &[&str]) {
        let fields: BTreeSet<String> = fields.iter().map(|one| (*one).to_owned()).collect();
        let subscription = Subscription { callback_url: callback_url.to_owned(), fields };
        self.core.change(|state| {
            let app = state.own.apps.get_mut(&app.id);
            app.map(|app| app.subscriptions.insert(platform.object().to_owned(), subscription))
        });
    }

    pub fn callback(&self, app: &str, platform: Platform) -> Option<String> {
        let object = platform.object();
        self.core.read(|state| Some(state.own.apps.get(app)?.subscriptions.get(object)?.callback_url.clone()))
    }

    /// Performs the handshake with a callback, as its dashboard does. The error explains what was wrong.
    pub async fn verify(&self, callback_url: &str, verify_token: &str) -> Result<()> {
        let done = handshake(&self.core, callback_url, verify_token).await;
        done.map_err(|refusal| anyhow::anyhow!(refusal.message))
    }

    pub fn scoped(&self, account: &str, person: i64) -> String {
        self.core.read(|state| state.scoped(&account.into(), person))
    }

    /// The comments of a post, oldest first.
    pub fn comments(&self, post: &str) -> Vec<MessageView> {
        self.core.read(|state| {
            let Some(dialog) = state.dialog(&post.into()) else { return Vec::new() };
            let comments = dialog.messages.iter().filter(|one| one.post.is_some() && !one.is_removed);
            comments.map(|one| MessageView::of::<Options>(state, dialog, one)).collect()
        })
    }

    /// The fields of an account that an app is subscribed to; none if it is not.
    pub fn subscribed(&self, account: &str, app: &str) -> Option<Vec<String>> {
        let account = account.into();
        self.core.read(|state| Some(state.own.accounts.get(&account)?.subscribed.get(app)?.iter().cloned().collect()))
    }

    /// The owner removes the app from the account, which stops its events.
    pub fn unsubscribe(&self, account: &str, app: &str) {
        let account = account.into();
        self.core.change(|state| state.own.accounts.get_mut(&account).map(|account| account.subscribed.remove(app)));
    }

    /// Invalidates a token, as after a change of the owner's password.
    pub fn revoke_token(&self, token: &str) {
        self.core.change(|state| state.own.tokens.get_mut(token).map(|token| token.is_revoked = true));
    }
}

impl Customer<'_, Options> {
    /// Opens the chat through a link with `?ref=`.
    pub fn opens(&self, mark: &str) -> Result<()> {
        self.does_own("open", |act| act.with("mark", mark)).map(drop)
    }

    /// The business writes to this person in its own inbox; returns the `mid`.
    pub fn hears(&self, text: &str) -> Result<String> {
        self.does_own("staff", |act| act.text(text)).map(|done| done.message().into())
    }
}
