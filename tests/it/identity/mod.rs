//! Identities: who proved an e-mail, where credentials are valid, and what a change of them requires.

mod operators;
mod second_step;
mod squatters;

use std::ops::{Deref, DerefMut};

use entity::person;
use parom::identity::person as persons;
use parom_tests::{Engine, Mail, MailServer, Place, Reply, Setup, Visitor, World};
use totp_rs::{Builder, Secret};
use uuid::Uuid;

/// The account of an attacker, and the one of the victim's company.
pub const EVIL: &str = "evil.amocrm.ru";
pub const GOOD: &str = "good.amocrm.ru";
pub const ALICE: &str = "alice@victim.example";
pub const MALLORYS: &str = "a harbour full of gulls";
pub const ALICES: &str = "lighthouse behind the pier";

/// A world whose letters arrive.
pub struct Mailed {
    world: World,
    pub mail: MailServer,
}

impl Place for Mailed {
    async fn open(engine: Engine) -> Option<Self> {
        let mail = MailServer::start().await;
        let world = World::start(engine, Setup { change: MailServer::serves, ..Setup::default() }).await?;
        Some(Self { world, mail })
    }

    async fn close(self) {
        self.world.close().await;
    }
}

impl Deref for Mailed {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Mailed {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

/// The path of a link of this server in a text.
pub fn link_in(world: &World, text: &str) -> String {
    let base = world.api.base();
    let mut words = text.split(|sign: char| sign.is_whitespace() || matches!(sign, '<' | '>' | '"'));
    let link = words.find_map(|word| word.strip_prefix(base.as_str()).filter(|path| path.contains("token=")));
    link.unwrap_or_else(|| panic!("no link in {text}")).to_owned()
}

/// The path of the link in a letter.
pub fn link_of(world: &World, letter: &Mail) -> String {
    link_in(world, &letter.text)
}

/// Opens a link and presses its button.
pub async fn presses(visitor: &Visitor, link: &str) -> Reply {
    let page = visitor.opens(link).await.is(200);
    let (action, token) = (page.between("<form class=\"form\" method=\"post\" action=\"", "\""), page.field("token"));
    visitor.sends_as_it_is(action.expect("a form"), &[("token", &token)]).await
}

/// What an authenticator shows.
pub fn code(world: &World, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    totp.generate(u64::try_from(world.clock.millis() / 1000).unwrap()).to_string()
}

/// A person of the panel as stored.
pub async fn person(world: &World, email: &str) -> person::Model {
    let found = persons::by_email(&world.app().identity, world.app().store.read(), email).await.unwrap();
    found.unwrap_or_else(|| panic!("no person has {email}"))
}

/// Sets a password in the session of a link that was opened just now.
pub async fn sets_password(visitor: &Visitor, password: &str) -> Reply {
    visitor.opens("/panel/me").await.is(200);
    visitor.does("/panel/me/password", &[("password", password)]).await
}

/// Connects an authenticator in the session of a link that was opened just now; gives its secret. `current`: the
/// password, if that session has set one.
pub async fn connects(world: &World, visitor: &Visitor, current: Option<&str>) -> String {
    let page = visitor.opens("/panel/me/two-step").await.is(200);
    let secret = page.between("<code class=\"mono all\">", "<").expect("a secret").to_owned();
    let shown = code(world, &secret);
    let fields = [("code", shown.as_str()), ("current", current.unwrap_or_default())];
    visitor.does("/panel/me/two-step", &fields[..1 + usize::from(current.is_some())]).await;
    secret
}

/// Signs in by password, as far as that leads.
pub async fn tries(world: &World, email: &str, password: &str) -> (Visitor, Reply) {
    let visitor = world.visitor();
    let reply = visitor.sends("/panel/sign-in", &[("email", email), ("password", password), ("to", "")]).await;
    (visitor, reply)
}

/// An account's owner, who came from the widget.
pub async fn owner(world: &World, host: &str) -> (Visitor, Uuid) {
    let line = world.line_at(host, "support").await;
    (world.panel(line.tenant_id).await, line.tenant_id)
}

/// Invites by the form; gives the page behind it.
pub async fn invites(owner: &Visitor, email: &str, role: &str) -> Reply {
    owner.opens("/panel/team").await.is(200);
    owner.does("/panel/team/invite", &[("email", email), ("role", role)]).await
}

/// An unmailed link for a person of the team, as its creator sees it.
pub async fn unmailed(world: &World, owner: &Visitor, person_id: Uuid) -> String {
    owner.opens("/panel/team").await.is(200);
    link_in(world, &owner.does(&format!("/panel/team/{person_id}/link"), &[]).await.text)
}

/// Whether a browser is signed in to a panel.
pub async fn is_in(visitor: &Visitor) -> bool {
    visitor.opens("/panel/me").await.status == 200
}

/// A person who has set credentials for an e-mail that is not theirs.
pub struct Squatter {
    pub owner: Visitor,
    /// Signed in as the victim.
    pub browser: Visitor,
    /// Of the authenticator.
    pub secret: String,
}

/// Mallory invites a person into an account of her own, creates an unmailed link, opens it herself and sets password
/// and authenticator.
pub async fn squats(world: &World, host: &str, email: &str) -> Squatter {
    let (owner, _) = owner(world, host).await;
    invites(&owner, email, "viewer").await;
    let link = unmailed(world, &owner, person(world, email).await.id).await;
    let browser = world.visitor();
    assert_eq!(presses(&browser, &link).await.is_redirect(), "/panel/me");
    sets_password(&browser, MALLORYS).await;
    let secret = connects(world, &browser, Some(MALLORYS)).await;
    Squatter { owner, browser, secret }
}

/// Account and person of the only member.
pub async fn only_member(world: &World) -> (Uuid, Uuid) {
    use sea_orm::EntityTrait;
    let row = entity::member::Entity::find().one(world.app().store.read()).await.unwrap().expect("a member");
    (row.tenant_id, row.person_id)
}
