//! Creates apps, accounts, people and posts.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::{
    api,
    meta::Meta,
    state::{Account, App, Person, Platform, Post, Subscription},
};

/// A developer's app.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// Its name.
    pub name: String,
    /// Its secret; none: a new one.
    pub secret: Option<String>,
    /// It may write up to seven days after the person's last message.
    pub has_human_agent: bool,
    /// Its own token reads what any page says of itself.
    pub reads_public_pages: bool,
}

impl Default for NewApp {
    fn default() -> Self {
        Self { name: "Acme Inbox".to_owned(), secret: None, has_human_agent: true, reads_public_pages: false }
    }
}

/// An app as shown in its dashboard.
#[derive(Clone, Debug)]
pub struct AppView {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

impl AppView {
    /// The app's own token.
    pub fn token(&self) -> String {
        format!("{}|{}", self.id, self.secret)
    }
}

/// A business account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The platform it is on.
    pub platform: Platform,
    /// Its name.
    pub name: String,
    /// Without `@`.
    pub username: String,
}

impl NewAccount {
    /// An Instagram professional account.
    pub fn instagram() -> Self {
        Self { platform: Platform::Instagram, name: "Acme Flowers".to_owned(), username: "acme_flowers".to_owned() }
    }

    /// A Facebook page.
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
    /// The platform it is on.
    pub platform: Platform,
}

/// A person with a phone.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// First and last name.
    pub name: String,
    /// Without `@`.
    pub username: String,
}

impl Default for NewPerson {
    fn default() -> Self {
        Self { name: "Anna Kim".to_owned(), username: "anna_k".to_owned() }
    }
}

impl Meta {
    /// Creates an app.
    pub fn add_app(&self, app: NewApp) -> AppView {
        self.core.change(|state| {
            let serial = state.next_serial();
            let secret = app.secret.unwrap_or_else(|| format!("{:032x}", 0xa5ec_0de0 + serial));
            let view = AppView { id: format!("15177764818{serial:05}"), secret };
            let made = App {
                id: view.id.clone(),
                secret: view.secret.clone(),
                name: app.name,
                has_human_agent: app.has_human_agent,
                reads_public_pages: app.reads_public_pages,
                subscriptions: Default::default(),
            };
            state.apps.insert(view.id.clone(), made);
            view
        })
    }

    /// Creates an account that gives its token to an app.
    pub fn add_account(&self, app: &AppView, account: NewAccount) -> AccountView {
        self.core.change(|state| {
            let number = state.next_serial();
            let (id, app_scoped) = match account.platform {
                Platform::Instagram => (format!("1784140000{number:07}"), format!("2600000{number:09}")),
                Platform::Facebook => (format!("10400000{number:07}"), format!("10400000{number:07}")),
            };
            let made = Account {
                number,
                id: id.clone(),
                app_scoped: app_scoped.clone(),
                platform: account.platform,
                name: account.name,
                username: account.username,
                subscribed: Default::default(),
            };
            state.accounts.insert(id.clone(), made);
            let life = (account.platform == Platform::Instagram).then_some(api::LIFE);
            let token = state.new_token(&app.id, &id, life);
            AccountView { id, app_scoped, token, platform: account.platform }
        })
    }

    /// Another token of an account, for any app. `life` in milliseconds; none means that it never expires.
    pub fn add_token(&self, app: &AppView, account: &str, life: Option<i64>) -> String {
        self.core.change(|state| state.new_token(&app.id, account, life))
    }

    /// Creates a person; returns the number that identifies them in [`Meta::customer`].
    pub fn add_person(&self, person: NewPerson) -> i64 {
        self.core.change(|state| {
            let number = state.next_serial();
            let made = Person { name: person.name, username: person.username, is_deleted: false };
            state.people.insert(number, made);
            number
        })
    }

    /// Publishes a post with a picture; returns its id. `product`: `FEED`, `REELS`, `AD` or `LIVE`.
    pub fn add_post(&self, account: &str, caption: &str, product: &str) -> String {
        self.core.change(|state| {
            let serial = state.next_serial();
            let is_instagram = state.accounts.get(account).is_some_and(|one| one.platform == Platform::Instagram);
            let (id, permalink) = if is_instagram {
                (format!("1790{serial:013}"), format!("https://www.instagram.com/p/C{serial:010}/"))
            } else {
                let id = format!("{account}_{serial:012}");
                (id.clone(), format!("https://www.facebook.com/{id}"))
            };
            let picture = Bytes::from_static(include_bytes!("../../assets/samples/picture.jpg"));
            let file = state.keep("image", "post.jpg", "image/jpeg", picture);
            let made = Post {
                id: id.clone(),
                account: account.to_owned(),
                caption: caption.to_owned(),
                permalink,
                product: product.to_owned(),
                file,
                is_live: product == "LIVE",
            };
            state.posts.insert(id.clone(), made);
            id
        })
    }

    /// Sets an app's callback as its dashboard does, but without a handshake; `Meta::verify` does the handshake.
    pub fn set_callback(&self, app: &AppView, platform: Platform, callback_url: &str, fields: &[&str]) {
        let fields: BTreeSet<String> = fields.iter().map(|one| (*one).to_owned()).collect();
        self.core.change(|state| {
            if let Some(app) = state.apps.get_mut(&app.id) {
                let subscription = Subscription { callback_url: callback_url.to_owned(), fields };
                app.subscriptions.insert(platform.object().to_owned(), subscription);
            }
        });
    }

    /// Performs the handshake with a callback, as its dashboard does. The error explains what was wrong.
    pub async fn verify(&self, callback_url: &str, verify_token: &str) -> anyhow::Result<()> {
        let done = api::verify(&self.core, callback_url, verify_token).await;
        done.map_err(|refusal| anyhow::anyhow!(refusal.message))
    }

    /// A person's id at an account.
    pub fn scoped(&self, account: &str, person: i64) -> String {
        self.core.read(|state| state.scoped(account, person))
    }
}
